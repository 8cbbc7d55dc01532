"""Which record counts as evidence for which requirement. Every read keeps to the records that the reader sees."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db.models import CharField, Exists, IntegerField, OuterRef, Q, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, moves, processes, registry, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record, Task
from qsms.rules import evidence as rules
from qsms.rules.calendar_days import add_months
from qsms.rules.frameworks import Reference
from qsms.rules.lifecycle import Phase
from qsms.ui.dates import plain_day

from . import adopting, library, living
from .choices import Strength
from .models import Adoption, Evidence

BOUND, CHANGED, ENDED = "evidence_bound", "evidence_changed", "evidence_ended"
RIGHT = "adoption.evidence"
MOST_MONTHS = 120
# No management system standard that is worked to today is older, and no evidence for one.
EARLIEST = dt.date(1990, 1, 1)
# Records that say what is worked to; they show nothing of how it is met.
NO_EVIDENCE = frozenset({adopting.KIND, "declaration"})
STRENGTHS = {one.value: one for one in rules.Strength}


NOTHING_GIVEN: Mapping[str, Any] = MappingProxyType({})


class Piece(NamedTuple):
    """A piece of evidence with what a line says of its record. The columns of COLUMNS behind those of the scope.

    Of a living query the number is empty, the title is the question, and day and place are what it finds and asks.
    What shows it for all sites is of none in particular.
    """

    number: str
    title: str
    state: str
    process_id: int | None
    id: int
    framework: str
    clause: str
    strength: str
    as_of: dt.date | None
    fresh_months: int | None
    expires_on: dt.date | None
    note: str
    owner: str | None
    question: str = ""
    asked: Mapping[str, Any] = NOTHING_GIVEN
    # From the columns that scope looks at.
    kind: str = ""
    site_id: int | None = None
    unit_id: int | None = None
    record_id: int | None = None
    answer: living.Answer | None = None
    confidential: bool = False
    for_all_sites: bool = False

    @property
    def at(self) -> Reference:
        """The requirement that it is bound to."""
        return Reference(self.framework, self.clause)

    @property
    def shows(self) -> bool:
        """Whether it counts as its record stands: not what is a draft, void, or in force no longer. A question does."""
        return bool(self.question) or registry.shows(self.kind, self.state)

    @property
    def is_over(self) -> bool:
        """Whether its record holds no more and will not: what is only in preparation is not over."""
        return not self.shows and registry.get(self.kind).lifecycle.state(self.state).phase >= Phase.DONE

    @property
    def rule(self) -> rules.Evidence:
        """The piece as the rules weigh it."""
        return rules.Evidence(
            self.id, self.at, self.as_of, STRENGTHS[self.strength], self.fresh_months, self.expires_on, self.site_id
        )


# Not one of them is a column that Django converts row by row.
OF_SCOPE: tuple[str | Combinable, ...] = (
    *(f"record__{name}" for name in scope.SCOPE_FIELDS[:-1]),
    Cast("record__confidential", IntegerField()),
)
# Days come as text, which is made days of once for many, and parameters as text that few pieces have any of.
COLUMNS: tuple[str | Combinable, ...] = (
    "record__number", "record__title", "record__state", "record__process_id", "pk", "framework", "number", "strength",
    Cast("as_of", CharField()), "fresh_months", Cast("expires_on", CharField()), "note", "owner__name", "question",
    Cast("asked", TextField()), Cast("for_all_sites", IntegerField()),
)  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What somebody says of a piece of evidence."""

    strength: str = Strength.WHOLE
    as_of: dt.date | None = None
    fresh_months: int | None = None
    expires_on: dt.date | None = None
    note: str = ""
    owner_id: int | None = None
    for_all_sites: bool = False


def pieces(actor: Actor, where: Q | None = None) -> list[Piece]:
    """The living evidence whose record the actor sees, oldest first, with what questions find for them.

    One query, and one for each kind of question, whatever the number.
    """
    rows = Evidence.everywhere.filter(where or Q(), organisation_id=actor.organisation_id, ended_at=None)
    involved = Exists(
        Task.everywhere.filter(record_id=OuterRef("record_id"), person_id=actor.person_id or scope.NOBODY)
    )
    found = list(rows.order_by("pk").values_list(Cast(involved, IntegerField()), "record_id", *OF_SCOPE, *COLUMNS))
    of_records = [row for row in found if row[1] is not None]
    seen = {row[1] for row, is_seen in zip(of_records, scope.seen_rows(actor, of_records), strict=True) if is_seen}
    behind = 2 + len(scope.SCOPE_FIELDS)
    here = [_piece(row, row[behind:]) for row in found if row[1] is None or row[1] in seen]
    return _answered(actor, here) if len(of_records) < len(found) else here


def _piece(row: tuple[Any, ...], said: tuple[Any, ...]) -> Piece:
    *which, as_of, months, expires_on, note, owner, question, asked, everywhere = said
    days = (_day(as_of), months, _day(expires_on))
    given = json.loads(asked) if question else NOTHING_GIVEN
    return Piece._make(
        (*which, *days, note, owner, question, given, row[2] or "", None if everywhere else row[3], row[4], row[1],
         None, bool(row[7]), bool(everywhere))
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _answered(actor: Actor, here: list[Piece]) -> list[Piece]:
    """The pieces, those of questions with what the actor finds."""
    asked = [(one.question, one.asked) for one in here if one.question]
    answers = iter(living.answers(actor, asked))
    return [_with(actor, one, next(answers)) if one.question else one for one in here]


def _with(actor: Actor, one: Piece, answer: living.Answer) -> Piece:
    return one._replace(
        number="", title=living.words(actor.organisation_id, one.question, one.asked), as_of=answer.newest,
        site_id=one.asked.get("site"), unit_id=one.asked.get("unit"), process_id=one.asked.get("process"),
        answer=answer,
    )  # fmt: skip


def of_record(actor: Actor, record: Record) -> list[Piece]:
    """What this record is evidence for."""
    return pieces(actor, Q(record_id=record.pk))


def at(actor: Actor, reference: Reference) -> list[Piece]:
    """What is bound to this requirement."""
    return pieces(actor, Q(framework=reference.framework, number=reference.number))


def open_to(actor: Actor) -> list[Adoption]:
    """The adoptions for whose requirements the actor may bind evidence."""
    return [one for one in adopting.live(actor) if scope.may(actor, "evidence", one)] if actor.holds(RIGHT) else []


def usual_day(record: Record, actor: Actor) -> dt.date:
    """The day that a record most likely speaks of: when it was closed, else when it was opened."""
    return (record.closed_at or record.opened_at).astimezone(actor.tz).date()


def bind(actor: Actor, record_id: int, reference: Reference, given: Given) -> Evidence:
    """Count a record as evidence, or say otherwise what it counts for. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        record = moves.locked(actor, record_id)
        check_open(actor, reference)
        values = _values(actor, record, given)
        row = Evidence.everywhere.filter(
            record_id=record.pk, framework=reference.framework, number=reference.number, ended_at=None
        ).first()
        verb = BOUND if row is None else CHANGED
        if row is None:
            row = Evidence(
                organisation_id=actor.organisation_id, record_id=record.pk, framework=reference.framework,
                number=reference.number, by_id=actor.person_id, at=moment.now(),
            )  # fmt: skip
        elif all(getattr(row, name) == value for name, value in values.items()):
            return row
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        said = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
        history.write(actor, record, history.Act(verb, given.note[:500], {"what": str(reference), **said}))
    return row


def end(actor: Actor, evidence_id: int, reason: str) -> Evidence:
    """Count a record no longer. Raises NotVisible where the actor does not see the record, Refused, Invalid."""
    with write_transaction():
        row = Evidence.everywhere.filter(pk=evidence_id, organisation_id=actor.organisation_id, ended_at=None).first()
        if row is None:
            raise NotVisible
        reference = Reference(row.framework, row.number)
        # Of a question the adoption tells, which whoever may end it sees.
        adoption = check_open(actor, reference)
        record = moves.locked(actor, adoption.pk if row.record_id is None else row.record_id)
        if not reason.strip():
            raise Invalid({"reason": _("Say why it is withdrawn. It is kept in the history.")})
        row.ended_at = moment.now()
        row.save(update_fields=["ended_at"])
        history.write(actor, record, history.Act(ENDED, reason.strip()[:500], {"what": str(reference)}))
    return row


def check_open(actor: Actor, reference: Reference) -> Adoption:
    """The adoption under which the actor may bind evidence to a requirement. Raises Refused, Invalid."""
    if not actor.holds(RIGHT):
        raise Refused([_("You may not say what counts as evidence. Ask the quality manager.")])
    adoptions = [one for one in open_to(actor) if one.key == reference.framework]
    if not adoptions:
        raise Refused([_("Your organisation has not adopted this standard, or not where you work. Adopt it first.")])
    wanted = {reference.framework: adoptions[0].revision}
    framework = library.editions(actor.organisation_id, wanted)[reference.framework].rule
    if reference.number not in framework.by_number:
        said = _("There is no requirement “%(number)s” in this standard. Choose one of its clauses.")
        raise Invalid({"clause": said % {"number": reference.number}})
    return adoptions[0]


def questions(actor: Actor, record: Record, given: Given) -> list[str]:
    """What to ask before a record counts, in sentences: it may be meant so, and often is a slip.

    Raises Invalid where it cannot be meant at all, so that nobody is asked about a typing mistake.
    """
    _values(actor, record, given)
    asked = []
    if record.phase < Phase.DONE and given.strength == Strength.WHOLE and not registry.get(record.kind).lives_on:
        said = _("%(number)s is not finished, and you say that it shows all of it.")
        asked.append(said % {"number": record.number})
    as_of = given.as_of or usual_day(record, actor)
    opened_on = record.opened_at.astimezone(actor.tz).date()
    if as_of < opened_on:
        said = _("%(number)s was opened on %(opened)s, and you say that it shows how it was on %(day)s.")
        told = {"number": record.number, "opened": plain_day(opened_on), "day": plain_day(as_of)}
        asked.append(said % told)
    if given.fresh_months and add_months(as_of, given.fresh_months) < moment.now().astimezone(actor.tz).date():
        asked.append(_("It is past its freshness limit already, so it counts as a part at most."))
    return asked


def _values(actor: Actor, record: Record, given: Given) -> dict[str, Any]:
    as_of = given.as_of or usual_day(record, actor)
    if record.kind in NO_EVIDENCE:
        said = _("%(number)s says what is adopted or declared, not that it is met. Choose a record that shows it.")
        raise Invalid({"record": said % {"number": record.number}})
    if as_of > moment.now().astimezone(actor.tz).date():
        raise Invalid({"as_of": _("This day is still to come. Choose the day of what it shows, today or earlier.")})
    if as_of < EARLIEST:
        said = _("%(day)s is too far back. Check the year: evidence begins in %(first)s.")
        raise Invalid({"as_of": said % {"day": plain_day(as_of), "first": EARLIEST.year}})
    if given.expires_on is not None and given.expires_on < as_of:
        raise Invalid({"expires_on": _("It would end before the day it speaks of. Choose a later day.")})
    return {"as_of": as_of, "for_all_sites": given.for_all_sites, **common(actor, given)}


def common(actor: Actor, given: Given) -> dict[str, Any]:
    """What is said of every piece of evidence, as columns. Raises Invalid."""
    if given.strength not in Strength.values:
        raise Invalid({"strength": _("Choose how much of the requirement it shows.")})
    if given.fresh_months is not None and not 1 <= given.fresh_months <= MOST_MONTHS:
        said = _("“%(typed)s” is not a number of months that evidence stays fresh. Write 1 to %(most)s.")
        raise Invalid({"fresh_months": said % {"typed": given.fresh_months, "most": MOST_MONTHS}})
    people = Person.objects.filter(organisation_id=actor.organisation_id, is_active=True)
    if given.owner_id is not None and not people.filter(pk=given.owner_id).exists():
        raise Invalid({"owner": _("This person is not in your organisation. Choose somebody from the list.")})
    return {
        "strength": given.strength, "fresh_months": given.fresh_months, "expires_on": given.expires_on,
        "note": given.note.strip()[:500], "owner_id": given.owner_id,
    }  # fmt: skip


class Placed(Protocol):
    """Evidence, or a finding: something of a place or of no particular one."""

    @property
    def shows(self) -> bool:
        """Whether it counts as its record stands."""


Some = TypeVar("Some", bound=Placed)


def counted(found: Iterable[Some], adoption: Adoption) -> list[Some]:
    """Those that can count for an adoption: in force, and from one of its places or from no particular one."""
    unit = frozenset() if adoption.unit_id is None else frozenset({adoption.unit_id})
    places = (("site_id", adoption.sites), ("unit_id", unit), ("process_id", adoption.processes))
    narrowed = [(place, frozenset({None, *wanted})) for place, wanted in places if wanted]
    # A document may hold for several processes, and shows what it shows in each.
    also = processes.also_within(adoption.organisation_id, adoption.processes) if adoption.processes else frozenset()
    return [
        one
        for one in found
        if one.shows
        and all(
            getattr(one, place) in wanted or (place == "process_id" and getattr(one, "record_id", 0) in also)
            for place, wanted in narrowed
        )
    ]

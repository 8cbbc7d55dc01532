"""From an adopted edition to the next one: what a person sees before it is begun, and what beginning it does.

The old adoption, its evidence and its history stay as they are. The new one starts with what surely still holds; what
changed, moved or is new waits for somebody who judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import moves, scope, tasks
from qsms.records import services as spine
from qsms.records.choices import Relation
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Link
from qsms.rules.crosswalk import Crosswalk, followed
from qsms.rules.edition_transition import Outcome, Proposal, Step, Transition, proposals, transition
from qsms.rules.findings import along
from qsms.rules.frameworks import Framework, Reference
from qsms.rules.lifecycle import Phase

from . import adopting, asking, binding, findings, library
from .binding import Given, Piece
from .choices import OWN
from .findings import Against
from .models import Adoption, Edition, Evidence, Exclusion

TASK = "rejudge"
TO_JUDGE = (Outcome.NEW, Outcome.MOVED, Outcome.REJUDGE)


@dataclass(frozen=True)
class Plan:
    """What the way to the next edition would do, or did: nothing is written for it."""

    old: Adoption
    before: Framework
    after: Framework
    way: Transition
    pieces: Mapping[int, Piece]
    # Links of the old edition that may serve, by the number in the new one.
    leads: Mapping[str, tuple[Proposal, ...]]
    exclusions: Mapping[str, Exclusion]
    # How many requirements wait for whom: by the key of the person, 0 for nobody in particular.
    waiting: Mapping[int, int]
    people: Mapping[int, str]
    # The open findings by the number of the old edition at which they stand. Beginning the way closes none of them.
    found: Mapping[str, tuple[Against, ...]]

    @property
    def carried(self) -> list[Proposal]:
        """The links that are carried over without a judgement."""
        return [one for found in self.leads.values() for one in found if not one.needs_judgement]

    @property
    def to_judge(self) -> list[str]:
        """The requirements of the new edition that somebody must look at, in reading order."""
        return [one.number for one in self.way.steps if one.assessable and one.outcome in TO_JUDGE]

    @property
    def kept_out(self) -> list[Exclusion]:
        """What was left out and asks for the same in the new edition, under the same or another number."""
        return [found for step in self.way.steps for found in self.kept_out_at(step.number)]

    def found_at(self, step: Step) -> list[Against]:
        """The open findings against what stood here in the old edition, each once."""
        return list({one.id: one for was in step.was for one in self.found.get(was, ())}.values())

    @property
    def struck(self) -> int:
        """How many open findings stand against something that the new edition asks for as well."""
        return len({one.id for step in self.way.steps for one in self.found_at(step)})

    @property
    def staying(self) -> list[Against]:
        """The open findings against numbers of the old edition that lead nowhere."""
        return list({one.id: one for was in self.way.dropped for one in self.found.get(was, ())}.values())

    def kept_out_at(self, number: str) -> list[Exclusion]:
        """What was left out of the old edition where this number, unchanged, stood; if it may be left out at all."""
        step = next(one for one in self.way.steps if one.number == number)
        if step.outcome is not Outcome.CARRIED or not adopting.may_leave_out(self.after, number):
            return []
        return [self.exclusions[was] for was in step.was if was in self.exclusions]


def successors(newest: Mapping[str, Edition], key: str) -> list[Edition]:
    """Those of the editions that say how they follow this one."""
    code = key.partition("/")[0]
    near = [row for row in newest.values() if row.key != key and (row.code == code or row.organisation_id is not None)]
    return [row for row in near if row.rule.follows == key]


def successor(organisation_id: int, key: str, wanted: str = "") -> Edition:
    """The edition to go to: the one that is named, or the only one there is. Raises NotVisible."""
    found = [row for row in successors(library.newest(organisation_id), key) if wanted in ("", row.key)]
    if not found:
        raise NotVisible
    return found[0]


def plan(actor: Actor, old: Adoption, row: Edition) -> Plan:
    """What the way to this edition means for an adoption, from what the actor sees. Raises NotVisible."""
    every_text = library.every(old.organisation_id)
    here = library.editions(old.organisation_id, {old.key: old.revision}, every_text)[old.key]
    before = here.rule
    way = transition(before, row.rule)
    counted = binding.counted(binding.pieces(actor, Q(framework=old.key)), old)
    pieces = {one.id: one for one in counted}
    leads: dict[str, tuple[Proposal, ...]] = {}
    for one in proposals(way, [piece.rule for piece in pieces.values()]):
        leads[one.at.number] = (*leads.get(one.at.number, ()), one)
    waiting: dict[int, int] = {}
    owners = _owners(pieces)
    for step in way.steps:
        if step.assessable and step.outcome in TO_JUDGE:
            for person in _asked(old, leads.get(step.number, ()), owners):
                waiting[person] = waiting.get(person, 0) + 1
    against = binding.counted(findings.open_against(actor), old)
    found = _found(here, library.newest(old.organisation_id, every_text), against)
    return Plan(
        old, before, row.rule, way, pieces, leads, adopting.excluded([old])[old.pk], waiting,
        names.people(old.organisation_id, waiting), found,
    )  # fmt: skip


def _found(
    row: Edition, newest: Mapping[str, Edition], against: Iterable[Against]
) -> Mapping[str, tuple[Against, ...]]:
    """The open findings by the number of this edition at which they stand: against it, or one that came before it."""
    every = list(against)
    known = {**newest, row.key: row}
    former = library.line(row, known, {one.framework for one in every})
    line = Crosswalk(tuple(pair for key in (row.key, *former) for pair in followed(known[key].rule)))
    found: dict[str, tuple[Against, ...]] = {}
    for one in every:
        places = {each.there for each in along(one.at, line)} if one.framework in former else {one.at}
        for number in sorted(place.number for place in places if place.framework == row.key):
            found[number] = (*found.get(number, ()), one)
    return found


def _owners(pieces: Mapping[int, Piece]) -> Mapping[int, int | None]:
    return dict(Evidence.everywhere.filter(pk__in=list(pieces)).values_list("pk", "owner_id"))


def _asked(old: Adoption, found: tuple[Proposal, ...], owners: Mapping[int, int | None]) -> set[int]:
    """Who keeps what may serve there fresh; else the owner of the adoption."""
    people = {owners[int(str(one.evidence.id))] for one in found}
    return {person for person in people if person is not None} or {old.owner_id or 0}


def begun(actor: Actor, old: Adoption, key: str) -> Adoption | None:
    """The adoption of the next edition that came from this one, as far as the actor sees it and it is not void."""
    sources = Link.everywhere.filter(target_id=old.pk, relation=Relation.SUPERSEDES).values("source_id")
    found = scope.visible(actor, adopting.KIND).filter(pk__in=sources).exclude(phase=Phase.VOID).order_by("pk")
    return next((one for one in found if one.key == key), None)


def begin(actor: Actor, record_id: int, key: str) -> Adoption:
    """Adopt the next edition, carry over what surely holds, and ask people to judge the rest. All of it, or nothing.

    Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        old = moves.locked(actor, record_id)
        if not isinstance(old, Adoption):
            raise NotVisible
        if not scope.may(actor, "change", old) or not scope.may(actor, "evidence", old):
            raise Refused([_("You may not move this adoption on. Ask the owner of %(n)s.") % {"n": old.number}])
        if old.phase >= Phase.DONE:
            raise Refused([_("%(number)s is closed. Open it again to move it on.") % {"number": old.number}])
        row = successor(old.organisation_id, old.key, key)
        known = begun(actor, old, row.key)
        if known is not None:
            return known
        found = plan(actor, old, row)
        new = _adopt(actor, old, row)
        _carry(actor, found, new)
        for step in found.way.steps:
            for one in found.kept_out_at(step.number):
                adopting.exclude(actor, new.pk, step.number, one.why)
        _ask(actor, found, new)
    return new


def _adopt(actor: Actor, old: Adoption, row: Edition) -> Adoption:
    edition = {"framework": OWN, "own_edition": row.key} if row.organisation_id else {"framework": row.key}
    given = {
        **edition, "title": row.title, "site": old.site_id, "unit": old.unit_id, "process": old.process_id,
        "owner": old.owner_id, "scope": old.scope, "disciplines": old.disciplines, "confidential": old.confidential,
    }  # fmt: skip
    fixed = {
        "confidential": given.pop("confidential"), "also_sites": list(old.also_sites),
        "also_processes": list(old.also_processes),
    }  # fmt: skip
    made = spine.create(actor, adopting.KIND, given, fixed=fixed, raised_from=old, relation=Relation.SUPERSEDES)
    assert isinstance(made, Adoption)
    return made


def _carry(actor: Actor, found: Plan, new: Adoption) -> None:
    rows = {row.pk: row for row in Evidence.everywhere.filter(pk__in=list(found.pieces))}
    for one in found.carried:
        row = rows[int(str(one.evidence.id))]
        given = Given(row.strength, row.as_of, row.fresh_months, row.expires_on, row.note, row.owner_id,
                      row.for_all_sites)  # fmt: skip
        at = Reference(new.key, one.at.number)
        if row.record_id is None:
            asking.ask(actor, at, row.question, row.asked, given)
        else:
            binding.bind(actor, row.record_id, at, given)


def _ask(actor: Actor, found: Plan, new: Adoption) -> None:
    """One task for each person: the page of the transition names the requirements."""
    for person, n in found.waiting.items():
        title = ngettext(
            "Judge %(n)d requirement of %(edition)s", "Judge %(n)d requirements of %(edition)s", n
        ) % {"n": n, "edition": found.after.title.split(",", 1)[0]}  # fmt: skip
        tasks.give(actor, new, TASK, title, person_id=person or None, role="quality_manager")

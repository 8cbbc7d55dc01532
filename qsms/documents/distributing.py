"""To whom a document goes: the receipts that follow from them, reminders, and who has not read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from qsms.base import moment, sentences
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Person, Role, Site, Unit
from qsms.records import history, moves, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Task
from qsms.search import documents as search

from . import lasting, reaching
from .models import LONGEST_WHY, Document, Receipt, Rule

GIVEN, TAKEN = "distribution_added", "distribution_removed"
# The code of the task that a reader gets, open until it is acknowledged; for information alone it is done at once.
READ = "read"
LONGEST_DAYS = 365
CHUNK = 500
# What a line of a list shows; above all not the text of the document.
OF_DOCUMENT = (
    "document__number", "document__kind", "document__title", "document__code", "document__effective", "revision__label",
)  # fmt: skip
LINE = ("why", "due_at", "opened_at", "pages", "person__name", "person__site__name", *OF_DOCUMENT)


def add_rule(
    actor: Actor, document_id: int, *, role_id: int | None = None, site_id: int | None = None,
    unit_id: int | None = None, person_id: int | None = None, why: str = "", acknowledge: bool = True, days: int = 14,
) -> Rule:  # fmt: skip
    """Give a document to a role, a site, a unit, to one person, or to everybody. If it is in effect, they get it at
    once."""
    given = {"role_id": role_id, "site_id": site_id, "unit_id": unit_id, "person_id": person_id}
    with write_transaction():
        document = _open(actor, document_id)
        _check(actor, given, why.strip(), days)
        known: Rule | None = Rule.everywhere.filter(document_id=document.pk, **given).first()
        if known is not None:
            raise Invalid({"": _("It goes to them already. Take that rule away first to change it.")})
        made = Rule.everywhere.create(
            organisation_id=document.organisation_id, document_id=document.pk, acknowledge=acknowledge, days=days,
            why=why.strip(), **given,
        )  # fmt: skip
        history.write(actor, document, history.Act(GIVEN, made.why, {"to": reaching.to_whom(made)}))
        if document.effective_id is not None:
            give_out(actor, document)
    return made


def _check(actor: Actor, given: Mapping[str, int | None], why: str, days: int) -> None:
    """Raises Invalid for what makes no rule."""
    if not 1 <= days <= LONGEST_DAYS:
        said = _("“%(days)s” is not a number of days. Write 1 to %(most)s.")
        raise Invalid({"days": said % {"days": days, "most": LONGEST_DAYS}})
    if fault := sentences.too_long(why, LONGEST_WHY):
        raise Invalid({"why": fault})
    for name, model in (("role", Role), ("site", Site), ("unit", Unit), ("person", Person)):
        wanted = {"pk": given[f"{name}_id"], "organisation_id": actor.organisation_id}
        if wanted["pk"] is not None and not model.objects.filter(**wanted).exists():  # type: ignore[attr-defined]
            raise Invalid({name: _("This choice does not exist, or not any more. Choose another one.")})
    if given["person_id"] is None:
        return
    if any(given[f"{name}_id"] is not None for name in ("role", "site", "unit")):
        raise Invalid({"person": _("Whoever is named gets it wherever they work. Leave role, site and unit open.")})
    if not why:
        raise Invalid({"why": _("Say why they get it. They read it beside the document.")})


def remove_rule(actor: Actor, document_id: int, rule_id: int) -> None:
    """Give it no longer to those a rule reaches. What they acknowledged stays; what waits for them alone ends."""
    with write_transaction():
        document = _open(actor, document_id)
        before = reaching.of(reaching.rules(document), moment.now().date())
        gone = next((way for way in before.ways if way.rule.pk == rule_id), None)
        if gone is None:
            raise NotVisible
        history.write(actor, document, history.Act(TAKEN, detail={"to": reaching.to_whom(gone.rule)}))
        still = reaching.Reach(tuple(way for way in before.ways if way is not gone))
        gone.rule.delete()
        _end(document, Q(person_id__in=gone.people - still.people.keys()))


def _open(actor: Actor, document_id: int) -> Document:
    document = moves.locked(actor, document_id)
    assert isinstance(document, Document)
    if not scope.may(actor, "distribute", document):
        raise Refused([_("You may not say to whom this goes. Ask who owns it.")])
    return document


def give_out(actor: Actor, document: Document) -> int:
    """Receipts and tasks of what holds for everybody whom a rule reaches and who has none yet; how many.

    That is the revision in effect, and the lasting one that a temporary one adds to: each is read by itself.
    """
    if document.effective_id is None:
        return 0
    now, today = moment.now(), moment.now().date()
    reached, made = reaching.of(reaching.rules(document), today).people, 0
    for revision_id in in_force(document):
        rows = Receipt.everywhere.filter(revision_id=revision_id)
        ended = rows.filter(ended_at__isnull=False, acknowledged_at=None).values_list("person_id", "pk")
        # What was ended and is theirs again is asked anew.
        again = {person: pk for person, pk in ended if person in reached}
        known = set(rows.values_list("person_id", flat=True)) - again.keys()
        wanted = [
            Receipt(
                pk=again.get(person_id), organisation_id=document.organisation_id, document_id=document.pk,
                revision_id=revision_id, person_id=person_id, why=reaching.in_words(rule)[:250],
                acknowledge=rule.acknowledge, given_at=now,
                due_at=now + dt.timedelta(days=rule.days) if rule.acknowledge else None,
            )
            for person_id, rule in reached.items()
            if person_id not in known
        ]  # fmt: skip
        for start in range(0, len(wanted), CHUNK):
            _write(actor, document, wanted[start : start + CHUNK])
        made += len(wanted)
    if made:
        count(document)
        # Whoever has a task sees the record, so they find it by its words too: written once for all of them.
        search.write([document])
    return made


def in_force(document: Document) -> list[int]:
    """The revisions that people work to: the lasting one first, then the temporary one that adds to it."""
    holds = lasting.aside(document)
    return [one for one in (holds.pk if holds is not None else None, document.effective_id) if one is not None]


def _write(actor: Actor, document: Document, receipts: Sequence[Receipt]) -> None:
    Receipt.everywhere.bulk_create([one for one in receipts if one.pk is None])
    again = ("why", "acknowledge", "given_at", "due_at", "ended_at", "pages", "opened_at", "reminded")
    Receipt.everywhere.bulk_update([one for one in receipts if one.pk is not None], again)
    title = _("Read and acknowledge: %(title)s") % {"title": document.title}
    now = moment.now()
    # One task for a reader, however many revisions of it wait for them.
    open_ones = Task.everywhere.filter(record_id=document.pk, code=READ, done_at=None)
    asked = set(open_ones.values_list("person_id", flat=True))
    Task.everywhere.bulk_create(
        Task(
            organisation_id=document.organisation_id, record_id=document.pk, code=READ, title=title[:250],
            person_id=one.person_id, asked_by_id=actor.person_id, due_at=one.due_at, given_at=now,
            done_at=None if one.acknowledge else now, outcome="" if one.acknowledge else _("For information"),
            withdrawn=not one.acknowledge,
        )
        for one in receipts
        if one.person_id not in asked
    )  # fmt: skip


def _end(document: Document, which: Q) -> None:
    """End what waits for these readers, because it is not theirs any more or another revision took its place."""
    rows = Receipt.everywhere.filter(which, document_id=document.pk, acknowledged_at=None, ended_at=None)
    people_ids = set(rows.values_list("person_id", flat=True))
    rows.update(ended_at=moment.now())
    people_ids -= set(waiting(document.pk, people_ids).values_list("person_id", flat=True))
    Task.everywhere.filter(record_id=document.pk, code=READ, done_at=None, person_id__in=people_ids).update(
        done_at=moment.now(), outcome=_("No longer asked for"), withdrawn=True
    )
    count(document)


def waiting(document_id: int, people_ids: Collection[int]) -> QuerySet[Receipt]:
    """What these readers have still to acknowledge of a document."""
    rows = Receipt.everywhere.filter(document_id=document_id, acknowledge=True, acknowledged_at=None, ended_at=None)
    return rows.filter(person_id__in=people_ids)


def end_others(document: Document) -> None:
    """End what still waits for revisions that do not hold any more."""
    _end(document, ~Q(revision_id__in=in_force(document)) if document.effective_id is not None else Q())


def count(document: Document) -> None:
    """Keep on the document how many were asked, and how many of them have acknowledged all that holds."""
    asked = Receipt.everywhere.filter(revision_id__in=in_force(document), acknowledge=True)
    found = asked.aggregate(
        given=Count("person", distinct=True, filter=Q(ended_at=None) | Q(acknowledged_at__isnull=False)),
        waiting=Count("person", distinct=True, filter=Q(ended_at=None, acknowledged_at=None)),
    )
    document.given, document.acknowledged = found["given"], found["given"] - found["waiting"]
    Document.everywhere.filter(pk=document.pk).update(given=document.given, acknowledged=document.acknowledged)


def give_out_again(organisation_id: int) -> int:
    """New people, new roles: give every document in effect to whoever a rule reaches by now; how many receipts."""
    system, made = actors.system(organisation_id), 0
    rows = Document.everywhere.filter(tenant_id=organisation_id, state="effective", rules__isnull=False).distinct()
    for pk in rows.values_list("pk", flat=True):
        with write_transaction():
            document = moves.locked(system, pk)
            assert isinstance(document, Document)
            made += give_out(system, document)
    return made


@dataclass(frozen=True)
class Unread:
    """What the list of those who have not read is narrowed to."""

    document_id: int | None = None
    site_id: int | None = None
    # Only what was due before this moment.
    before: dt.datetime | None = None


def unread(
    actor: Actor,
    wish: Unread = Unread(),
    *,
    after: int = 0,
    limit: int = 50,
) -> tuple[list[Receipt], int]:
    """Who has not read what, of the documents whose readers the actor may follow: the newest first, by key.

    Gives one page and the key of the next one (0 on the last). The number of queries does not grow with that of rows.
    """
    reach = scope.branches(actor, "document", "distribute")
    if not reach:
        return [], 0
    rows = Receipt.everywhere.filter(
        organisation_id=actor.organisation_id, acknowledge=True, acknowledged_at=None, ended_at=None
    )
    if wish.document_id is not None:
        rows = rows.filter(document_id=wish.document_id)
    rows, few = _narrowed(actor, rows, wish)
    if scope.Branch("all") not in reach:
        rows = rows.filter(document_id__in=scope.visible(actor, "document", "distribute").values("pk"))
    if after:
        rows = rows.filter(pk__lt=after)
    # Few rows are read by what makes them few and then put in order: an index by key would walk past all the others.
    rows = rows.order_by((F("pk") + 0).desc()) if few else rows.order_by("-pk")
    ids = list(rows.values_list("pk", flat=True)[: limit + 1])
    found = Receipt.everywhere.filter(pk__in=ids[:limit]).select_related(
        "document", "revision", "person", "person__site"
    )
    return list(found.only(*LINE).order_by("-pk")), ids[limit - 1] if len(ids) > limit else 0


# Up to so many people of a site, and so many late ones, are looked at one by one.
FEW_PEOPLE, FEW_LATE = 300, 2_000


def _narrowed(actor: Actor, rows: QuerySet[Receipt], wish: Unread) -> tuple[QuerySet[Receipt], bool]:
    """The rows of the site and those that are late, and whether they are few beside the whole."""
    few = False
    if wish.before is not None:
        rows = rows.filter(due_at__lt=wish.before)
        few = rows.order_by().values("pk")[: FEW_LATE + 1].count() <= FEW_LATE
    if wish.site_id is not None:
        here = Person.objects.filter(organisation_id=actor.organisation_id, site_id=wish.site_id)
        people_ids = list(here.order_by().values_list("pk", flat=True)[: FEW_PEOPLE + 1])
        small = len(people_ids) <= FEW_PEOPLE
        rows = rows.filter(person_id__in=people_ids) if small else rows.filter(person__site_id=wish.site_id)
        few = few or small
    return rows, few


def finish_task(actor: Actor, document: Document, person_id: int) -> None:
    """The task of one reader is done, once nothing of it waits for them any more."""
    if waiting(document.pk, [person_id]).exists():
        return
    Task.everywhere.filter(record_id=document.pk, code=READ, person_id=person_id, done_at=None).update(
        done_at=moment.now(), done_by_id=actor.person_id, outcome=_("Acknowledged")
    )

"""Questions about reports that are worth a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from qsms.org.actor import Actor
from qsms.records import history, paging, registry, scope, seals
from qsms.records.models import Clock, Deed
from qsms.rules import likeness
from qsms.rules.lifecycle import Phase
from qsms.rules.likeness import Likeness

from .choices import Publication, Sender
from .lifecycles import NEW
from .models import Message, Report

QUEUE = 100
LOOKED_THROUGH = 200
# What likeness looks at, in the order of its Account.
ACCOUNT = ("pk", "title", "narrative", "place", "occurred_on", "site_id")
# What a line of the queue shows and scope looks at: a hundred long texts are not read for it.
QUEUE_COLUMNS = (
    "organisation",
    "number",
    "title",
    "form",
    "state",
    "opened_at",
    "disciplines",
    "judged",
    *scope.SCOPE_FIELDS,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report in the triage queue, with the columns of its line, and its deadline."""

    report: Report
    due_at: datetime | None


def triage_queue(actor: Actor, *, limit: int = QUEUE) -> list[Waiting]:
    """The reports that the actor may triage, nearest deadline first (two queries, or three)."""
    sheet = registry.get("report")
    where = Q(state__in=NEW, phase__lt=3)
    ids = paging.page(actor, sheet, where, verb="triage", order="due_on", limit=limit).ids
    running = Clock.everywhere.filter(record_id=OuterRef("pk"), rule="report.triage", stopped_at=None)
    due_at = Subquery(running.order_by("-pk").values("due_at")[:1])
    rows = Report.everywhere.filter(pk__in=ids).only(*QUEUE_COLUMNS).annotate(due_at_desk=due_at).in_bulk()
    # The right to triage does not show what is confidential; the right to see does.
    seen = [rows[pk] for pk in ids if pk in rows and scope.sees(actor, rows[pk])]
    found = [Waiting(report, report.due_at_desk) for report in seen]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or one.report.opened_at, one.report.pk))


@dataclass(frozen=True, slots=True)
class Maybe:
    """A report that may tell of the same event, and why somebody might think so."""

    number: str
    title: str
    is_open: bool
    likeness: Likeness


def duplicates(actor: Actor, report: Report, *, limit: int = 3) -> list[Maybe]:
    """Reports within the actor's sight that may tell of the same event, the likeliest first (one query).

    Only the newest are looked through; those told apart or joined before are left out.
    """
    ids = paging.newest(actor, "report", ~Q(state__in=("void", "merged")), limit=LOOKED_THROUGH)
    others = Report.everywhere.filter(pk__in=ids).exclude(merged_into=report.pk).order_by("-pk")
    apart = {report.pk, report.merged_into_id, *report.unlike}
    told, heads = [], {}
    for number, phase, *account in others.values_list("number", "phase", *ACCOUNT):
        if account[0] not in apart:
            told.append(_account(*account))
            heads[told[-1].key] = (number, told[-1].title, phase < Phase.DONE)
    new = _account(*(getattr(report, name) for name in ACCOUNT))
    return [Maybe(*heads[one.key], one) for one in likeness.alike(new, told, limit=limit)]


def _account(pk: int, title: str, narrative: str, place: str, on: date | None, site: int | None) -> likeness.Account:
    return likeness.Account(str(pk), title, narrative, place, on, str(site or ""))


def closed_elsewhere(report: Report) -> datetime | None:
    """When a closed report was imported as one; None if it was closed here (one query, none for what was decided)."""
    if report.decided_at is not None:
        return None
    turns = Deed.everywhere.filter(Q(verb=history.IMPORTED) | Q(verb__startswith="move."), record_id=report.pk)
    verb, at = turns.order_by("-pk").values_list("verb", "at").first() or ("", None)
    return at if verb == history.IMPORTED else None


def own_reports(actor: Actor) -> list[Report]:
    """What the actor reported, by name or in confidence, newest first."""
    if actor.person_id is None:
        return []
    mine = Q(raised_by_id=actor.person_id) | Q(pk__in=seals.own(actor))
    rows = Report.everywhere.filter(mine, organisation_id=actor.organisation_id, kind="report")
    return list(rows.select_related("filed_on").order_by("-pk")[:200])


def unread(reports: Sequence[Report]) -> Mapping[int, int]:
    """How many messages of the office each reporter has not opened."""
    rows = Message.everywhere.filter(report__in=reports, sender=Sender.OFFICE, read_at=None)
    return dict(rows.values_list("report_id").annotate(n=Count("pk")))


def on_desk(report_id: int) -> Report:
    """A report with its form and who raised it, and in `answers_waiting` how many of the reporter's messages came since
    the office last wrote (one query)."""
    wrote = Message.everywhere.filter(report_id=OuterRef("report_id"), sender=Sender.OFFICE, pk__gt=OuterRef("pk"))
    since = Message.everywhere.filter(~Exists(wrote), report_id=OuterRef("pk"), sender=Sender.REPORTER)
    counted = since.order_by().values("report_id").annotate(n=Count("pk")).values("n")
    rows = Report.everywhere.select_related("filed_on", "raised_by")
    return rows.annotate(answers_waiting=Coalesce(Subquery(counted), 0)).get(pk=report_id)


def published(actor: Actor, *, limit: int = 100) -> list[Report]:
    """What was published for everybody in the organisation, newest first. Only the published text may be shown."""
    rows = Report.everywhere.filter(tenant_id=actor.organisation_id, publication=Publication.PUBLISHED)
    return list(rows.order_by("-published_at").only("publish_title", "publishable", "published_at")[:limit])

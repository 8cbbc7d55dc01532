"""Questions about reports that are worth a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qsms.org.actor import Actor
from qsms.records import history, paging, registry, scope, seals, tally
from qsms.records.models import Clock, Deed
from qsms.records.registry import RecordType
from qsms.rules import likeness
from qsms.rules.lifecycle import Phase
from qsms.rules.likeness import Likeness

from .choices import Publication, Sender
from .lifecycles import NEW
from .models import Message, Report

QUEUE = 50
# Of the newest so many are looked through, and so many of those that happened on the days from and before this one's.
LOOKED_THROUGH, ON_AND_AFTER, BEFORE = 150, 100, 50
WAITS = Q(state__in=NEW, phase__lt=3)
ALIVE = ~Q(state__in=("void", "merged"))
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


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the triage queue: its reports, the key of the next page (empty on the last), and how many wait in all,
    counted up to a cap for who reaches some sites only."""

    waiting: list[Waiting]
    after: str
    total: int
    is_capped: bool = False

    @property
    def count(self) -> str:
        """How many wait, as it is written."""
        return f"{self.total:,}{'+' if self.is_capped else ''}"


def triage_queue(actor: Actor, after: str = "", *, limit: int = 0) -> Queue:
    """The reports that the actor may triage, nearest deadline first, a page or up to `limit` (at most four queries).

    Raises BadPageKey.
    """
    sheet = registry.get("report")
    page = paging.page(actor, sheet, WAITS, verb="triage", order="due_on", after=after, limit=limit or QUEUE)
    ids = page.ids
    running = Clock.everywhere.filter(record_id=OuterRef("pk"), rule="report.triage", stopped_at=None)
    due_at = Subquery(running.order_by("-pk").values("due_at")[:1])
    rows = Report.everywhere.filter(pk__in=ids).only(*QUEUE_COLUMNS).annotate(due_at_desk=due_at).in_bulk()
    # The right to triage does not show what is confidential; the right to see does.
    seen = [rows[pk] for pk in ids if pk in rows and scope.sees(actor, rows[pk])]
    found = [Waiting(report, report.due_at_desk) for report in seen]
    found.sort(key=lambda one: (one.due_at is None, one.due_at or one.report.opened_at, one.report.pk))
    if not page.after and not after:
        return Queue(found, "", len(found))
    total, is_capped = _waiting(actor, sheet)
    return Queue(found, page.after, total, is_capped)


def _waiting(actor: Actor, sheet: RecordType) -> tuple[int, bool]:
    """How many wait for triage, and whether there are more (one query for most people, or two)."""
    same_reach = set(scope.branches(actor, "report", "triage")) == set(scope.branches(actor, "report"))
    states = tally.states(actor, "report") if same_reach else None
    if states is not None:
        return sum(states.get(state, 0) for state in NEW), False
    counted = paging.count(actor, sheet, WAITS, verb="triage")
    return min(counted, paging.COUNT_CAP), counted > paging.COUNT_CAP


@dataclass(frozen=True, slots=True)
class Maybe:
    """A report that may tell of the same event, and why somebody might think so."""

    number: str
    title: str
    is_open: bool
    likeness: Likeness


def duplicates(actor: Actor, report: Report, *, limit: int = 3) -> list[Maybe]:
    """Reports within the actor's sight that may tell of the same event, the likeliest first (one query).

    Looked through are the newest, and whenever they came in those that happened within a few days of this one. Those
    told apart or joined before are left out.
    """
    beside = _about_then(actor, report.occurred_on) if report.occurred_on is not None else ()
    ids = paging.newest(actor, "report", ALIVE, limit=LOOKED_THROUGH, beside=beside)
    others = Report.everywhere.filter(pk__in=ids).exclude(merged_into=report.pk).order_by("-pk")
    apart = {report.pk, report.merged_into_id, *report.unlike}
    told, heads = [], {}
    for number, phase, *account in others.values_list("number", "phase", *ACCOUNT):
        if account[0] not in apart:
            told.append(_account(*account))
            heads[told[-1].key] = (number, told[-1].title, phase < Phase.DONE)
    new = _account(*(getattr(report, name) for name in ACCOUNT))
    return [Maybe(*heads[one.key], one) for one in likeness.alike(new, told, limit=limit)]


def _about_then(actor: Actor, day: date) -> tuple[QuerySet[Any], ...]:
    """The ids of reports that happened on a day or a few days after it, and of those a few days before."""
    few = timedelta(days=likeness.DAYS_CLOSE)
    there = Report.everywhere.filter(ALIVE, scope.predicate(actor, "report"), tenant_id=actor.organisation_id)
    since = there.filter(occurred_on__gte=day, occurred_on__lte=day + few).order_by("occurred_on", "pk")
    before = there.filter(occurred_on__gte=day - few, occurred_on__lt=day).order_by("-occurred_on", "-pk")
    return since.values("pk")[:ON_AND_AFTER], before.values("pk")[:BEFORE]


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

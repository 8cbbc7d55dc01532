"""Reviews of hazards: when the day that was set comes the owner is asked, once.

The day is the record's own due day, so every list and count knows when it has passed. A new rating is the review, and
so is whoever sets a later day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation
from qsms.records import moves, projections, tasks, wording
from qsms.records.history import FieldChange
from qsms.records.models import Record, Task
from qsms.rules.calendar_days import add_months
from qsms.rules.lifecycle import Phase
from qsms.ui.dates import plain_day

from .accepting import RENEW_TASK
from .choices import AssessmentKind
from .following import RATE_TASK
from .matrices import shipped_adoption
from .models import Assessment, Hazard

REVIEW_TASK = "review_hazard"
# Whoever is asked for one of these is asked for the review already.
ASKED = (REVIEW_TASK, RENEW_TASK, RATE_TASK)


def remind(now: dt.datetime | None = None) -> int:
    """Ask the owners of open hazards whose review day has come for the review; how many were asked.

    Without an owner the safety manager is asked. The task is due on the day that was set.
    """
    instant = now or moment.now()
    asked = 0
    for organisation_id, zone in _organisations():
        for pk in list(_waiting(organisation_id, instant.astimezone(zone).date()).values_list("pk", flat=True)):
            with context.organisation(organisation_id), moment.at(instant), write_transaction():
                asked += _ask(actors.system(organisation_id), pk, instant.astimezone(zone).date(), zone)
    return asked


def _organisations() -> list[tuple[int, ZoneInfo]]:
    return [(pk, ZoneInfo(zone)) for pk, zone in Organisation.objects.values_list("pk", "zone")]


def _zone(organisation_id: int) -> ZoneInfo:
    return ZoneInfo(Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id))


def _waiting(organisation_id: int, today: dt.date) -> QuerySet[Record]:
    """Open hazards whose day has come, and that nobody has been asked to review."""
    hazards = Record.everywhere.filter(
        organisation_id=organisation_id, kind="hazard", phase__lt=Phase.DONE, due_on__lte=today
    )
    return hazards.exclude(Exists(Task.everywhere.filter(record=OuterRef("pk"), code__in=ASKED, done_at=None)))


def _ask(actor: Actor, pk: int, today: dt.date, zone: dt.tzinfo) -> bool:
    record = moves.locked(actor, pk)
    if not _waiting(record.organisation_id, today).filter(pk=pk).exists() or record.due_on is None:
        # Reviewed or closed a moment ago.
        return False
    values = {"number": record.number, "title": record.title}
    title = _("Review the hazard: rate its risk again, or set the next review day. %(title)s") % values
    due = _end_of(record.due_on, zone)
    return (
        tasks.give(actor, record, REVIEW_TASK, title, person_id=record.owner_id, role="safety_manager", due_at=due)
        is not None
    )


def _end_of(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59), zone).astimezone(dt.UTC)


def rated(actor: Actor, record: Record, made: Assessment) -> list[FieldChange]:
    """A rating of the risk as it is, when its review has come, is the review: the next day is set, in memory.

    Returns what changed, for the deed of the rating. A prediction is no review.
    """
    if not isinstance(record, Hazard) or made.kind == AssessmentKind.PREDICTED or record.due_on is None:
        return []
    today = moment.now().astimezone(_zone(record.organisation_id)).date()
    if record.due_on > today:
        return []
    old = record.due_on
    record.due_on = add_months(today, shipped_adoption()["months_between_reviews"])
    tasks.finish(actor, record, (REVIEW_TASK,), outcome=f"{made.cell} {made.class_label}")
    return [FieldChange("due_on", wording.plain(old), wording.plain(record.due_on))]


@projections.project
def follow_day(writes: Sequence[projections.Written]) -> None:
    """Whoever sets a later day, or none, has reviewed the hazard; the task moves along with any other day."""
    for write in writes:
        record, before = write.record, write.before
        if record.kind != "hazard" or before is None or before.due_on == record.due_on:
            continue
        actor, zone, day = actors.system(record.organisation_id), _zone(record.organisation_id), record.due_on
        if day is None or day > moment.now().astimezone(zone).date():
            outcome = _("Next review on %(day)s") % {"day": plain_day(day)} if day else _("No review day any more")
            tasks.finish(actor, record, (REVIEW_TASK,), outcome=outcome)
        else:
            tasks.postpone(record, (REVIEW_TASK,), _end_of(day, zone))


def _due() -> bool:
    """Whether a review day has come that nobody has been told of."""
    now = moment.now()
    return any(_waiting(pk, now.astimezone(zone).date()).exists() for pk, zone in _organisations())


@jobs.every(3600, only_if=_due)
def watch_reviews() -> None:
    """The worker's round: each organisation's day begins at its own hour, so it looks every hour."""
    remind()

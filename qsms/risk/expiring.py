"""Acceptances run out: the owner is warned before, and afterwards those who may accept are asked anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation
from qsms.records import history, moves, tasks
from qsms.records.models import Record
from qsms.ui.dates import plain_day

from .accepting import RENEW_TASK, end
from .matrices import shipped_adoption
from .models import Acceptance
from .reviewing import REVIEW_TASK

WARNED = "risk.acceptance_ending"


def expire(now: dt.datetime | None = None) -> int:
    """End every acceptance whose last day is over where its organisation is; how many there were.

    Those who may accept are asked anew, and a hazard that was closed on it opens again.
    """
    instant = now or moment.now()
    ended = 0
    for pk, organisation_id, last_day, zone in _standing_until(instant.date() + dt.timedelta(days=1)):
        if instant.astimezone(zone).date() <= last_day:
            continue
        with _at_hand(pk, organisation_id, instant) as (actor, record, one):
            if one is not None:
                words = _("It expired on %(day)s. Review the risk and accept it again.")
                end(actor, record, one, words % {"day": plain_day(last_day)})
                ended += 1
    return ended


def warn(now: dt.datetime | None = None) -> int:
    """Ask the owners of records whose acceptance ends soon to review the risk in time, each once; how many there were.

    Without an owner the safety manager is asked. The task is due on the last day.
    """
    instant = now or moment.now()
    ahead = dt.timedelta(days=shipped_adoption()["warn_days_before_expiry"])
    warned = 0
    for pk, organisation_id, last_day, zone in _standing_until(instant.date() + ahead + dt.timedelta(days=2)):
        if not dt.timedelta() <= last_day - instant.astimezone(zone).date() <= ahead:
            continue
        with _at_hand(pk, organisation_id, instant) as (actor, record, one):
            if one is not None and one.warned_at is None:
                _warn(actor, record, one, last_day, zone)
                warned += 1
    return warned


def _warn(actor: Actor, record: Record, one: Acceptance, last_day: dt.date, zone: dt.tzinfo) -> None:
    one.warned_at = moment.now()
    one.save(update_fields=["warned_at"])
    values = {"cell": one.assessment.cell, "day": plain_day(last_day), "title": record.title}
    tasks.give(
        actor,
        record,
        RENEW_TASK,
        _("Review the risk: its acceptance of %(cell)s ends on %(day)s. %(title)s") % values,
        person_id=record.owner_id,
        role="safety_manager",
        due_at=dt.datetime.combine(last_day, dt.time(23, 59), zone).astimezone(dt.UTC),
    )
    # One reminder of one review: if its day has come too, it is asked for again when this one is answered without it.
    tasks.withdraw(actor, record, (REVIEW_TASK,), outcome=_("Asked for with the acceptance that ends"))
    deed = history.write(actor, record, history.Act(WARNED, "", {"acceptance": one.pk, "lens": one.lens}))
    history.tell(actor, record, deed, f"{record.kind}.acceptance_ending", {"acceptance": one.pk})


def _standing_until(before: dt.date) -> list[tuple[int, int, dt.date, ZoneInfo]]:
    """Standing acceptances with a last day before this one, with the zone of their organisation."""
    rows = Acceptance.everywhere.filter(ended_at=None, expires_on__lt=before).order_by("pk")
    zones = {pk: ZoneInfo(zone) for pk, zone in Organisation.objects.values_list("pk", "zone")}
    return [
        (pk, organisation_id, last_day, zones[organisation_id])
        for pk, organisation_id, last_day in rows.values_list("pk", "organisation_id", "expires_on")
        if last_day is not None
    ]


@contextmanager
def _at_hand(pk: int, organisation_id: int, instant: dt.datetime) -> Iterator[tuple[Actor, Record, Acceptance | None]]:
    """The system as actor, the locked record and the acceptance, unless it has ended a moment ago; one transaction."""
    with context.organisation(organisation_id), moment.at(instant), write_transaction():
        actor = actors.system(organisation_id)
        record_id = Acceptance.everywhere.values_list("record_id", flat=True).get(pk=pk)
        record = moves.locked(actor, record_id)
        one = Acceptance.everywhere.select_related("assessment").filter(pk=pk, ended_at=None).first()
        yield actor, record, one


def _due() -> bool:
    """Whether an acceptance may have run out, or may have to be told of; a cheap look over all organisations."""
    today = moment.now().date()
    soon = today + dt.timedelta(days=shipped_adoption()["warn_days_before_expiry"] + 2)
    ends = Acceptance.everywhere.filter(ended_at=None)
    return (
        ends.filter(expires_on__lt=today + dt.timedelta(days=1)).exists()
        or ends.filter(expires_on__lt=soon, warned_at=None).exists()
    )


@jobs.every(3600, only_if=_due)
def watch_acceptances() -> None:
    """The worker's round: each organisation's day ends at its own hour, so it looks every hour."""
    expire()
    warn()

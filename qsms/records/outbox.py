"""Delivery of events after their transaction has held: at least once, in order, each listener on its own.

A row is claimed in a short transaction and its listeners run outside of it, so that slow ones (mail) hold nobody up.
A listener that fails is tried again with the row, up to MOST_TRIES; the row then stays with its error for the
administrator, and does not hold up the rows behind it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F, Q

from qsms.base import context, events, jobs, moment
from qsms.base.gate import write_transaction

from .models import Outbox

log = logging.getLogger(__name__)

BATCH = 100
MOST_TRIES = 5
KEEP_DAYS = 30
# A claim older than this belongs to a worker that died.
CLAIM = timedelta(minutes=5)


def _waiting() -> Q:
    free = Q(claimed_at=None) | Q(claimed_at__lt=moment.now() - CLAIM)
    return free & Q(done_at=None, tries__lt=MOST_TRIES)


def waiting() -> bool:
    """Whether any event waits for delivery."""
    return Outbox.objects.filter(_waiting()).exists()


def deliver(limit: int = BATCH) -> int:
    """Deliver up to `limit` waiting events; how many were done."""
    rows = Outbox.objects.filter(_waiting()).order_by("pk").values_list("pk", flat=True)[:limit]
    return sum(_deliver_one(pk) for pk in list(rows))


def _deliver_one(pk: int) -> bool:
    with write_transaction():
        claimed = Outbox.objects.filter(_waiting(), pk=pk).update(claimed_at=moment.now(), tries=F("tries") + 1)
    if not claimed:
        return False
    row = Outbox.objects.get(pk=pk)
    event, served, failed = _event(row), list(row.served), ""
    with context.organisation(row.organisation_id):
        for listener in events.after_listeners.of(row.event):
            if listener.key in served:
                continue
            try:
                listener.call(event)
                served.append(listener.key)
            except Exception as error:
                # A listener's fault must not keep the others from hearing; it is told and tried again.
                log.exception("Event %s (%s) did not reach %s.", row.pk, row.event, listener.key)
                failed = f"{listener.key}: {type(error).__name__}: {error}"[:2000]
    with write_transaction():
        Outbox.objects.filter(pk=pk).update(
            served=served, error=failed, claimed_at=None, done_at=None if failed else moment.now()
        )
    return not failed


def _event(row: Outbox) -> events.Event:
    payload = dict(row.payload)
    return events.Event(
        name=row.event,
        organisation_id=row.organisation_id,
        record_id=payload.pop("record", None),
        actor_id=payload.pop("actor", None),
        at=row.created_at,
        data=payload,
    )


def tidy() -> int:
    """Remove what was delivered more than KEEP_DAYS days ago; how many rows."""
    old = moment.now() - timedelta(days=KEEP_DAYS)
    with write_transaction():
        return Outbox.objects.filter(done_at__lt=old).delete()[0]


@jobs.every(2, only_if=waiting)
def deliver_waiting() -> None:
    """The worker's round: everything that waits, a batch at a time."""
    while deliver():
        pass


@jobs.every(24 * 3600)
def tidy_daily() -> None:
    tidy()

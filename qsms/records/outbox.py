"""Delivery of events after their transaction has held: at least once, in order, each listener on its own.

A row is taken by one worker at a time. A listener that fails is tried again with the row, up to MOST_TRIES; the row
then stays with its error for the administrator, and does not hold up the rows behind it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection
from django.db.models import F, Q

from qsms.base import context, events, moment
from qsms.base.gate import write_transaction

from .models import Outbox

log = logging.getLogger(__name__)

BATCH = 100
MOST_TRIES = 5
KEEP_DAYS = 30


def waiting() -> int:
    """How many events wait for delivery, without those that have been given up."""
    return Outbox.objects.filter(done_at=None, tries__lt=MOST_TRIES).count()


def deliver(limit: int = BATCH) -> int:
    """Deliver up to `limit` waiting events; how many were done."""
    done = 0
    rows = Outbox.objects.filter(done_at=None, tries__lt=MOST_TRIES).order_by("pk").values_list("pk", flat=True)
    for pk in list(rows[:limit]):
        done += _deliver_one(pk)
    return done


def _deliver_one(pk: int) -> int:
    with write_transaction():
        locked = Outbox.objects.filter(pk=pk, done_at=None)
        if connection.vendor == "postgresql":
            locked = locked.select_for_update(skip_locked=True)
        row = locked.first()
        if row is None:
            return 0
        try:
            # A savepoint of its own: what a failed listener wrote goes, the note of its failure stays.
            with write_transaction(), context.organisation(row.organisation_id):
                for listener in events.after_listeners.of(row.event):
                    listener.call(_event(row))
        except Exception as error:
            log.exception("Event %s (%s) was not delivered.", row.pk, row.event)
            Outbox.objects.filter(pk=pk).update(tries=F("tries") + 1, error=f"{type(error).__name__}: {error}"[:2000])
            return 0
        Outbox.objects.filter(pk=pk).update(done_at=moment.now())
        return 1


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
        return Outbox.objects.filter(Q(done_at__lt=old)).delete()[0]

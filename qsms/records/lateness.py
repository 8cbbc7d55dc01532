"""When an open record is late. Pages, lists, counts and the API all ask here, so that they say the same.

A day that a running clock set is the clock's: late from its very instant. A plain day is late from the next one on.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules.lifecycle import Phase

from .models import Record

ONE_DAY = dt.timedelta(days=1)


def late(now: dt.datetime, today: dt.date) -> Q:
    """The open records that are late, on a day that is the reader's."""
    passed = Q(due_at__lt=now) | Q(due_at=None, due_on__lt=today)
    # Nowhere on earth is an instant that has passed of a later day than tomorrow: with that, the index on days serves.
    return Q(phase__lt=Phase.DONE, due_on__lte=today + ONE_DAY) & passed


def late_to(actor: Actor) -> Q:
    """The same now, where this person is."""
    now = moment.now()
    return late(now, now.astimezone(actor.tz).date())


def is_late(record: Record, now: dt.datetime, today: dt.date) -> bool:
    """The same of one record."""
    if not record.is_open or record.due_on is None:
        return False
    return record.due_at < now if record.due_at is not None else record.due_on < today

"""Days that are entered today and cannot be meant. What an import brings from elsewhere is not asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules import date_bounds
from qsms.rules.date_bounds import When

from . import wording
from .models import Record
from .registry import RecordType


def wrong(actor: Actor, sheet: RecordType, record: Record, names: Iterable[str]) -> dict[str, str]:
    """A sentence for each of these fields whose day cannot be meant; the installation's own jobs are not asked."""
    if actor.is_system:
        return {}
    now = moment.now().astimezone(actor.tz)
    found = {}
    for name in names:
        value = getattr(record, name, None)
        if isinstance(value, dt.date) and (why := date_bounds.wrong(sheet.dates.get(name, When.ANY), value, now)):
            found[name] = wording.sentence(why)
    return found

"""Which days can be meant: a typing mistake in a year is caught where it is typed, not found in a figure later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum

from .sentences import Sentence
from .sentences import say as _

# Clocks of phones and servers differ by so much.
CLOCKS_DIFFER = timedelta(minutes=15)
YEARS_AHEAD = 10
YEARS_BACK = 80
# A day so many years back may well be meant, but whoever writes it is asked.
YEARS_UNASKED = 10


class When(Enum):
    """What a date is the date of."""

    DUE = "due"  # something to be done
    HAPPENED = "happened"
    ANY = "any"


def wrong(kind: When, value: date, now: datetime) -> Sentence | None:
    """Why a date cannot be meant, or None. `now` is the writer's own clock, with its zone."""
    day = _day(value, now)
    if kind == When.HAPPENED:
        ahead = value > now + CLOCKS_DIFFER if isinstance(value, datetime) else day > now.date()
        if ahead:
            return _("%(day)s lies ahead. Write when it happened.", day=day)
    if kind == When.DUE and day < now.date():
        return _("%(day)s is past. Choose today or a later day.", day=day)
    if day.year > now.year + (YEARS_AHEAD if kind == When.DUE else YEARS_BACK):
        return _("%(day)s is too far ahead. Check the year.", day=day)
    if day.year < now.year - YEARS_BACK:
        return _("%(day)s is too far back. Check the year.", day=day)
    return None


def is_long_ago(value: date, now: datetime) -> bool:
    """Whether a day lies so far back that one asks whether it is meant."""
    return _day(value, now).year < now.year - YEARS_UNASKED


def _day(value: date, now: datetime) -> date:
    if isinstance(value, datetime):
        return value.astimezone(now.tzinfo).date()
    return value

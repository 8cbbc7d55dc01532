"""Calendar arithmetic that has no opinion about working days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache

MONTHS_A_YEAR = 12


# Thousands of pieces of evidence are of a few hundred days.
@lru_cache(maxsize=4096)
def add_months(day: date, months: int) -> date:
    """The same day of the month that many months on, clipped to the month's end: 30 November + 3 is 28 February."""
    whole = day.year * MONTHS_A_YEAR + day.month - 1 + months
    year, month = divmod(whole, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""How long a record is kept that is kept as long as something lasts, such as the employment of whom it is about.

While that goes on there is no last day. Once it has ended the record is kept through its last day, or so many calendar
months longer; from the day after, and no earlier, it may be disposed of.
"""

from __future__ import annotations

from datetime import date, timedelta

from qsms.rules.calendar_days import add_months

DAY = timedelta(days=1)


def kept_through(ended_on: date | None, months: int = 0) -> date | None:
    """The last day on which it must still be there; None as long as nobody knows the end."""
    return add_months(ended_on, months) if ended_on is not None else None


def disposable_from(ended_on: date | None, months: int = 0) -> date | None:
    """The first day on which it may be disposed of; None as long as nobody knows the end."""
    last = kept_through(ended_on, months)
    return last + DAY if last is not None else None


def ended_by(today: date, months: int = 0) -> date:
    """The latest end with which a record may be disposed of today."""
    # A month has fewer days than the one before or after it: from a little too late, back to the first that fits.
    day = add_months(today, -months) + 3 * DAY
    while add_months(day, months) >= today:
        day -= DAY
    return day

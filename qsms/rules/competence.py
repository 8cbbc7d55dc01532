"""Competence as values: until which day what somebody completed holds, and how a person stands on a requirement.

Validity runs in calendar months from the day of completion: 31 January and one month is 28 February. The last day of a
period still counts. A change of what is taught may end early what was completed before it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from qsms.rules.calendar_days import add_months

# The last day of what does not end.
FOREVER = date.max


class State(StrEnum):
    """How a person stands on a requirement, from best to worst."""

    VALID = "valid"
    SOON = "soon"
    WAIVED = "waived"
    GRACE = "grace"
    EXPIRED = "expired"
    MISSING = "missing"


# Those in which a person may do what the requirement is for.
CURRENT = frozenset({State.VALID, State.SOON, State.WAIVED, State.GRACE})
# The worst first: what a person should do something about.
URGENCY = (State.EXPIRED, State.MISSING, State.GRACE, State.SOON, State.WAIVED, State.VALID)


@dataclass(frozen=True)
class Validity:
    """How long a completion holds: `months` (None = for ever), and what surrounds the last day.

    `month_end` lets it run to the end of that month. From `soon_days` before the last day it is due soon, and for
    `grace_days` after it the person may go on. Who renews within the last `early_months` keeps the day: the new period
    begins where the old one ends.
    """

    months: int | None
    month_end: bool = False
    soon_days: int = 60
    grace_days: int = 0
    early_months: int = 0


@dataclass(frozen=True)
class Completion:
    """Somebody completed it on a day; `expires_on` is the day that a certificate from outside states itself.

    `by` is a moment before which it was certainly learnt: a change later on the same day was not in it.
    """

    id: Hashable
    on: date
    expires_on: date | None = None
    by: datetime | None = None


@dataclass(frozen=True)
class Renewal:
    """What is taught changed on `since`: what was completed before that holds until `until` and no longer.

    `at` is the moment of the change. Where it is not known, what was completed on its day counts as learnt after it.
    """

    since: date
    until: date
    at: datetime | None = None

    def ends(self, one: Completion) -> bool:
        """Whether this was completed before the change."""
        if one.on == self.since and one.by is not None and self.at is not None:
            return one.by < self.at
        return one.on < self.since


@dataclass(frozen=True, order=True)
class Period:
    """The last day on which it holds, with the day from which it is due soon and the last day of grace."""

    ends_on: date
    soon_on: date
    grace_on: date


def end_of_month(day: date) -> date:
    """The last day of the month."""
    return add_months(day.replace(day=1), 1) - timedelta(days=1) if (day.year, day.month) != (9999, 12) else FOREVER


def last_day(on: date, validity: Validity, before: date | None = None) -> date:
    """The last day that a completion holds; `before` is the last day of the period that it renews."""
    if validity.months is None:
        return FOREVER
    start = on
    if before is not None and before != FOREVER and on <= before and on >= add_months(before, -validity.early_months):
        start = before
    day = add_months(start, validity.months)
    return end_of_month(day) if validity.month_end else day


def periods(
    completions: Iterable[Completion], validity: Validity, renewals: Sequence[Renewal] = ()
) -> Mapping[Hashable, Period]:
    """The period of each completion of one thing by one person, by the id of the completion."""
    found: dict[Hashable, Period] = {}
    before: date | None = None
    for one in sorted(completions, key=lambda each: (each.on, str(each.id))):
        usual = last_day(one.on, validity, before)
        if one.expires_on is not None:
            usual = min(usual, one.expires_on)
        ends = min([usual, *(each.until for each in renewals if each.ends(one))])
        # No grace after a change: what was learnt is not what is done any more.
        grace = ends if ends < usual else _later(ends, validity.grace_days)
        found[one.id] = Period(ends, _earlier(ends, validity.soon_days), grace)
        before = usual if before is None else max(before, usual)
    return found


def _later(day: date, days: int) -> date:
    return FOREVER if (FOREVER - day).days < days else day + timedelta(days=days)


def _earlier(day: date, days: int) -> date:
    if day == FOREVER:
        return FOREVER
    return date.min if (day - date.min).days < days else day - timedelta(days=days)


def state(best: Period | None, today: date, waived_until: date | None = None) -> State:
    """How somebody stands whose best period this is. A waiver helps only who is not current without it."""
    if best is None:
        found = State.MISSING
    elif today < best.soon_on or best.ends_on == FOREVER:
        found = State.VALID
    elif today <= best.ends_on:
        found = State.SOON
    elif today <= best.grace_on:
        found = State.GRACE
    else:
        found = State.EXPIRED
    if found not in CURRENT and waived_until is not None and today <= waived_until:
        return State.WAIVED
    return found


def accepted(wanted: Hashable, equivalences: Iterable[tuple[Hashable, Hashable]]) -> frozenset[Hashable]:
    """What counts for `wanted`: itself and what is said to count for it. Not what counts for that in its turn: who
    accepts a licence for a course has not accepted what others accept for the licence."""
    return frozenset({wanted, *(held for held, towards in equivalences if towards == wanted)})

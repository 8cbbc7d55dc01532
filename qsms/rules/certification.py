"""The certification cycle of a management system: its limits come from clock rules, its years from the decision.

After ISO/IEC 17021-1: a surveillance audit at least once in each calendar year but those of the first certification
and of recertification, the first within twelve months of the decision, recertification before the certificate ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from qsms.rules.calendar_days import add_months
from qsms.rules.clocks import ClockError, ClockRule, Unit
from qsms.rules.sentences import say as _

STAGE_GAP: Final = "certification.stage_gap"
MAJOR_CLOSURE: Final = "certification.major_closure"
FIRST_SURVEILLANCE: Final = "certification.first_surveillance"
CYCLE: Final = "certification.cycle"
RESTORATION: Final = "certification.restoration"
MONTH_RULES: Final = (STAGE_GAP, MAJOR_CLOSURE, FIRST_SURVEILLANCE, CYCLE, RESTORATION)


class Closure(StrEnum):
    """What open major nonconformities of stage 2 mean for the decision."""

    MAY_DECIDE = "may_decide"
    WAIT = "wait"
    REPEAT_STAGE_2 = "repeat_stage_2"


class Standing(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    RESTORABLE = "restorable"
    NEW_STAGE_2 = "new_stage_2"


class Mark(StrEnum):
    """Whether the mark of the body may be used on a day."""

    MAY = "may"
    NOT_YET = "not_yet"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    OVER = "over"


@dataclass(frozen=True)
class Limits:
    """The limits in calendar months."""

    stage_gap: int
    major_closure: int
    first_surveillance: int
    cycle: int
    restoration: int


@dataclass(frozen=True)
class Cycle:
    """One cycle from its decision: every day is the last one allowed."""

    decided_on: date
    first_surveillance_by: date | None
    surveillance_years: tuple[int, ...]
    ends_by: date
    restorable_until: date


def limits(rules: Mapping[str, ClockRule]) -> Limits:
    """The limits of the clock rules; raises `ClockError` when one is missing or does not count calendar months."""
    for code in MONTH_RULES:
        if code not in rules or rules[code].unit is not Unit.CALENDAR_MONTHS:
            raise ClockError(_("The rule “%(code)s” must be there and count calendar months.", code=code))
    return Limits(*(rules[code].amount for code in MONTH_RULES))


def cycle(decided_on: date, allowed: Limits, *, first: bool = True, ends_on: date | None = None) -> Cycle:
    """The cycle that a decision begins, `first` for the initial one; `ends_on` where the certificate names its end.

    Only the first cycle limits its first surveillance audit by months; the others by calendar years alone.
    """
    ends = ends_on or add_months(decided_on, allowed.cycle)
    return Cycle(
        decided_on=decided_on,
        first_surveillance_by=add_months(decided_on, allowed.first_surveillance) if first else None,
        surveillance_years=tuple(range(decided_on.year + 1, ends.year)),
        ends_by=ends,
        restorable_until=add_months(ends, allowed.restoration),
    )


def years_without_surveillance(running: Cycle, audits: Iterable[date], today: date) -> tuple[int, ...]:
    """The calendar years of the cycle that ended, or are the present one, without a surveillance audit."""
    done = {each.year for each in audits}
    return tuple(year for year in running.surveillance_years if year <= today.year and year not in done)


def first_surveillance_late(running: Cycle, audits: Iterable[date], today: date) -> bool:
    """Whether the first surveillance audit came, or still is, after its last day."""
    first = min((each for each in audits if each >= running.decided_on), default=today)
    return running.first_surveillance_by is not None and first > running.first_surveillance_by


def stage_2_by(stage_1_on: date, allowed: Limits) -> date:
    """The day by which stage 2 usually follows; later, stage 1 is usually repeated."""
    return add_months(stage_1_on, allowed.stage_gap)


def decision_by(stage_2_on: date, allowed: Limits) -> date:
    """The day by which the decision can follow stage 2; majors that are open later ask for another stage 2."""
    return add_months(stage_2_on, allowed.major_closure)


def clocks_due(
    stage_1_on: date | None, stage_2_on: date | None, ends_by: date | None, today: date, *, majors_open: bool
) -> dict[str, date]:
    """The clocks that run besides those of the cycle, and the day that each runs from.

    The days of the stages are those of a certificate that waits for its decision, `ends_by` the last day of one that
    had it.
    """
    found = {}
    if stage_1_on is not None and stage_2_on is None:
        found[STAGE_GAP] = stage_1_on
    if stage_2_on is not None and majors_open:
        found[MAJOR_CLOSURE] = stage_2_on
    if ends_by is not None and today > ends_by:
        found[RESTORATION] = ends_by
    return found


def mark_check_on(decided_on: date, checked_on: date | None, months: int) -> date:
    """The day on which the use of the mark is to be looked at again; the cycle begins with it looked at."""
    return add_months(max(decided_on, checked_on or decided_on), months)


def closure(stage_2_ended_on: date, majors_closed: Iterable[date | None], today: date, allowed: Limits) -> Closure:
    """What major nonconformities mean for the decision; each is the day of its verified closure, None while open."""
    last = add_months(stage_2_ended_on, allowed.major_closure)
    days = list(majors_closed)
    if any((day is None and today > last) or (day is not None and day > last) for day in days):
        return Closure.REPEAT_STAGE_2
    if any(day is None for day in days):
        return Closure.WAIT
    return Closure.MAY_DECIDE


def standing(running: Cycle, today: date) -> Standing:
    """How the certificate stands: valid to its last day, then restorable for a while, then to be won anew."""
    if today <= running.ends_by:
        return Standing.VALID
    return Standing.RESTORABLE if today <= running.restorable_until else Standing.NEW_STAGE_2


def mark(state: str, stands: Standing | None) -> Mark:
    """Whether the mark may be used; `state` is applied, held or suspended, any other is over."""
    if state == "applied":
        return Mark.NOT_YET
    if state not in ("held", "suspended"):
        return Mark.OVER
    if stands is not Standing.VALID:
        return Mark.EXPIRED
    return Mark.SUSPENDED if state == "suspended" else Mark.MAY


def next_due(running: Cycle, audits: Iterable[date], today: date) -> date:
    """The next day on which something must have happened: a surveillance audit, or the recertification.

    An audit that is overdue stays due on its day. Past the end there is the last day of restoring the certificate.
    """
    done = sorted(each for each in audits if each >= running.decided_on)
    if today > running.ends_by:
        return running.restorable_until
    days = [running.ends_by]
    if running.first_surveillance_by is not None and not done:
        days.append(running.first_surveillance_by)
    years = {each.year for each in done}
    days += [date(year, 12, 31) for year in running.surveillance_years if year not in years]
    return min(days)

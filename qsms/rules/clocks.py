"""Deadlines: elapsed hours, calendar days, working days and calendar months, each counted in its own way.

Never reduced to days: 72 hours over the change to summer time end an hour later on the wall, ten working days know
Thanksgiving, and three months from 30 November end on 28 February. Days end when the office's day ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from qsms.rules.calendar_days import add_months
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
LAST_INSTANT = timedelta(microseconds=1)


class ClockError(ValueError):
    """A deadline that cannot be counted; the sentence says why and what to mend."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Unit(StrEnum):
    """What a clock counts."""

    ELAPSED_HOURS = "elapsed_hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    CALENDAR_MONTHS = "calendar_months"


class Roll(StrEnum):
    """Where a deadline goes that falls on a day without work."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"


class Standing(StrEnum):
    """How a clock stands."""

    OK = "ok"
    SOON = "soon"
    LATE = "late"
    MET = "met"


@dataclass(frozen=True)
class Warn:
    """When to warn: at these shares of the time, and that many hours before the end (0 = not)."""

    fractions: tuple[float, ...] = (0.5, 0.75)
    hours: int = 24


@dataclass(frozen=True)
class ClockRule:
    """One deadline as data; `extended_by` says who may grant more time ("" = nobody)."""

    code: str
    label: str
    trigger: str
    amount: int
    unit: Unit
    roll: Roll = Roll.NONE
    calendar: str = ""
    warn: Warn = field(default_factory=Warn)
    extended_by: str = ""
    basis: str = ""
    edition: str = ""
    confidence: str = ""

    @property
    def needs_calendar(self) -> bool:
        """Whether the deadline cannot be counted without a holiday calendar."""
        return self.unit is Unit.WORKING_DAYS or self.roll is not Roll.NONE


@dataclass(frozen=True)
class HolidayCalendar:
    """The days without work of one jurisdiction for the years it knows; any other year is an error."""

    code: str
    edition: str
    years: frozenset[int]
    holidays: Mapping[date, str] = field(hash=False)
    weekend: frozenset[int] = frozenset({5, 6})

    def closed(self, day: date) -> str | None:
        """Why nobody works that day: the holiday's name, "" for a plain weekend, None for a working day."""
        if day.year not in self.years:
            raise ClockError(
                _(
                    "The calendar %(code)s does not know the holidays of %(year)s. Load that year first.",
                    code=self.code,
                    year=day.year,
                )
            )
        if day.weekday() in self.weekend:
            return ""
        return self.holidays.get(day)


@dataclass(frozen=True)
class SkippedDay:
    """A holiday on a weekday that the count passed over."""

    day: date
    name: str


@dataclass(frozen=True)
class Count:
    """A deadline with how it came about: holidays skipped, and the day it was rolled from."""

    due: datetime
    skipped: tuple[SkippedDay, ...] = ()
    rolled_from: date | None = None


@dataclass(frozen=True)
class Progress:
    """How a clock stands: the share of its time that is used (more than 1 when late), what is left, warnings passed."""

    standing: Standing
    share: float
    left: timedelta
    warnings_passed: int


def count(rule: ClockRule, trigger: datetime, zone: ZoneInfo, calendar: HolidayCalendar | None = None) -> Count:
    """The deadline of a rule from its trigger, an instant with a zone; `zone` is the office's.

    Hours run as real time. For the other units the day of the trigger is not counted and the deadline is the last
    instant of its day in the office's zone. A rolled deadline is the last instant of the day it is rolled to.
    """
    began = utc(trigger)
    if rule.amount < 1:
        raise ClockError(
            _("The clock %(code)s counts %(amount)s. Write 1 or more.", code=rule.code, amount=rule.amount)
        )
    if rule.needs_calendar and calendar is None:
        raise ClockError(
            _("The clock %(code)s needs a holiday calendar. Name one in the rule or the site.", code=rule.code)
        )
    start = began.astimezone(zone).date()
    skipped: tuple[SkippedDay, ...] = ()
    if rule.unit is Unit.ELAPSED_HOURS:
        due = began + timedelta(hours=rule.amount)
    elif rule.unit is Unit.CALENDAR_DAYS:
        due = end_of_day(start + timedelta(days=rule.amount), zone)
    elif rule.unit is Unit.CALENDAR_MONTHS:
        due = end_of_day(add_months(start, rule.amount), zone)
    else:
        assert calendar is not None
        day, skipped = _working_days(start, rule.amount, calendar)
        due = end_of_day(day, zone)
    if rule.roll is Roll.NONE or calendar is None:
        return Count(due, skipped)
    due_day = due.astimezone(zone).date()
    rolled, passed = _rolled(due_day, rule.roll, calendar)
    if rolled == due_day:
        return Count(due, skipped)
    return Count(end_of_day(rolled, zone), skipped + passed, rolled_from=due_day)


def deadline(rule: ClockRule, trigger: datetime, zone: ZoneInfo, calendar: HolidayCalendar | None = None) -> datetime:
    """The deadline in UTC; see `count` for how it is found."""
    return count(rule, trigger, zone, calendar).due


def years_needed(rule: ClockRule, trigger: datetime, zone: ZoneInfo) -> range:
    """The years whose holidays the count may look at, with room for a roll over the turn of the year."""
    start = utc(trigger).astimezone(zone).date()
    # Two calendar days for a working day, and three weeks, are more than any run of holidays needs.
    spans = {
        Unit.ELAPSED_HOURS: timedelta(hours=rule.amount),
        Unit.CALENDAR_DAYS: timedelta(days=rule.amount),
        Unit.WORKING_DAYS: timedelta(days=2 * rule.amount),
        Unit.CALENDAR_MONTHS: timedelta(days=31 * rule.amount),
    }
    last = start + spans[rule.unit] + timedelta(days=21)
    return range(start.year, last.year + 1)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; raises `ClockError` for one without a zone."""
    # Two local times of one zone would be subtracted as wall times, an hour wrong when the clocks change.
    if moment.tzinfo is None:
        raise ClockError(_("The moment “%(given)s” has no time zone. Give the instant in UTC.", given=moment))
    return moment.astimezone(UTC)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last instant of a day in a zone, in UTC, whatever the clocks do that night."""
    # The next day's first instant less one step: 23:59 may come twice, or midnight not at all, when clocks change.
    next_day = datetime.combine(day + ONE_DAY, time.min, zone)
    return next_day.astimezone(UTC) - LAST_INSTANT


def _working_days(start: date, amount: int, calendar: HolidayCalendar) -> tuple[date, tuple[SkippedDay, ...]]:
    day, left, skipped = start, amount, []
    for day in _days_after(start):
        closed = calendar.closed(day)
        if closed is None:
            left -= 1
            if not left:
                break
        elif closed:
            skipped.append(SkippedDay(day, closed))
    return day, tuple(skipped)


def _rolled(day: date, roll: Roll, calendar: HolidayCalendar) -> tuple[date, tuple[SkippedDay, ...]]:
    step = ONE_DAY if roll is Roll.NEXT else -ONE_DAY
    passed = []
    while (closed := calendar.closed(day)) is not None:
        if closed:
            passed.append(SkippedDay(day, closed))
        day += step
    return day, tuple(passed)


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        yield day


def warning_times(start: datetime, due: datetime, warn: Warn) -> tuple[datetime, ...]:
    """When to warn, in order; a warning in hours that is as long as the clock itself is left out."""
    start, due = utc(start), utc(due)
    span = due - start
    times = {start + span * fraction for fraction in warn.fractions}
    if warn.hours and timedelta(hours=warn.hours) < span:
        times.add(due - timedelta(hours=warn.hours))
    return tuple(sorted(times))


def standing(now: datetime, start: datetime, due: datetime, warn: Warn, *, met_at: datetime | None = None) -> Progress:
    """How a clock stands. It is late after its last instant, not at it; met late stays late.

    “Soon” begins at the last of the shares in `warn` or at its hours before the end, whichever comes first.
    """
    start, due, at = utc(start), utc(due), utc(now if met_at is None else met_at)
    span = (due - start).total_seconds()
    used = (at - start).total_seconds()
    share = max(used, 0.0) / span if span > 0 else 1.0
    passed = sum(at >= moment for moment in warning_times(start, due, warn))
    if at > due:
        found = Standing.LATE
    elif met_at is not None:
        found = Standing.MET
    elif at >= _soon_from(start, due, warn):
        found = Standing.SOON
    else:
        found = Standing.OK
    return Progress(found, share, due - at, passed)


def _soon_from(start: datetime, due: datetime, warn: Warn) -> datetime:
    span = due - start
    begins = [start + span * max(warn.fractions)] if warn.fractions else []
    if warn.hours and timedelta(hours=warn.hours) < span:
        begins.append(due - timedelta(hours=warn.hours))
    return min(begins, default=due)


def extended(rule: ClockRule, due: datetime, until: datetime, *, granted_by: str, reason: str) -> datetime:
    """The later deadline, when somebody who may has granted it with a reason; raises `ClockError` otherwise."""
    if not rule.extended_by:
        raise ClockError(_("%(label)s cannot be extended. Nobody may grant more time.", label=rule.label))
    if not granted_by.strip() or not reason.strip():
        raise ClockError(
            _(
                "%(label)s is extended only by %(who)s and with a reason. Write both.",
                label=rule.label,
                who=rule.extended_by,
            )
        )
    if utc(until) <= utc(due):
        raise ClockError(
            _(
                "%(until)s is not later than the deadline, %(due)s. Choose a later moment.",
                until=until.isoformat(timespec="minutes"),
                due=due.isoformat(timespec="minutes"),
            )
        )
    return until

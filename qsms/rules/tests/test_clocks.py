"""Deadlines by the worked examples of the field (dates computed by hand from the named rules) and by property."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.calendar_days import add_months
from qsms.rules.clock_rules import load_rules
from qsms.rules.clocks import (
    ClockError,
    ClockRule,
    HolidayCalendar,
    Roll,
    Standing,
    Unit,
    Warn,
    count,
    deadline,
    end_of_day,
    extended,
    standing,
    utc,
    warning_times,
    years_needed,
)
from qsms.rules.data_files import DataError
from qsms.rules.holiday_calendars import calendar_by_code, calendar_for

EASTERN = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
SHIPPED = Path(__file__).parents[2] / "records" / "data" / "clock_rules.yaml"
US = calendar_for("US", "", (2026, 2027))


def rule(amount: int, unit: Unit, roll: Roll = Roll.NONE, **more: str) -> ClockRule:
    return ClockRule("test", "Test clock", "test.began", amount, unit, roll, **more)  # type: ignore[arg-type]


VDRP_WRITTEN = rule(10, Unit.WORKING_DAYS)


# AC 00-58B: ten working days after the notification, US federal holidays. 5 USC 6103 gives the holidays.
@pytest.mark.parametrize(
    ("notified", "due", "skipped"),
    [
        (date(2026, 11, 25), date(2026, 12, 10), ["Thanksgiving Day"]),
        (date(2026, 12, 18), date(2027, 1, 5), ["Christmas Day", "New Year's Day"]),
        (date(2026, 7, 1), date(2026, 7, 16), ["Independence Day (observed)"]),
        (date(2026, 11, 22), date(2026, 12, 7), ["Thanksgiving Day"]),
    ],
)
def test_ten_working_days_in_the_united_states(notified: date, due: date, skipped: list[str]) -> None:
    trigger = datetime(notified.year, notified.month, notified.day, 15, tzinfo=EASTERN)
    found = count(VDRP_WRITTEN, trigger, EASTERN, US)
    assert found.due.astimezone(EASTERN).date() == due
    assert [each.name for each in found.skipped] == skipped
    local = found.due.astimezone(EASTERN)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)


def test_hours_are_real_hours_when_summer_time_begins() -> None:
    # Friday 27 March 2026 18:00 in Berlin and 72 hours is Monday 19:00 on the wall: the clocks jump on the 29th.
    due = deadline(rule(72, Unit.ELAPSED_HOURS), datetime(2026, 3, 27, 18, tzinfo=BERLIN), BERLIN)
    assert due.astimezone(BERLIN) == datetime(2026, 3, 30, 19, tzinfo=BERLIN)
    back = deadline(rule(72, Unit.ELAPSED_HOURS), datetime(2026, 10, 23, 18, tzinfo=BERLIN), BERLIN)
    assert back.astimezone(BERLIN).hour == 17


def test_an_eu_occurrence_does_not_wait_for_the_weekend() -> None:
    # (EU) 376/2014 4(7), 4(8), 13(4): the captain is aware Friday 18:00Z, the company gets it Sunday 10:00Z.
    hours = rule(72, Unit.ELAPSED_HOURS)
    person, company = datetime(2026, 11, 20, 18, tzinfo=UTC), datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert deadline(hours, person, BERLIN) == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert deadline(hours, company, BERLIN) == datetime(2026, 11, 25, 10, tzinfo=UTC)
    preliminary = deadline(rule(30, Unit.CALENDAR_DAYS), company, BERLIN)
    assert preliminary.astimezone(BERLIN).date() == date(2026, 12, 22)


def test_calendar_months_are_clipped() -> None:
    due = deadline(rule(3, Unit.CALENDAR_MONTHS), datetime(2026, 11, 30, 9, tzinfo=UTC), BERLIN)
    assert due.astimezone(BERLIN).date() == date(2027, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 12, 31), -1) == date(2026, 11, 30)


def test_hazardous_waste_may_stay_ninety_days() -> None:
    # 40 CFR 262.17: accumulation since 1 September 2026, day 90 is 30 November.
    due = deadline(rule(90, Unit.CALENDAR_DAYS), datetime(2026, 9, 1, 8, tzinfo=EASTERN), EASTERN)
    assert due.astimezone(EASTERN).date() == date(2026, 11, 30)


def test_the_day_of_the_trigger_is_the_office_s_day() -> None:
    # 02:00 UTC on 23 November is still the evening of the 22nd in New York.
    due = deadline(rule(1, Unit.CALENDAR_DAYS), datetime(2026, 11, 23, 2, tzinfo=UTC), EASTERN)
    assert due.astimezone(EASTERN).date() == date(2026, 11, 23)


def test_rolling_to_a_working_day() -> None:
    # 14 CFR 21.3(e): 24 hours, a deadline on a Saturday or Sunday moves to Monday, on a holiday to the next workday.
    friday = datetime(2026, 11, 20, 16, tzinfo=EASTERN)
    found = count(rule(24, Unit.ELAPSED_HOURS, Roll.NEXT), friday, EASTERN, US)
    assert found.due == end_of_day(date(2026, 11, 23), EASTERN)
    assert found.rolled_from == date(2026, 11, 21)
    eve = datetime(2026, 11, 25, 16, tzinfo=EASTERN)
    thanksgiving = count(rule(24, Unit.ELAPSED_HOURS, Roll.NEXT), eve, EASTERN, US)
    assert thanksgiving.due == end_of_day(date(2026, 11, 27), EASTERN)
    assert [each.name for each in thanksgiving.skipped] == ["Thanksgiving Day"]
    before = count(rule(24, Unit.ELAPSED_HOURS, Roll.PREVIOUS), eve, EASTERN, US)
    assert before.due == end_of_day(date(2026, 11, 25), EASTERN)
    tuesday = datetime(2026, 11, 17, 16, tzinfo=EASTERN)
    assert count(rule(24, Unit.ELAPSED_HOURS, Roll.NEXT), tuesday, EASTERN, US).due == tuesday + timedelta(hours=24)


def test_the_federal_holidays_of_2026_and_2027() -> None:
    on_weekdays = {
        year: sorted(day.strftime("%m-%d") for day in US.holidays if day.year == year and day.weekday() < 5)
        for year in (2026, 2027)
    }
    assert on_weekdays[2026] == (
        ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"]
    )
    # The New Year's Day of 2028 is a Saturday and is kept on 31 December 2027.
    assert on_weekdays[2027] == (
        ["01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24", "12-31"]
    )


def test_a_missing_year_is_an_error_and_never_a_year_without_holidays() -> None:
    only_2026 = calendar_for("US", "", (2026,))
    with pytest.raises(ClockError, match="does not know the holidays of 2027"):
        deadline(VDRP_WRITTEN, datetime(2026, 12, 18, 12, tzinfo=EASTERN), EASTERN, only_2026)
    with pytest.raises(ClockError, match="knows the years"):
        calendar_for("US", "", (9999,))
    with pytest.raises(ClockError, match="knows the years"):
        calendar_for("US", "", ())


def test_calendars_by_code() -> None:
    assert calendar_by_code("de-by", (2026,)).closed(date(2026, 1, 6)) == "Epiphany"
    assert calendar_by_code("DE-HH", (2026,)).closed(date(2026, 1, 6)) is None
    assert calendar_by_code("SA", (2026,)).weekend == frozenset({4, 5})
    assert calendar_by_code("US", (2026,)) is calendar_for("us", "", [2026])
    assert calendar_by_code("US", (2026,)).edition.startswith("holidays ")
    for code in ("XX", "DE-QQ", ""):
        with pytest.raises(ClockError, match="There is no holiday calendar"):
            calendar_by_code(code, (2026,))


def test_the_slow_package_is_imported_only_for_a_calendar() -> None:
    code = "import qsms.rules.holiday_calendars, qsms.rules.clocks, sys; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda: deadline(rule(1, Unit.ELAPSED_HOURS), datetime(2026, 1, 1), BERLIN), "has no time zone"),  # noqa: DTZ001
        (lambda: deadline(rule(0, Unit.ELAPSED_HOURS), datetime(2026, 1, 1, tzinfo=UTC), BERLIN), "Write 1 or more"),
        (lambda: deadline(VDRP_WRITTEN, datetime(2026, 1, 1, tzinfo=UTC), BERLIN), "needs a holiday calendar"),
        (
            lambda: deadline(rule(1, Unit.CALENDAR_DAYS, Roll.NEXT), datetime(2026, 1, 1, tzinfo=UTC), BERLIN),
            "needs a holiday calendar",
        ),
    ],
)
def test_what_cannot_be_counted_is_told(broken, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ClockError, match=said):
        broken()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        # Midnight does not exist on the day summer time begins, and 23:00 comes twice on the day it ends.
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Asia/Beirut", date(2025, 10, 25), 25),
        ("America/Havana", date(2025, 11, 2), 25),
    ],
)
def test_days_on_which_the_clocks_change_end_once(zone: str, day: date, hours: int) -> None:
    place = ZoneInfo(zone)
    length = end_of_day(day, place) - end_of_day(day - timedelta(days=1), place)
    assert length == timedelta(hours=hours)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"])
EMPTY = HolidayCalendar("none", "test", frozenset(range(2019, 2060)), {})


@given(MOMENTS, ZONES, st.integers(1, 2000))
def test_hours_are_elapsed_hours_in_every_zone(trigger: datetime, zone: str, hours: int) -> None:
    place = ZoneInfo(zone)
    due = deadline(rule(hours, Unit.ELAPSED_HOURS), trigger.astimezone(place), place)
    assert due - trigger == timedelta(hours=hours)


@given(MOMENTS, ZONES, st.integers(1, 60), st.sampled_from(list(Unit)), st.sampled_from(list(Roll)))
def test_a_deadline_is_in_utc_after_its_trigger_and_grows(
    trigger: datetime, zone: str, amount: int, unit: Unit, roll: Roll
) -> None:
    place = ZoneInfo(zone)
    first = deadline(rule(amount, unit, roll), trigger, place, EMPTY)
    longer = deadline(rule(amount + 1, unit, roll), trigger, place, EMPTY)
    assert first.tzinfo is UTC
    # A Sunday deadline gets all of Monday, one at 08:00 on Monday does not: rolled hours grow by the day only.
    assert longer.astimezone(place).date() >= first.astimezone(place).date()
    if unit is not Unit.ELAPSED_HOURS or roll is Roll.NONE:
        assert longer >= first
    if roll is not Roll.PREVIOUS:
        assert first > trigger
    if roll is not Roll.NONE:
        assert first.astimezone(place).weekday() < 5


@given(MOMENTS, ZONES, st.integers(1, 60))
def test_working_days_without_holidays_are_weekdays(trigger: datetime, zone: str, amount: int) -> None:
    place = ZoneInfo(zone)
    due = deadline(rule(amount, Unit.WORKING_DAYS), trigger, place, EMPTY).astimezone(place).date()
    start = trigger.astimezone(place).date()
    between = [start + timedelta(days=step) for step in range(1, (due - start).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == amount
    assert due.weekday() < 5


@given(MOMENTS, st.integers(1, 60), st.sets(st.dates(date(2020, 1, 1), date(2041, 1, 1)), max_size=30))
def test_a_holiday_never_makes_a_deadline_earlier(trigger: datetime, amount: int, days: set[date]) -> None:
    place = ZoneInfo("Europe/Berlin")
    shut = HolidayCalendar("some", "test", EMPTY.years, dict.fromkeys(days, "Closed"))
    plain = deadline(rule(amount, Unit.WORKING_DAYS), trigger, place, EMPTY)
    found = count(rule(amount, Unit.WORKING_DAYS), trigger, place, shut)
    assert found.due >= plain
    assert (found.due > plain) == bool(found.skipped)


@given(MOMENTS, ZONES, st.integers(1, 300), st.sampled_from(list(Unit)))
def test_the_years_named_in_advance_are_enough(trigger: datetime, zone: str, amount: int, unit: Unit) -> None:
    place = ZoneInfo(zone)
    clock = rule(amount, unit, Roll.NEXT)
    years = frozenset(years_needed(clock, trigger, place))
    assert deadline(clock, trigger, place, HolidayCalendar("narrow", "test", years, {}))


START = datetime(2026, 11, 22, 11, 12, tzinfo=UTC)
DUE = START + timedelta(hours=72)


def test_how_a_triage_clock_stands() -> None:
    # 72 hours with warnings at half, three quarters and 24 hours before the end: 36 h, 48 h and 54 h.
    warn = Warn()
    hours = [(moment - START) / timedelta(hours=1) for moment in warning_times(START, DUE, warn)]
    assert hours == [36, 48, 54]

    def at(hour: float) -> tuple[Standing, int]:
        found = standing(START + timedelta(hours=hour), START, DUE, warn)
        return found.standing, found.warnings_passed

    assert at(1) == (Standing.OK, 0)
    assert at(36) == (Standing.OK, 1)
    assert at(48) == (Standing.SOON, 2)
    assert at(72) == (Standing.SOON, 3)
    assert at(72.001) == (Standing.LATE, 3)
    used = standing(START + timedelta(hours=53), START, DUE, warn)
    assert (round(used.share, 3), used.left) == (0.736, timedelta(hours=19))


def test_a_met_clock_stays_met_and_a_late_one_late() -> None:
    later = DUE + timedelta(days=30)
    met = standing(later, START, DUE, Warn(), met_at=START + timedelta(hours=9))
    assert (met.standing, met.share) == (Standing.MET, 0.125)
    assert standing(later, START, DUE, Warn(), met_at=DUE).standing is Standing.MET
    assert standing(later, START, DUE, Warn(), met_at=DUE + timedelta(seconds=1)).standing is Standing.LATE


def test_a_warning_as_long_as_the_clock_is_left_out() -> None:
    day = START + timedelta(hours=24)
    assert warning_times(START, day, Warn((0.5,), 24)) == (START + timedelta(hours=12),)
    assert standing(START, START, day, Warn((), 24)).standing is Standing.OK


def test_standing_is_the_same_from_local_times_over_the_change_to_summer_time() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    due = deadline(rule(48, Unit.ELAPSED_HOURS), start, BERLIN).astimezone(BERLIN)
    now = datetime(2026, 3, 29, 13, tzinfo=BERLIN)
    assert standing(now, start, due, Warn()).share == 0.5
    assert warning_times(start, due, Warn((0.5,), 0)) == (utc(now),)


@given(st.integers(0, 200), st.integers(1, 100), st.integers(0, 60))
def test_a_clock_never_looks_better_as_time_goes_by(minute: int, length: int, warn_hours: int) -> None:
    rank = [Standing.OK, Standing.SOON, Standing.LATE]
    due = START + timedelta(hours=length)
    warn = Warn((0.5, 0.75), warn_hours)
    one = standing(START + timedelta(minutes=minute), START, due, warn)
    two = standing(START + timedelta(minutes=minute * 37 + 1), START, due, warn)
    if minute:
        assert rank.index(two.standing) >= rank.index(one.standing)
        assert two.share > one.share


def test_more_time_only_from_who_may_and_with_a_reason() -> None:
    clock = rule(10, Unit.CALENDAR_DAYS, extended_by="the quality manager")
    later = DUE + timedelta(days=3)
    assert extended(clock, DUE, later, granted_by="Ravi Menon", reason="parts on back order") == later
    for granted_by, reason in (("", "why"), ("Ravi Menon", " ")):
        with pytest.raises(ClockError, match="only by the quality manager and with a reason"):
            extended(clock, DUE, later, granted_by=granted_by, reason=reason)
    with pytest.raises(ClockError, match="not later"):
        extended(clock, DUE, DUE, granted_by="Ravi Menon", reason="why")
    with pytest.raises(ClockError, match="Nobody may grant"):
        extended(rule(1, Unit.CALENDAR_DAYS), DUE, later, granted_by="Ravi Menon", reason="why")


def test_the_shipped_rules() -> None:
    rules = load_rules(SHIPPED)
    assert {code: (each.amount, each.unit.value) for code, each in rules.items()} == {
        "report.acknowledge": (24, "elapsed_hours"),
        "report.triage": (72, "elapsed_hours"),
        "action.contain": (48, "elapsed_hours"),
        "action.effectiveness": (90, "calendar_days"),
    }
    assert all(each.basis and each.edition and each.confidence for each in rules.values())
    assert not any(each.needs_calendar for each in rules.values())


GOOD = "{code: a, label: A, trigger: t, basis: b, confidence: c, amount: 1, unit: elapsed_hours}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"rules: [{GOOD}]", "“edition” is missing"),
        ("edition: e", "“rules” is missing"),
        (f"edition: e\nrules: [{GOOD}, {GOOD}]", "Rule a is listed twice"),
        (f"edition: e\nrules: [{GOOD.replace('amount: 1', 'amount: 0')}]", "Rule a: “0” is not an amount"),
        (f"edition: e\nrules: [{GOOD.replace('elapsed_hours', 'days')}]", "“days” is not a unit"),
        (f"edition: e\nrules: [{GOOD.replace('amount: 1', 'amount: 1, roll: up')}]", "“up” is not a way to roll"),
        (f"edition: e\nrules: [{GOOD.replace('basis: b, ', '')}]", "Rule a: “basis” is missing"),
        (f"edition: e\nrules: [{GOOD.replace('code: a, ', '')}]", "Rule number 1: “code” is missing"),
        (f"edition: e\nrules: [{GOOD.replace('amount: 1', 'amount: 1, hour: 2')}]", "“hour” is not known here"),
        (
            f"edition: e\nrules: [{GOOD.replace('amount: 1', 'amount: 1, warn: {fractions: [2]}')}]",
            "shares to warn at between 0 and 1",
        ),
        (f"edition: e\nrules: [{GOOD.replace('amount: 1', 'amount: 1, warn: soon')}]", "shares to warn at"),
    ],
)
def test_a_broken_rule_is_told(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load_rules(text)

"""The certification cycle by worked dates: leap days, calendar years, and the last day that still counts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.calendar_days import add_months
from qsms.rules.certification import (
    MAJOR_CLOSURE,
    MONTH_RULES,
    RESTORATION,
    STAGE_GAP,
    Closure,
    Limits,
    Mark,
    Standing,
    clocks_due,
    closure,
    cycle,
    decision_by,
    first_surveillance_late,
    limits,
    mark,
    mark_check_on,
    next_due,
    stage_2_by,
    standing,
    years_without_surveillance,
)
from qsms.rules.clocks import ClockError, ClockRule, Unit

ALLOWED = Limits(stage_gap=6, major_closure=6, first_surveillance=12, cycle=36, restoration=6)


def test_limits_are_read_from_clock_rules() -> None:
    rules = {
        code: ClockRule(code, code, "t", months, Unit.CALENDAR_MONTHS)
        for code, months in zip(MONTH_RULES, (6, 6, 12, 36, 6), strict=True)
    }
    assert limits(rules) == ALLOWED
    with pytest.raises(ClockError, match=r"“certification\.cycle” must be there"):
        limits({code: rule for code, rule in rules.items() if code != "certification.cycle"})
    days = {**rules, "certification.cycle": ClockRule("c", "c", "t", 1095, Unit.CALENDAR_DAYS)}
    with pytest.raises(ClockError, match="count calendar months"):
        limits(days)


def test_a_first_cycle_by_its_dates() -> None:
    running = cycle(date(2024, 2, 29), ALLOWED)
    assert running.first_surveillance_by == date(2025, 2, 28)
    assert running.ends_by == date(2027, 2, 28)
    assert running.surveillance_years == (2025, 2026), "not in the years of certification and of recertification"
    assert running.restorable_until == date(2027, 8, 28)


def test_a_later_cycle_limits_its_first_audit_by_the_calendar_year_alone() -> None:
    running = cycle(date(2027, 2, 28), ALLOWED, first=False, ends_on=date(2030, 2, 27))
    assert running.first_surveillance_by is None
    assert (running.ends_by, running.surveillance_years) == (date(2030, 2, 27), (2028, 2029))
    assert not first_surveillance_late(running, [], date(2029, 12, 31))


def test_a_calendar_year_without_an_audit_is_told() -> None:
    running = cycle(date(2024, 5, 10), ALLOWED)
    audits = [date(2025, 4, 1)]
    assert years_without_surveillance(running, audits, date(2025, 12, 31)) == ()
    assert years_without_surveillance(running, audits, date(2026, 1, 1)) == (2026,)
    assert years_without_surveillance(running, [], date(2028, 1, 1)) == (2025, 2026)


def test_the_first_surveillance_may_be_on_the_last_day_and_not_after() -> None:
    running = cycle(date(2024, 5, 10), ALLOWED)
    assert not first_surveillance_late(running, [date(2025, 5, 10)], date(2026, 1, 1))
    assert first_surveillance_late(running, [date(2025, 5, 11)], date(2026, 1, 1))
    assert not first_surveillance_late(running, [], date(2025, 5, 10))
    assert first_surveillance_late(running, [], date(2025, 5, 11))
    assert first_surveillance_late(running, [date(2024, 1, 1)], date(2025, 6, 1)), (
        "an audit before the decision is none"
    )


@pytest.mark.parametrize(
    ("closed", "today", "found"),
    [
        ([], date(2026, 8, 1), Closure.MAY_DECIDE),
        ([date(2026, 2, 28)], date(2027, 1, 1), Closure.MAY_DECIDE),
        ([date(2026, 1, 1), None], date(2026, 2, 28), Closure.WAIT),
        ([None], date(2026, 2, 28), Closure.WAIT),
        ([None], date(2026, 3, 1), Closure.REPEAT_STAGE_2),
        ([date(2026, 1, 1), date(2026, 3, 1)], date(2026, 3, 1), Closure.REPEAT_STAGE_2),
    ],
)
def test_majors_are_closed_within_six_months_or_stage_2_is_repeated(
    closed: list[date | None], today: date, found: Closure
) -> None:
    assert closure(date(2025, 8, 31), closed, today, ALLOWED) is found


def test_a_certificate_can_be_restored_for_a_while() -> None:
    running = cycle(date(2023, 8, 31), ALLOWED)
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2027, 2, 28), date(2027, 3, 1)]
    assert [standing(running, day) for day in days] == [
        Standing.VALID, Standing.RESTORABLE, Standing.RESTORABLE, Standing.NEW_STAGE_2,
    ]  # fmt: skip


def test_stage_2_follows_stage_1() -> None:
    assert stage_2_by(date(2026, 8, 31), ALLOWED) == date(2027, 2, 28)


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_every_cycle_is_in_order_and_has_two_years_of_surveillance(decided: date) -> None:
    running = cycle(decided, ALLOWED)
    assert running.first_surveillance_by is not None
    assert decided < running.first_surveillance_by < running.ends_by < running.restorable_until
    assert len(running.surveillance_years) == 2
    audits = [date(year, 1, 1) for year in running.surveillance_years]
    assert years_without_surveillance(running, audits, add_months(decided, 40)) == ()
    assert standing(running, running.ends_by + timedelta(days=1)) is Standing.RESTORABLE


def test_what_is_due_next_goes_from_surveillance_to_recertification_to_restoring() -> None:
    running = cycle(date(2026, 11, 30), ALLOWED)
    assert next_due(running, [], date(2027, 1, 1)) == date(2027, 11, 30)
    assert next_due(running, [], date(2028, 2, 1)) == date(2027, 11, 30), "overdue, and still to be done"
    first = [date(2027, 10, 4)]
    assert next_due(running, first, date(2027, 12, 1)) == date(2028, 12, 31)
    both = [*first, date(2028, 9, 1)]
    assert next_due(running, both, date(2028, 12, 1)) == date(2029, 11, 30)
    assert next_due(running, both, date(2029, 12, 1)) == date(2030, 5, 30), "the certificate has ended"
    later = cycle(date(2029, 11, 30), ALLOWED, first=False)
    assert next_due(later, both, date(2029, 12, 1)) == date(2030, 12, 31), "audits of the former cycle do not count"


def test_each_limit_runs_from_its_day_until_what_it_waits_for_has_come() -> None:
    one, two, today = date(2026, 1, 31), date(2026, 8, 31), date(2026, 9, 1)
    assert clocks_due(None, None, None, today, majors_open=False) == {}
    assert clocks_due(one, None, None, today, majors_open=False) == {STAGE_GAP: one}
    assert clocks_due(one, two, None, today, majors_open=False) == {}, "nothing holds the decision back"
    assert clocks_due(one, two, None, today, majors_open=True) == {MAJOR_CLOSURE: two}
    assert clocks_due(None, None, today, today, majors_open=False) == {}, "valid on its last day"
    assert clocks_due(None, None, two, today, majors_open=False) == {RESTORATION: two}
    assert decision_by(two, ALLOWED) == date(2027, 2, 28)
    assert mark_check_on(one, None, 12) == date(2027, 1, 31)
    assert mark_check_on(two, one, 12) == date(2027, 8, 31), "the cycle begins with it looked at"


@pytest.mark.parametrize(
    ("state", "stands", "expected"),
    [
        ("applied", None, Mark.NOT_YET),
        ("held", Standing.VALID, Mark.MAY),
        ("held", Standing.RESTORABLE, Mark.EXPIRED),
        ("suspended", Standing.VALID, Mark.SUSPENDED),
        ("suspended", Standing.NEW_STAGE_2, Mark.EXPIRED),
        ("ended", Standing.VALID, Mark.OVER),
        ("void", None, Mark.OVER),
    ],
)
def test_the_mark_may_be_used_only_while_the_certificate_is_held_and_valid(
    state: str, stands: Standing | None, expected: Mark
) -> None:
    assert mark(state, stands) is expected

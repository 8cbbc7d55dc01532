"""Competence by worked example (the day named in each) and by property."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.competence import (
    CURRENT,
    FOREVER,
    Completion,
    Period,
    Renewal,
    State,
    Validity,
    accepted,
    end_of_month,
    last_day,
    periods,
    state,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
VALIDITIES = st.builds(
    Validity,
    months=st.none() | st.integers(1, 120),
    month_end=st.booleans(),
    soon_days=st.integers(0, 200),
    grace_days=st.integers(0, 90),
    early_months=st.integers(0, 6),
)


@pytest.mark.parametrize(
    ("on", "validity", "ends"),
    [
        (date(2026, 1, 31), Validity(1), date(2026, 2, 28)),
        (date(2028, 1, 31), Validity(1), date(2028, 2, 29)),
        (date(2024, 2, 29), Validity(12), date(2025, 2, 28)),
        (date(2025, 11, 24), Validity(12), date(2026, 11, 24)),
        (date(2025, 11, 24), Validity(12, month_end=True), date(2026, 11, 30)),
        (date(2025, 12, 5), Validity(24, month_end=True), date(2027, 12, 31)),
        (date(2025, 11, 24), Validity(None), FOREVER),
    ],
)
def test_validity_runs_in_calendar_months(on: date, validity: Validity, ends: date) -> None:
    assert last_day(on, validity) == ends


def test_who_renews_in_the_last_months_keeps_the_day() -> None:
    validity = Validity(12, early_months=3)
    ends = date(2026, 6, 30)
    assert last_day(date(2026, 4, 2), validity, ends) == date(2027, 6, 30)
    assert last_day(date(2026, 3, 30), validity, ends) == date(2027, 6, 30)
    # One day earlier, or once it is over, the new period begins with the day of completion.
    assert last_day(date(2026, 3, 29), validity, ends) == date(2027, 3, 29)
    assert last_day(date(2026, 7, 1), validity, ends) == date(2027, 7, 1)


def test_the_days_around_the_end() -> None:
    found = periods([Completion("a", date(2025, 3, 15))], Validity(12, soon_days=30, grace_days=10))["a"]
    assert found == Period(date(2026, 3, 15), date(2026, 2, 13), date(2026, 3, 25))
    told = [
        (date(2026, 2, 12), State.VALID), (date(2026, 2, 13), State.SOON), (date(2026, 3, 15), State.SOON),
        (date(2026, 3, 16), State.GRACE), (date(2026, 3, 25), State.GRACE), (date(2026, 3, 26), State.EXPIRED),
    ]  # fmt: skip
    assert [(day, state(found, day)) for day, _state in told] == told


def test_a_waiver_helps_only_whom_it_has_to_help() -> None:
    day = date(2026, 3, 1)
    valid = Period(date(2026, 12, 31), date(2026, 11, 1), date(2026, 12, 31))
    assert state(None, day) is State.MISSING
    assert state(None, day, day) is State.WAIVED
    assert state(None, day, day - timedelta(days=1)) is State.MISSING
    assert state(valid, day, day) is State.VALID


def test_a_change_ends_what_was_learnt_before_it_and_gives_no_grace() -> None:
    validity = Validity(24, grace_days=30)
    before, after = Completion(1, date(2026, 1, 10)), Completion(2, date(2026, 6, 1))
    found = periods([before, after], validity, [Renewal(since=date(2026, 6, 1), until=date(2026, 6, 15))])
    assert found[1].ends_on == found[1].grace_on == date(2026, 6, 15)
    assert found[2].ends_on == date(2028, 6, 1)
    assert state(found[1], date(2026, 6, 16)) is State.EXPIRED
    # It never gives more than there was.
    old = periods([Completion(3, date(2020, 1, 1))], validity, [Renewal(date(2026, 6, 1), date(2026, 6, 15))])
    assert old[3].ends_on == date(2022, 1, 1)
    assert old[3].grace_on == date(2022, 1, 31)


def test_a_certificate_that_ends_sooner_ends_sooner() -> None:
    found = periods([Completion(1, date(2026, 1, 1), expires_on=date(2026, 7, 1))], Validity(24))
    assert found[1].ends_on == date(2026, 7, 1)


def test_what_counts_for_another_counts_one_step_and_one_way() -> None:
    pairs = [("licence", "course"), ("type", "licence")]
    assert accepted("course", pairs) == {"course", "licence"}
    assert accepted("licence", pairs) == {"licence", "type"}
    assert accepted("type", pairs) == {"type"}


@given(DAYS)
def test_the_end_of_a_month_is_its_last_day(day: date) -> None:
    assert end_of_month(day) >= day
    assert (end_of_month(day) + timedelta(days=1)).day == 1


@given(DAYS, VALIDITIES)
def test_the_three_days_stand_in_order_and_never_before_the_completion(on: date, validity: Validity) -> None:
    one = periods([Completion(1, on)], validity)[1]
    assert one.soon_on <= one.ends_on <= one.grace_on
    assert one.ends_on >= on
    assert state(one, on) in CURRENT


@given(st.lists(DAYS, min_size=1, max_size=6, unique=True), VALIDITIES, DAYS, st.integers(-1, 60))
def test_a_change_never_prolongs_and_never_touches_what_came_after(
    days: list[date], validity: Validity, since: date, wait: int
) -> None:
    completions = [Completion(number, day) for number, day in enumerate(days)]
    until = since + timedelta(days=wait)
    plain = periods(completions, validity)
    changed = periods(completions, validity, [Renewal(since, until)])
    for one in completions:
        if one.on >= since:
            assert changed[one.id] == plain[one.id]
        else:
            assert changed[one.id].ends_on == min(plain[one.id].ends_on, until)


@given(st.none() | st.builds(Period, ends_on=DAYS, soon_on=DAYS, grace_on=DAYS), DAYS)
def test_everybody_stands_somewhere_and_time_makes_nothing_better(best: Period | None, today: date) -> None:
    order = [State.VALID, State.SOON, State.GRACE, State.EXPIRED]
    if best is not None:
        best = Period(best.ends_on, min(best.soon_on, best.ends_on), max(best.grace_on, best.ends_on))
        later = state(best, today + timedelta(days=1))
        assert order.index(later) >= order.index(state(best, today))
    else:
        assert state(best, today) is State.MISSING


MORNING, NOON, EVENING = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 12, 18))


@pytest.mark.parametrize(
    ("by", "at", "counts"),
    [
        (MORNING, NOON, False),
        (EVENING, NOON, True),
        (NOON, NOON, True),
        (None, NOON, True),  # Of what came from outside nobody knows the hour.
        (MORNING, None, True),
    ],
)
def test_on_the_day_of_a_change_the_moment_decides(by: datetime | None, at: datetime | None, counts: bool) -> None:
    day = date(2026, 3, 2)
    found = periods([Completion(1, day, by=by)], Validity(12), [Renewal(day, day - timedelta(days=1), at)])
    assert (found[1].ends_on == date(2027, 3, 2)) is counts


@given(DAYS, st.integers(1, 500), st.booleans())
def test_on_other_days_the_day_decides_whatever_the_moments_say(day: date, apart: int, before: bool) -> None:
    on = day - timedelta(days=apart) if before else day + timedelta(days=apart)
    change = Renewal(day, day, NOON)
    assert change.ends(Completion(1, on, by=MORNING)) is change.ends(Completion(1, on, by=EVENING)) is before

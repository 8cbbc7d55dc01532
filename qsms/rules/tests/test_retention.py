"""Kept as long as somebody is employed, and some months longer where the house says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.retention import disposable_from, ended_by, kept_through

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(0, 120)


@pytest.mark.parametrize(
    ("ended", "months", "kept", "disposable"),
    [
        # 14 CFR 5.97(c): as long as employed, so through the last day of work.
        (date(2026, 9, 30), 0, date(2026, 9, 30), date(2026, 10, 1)),
        # EASA 145.A.55: three years after somebody has left.
        (date(2026, 9, 30), 36, date(2029, 9, 30), date(2029, 10, 1)),
        (date(2028, 2, 29), 12, date(2029, 2, 28), date(2029, 3, 1)),
        (date(2026, 11, 30), 3, date(2027, 2, 28), date(2027, 3, 1)),
        (None, 36, None, None),
    ],
)
def test_kept_through_the_last_day_and_disposable_the_day_after(
    ended: date | None, months: int, kept: date | None, disposable: date | None
) -> None:
    assert (kept_through(ended, months), disposable_from(ended, months)) == (kept, disposable)


@given(DAYS, DAYS, MONTHS)
def test_a_list_by_the_latest_end_holds_what_each_day_says(ended: date, today: date, months: int) -> None:
    first = disposable_from(ended, months)
    assert first is not None
    assert (ended <= ended_by(today, months)) == (first <= today)
    assert first > ended


@given(DAYS, MONTHS)
def test_nothing_may_go_on_the_last_day_of_work(ended: date, months: int) -> None:
    assert ended > ended_by(ended, months)
    assert ended <= ended_by(ended + timedelta(days=31 * months + 1), months)

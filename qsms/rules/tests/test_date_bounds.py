from datetime import UTC, date, datetime, timedelta

import pytest

from qsms.rules.date_bounds import When, is_long_ago, wrong

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (When.DUE, date(1999, 1, 1), "is past"),
        (When.DUE, date(2026, 11, 27), "is past"),
        (When.DUE, date(2026, 11, 28), ""),
        (When.DUE, date(2036, 12, 31), ""),
        (When.DUE, date(9999, 12, 31), "too far ahead"),
        (When.HAPPENED, NOW + timedelta(minutes=14), ""),
        (When.HAPPENED, NOW + timedelta(hours=3), "lies ahead"),
        (When.HAPPENED, date(2026, 11, 28), ""),
        (When.HAPPENED, date(2026, 11, 29), "lies ahead"),
        (When.HAPPENED, date(1890, 1, 1), "too far back"),
        (When.HAPPENED, date(1994, 6, 1), ""),
        (When.ANY, date(1999, 1, 1), ""),
        (When.ANY, date(9999, 1, 1), "too far ahead"),
        (When.ANY, date(1, 1, 1), "too far back"),
    ],
)
def test_a_day_that_cannot_be_meant_is_told(kind: When, value: date, said: str) -> None:
    found = wrong(kind, value, NOW)
    assert (found is None) == (not said)
    assert found is None or said in found.template


def test_what_lies_decades_back_is_asked_about() -> None:
    assert is_long_ago(date(1994, 6, 1), NOW)
    assert not is_long_ago(date(2017, 6, 1), NOW)

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.exchange.dates import PartialDate, date_order_of, to_date, to_datetime, to_partial_date, to_time
from qsms.exchange.sentences import ValueProblem
from qsms.exchange.values import (
    to_boolean,
    to_choice,
    to_decimal,
    to_list,
    to_text,
    to_whole,
)

# A clock time without a zone, as a workbook holds it.
at = dt.datetime.fromisoformat

BERLIN = ZoneInfo("Europe/Berlin")
FORMS = [("mx", "Maintenance"), ("fl", "Flight crew"), ("cabin", "Cabin")]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("24", "24"), ("-5", "-5"), ("\u22125", "-5"), ("1,234.5", "1234.5"), ("1.234,5", "1234.5"),
        ("2,49532776", "2.49532776"),
        ("1.234", "1.234"), ("1 234 567", "1234567"), ("1'234.50", "1234.50"), ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0,123", "0.123"), ("1e5", "1E+5"), (7, "7"), (0.1 + 0.2, "0.3"), (Decimal("1.10"), "1.10"),
    ],
)  # fmt: skip
def test_numbers(cell: str | float | Decimal, number: str) -> None:
    assert to_decimal(cell) == Decimal(number)


@pytest.mark.parametrize(
    "cell", ["two dozen", "1,2,3", "12,34,567", "nan", "inf", "1e999", "5 apples", True, dt.date(2026, 1, 1)]
)
def test_what_is_no_number_is_quoted(cell: object) -> None:
    with pytest.raises(ValueProblem, match=rf"“{cell}” is not a number\. Write it in digits, such as 24\."):
        to_decimal(cell)  # type: ignore[arg-type]


def test_a_comma_that_may_be_either_is_refused_without_a_hint() -> None:
    with pytest.raises(ValueProblem, match=r"“1,234” can mean 1234 or 1\.234") as problem:
        to_decimal("1,234")
    assert problem.value.code == "ambiguous"
    assert to_decimal("1,234", mark=",") == Decimal("1.234")
    assert to_decimal("1,234", mark=".") == 1234
    assert to_decimal("1.234", mark=",") == 1234


def test_whole_numbers() -> None:
    assert to_whole("12.0") == 12
    assert to_whole(" ") is None
    with pytest.raises(ValueProblem, match=r"“12\.5” is not a whole number"):
        to_whole("12.5")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=3))
def test_numbers_written_either_way_come_back(number: Decimal) -> None:
    english, german = f"{number:,}", f"{number:,}".translate(str.maketrans(",.", ".,"))
    assert to_decimal(english, mark=".") == number
    assert to_decimal(german, mark=",") == number


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-24", "2026-11-24"), ("2026/11/24", "2026-11-24"), ("20261124", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("11/24/2026", "2026-11-24"), ("24.11.26", "2026-11-24"), ("24 Nov 2026", "2026-11-24"),
        ("24-Nov-26", "2026-11-24"),
        ("Tue, 24 November 2026", "2026-11-24"), ("Nov 24, 2026", "2026-11-24"), ("November 24th, 2026", "2026-11-24"),
        ("5/5/2026", "2026-05-05"), ("1 Feb 70", "1970-02-01"), ("44197", "2021-01-01"), (44197, "2021-01-01"),
        ("2026-11-24 00:00:00", "2026-11-24"), ("11/24/2026 12:00:00 AM", "2026-11-24"),
        (dt.date(2026, 11, 24), "2026-11-24"),
        (at("2026-11-24T05:00"), "2026-11-24"),
    ],
)  # fmt: skip
def test_days(cell: Any, day: str) -> None:
    assert to_date(cell) == dt.date.fromisoformat(day)


def test_day_or_month_first_is_never_guessed() -> None:
    with pytest.raises(ValueProblem, match="“11/9/2014” can mean 11 Sep 2014 or 9 Nov 2014") as problem:
        to_date("11/9/2014")
    assert problem.value.code == "ambiguous"
    assert to_date("11/9/2014", order="MDY") == dt.date(2014, 11, 9)
    assert to_date("11/9/2014", order="DMY") == dt.date(2014, 9, 11)
    with pytest.raises(ValueProblem, match="has no month 13"):
        to_date("13/9/2014", order="MDY")
    assert date_order_of(["1/2/2020", "1/30/2020"]) == "MDY"
    assert date_order_of(["1/2/2020", "30.1.2020"]) == "DMY"
    assert date_order_of(["13/2/2020", "1/30/2020"]) is None
    assert date_order_of(["1/2/2020"]) is None


def test_months_and_years_are_partial() -> None:
    assert to_partial_date("202101") == PartialDate(dt.date(2021, 1, 1), "month")
    assert to_partial_date(202101) == PartialDate(dt.date(2021, 1, 1), "month")
    assert to_partial_date("Jan 2021") == PartialDate(dt.date(2021, 1, 1), "month")
    assert to_partial_date("2021") == PartialDate(dt.date(2021, 1, 1), "year")
    with pytest.raises(ValueProblem, match="“202101” names no day"):
        to_date("202101")


@pytest.mark.parametrize(
    "cell", ["yesterday", "202113", "123456", "99/99/2020", "1/2", "12", "24 Foo 2026", True, dt.time(1)]
)
def test_what_is_no_date_is_quoted(cell: object) -> None:
    with pytest.raises(ValueProblem, match=r"is not a date\. Write it as 2026-11-24"):
        to_date(cell)  # type: ignore[arg-type]


def test_a_day_that_does_not_exist() -> None:
    with pytest.raises(ValueProblem, match="“30/2/2026” does not exist: Feb 2026 has no day 30"):
        to_date("30/2/2026")


def test_serial_days_of_1904() -> None:
    assert to_date("35064", epoch_1904=True) == dt.date(2000, 1, 1)


@given(st.dates(min_value=dt.date(1970, 1, 1), max_value=dt.date(2069, 12, 31)))
def test_days_written_in_many_ways_come_back(day: dt.date) -> None:
    assert to_date(day.isoformat()) == day
    assert to_date(f"{day:%Y%m%d}") == day
    assert to_date(f"{day:%d/%m/%Y}", order="DMY") == day
    assert to_date(f"{day.month}/{day.day}/{day:%y}", order="MDY") == day
    assert to_date(f"{day:%d %b %Y}") == day


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-11-24T14:05Z", "2026-11-24T14:05+00:00"),
        ("2026-11-24 14:05", "2026-11-24T14:05+01:00"),
        ("2026-07-24 14:05", "2026-07-24T14:05+02:00"),
        ("24 Nov 2026 2:05 PM", "2026-11-24T14:05+01:00"),
        ("24 Nov 2026, 1405", "2026-11-24T14:05+01:00"),
        ("11/24/2026 12:30 am", "2026-11-24T00:30+01:00"),
        ("2026-11-24 14:05:06.5-07:00", "2026-11-24T14:05:06.5-07:00"),
        (46350.5, "2026-11-24T12:00+01:00"),
        (at("2026-11-24T14:05"), "2026-11-24T14:05+01:00"),
    ],
)
def test_moments(cell: str | float | dt.datetime, moment: str) -> None:
    assert to_datetime(cell, zone=BERLIN) == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-03-29 02:30", "no-such-time"),
        ("2026-11-24 21:40 MST", "zone"),
        ("2026-11-24 21:40+19:00", "zone"),
        ("2026-11-24", "no-time"),
        (dt.date(2026, 11, 24), "no-time"),
        ("2026-11-24 25:00", "not-a-time"),
        ("24/11 noon", "not-a-date"),
        ("1/2/2026 10:00", "ambiguous"),
    ],
)
def test_moments_that_are_not_clear(cell: str, code: str) -> None:
    with pytest.raises(ValueProblem) as problem:
        to_datetime(cell, zone=BERLIN)
    assert problem.value.code == code


def test_times() -> None:
    assert to_time("2:00 PM") == to_time("14:00") == to_time("1400") == dt.time(14)
    assert to_time(0.5) == dt.time(12)
    with pytest.raises(ValueProblem, match="“25:00” is not a time"):
        to_time("25:00")


def test_yes_and_no() -> None:
    assert [to_boolean(cell) for cell in ("Yes", " y ", 1, True, "x")] == [True] * 5
    assert [to_boolean(cell) for cell in ("No", "0", False, "false")] == [False] * 4
    assert to_boolean("") is None
    with pytest.raises(ValueProblem, match=r"“maybe” is neither yes nor no\. Write yes or no\."):
        to_boolean("maybe")


def test_choices_by_code_or_label_with_a_hand_for_slips() -> None:
    assert to_choice("MX", FORMS) == "mx"
    assert to_choice("flight   CREW", FORMS) == "fl"
    assert to_choice("flight_crew", FORMS) == "fl"
    assert to_choice(None, FORMS) is None
    with pytest.raises(ValueProblem, match=r"“Maintenanze” is not one of the choices\. Did you mean “Maintenance”\?"):
        to_choice("Maintenanze", FORMS)
    with pytest.raises(
        ValueProblem, match=r"“zzz” is not one of the choices\. Write one of: Maintenance, Flight crew, Cabin\."
    ):
        to_choice("zzz", FORMS)


def test_lists_and_text() -> None:
    assert to_list("a; b;a ; ;c") == ["a", "b", "c"]
    assert to_list("") == []
    assert [to_text(cell) for cell in (None, " a ", 69, 0.1 + 0.2, True, dt.date(2026, 1, 2))] == [
        "", "a", "69", "0.3", "yes", "2026-01-02",
    ]  # fmt: skip
    with pytest.raises(ValueProblem, match="has 5 characters; the most is 3"):
        to_text("abcde", longest=3)


@given(st.text() | st.integers() | st.floats() | st.booleans() | st.dates() | st.none())
def test_no_cell_breaks_a_conversion(cell: Any) -> None:
    convert: Callable[..., object]
    sentences = []
    for convert in (to_decimal, to_whole, to_date, to_partial_date, to_boolean, to_time, to_text, to_list, moment):
        try:
            convert(cell)
        except ValueProblem as problem:
            sentences.append(problem.sentence)
    assert all(sentence.endswith((".", "?")) for sentence in sentences)


def moment(cell: Any) -> object:
    return to_datetime(cell, zone=BERLIN)

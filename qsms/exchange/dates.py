"""From a cell to a date or a moment. A day that could also be a month is never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from qsms.exchange.sentences import ValueProblem, shown
from qsms.exchange.table import Cell
from qsms.exchange.values import is_empty, to_text

Order = Literal["DMY", "MDY", "YMD"]
Precision = Literal["day", "month", "year"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_NAMED_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-\s.]*([a-z]{3,9})\.?[-\s,]*(\d{4}|\d{2})", re.IGNORECASE)
_NAMED_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)
_NAMED_MONTH = re.compile(r"([a-z]{3,9})\.?[-\s,]*(\d{4})", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[-+]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_BARE_HOUR = re.compile(r"(?P<hour>\d{1,2})\s*(?P<half>[ap]\.?m\.?)", re.IGNORECASE)

_BETWEEN = re.compile(r"(?:(?<=\d)T|,?\s+(?:at\s+)?)(?=\d{1,2}:?\d{2}(?!\d)|\d{1,2}\s*[ap]\.?m)", re.IGNORECASE)

# Serial day numbers of spreadsheets are taken for dates from 1954 to 2119 only; outside, a number is more likely a
# slip.
_SERIALS = range(20_000, 80_000)
_EPOCH_1900 = dt.date(1899, 12, 30)
_EPOCH_1904 = dt.date(1904, 1, 1)

# Years of two digits: 70 to 99 belong to the last century. Records of an organisation rarely reach past that.
_PIVOT = 70


class PartialDate(NamedTuple):
    """A date and how much of it was said: "202101" is the first of January 2021 with the precision "month"."""

    date: dt.date
    precision: Precision


def to_date(value: Cell | None, *, order: Order | None = None, epoch_1904: bool = False) -> dt.date | None:
    """The day that a cell names, None for an empty cell. Something less than a day is refused.

    Understood: dates of a workbook, its serial numbers, ISO, YYYYMMDD, days with the month in English letters, and
    numbers in `order`. Without `order`, numbers that can be read in two ways raise ValueProblem.
    """
    found = to_partial_date(value, order=order, epoch_1904=epoch_1904)
    if found is None:
        return None
    if found.precision != "day":
        sentence = _("“%(text)s” names no day. Write the whole date, such as %(example)s.")
        raise ValueProblem(sentence % {"text": shown(value), "example": found.date.isoformat()}, code="no-day")
    return found.date


# A column of days says the same ones again and again. What a refusal says depends on the reader's language: not kept.
@lru_cache(maxsize=4096, typed=True)
def to_partial_date(value: Cell | None, *, order: Order | None = None, epoch_1904: bool = False) -> PartialDate | None:
    """Like `to_date`, but a month (YYYYMM, YYYY-MM, "Jan 2021") or a year is taken too, as its first day."""
    if is_empty(value) or value is None:
        return None
    if isinstance(value, dt.datetime):
        return PartialDate(value.date(), "day")
    if isinstance(value, dt.date):
        return PartialDate(value, "day")
    if isinstance(value, bool | dt.time | dt.timedelta):
        raise _not_a_date(value)
    text = to_text(value)
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and int(text[:5]) in _SERIALS:
        return PartialDate((_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + dt.timedelta(days=int(text[:5])), "day")
    text = _WEEKDAY.sub("", text)
    # Spreadsheets and databases write a midnight behind days that have no time.
    text = re.sub(
        r"[ T]0{1,2}:00(:00(\.0+)?)?(\s*AM)?$", "", re.sub(r"\s12:00(:00)?\s*AM$", "", text, flags=re.I), flags=re.I
    )
    for read in (_compact, _numbers, _named):
        found = read(text, order, value)
        if found is not None:
            return found
    raise _not_a_date(value)


def to_datetime(value: Cell | None, *, zone: dt.tzinfo, order: Order | None = None) -> dt.datetime | None:
    """The moment that a cell names, in the offset it states or else in `zone`; None for an empty cell.

    A day without a time is refused, and so is a time that the clocks of `zone` skip. Where clocks are set back, the
    earlier of the two moments is meant.
    """
    if is_empty(value) or value is None:
        return None
    if isinstance(value, dt.datetime):
        return _placed(value, zone, value)
    if isinstance(value, dt.date):
        raise _no_time(value, value)
    text = to_text(value)
    if isinstance(value, float) or re.fullmatch(r"\d{5}\.\d+", text):
        days = float(text)
        if not _SERIALS.start <= days < _SERIALS.stop:
            raise _not_a_date(value)
        moment = dt.datetime.combine(_EPOCH_1900, dt.time()) + dt.timedelta(seconds=round(days * 86_400))
        return _placed(moment, zone, value)
    day, clock_text = _split(text, order, value)
    clock, offset = _clock(clock_text, value)
    moment = dt.datetime.combine(day, clock, offset)
    return moment if offset is not None else _placed(moment, zone, value)


def to_time(value: Cell | None) -> dt.time | None:
    """The time of day that a cell names: 14:05, 2:05 PM, 1405."""
    if is_empty(value) or value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.time()
    if isinstance(value, dt.time):
        return value
    if isinstance(value, float) and 0 <= value < 1:
        return _at_second(round(value * 86_400) % 86_400)
    clock, _offset = _clock(to_text(value), value)
    return clock


def _at_second(second: int) -> dt.time:
    return dt.time(second // 3600, second // 60 % 60, second % 60)


def date_order_of(values: Iterable[Cell]) -> Order | None:
    """The order of day, month and year in this column, as far as its values show it; None when they do not, or
    differ."""
    found: set[Order] = set()
    for value in values:
        match = _NUMBERS.match(_WEEKDAY.sub("", value.strip())) if isinstance(value, str) else None
        if not match:
            continue
        first, second = int(match[1]), int(match[3])
        if len(match[1]) == 4:
            found.add("YMD")
        elif first > 12 >= second:
            found.add("DMY")
        elif second > 12 >= first:
            found.add("MDY")
    return found.pop() if len(found) == 1 else None


def _compact(text: str, order: Order | None, value: Cell) -> PartialDate | None:
    if re.fullmatch(r"(19|20)\d{6}", text):
        return PartialDate(_day(int(text[:4]), int(text[4:6]), int(text[6:]), value), "day")
    match = re.fullmatch(r"((?:19|20)\d\d)[-/.]?(\d\d)", text)
    if match:
        return PartialDate(_day(int(match[1]), int(match[2]), 1, value), "month")
    if re.fullmatch(r"(19|20)\d\d", text):
        return PartialDate(dt.date(int(text), 1, 1), "year")
    return None


def _numbers(text: str, order: Order | None, value: Cell) -> PartialDate | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    first, second, third = match[1], match[3], match[4]
    if len(first) == 4:
        return PartialDate(_day(int(first), int(second), int(third), value), "day") if len(third) <= 2 else None
    if len(first) == 3 or len(third) in (1, 3):
        return None
    if order == "YMD" and len(third) == 2 and len(first) == 2:
        return PartialDate(_day(_year(first), int(second), int(third), value), "day")
    year, a, b = _year(third), int(first), int(second)
    if order is None or order == "YMD":
        if a <= 12 and b <= 12 and a != b:
            sentence = _(
                "“%(text)s” can mean %(one)s or %(other)s. Say whether day or month comes first, or write %(iso)s."
            )
            one, other = _day(year, b, a, value), _day(year, a, b, value)
            values = {"text": shown(value), "one": _long(one), "other": _long(other), "iso": one.isoformat()}
            raise ValueProblem(sentence % values, code="ambiguous")
        order = "MDY" if b > 12 else "DMY"
    day, month = (a, b) if order == "DMY" else (b, a)
    if month > 12 >= day:
        sentence = _(
            "“%(text)s” has no month %(month)s when it is read as %(order)s. Correct it, or choose the other order."
        )
        order_name = _("day, month, year") if order == "DMY" else _("month, day, year")
        raise ValueProblem(sentence % {"text": shown(value), "month": month, "order": order_name}, code="order")
    return PartialDate(_day(year, month, day, value), "day")


def _named(text: str, order: Order | None, value: Cell) -> PartialDate | None:
    match = _NAMED_DAY_FIRST.fullmatch(text)
    if match and (month := _month(match[2])):
        return PartialDate(_day(_year(match[3]), month, int(match[1]), value), "day")
    match = _NAMED_MONTH_FIRST.fullmatch(text)
    if match and (month := _month(match[1])):
        return PartialDate(_day(int(match[3]), month, int(match[2]), value), "day")
    match = _NAMED_MONTH.fullmatch(text)
    if match and (month := _month(match[1])):
        return PartialDate(_day(int(match[2]), month, 1, value), "month")
    return None


def _month(name: str) -> int:
    low = name.casefold()
    if low in _FULL or low == "sept":
        low = low[:3]
    return _MONTHS.index(low) + 1 if low in _MONTHS else 0


def _year(text: str) -> int:
    number = int(text)
    if len(text) > 2:
        return number
    return number + (1900 if number >= _PIVOT else 2000)


def _day(year: int, month: int, day: int, value: Cell) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        if 1 <= month <= 12 and 28 < day <= 31:
            sentence = _("“%(text)s” does not exist: %(month)s has no day %(day)s. Correct the date.")
            name = f"{_MONTHS[month - 1].title()} {year}"
            problem = sentence % {"text": shown(value), "month": name, "day": day}
            raise ValueProblem(problem, code="no-such-day") from error
        raise _not_a_date(value) from error


def _split(text: str, order: Order | None, value: Cell) -> tuple[dt.date, str]:
    """The day, and the text of the clock behind it."""
    for match in _BETWEEN.finditer(text):
        try:
            day = to_date(text[: match.start()], order=order)
        except ValueProblem as problem:
            if problem.code == "not-a-date":
                continue
            raise
        if day is not None:
            return day, text[match.end() :].strip()
    day = to_date(text, order=order)
    raise _not_a_date(value) if day is None else _no_time(value, day)


def _clock(text: str, value: Cell) -> tuple[dt.time, dt.tzinfo | None]:
    match = _CLOCK.fullmatch(text.strip()) or _BARE_HOUR.fullmatch(text.strip())
    if not match:
        named = re.fullmatch(r"(.*\d(?:\s*[ap]\.?m\.?)?)\s+([A-Za-z]{2,5})", text.strip(), re.IGNORECASE)
        if named:
            sentence = _(
                "“%(zone)s” in “%(text)s” is not the name of one zone only. Write the offset, such as -07:00 or Z."
            )
            raise ValueProblem(sentence % {"zone": shown(named[2]), "text": shown(value)}, code="zone")
        raise ValueProblem(
            _("“%(text)s” is not a time. Write it as 14:05.") % {"text": shown(value)}, code="not-a-time"
        )
    parts = match.groupdict()
    hour, half = int(parts["hour"]), (parts["half"] or "")[:1].casefold()
    try:
        if half:
            if not 1 <= hour <= 12:
                raise ValueError
            hour = hour % 12 + (12 if half == "p" else 0)
        fraction = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
        clock = dt.time(hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), fraction)
    except ValueError as error:
        sentence = _("“%(text)s” is not a time. Write it as 14:05.")
        raise ValueProblem(sentence % {"text": shown(value)}, code="not-a-time") from error
    return clock, _offset(parts.get("zone"), value)


def _offset(text: str | None, value: Cell) -> dt.tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return dt.UTC
    digits = text[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 14 * 60:
        sentence = _("“%(text)s” states an offset that no clock has. Write one from -12:00 to +14:00.")
        raise ValueProblem(sentence % {"text": shown(value)}, code="zone")
    return dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _placed(moment: dt.datetime, zone: dt.tzinfo, value: Cell) -> dt.datetime:
    if moment.tzinfo is not None:
        return moment
    placed = moment.replace(tzinfo=zone)
    if placed.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != moment:
        sentence = _("“%(text)s” does not exist in %(zone)s: the clocks were set forward over it. Write another time.")
        raise ValueProblem(sentence % {"text": shown(value), "zone": zone}, code="no-such-time")
    return placed


def _long(day: dt.date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1].title()} {day.year}"


def _not_a_date(value: Cell) -> ValueProblem:
    sentence = _("“%(text)s” is not a date. Write it as 2026-11-24 or 24 Nov 2026.")
    return ValueProblem(sentence % {"text": shown(value)}, code="not-a-date")


def _no_time(value: Cell, day: dt.date) -> ValueProblem:
    sentence = _("“%(text)s” names a day without a time. Write it as %(example)s.")
    return ValueProblem(sentence % {"text": shown(value), "example": f"{day.isoformat()} 14:05"}, code="no-time")

"""From a cell to a value: text, numbers, yes or no, lists, choices. Dates are in `dates.py`.

Each function takes a cell as the readers give it and returns the value, or None for an empty cell. What it cannot
understand raises ValueProblem with a sentence that quotes the cell and says how to mend it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from qsms.exchange.sentences import ValueProblem, shown
from qsms.exchange.table import Cell

DecimalMark = Literal[".", ","]

_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\uff0d": "-", "\uff0b": "+"})
# The blanks people put between groups of three digits, and the Swiss apostrophes.
_GROUPING = re.compile("(?<=\\d)[ \u00a0\u2009\u202f'\u2019_](?=\\d{3}(?!\\d))")
_PLAIN = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?")
_TRUE = {"1", "yes", "y", "true", "t", "on", "x", "✓", "✔"}
_FALSE = {"0", "no", "n", "false", "f", "off", "–", "-"}
_LONGEST_NUMBER = 40


def is_empty(value: Cell | None) -> bool:
    """Nothing, or nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def to_text(value: Cell | None, *, longest: int | None = None) -> str:
    """The cell as text, without blanks around it; "" for an empty one. A number keeps the digits a person typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = format(value, ".15g")
    elif isinstance(value, dt.datetime):
        text = value.isoformat(sep=" ", timespec="minutes" if not value.second and not value.microsecond else "auto")
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    else:
        text = str(value).strip()
    if longest is not None and len(text) > longest:
        sentence = _("“%(text)s” has %(found)s characters; the most is %(most)s. Shorten it.")
        values = {"text": shown(text), "found": len(text), "most": longest}
        raise ValueProblem(sentence % values, code="too-long")
    return text


def to_decimal(value: Cell | None, *, mark: DecimalMark | None = None) -> Decimal | None:
    """An exact number. `mark` says which sign begins the decimals.

    Without `mark` the writing decides: "1.234,5" and "1,234.5" are clear, "2,49" too, for a group has three digits. A
    lone point begins decimals. "1,234" may be either and is refused.
    """
    if is_empty(value) or value is None:
        return None
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        raise _not_a_number(value)
    if isinstance(value, int | float | Decimal):
        number = Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise _not_a_number(value)
        return number
    text = value.strip().translate(_SIGNS)
    if len(text) > _LONGEST_NUMBER:
        raise _not_a_number(value)
    digits = _GROUPING.sub("", text)
    digits = _with_point(digits, mark, value)
    if not _PLAIN.fullmatch(digits):
        raise _not_a_number(value)
    return Decimal(digits)


def to_whole(value: Cell | None, *, mark: DecimalMark | None = None) -> int | None:
    """A whole number; "12.0" is one, "12.5" is not."""
    number = to_decimal(value, mark=mark)
    if number is None:
        return None
    if number != number.to_integral_value():
        sentence = _("“%(text)s” is not a whole number. Write it without decimals, such as %(example)s.")
        values = {"text": shown(value), "example": int(number.to_integral_value())}
        raise ValueProblem(sentence % values, code="not-whole")
    return int(number)


def to_boolean(value: Cell | None) -> bool | None:
    """Yes or no, in the ways people write it."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return value
    text = to_text(value).casefold()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueProblem(
        _("“%(text)s” is neither yes nor no. Write yes or no.") % {"text": shown(value)}, code="not-boolean"
    )


def to_list(value: Cell | None, *, separator: str = ";") -> list[str]:
    """The parts of a cell with several values, each once, in their order. Blanks around the separator do not count."""
    parts = (part.strip() for part in to_text(value).split(separator.strip() or separator))
    return list(dict.fromkeys(part for part in parts if part))


def to_choice(value: Cell | None, choices: Iterable[tuple[str, str]]) -> str | None:
    """The code of the choice that the cell names by its code or its label, whatever the case and blanks.

    `choices` are pairs of code and label. A near miss is answered with the label that was probably meant.
    """
    text = to_text(value)
    if not text:
        return None
    pairs = [(str(code), str(label)) for code, label in choices]
    wanted = _key(text)
    for position in (0, 1):
        for pair in pairs:
            if _key(pair[position]) == wanted:
                return pair[0]
    labels = [label for _code, label in pairs]
    near = nearest(text, labels)
    if near:
        sentence = _("“%(text)s” is not one of the choices. Did you mean “%(near)s”?")
        raise ValueProblem(sentence % {"text": shown(text), "near": near}, code="not-a-choice")
    sentence = _("“%(text)s” is not one of the choices. Write one of: %(choices)s.")
    listed = ", ".join(labels[:8]) + (" …" if len(labels) > 8 else "")
    raise ValueProblem(sentence % {"text": shown(text), "choices": listed}, code="not-a-choice")


def nearest(text: str, candidates: Sequence[str], *, least: float = 70) -> str | None:
    """The candidate most like `text` as a whole, if one is like enough that a slip of the pen explains the difference.

    Two letters that stand somewhere inside a long name are no likeness.
    """
    found = process.extractOne(text[:200], candidates, scorer=_likeness, processor=_key, score_cutoff=least)
    return found[0] if found else None


def _likeness(one: str, other: str, **options: Any) -> float:
    # Whole or in another order of its words; that one is short and the other long is not made up for.
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())


def _with_point(text: str, mark: DecimalMark | None, original: Cell) -> str:
    """`text` with a point before its decimals and no separators between groups of digits."""
    point, comma = text.rfind("."), text.rfind(",")
    if mark is None:
        if point >= 0 and comma >= 0:
            mark = "." if point > comma else ","
        elif comma >= 0 and text.count(",") > 1:
            mark = "."
        elif point >= 0 and text.count(".") > 1:
            mark = ","
        elif comma >= 0 and re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", text):
            without, decimal = text.replace(",", ""), text.replace(",", ".")
            sentence = _(
                "“%(text)s” can mean %(without)s or %(decimal)s. Say whether the comma begins the decimals, or write "
                "it without the comma."
            )
            values = {"text": shown(original), "without": without, "decimal": decimal}
            raise ValueProblem(sentence % values, code="ambiguous")
        else:
            mark = "," if comma >= 0 else "."
    group = "," if mark == "." else "."
    if group in text:
        whole = text.split(mark)[0]
        if not re.fullmatch(r"[-+]?\d{1,3}(" + re.escape(group) + r"\d{3})+", whole):
            raise _not_a_number(original)
        text = text.replace(group, "")
    return text.replace(",", ".")


def _not_a_number(value: Cell) -> ValueProblem:
    sentence = _("“%(text)s” is not a number. Write it in digits, such as 24.")
    return ValueProblem(sentence % {"text": shown(value)}, code="not-a-number")

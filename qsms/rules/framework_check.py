"""What is wrong with the data of a framework, said so that whoever writes or imports one can mend it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from qsms.rules.frameworks import BaseKind, Change, Confidence, Documented, Status, Subject, numbers_above
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

MOST_REQUIREMENTS = 10_000
LONGEST_TEXT = 20_000
LONGEST_NUMBER = 60
DEEPEST = 12

TEXTS = ("code", "edition", "title", "publisher", "basis", "confidence_note")
DATES = ("adopted_on", "published_on", "effective_on", "applicable_on", "transition_until", "superseded_on")
KNOWN = frozenset({*TEXTS, "status", "subject", "confidence", "dates", "requirements", "extends", "base"})
ROW_TEXTS = ("title", "intent", "adds", "evidence", "applies_when", "note")
ROW_KNOWN = frozenset({"number", "under", *ROW_TEXTS, "documented", "heading", "confidence", "change", "was"})

_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,39}")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def validate(data: Mapping[str, Any], base: Collection[str] | None = None) -> list[Sentence]:
    """Every fault of a framework given as plain data, as sentences; empty when it can be used.

    `base` are the numbers of the edition that the data extends, when it extends one.
    """
    outline = list(_outline(data))
    rows = data.get("requirements")
    if not isinstance(rows, list) or not (rows or data.get("extends")):
        return [*outline, _("“requirements” is missing. List the requirements, each with number and title.")]
    if len(rows) > MOST_REQUIREMENTS:
        return [*outline, _("There are more than %(most)s requirements. Split the framework.", most=MOST_REQUIREMENTS)]
    return [*outline, *_rows(rows, frozenset(base or ()), bool(data.get("extends")))]


def too_deep(number: str) -> Sentence:
    """The sentence for a requirement with too many above it."""
    return _("Requirement %(number)s is nested too deep. Use at most %(most)s steps.", number=number, most=DEEPEST)


def is_text(value: object) -> bool:
    """Whether something is text with content, and not too much of it."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT


def date_text(value: object) -> str:
    """A date of the data as text: a year, a month or a day; "" when it is none of these."""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _DATE.fullmatch(text):
        return ""
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return ""
    return text


def _outline(data: Mapping[str, Any]) -> Iterator[Sentence]:
    for key in TEXTS:
        if not is_text(data.get(key)):
            yield _("“%(key)s” is missing. Write it as text, in quotes where it is a number.", key=key)
    for key in sorted(set(data) - KNOWN, key=str):
        yield _("“%(key)s” is not known here. Remove it.", key=key)
    if is_text(data.get("code")) and not _CODE.fullmatch(data["code"]):
        yield _(
            "“%(code)s” is not a code. Write small letters, digits and dashes, such as iso-9001.", code=data["code"]
        )
    if is_text(data.get("edition")) and not _EDITION.fullmatch(data["edition"]):
        yield _("“%(edition)s” is not an edition. Write letters, digits, dots and dashes.", edition=data["edition"])
    yield from _one_of("status", data.get("status"), Status)
    yield from _one_of("confidence", data.get("confidence"), Confidence)
    if data.get("subject") is not None:
        yield from _one_of("subject", data["subject"], Subject)
    dates = data.get("dates", {})
    if not isinstance(dates, Mapping):
        yield _("“dates” must name dates, such as “published_on: 2015-09”.")
        return
    for key, value in dates.items():
        if key not in DATES:
            yield _("“%(key)s” is not a date known here. Use one of %(known)s.", key=key, known=", ".join(DATES))
        if not date_text(value):
            yield _("“%(key)s” is “%(given)s”. Write a year, a month or a day: 2015-09.", key=key, given=value)
    for key in ("extends", "base"):
        yield from _base(key, data.get(key))
    if data.get("extends") and data.get("base"):
        yield _("Write either “extends” (only what differs follows) or “base” (all requirements follow), not both.")


def _base(key: str, value: object) -> Iterator[Sentence]:
    if value is None:
        return
    if not isinstance(value, Mapping) or not is_text(value.get("framework")):
        yield _("“%(key)s” must name a framework, such as “framework: iso-9001/2015”.", key=key)
        return
    yield from _one_of(f"{key}: kind", value.get("kind"), BaseKind)
    leaves_out = value.get("leaves_out", [])
    if not isinstance(leaves_out, list) or not all(is_text(each) for each in leaves_out):
        yield _("“leaves_out” must list numbers in quotes.")


def _rows(rows: list[Any], base: frozenset[str], extends: bool) -> Iterator[Sentence]:
    numbers: set[str] = set()
    for place, row in enumerate(rows, start=1):
        number = row.get("number") if isinstance(row, Mapping) else None
        if not isinstance(number, str) or not number.strip() or len(number) > LONGEST_NUMBER:
            yield _(
                "Requirement %(place)s has no number. Write it in quotes: without them, 5.10 becomes 5.1.", place=place
            )
            continue
        if number in numbers:
            yield _("Requirement %(number)s is listed twice. Keep one of them.", number=number)
        yield from _row(number, row, base, extends)
        under = row.get("under")
        if not isinstance(under, str | None):
            yield _("Requirement %(number)s: write “under” as text, in quotes.", number=number)
        elif under and (under == number or not (under in numbers or under in base)):
            yield _(
                "Requirement %(number)s stands under “%(under)s”, which is not listed before it.",
                number=number,
                under=under,
            )
        if len(list(numbers_above(number))) > DEEPEST:
            yield too_deep(number)
        numbers.add(number)


def _row(number: str, row: Mapping[str, Any], base: frozenset[str], extends: bool) -> Iterator[Sentence]:
    for key in sorted(set(row) - ROW_KNOWN, key=str):
        yield _("Requirement %(number)s: “%(key)s” is not known here. Remove it.", number=number, key=key)
    for key in ROW_TEXTS:
        if key in row and not is_text(row[key]):
            yield _("Requirement %(number)s: write “%(key)s” as text.", number=number, key=key)
    was = row.get("was", [])
    if not isinstance(was, list) or not all(is_text(each) for each in was):
        yield _("Requirement %(number)s: list in “was” the numbers it had, in quotes.", number=number)
        was = []
    known = number in base
    if extends:
        for each in was:
            if each not in base:
                yield _("Requirement %(number)s was “%(was)s”, which the base does not have.", number=number, was=each)
    if "title" not in row and not known:
        yield _("Requirement %(number)s has no “title”.", number=number)
    heading = row.get("heading", False)
    if not isinstance(heading, bool):
        yield _("Requirement %(number)s: “heading” is true or false.", number=number)
    elif not heading and not known and "intent" not in row:
        yield _(
            "Requirement %(number)s has no “intent”. Say what it asks for, in your own words, or make it a heading.",
            number=number,
        )
    if "adds" in row and extends and not known:
        yield _("Requirement %(number)s adds to nothing: the base has no such number. Write “intent”.", number=number)
    documented = row.get("documented", [])
    for each in documented if isinstance(documented, list) else [documented]:
        yield from _one_of(f"{number}: documented", each, Documented)
    if "confidence" in row:
        yield from _one_of(f"{number}: confidence", row["confidence"], Confidence)
    if "change" in row:
        yield from _one_of(f"{number}: change", row["change"], Change)


def _one_of(key: str, value: object, choices: type[StrEnum]) -> Iterator[Sentence]:
    allowed = [each.value for each in choices]
    if value not in allowed:
        yield _(
            "“%(key)s” is “%(given)s”. Write one of %(choices)s.",
            key=key,
            given="" if value is None else value,
            choices=", ".join(allowed),
        )

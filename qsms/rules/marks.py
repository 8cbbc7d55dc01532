"""Marks in a text that point to one person, aircraft, flight or day: addresses, numbers, registrations, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qsms.rules.name_words import NameWords

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
DATES = (
    re.compile(r"(?<![\w-])(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?![\w-])"),
    re.compile(r"(?<![\w/.-])(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)?\d\d(?![\w/-])"),
    re.compile(
        rf"(?<![\w.-]){DAY}(?:st|nd|rd|th)?[ -](?:of )?(?:{MONTH}|{MONTH.upper()})\b\.?(?:,?[ -](?:19|20)?\d\d)?(?!\w)"
    ),
    re.compile(
        rf"(?<!\w)(?:{MONTH}|{MONTH.upper()})\.? {DAY}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?(?![\w%/:.]*\d)(?!\w)"
    ),
)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?<![\w.+-])(?:"
    r"\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}"
    r"|(?:1[ .-])?\(\d{3}\)\s?\d{3}[ .-]\d{4}"
    r"|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}"
    r")(?![\w-])"
)
PHONE_CUE = re.compile(
    r"(?i)\b(?:tel|telephone|phone|mobile|cell|fax|call(?:ed)?|extension|ext)\b\.?:?\s*(?:no\.?|number)?\s*"
    r"(?:me |us |him |her )?(?:at |on )?(\+?\(?\d(?:[\d ().-]{2,}\d))"
)
PART_CUE = re.compile(
    r"(?i)(?:\bp/?n|\bs/?n|\bpart|\bserial|\bbatch|\blot|\bnsn|\border|\bw/?o|\bcard)\b\.?:?\s*(?:no\.?|number|#)?\s*$"
)
EMPLOYEE = re.compile(
    r"(?i)\b(?:employee|emp|staff|personnel|payroll|badge|crew ?id|user ?id|id|licen[cs]e|a&p|certificate|cert|stamp)\b"
    r"\.?"
    r"(?:\s+(?:id|no|nr|num|number|card))?\.?\s*[:#]?\s*((?=[a-z0-9-]*\d)[a-z]{0,3}-?\d{3,10}[a-z]?)\b"
)
N_NUMBER = re.compile(
    r"(?<![\w-])N(?:[1-9]\d{0,4}|[1-9]\d{0,3}[A-HJ-NP-Z]|[1-9]\d{0,2}[A-HJ-NP-Z]{2})(?![\w-]|\.\d|\s?%)"
)
TAIL_CUE = re.compile(r"(?i)\b(?:tail|nose|ship|registration|reg|aircraft|a/c)\.?(?: (?:no\.?|number))?[ #]*$")
FLEET_NUMBER = re.compile(
    r"(?i)\b(?:tail|nose|ship|fleet)\.?(?: (?:no\.?|number))?[ #]*(\d{3,4}[a-z]{0,2})\b(?!\s*(?:ft|feet|hours|cycles))"
)
FLIGHT = re.compile(
    r"(?<![\w-])(?:[Ff]light|FLIGHT|[Ff]lt\.?|FLT\.?)\s?(?:no\.?|number|#)?\s*"
    r"((?:[A-Z][A-Z0-9]{1,2} ?)?\d{2,4}[A-Z]?)(?![\w.,]*\d)"
    r"(?!\s*(?:hours|hrs|feet|ft|minutes|cycles|attendants|crew))\b"
)
CODED_FLIGHT = re.compile(r"(?<![\w-])([A-Z]{3}) ?(\d{1,4}[A-Z]{0,2})(?![\w-])")
CALLED_FLIGHT = re.compile(
    r"(?<![\w-])([A-Z]\w+) (\d{2,4}[A-Z]{0,2})(?![\w,.-]*\d)\b(?!\s*(?:hours|hrs|feet|ft|minutes|people|pounds|lbs))"
)
SURE_WITHOUT_CUE = 4
FEWEST_DIGITS = 7
CUE_REACH = 40


def just_before(text: str, position: int) -> str:
    """The few words before a place in a text: enough for a cue, so that long texts stay quick."""
    return text[max(0, position - CUE_REACH) : position]


class Found(NamedTuple):
    """Where something was found and what it may be."""

    start: int
    end: int
    kind: str
    sure: bool = True


def marks(text: str, words: NameWords) -> Iterator[Found]:
    """Every mark in a text, the surest kinds first; spans may overlap."""
    for match in EMAIL.finditer(text):
        yield Found(match.start(), match.end(), "email")
    yield from _dates(text)
    yield from _registrations(text, words)
    yield from _phones(text)
    for match in EMPLOYEE.finditer(text):
        yield Found(match.start(1), match.end(1), "employee_number")
    yield from _flights(text, words)


def _dates(text: str) -> Iterator[Found]:
    for pattern in DATES:
        for match in pattern.finditer(text):
            if not PART_CUE.search(just_before(text, match.start())):
                yield Found(match.start(), match.end(), "exact_date")


def _registrations(text: str, words: NameWords) -> Iterator[Found]:
    for match in N_NUMBER.finditer(text):
        before = just_before(text, match.start())
        # N1, N2 and N3 are engine speeds and N95 is a mask; with fewer characters only a cue makes a registration.
        if TAIL_CUE.search(before) or (len(match.group()) >= SURE_WITHOUT_CUE and not PART_CUE.search(before)):
            yield Found(match.start(), match.end(), "registration")
    for match in words.registration.finditer(text):
        if match.group() not in words.not_registrations and not PART_CUE.search(just_before(text, match.start())):
            yield Found(match.start(), match.end(), "registration")
    for match in FLEET_NUMBER.finditer(text):
        yield Found(match.start(1), match.end(1), "registration")


def _phones(text: str) -> Iterator[Found]:
    for match in PHONE.finditer(text):
        digits = sum(each.isdigit() for each in match.group())
        if digits >= FEWEST_DIGITS and not PART_CUE.search(just_before(text, match.start())):
            yield Found(match.start(), match.end(), "phone")
    for match in PHONE_CUE.finditer(text):
        digits = sum(each.isdigit() for each in match.group(1))
        short = match.group(0).lower().startswith("ext")
        if digits >= FEWEST_DIGITS or short:
            yield Found(match.start(1), match.end(1), "phone")


def _flights(text: str, words: NameWords) -> Iterator[Found]:
    for match in FLIGHT.finditer(text):
        yield Found(match.start(), match.end(), "flight")
    for match in CODED_FLIGHT.finditer(text):
        if match.group(1) in words.airline_codes:
            yield Found(match.start(), match.end(), "flight")
    for match in CALLED_FLIGHT.finditer(text):
        # Delta is also a letter for taxiways and gates, which have one or two digits.
        if match.group(1) in words.call_signs and (match.group(1) != "Delta" or len(match.group(2)) > 2):
            yield Found(match.start(), match.end(), "flight")

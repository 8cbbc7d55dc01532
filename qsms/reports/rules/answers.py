"""Answers to a form: which questions are asked, whether an answer will do, and how answers read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from typing import Any

from qsms.reports.rules.form import Condition, FormField, ReportForm
from qsms.rules import date_bounds
from qsms.rules.date_bounds import When
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

Answers = Mapping[str, Any]
"""Field code to value, as JSON holds it: text, number, true or false, a list of codes or of file keys; a place is a
text or {"site": code, "text": words}. Dates and times are ISO text or Python values."""

Problem = Sentence | None

# Columns that say when something happened or was noticed.
HAPPENED = ("occurred_at", "aware_at")
LENGTHS = {"text": 200, "longtext": 20_000, "aircraft": 20, "place": 200}


def visible_fields(form: ReportForm, answers: Answers) -> tuple[FormField, ...]:
    """The fields asked given these answers. What hangs on a hidden field is hidden too, whatever was typed there."""
    shown: dict[str, FormField] = {}
    for section in form.sections:
        if all(_holds(condition, shown, answers) for condition in section.shown_if):
            for field in section.fields:
                if all(_holds(condition, shown, answers) for condition in field.shown_if):
                    shown[field.code] = field
    return tuple(shown.values())


def check_answers(
    form: ReportForm, answers: Answers, *, now: datetime | None = None, sure: Collection[str] = ()
) -> dict[str, Sentence]:
    """Field code to the sentence that says what is wrong and how to mend it; empty when the report can be filed.

    Hidden fields are neither needed nor checked. With `now`, the reporter's own clock, nothing may have happened
    later than that, nor decades ago unless the reporter was asked about that very answer and is `sure`.
    """
    found = {}
    for field in visible_fields(form, answers):
        value = answers.get(field.code)
        if is_empty(value):
            problem = _("“%(label)s” is empty. Fill it in.", label=field.label) if field.required else None
        else:
            problem = _CHECKS[field.type](field, value)
            if problem is None and now is not None and field.maps_to in HAPPENED:
                problem = _when(value, now, sure)
        if problem:
            found[field.code] = problem
    known = {field.code for field in form.fields}
    for code in answers:
        if code not in known:
            found[code] = _("“%(code)s” is not a field of this form. Leave it out.", code=code)
    return found


def mapped(form: ReportForm, answers: Answers) -> dict[str, Any]:
    """Column of the record to its answer, for fields that are shown and filled."""
    return {
        field.maps_to: answers[field.code]
        for field in visible_fields(form, answers)
        if field.maps_to and not is_empty(answers.get(field.code))
    }


def split_personal(form: ReportForm, answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open answers and personal answers apart, so that the second can be sealed or removed. Hidden ones are dropped."""
    kept = {field.code: field for field in visible_fields(form, answers) if not is_empty(answers.get(field.code))}
    plain = {code: answers[code] for code, field in kept.items() if not field.personal}
    sealed = {code: answers[code] for code, field in kept.items() if field.personal}
    return plain, sealed


def summary(
    form: ReportForm,
    answers: Answers,
    *,
    personal: bool = False,
    words: Callable[[FormField, Any], str] | None = None,
) -> list[tuple[str, str]]:
    """Label and readable value of each filled field in the order asked, for the page and for search.

    Personal answers are left out unless asked for, so a summary can be indexed without a second thought. `words` takes
    the place of `reads` where zones and names are known.
    """
    say = words or reads
    return [
        (field.label, say(field, answers[field.code]))
        for field in visible_fields(form, answers)
        if not is_empty(answers.get(field.code)) and (personal or not field.personal)
    ]


def is_empty(value: object) -> bool:
    """Whether nothing was answered. “No” and 0 are answers."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_empty(part) for part in value.values())
    return value is None or (isinstance(value, list | tuple) and not value)


def _holds(condition: Condition, shown: Mapping[str, FormField], answers: Answers) -> bool:
    if condition.field not in shown:
        return False
    value = answers.get(condition.field)
    if not condition.values:
        return not is_empty(value)
    given = value if isinstance(value, list | tuple) else [value]
    # 1 == True in Python, so the type is compared along with the value.
    return any(type(one) is type(wanted) and one == wanted for one in given for wanted in condition.values)


def _text(field: FormField, value: object) -> Problem:
    if not isinstance(value, str):
        return _("“%(label)s” is not text. Write it in words.", label=field.label)
    return _length(field, value)


def length_of(field: FormField) -> int:
    """How many characters the answer to a question of text may have."""
    return field.max_length or LENGTHS[field.type]


def _length(field: FormField, value: str) -> Problem:
    limit = length_of(field)
    if len(value) > limit:
        return _(
            "“%(label)s” has %(length)d characters, and %(limit)d fit. Shorten it.",
            label=field.label,
            length=len(value),
            limit=limit,
        )
    return None


def _aircraft(field: FormField, value: object) -> Problem:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]{2,20}", value.strip()):
        return _("“%(value)s” is not a registration. Write it like N418LF.", value=value)
    return None


def _place(field: FormField, value: object) -> Problem:
    if isinstance(value, Mapping) and set(value) <= {"site", "text"}:
        parts = [part for part in value.values() if part is not None]
        if all(isinstance(part, str) for part in parts):
            return _length(field, str(value.get("text") or ""))
    if isinstance(value, str):
        return _length(field, value)
    return _("“%(label)s” is not a place. Choose a site or write where it was.", label=field.label)


def _choice(field: FormField, value: object) -> Problem:
    if value in [choice.code for choice in field.choices]:
        return None
    return _("“%(value)s” is not among the choices of “%(label)s”. Choose one of them.", label=field.label, value=value)


def _multi(field: FormField, value: object) -> Problem:
    if not isinstance(value, list | tuple):
        return _("“%(label)s” takes a list of choices. Send a list.", label=field.label)
    for position, one in enumerate(value):
        if one in value[:position]:
            return _(
                "“%(value)s” is chosen twice in “%(label)s”. Choose it once.",
                label=field.label,
                value=field.choice_label(one),
            )
        if problem := _choice(field, one):
            return problem
    return None


def _boolean(field: FormField, value: object) -> Problem:
    if isinstance(value, bool):
        return None
    return _("“%(value)s” is neither yes nor no. Choose one for “%(label)s”.", label=field.label, value=value)


def _number(field: FormField, value: object) -> Problem:
    number = as_number(value)
    if number is None:
        return _("“%(value)s” is not a number. Write it like 12 or 12.5.", value=value)
    facts = {"label": field.label, "value": f"{number:g}", "unit": f" {field.unit}" if field.unit else ""}
    if field.minimum is not None and number < field.minimum:
        return _(
            "%(value)s%(unit)s is below %(limit)s%(unit)s. Check “%(label)s”.", limit=f"{field.minimum:g}", **facts
        )
    if field.maximum is not None and number > field.maximum:
        return _(
            "%(value)s%(unit)s is above %(limit)s%(unit)s. Check “%(label)s”.", limit=f"{field.maximum:g}", **facts
        )
    return None


def as_number(value: object) -> float | None:
    """The finite number that was typed, or None. True and false are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,9})?", value.strip(), re.ASCII):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _date(field: FormField, value: object) -> Problem:
    if _day(value) is not None and not (
        isinstance(value, datetime) or (isinstance(value, str) and len(value.strip()) > 10)
    ):
        return None
    return _("“%(value)s” is not a date. Write it like 2026-11-21.", value=value)


def _datetime(field: FormField, value: object) -> Problem:
    if isinstance(value, datetime):
        return None
    if isinstance(value, str) and len(value.strip()) > 10 and _day(value) is not None:
        return None
    return _("“%(value)s” is not a date with a time. Write it like 2026-11-21 21:40.", value=value)


def _time(field: FormField, value: object) -> Problem:
    if isinstance(value, time):
        return None
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value.strip(), re.ASCII):
        return None
    return _("“%(value)s” is not a time of day. Write it like 21:40.", value=value)


def _files(field: FormField, value: object) -> Problem:
    if isinstance(value, list | tuple) and all(isinstance(one, str) and one for one in value):
        return None
    return _("“%(label)s” takes files. Add them from your device.", label=field.label)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    # fromisoformat also takes week dates and dates without dashes, which people type by accident.
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d($|[T ]\d\d:\d\d)", value.strip(), re.ASCII):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None


def _when(value: object, now: datetime, sure: Collection[str]) -> Problem:
    told = _day(value) if isinstance(value, str) and len(value.strip()) <= 10 else _moment(value, now)
    if told is None:
        return None
    if why := date_bounds.wrong(When.HAPPENED, told, now):
        return why
    if date_bounds.is_long_ago(told, now) and str(value) not in sure:
        return _("%(day)s is long ago. Check the year; if it is right, send the report again.", day=_day(value))
    return None


def _moment(value: object, now: datetime) -> date | None:
    """A moment with its zone, which is the reporter's where none is told; a day stays a day."""
    told = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    if isinstance(told, datetime):
        return told if told.tzinfo is not None else told.replace(tzinfo=now.tzinfo)
    return told if isinstance(told, date) else None


_CHECKS: dict[str, Callable[[FormField, object], Problem]] = {
    "text": _text,
    "longtext": _text,
    "aircraft": _aircraft,
    "place": _place,
    "choice": _choice,
    "multi": _multi,
    "boolean": _boolean,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "photo": _files,
    "file": _files,
}


def reads(field: FormField, value: Any) -> str:
    """An answer in words: choices by their label, numbers with their unit, a place as site and words."""
    if field.type == "choice":
        return field.choice_label(value)
    if field.type == "multi" and isinstance(value, list | tuple):
        return ", ".join(field.choice_label(one) for one in value)
    if field.type == "boolean" and isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.type == "number" and (number := as_number(value)) is not None:
        shown = f"{number:.9f}".rstrip("0").rstrip(".")
        return f"{shown} {field.unit}" if field.unit else shown
    if isinstance(value, Mapping):
        return ", ".join(str(part).strip() for part in (value.get("site"), value.get("text")) if not is_empty(part))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return str(value).strip()

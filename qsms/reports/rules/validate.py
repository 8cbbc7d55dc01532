"""Whether a form makes sense: every sentence names the place, what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from qsms.reports.rules.form import COLUMNS, DISCIPLINES, FIELD_TYPES, MODES, Condition, FormField, ReportForm

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TESTABLE = ("choice", "multi", "boolean")


def validate_form(form: ReportForm) -> list[str]:
    """What stops this form from being used, as sentences; empty when it can be."""
    return [*_head(form), *_sections(form), *_columns(form), *_conditions(form)]


def _head(form: ReportForm) -> Iterator[str]:
    if not _CODE.fullmatch(form.code):
        yield f"“{form.code}” is not a form code. Use small letters, digits and underscores, a letter first."
    if form.version < 1:
        yield f"Version {form.version} is below 1. Start with 1."
    if not form.title:
        yield "The form has no title. Write what people look for in the list."
    if not form.who_for:
        yield "The form does not say who it is for. Add one sentence."
    yield from _known(form.disciplines, DISCIPLINES, "discipline")
    yield from _known(form.modes, MODES, "mode")
    if not form.modes:
        yield "The form allows no way to report. Allow named, confidential or anonymous."
    if not form.sections:
        yield "The form has no sections. Add one with at least a title and a narrative."


def _known(given: Iterable[str], known: tuple[str, ...], noun: str) -> Iterator[str]:
    for code, times in Counter(given).items():
        if code not in known:
            yield f"“{code}” is not a {noun}. Choose from {', '.join(known)}."
        if times > 1:
            yield f"The {noun} “{code}” is named {times} times. Name it once."


def _sections(form: ReportForm) -> Iterator[str]:
    yield from _twice((section.code for section in form.sections), "section")
    yield from _twice((field.code for field in form.fields), "field")
    for section in form.sections:
        if not section.title:
            yield f"Section “{section.code}” has no title. Add one."
        if not section.fields:
            yield f"Section “{section.code}” has no fields. Add one or take the section out."
    for field in form.fields:
        yield from _field(field, form)


def _twice(codes: Iterable[str], noun: str) -> Iterator[str]:
    for code, times in Counter(codes).items():
        if not _CODE.fullmatch(code):
            yield f"“{code}” is not a {noun} code. Use small letters, digits and underscores, a letter first."
        if times > 1:
            yield f"Two {noun}s have the code “{code}”. Give each its own."


def _field(field: FormField, form: ReportForm) -> Iterator[str]:
    name = f"Field “{field.code}”"
    if not field.label:
        yield f"{name} has no label. Write the question."
    if field.type not in FIELD_TYPES:
        yield f"{name} has the type “{field.type}”. Choose from {', '.join(FIELD_TYPES)}."
    picks = field.type in ("choice", "multi")
    if picks and len(field.choices) < 2:
        yield f"{name} needs at least two choices."
    if field.choices and not picks:
        yield f"{name} has choices, but its type is “{field.type}”. Make it choice or multi, or take them out."
    for code, times in Counter(choice.code for choice in field.choices).items():
        if times > 1:
            yield f"{name} offers the choice “{code}” {times} times. Offer it once."
    if any(not choice.code or not choice.label for choice in field.choices):
        yield f"{name} has a choice without code or label. Fill in both."
    if (field.unit or field.minimum is not None or field.maximum is not None) and field.type != "number":
        yield f"{name} has a unit or limits, but only a number can. Make it a number or take them out."
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield f"{name} has its minimum {field.minimum:g} above its maximum {field.maximum:g}. Swap them."
    if field.max_length is not None and (field.type not in ("text", "longtext") or field.max_length < 1):
        yield f"{name} limits its length to {field.max_length}. Only a text can have such a limit, of 1 or more."
    if field.personal and field.required and "anonymous" in form.modes:
        yield f"{name} is personal and needed, so nobody could report anonymously. Make it optional or drop that mode."


def _columns(form: ReportForm) -> Iterator[str]:
    taken = Counter(field.maps_to for field in form.fields if field.maps_to)
    for column, times in taken.items():
        if times > 1:
            yield f"{times} fields fill the column “{column}”. Let one of them do it."
    for field in form.fields:
        if not field.maps_to:
            continue
        if field.maps_to not in COLUMNS:
            known = ", ".join(COLUMNS)
            yield f"Field “{field.code}” fills “{field.maps_to}”, which no report has. Choose from {known}."
        elif field.type not in COLUMNS[field.maps_to]:
            fits = " or ".join(COLUMNS[field.maps_to])
            yield f"Field “{field.code}” fills “{field.maps_to}” with the type “{field.type}”. Make it {fits}."
        if field.maps_to == "title" and field.personal:
            yield f"Field “{field.code}” is the title, which lists show, so it cannot be personal."
    for column in ("title", "narrative"):
        filled = [field for field in form.fields if field.maps_to == column]
        if not any(field.required and not field.shown_if for field in filled):
            yield f"No field that is always asked and needed fills “{column}”. Every report has one: add it."


def _conditions(form: ReportForm) -> Iterator[str]:
    before: dict[str, FormField] = {}
    for section in form.sections:
        yield from _refers(section.shown_if, before, f"Section “{section.code}”")
        for field in section.fields:
            yield from _refers(field.shown_if, before, f"Field “{field.code}”")
            before[field.code] = field
        if section.shown_if and any(field.maps_to in ("title", "narrative") for field in section.fields):
            yield f"Section “{section.code}” holds the title or narrative, so it must always be shown."


def _refers(conditions: Iterable[Condition], before: dict[str, FormField], name: str) -> Iterator[str]:
    for condition in conditions:
        asked = before.get(condition.field)
        if asked is None:
            yield f"{name} depends on “{condition.field}”, which is not asked before. Move it up or correct the code."
            continue
        if condition.values and asked.type not in _TESTABLE:
            yield f"{name} compares “{asked.code}”, which is free input. Compare a choice, or test not_empty."
            continue
        known: set[str | bool] = {True, False} if asked.type == "boolean" else {choice.code for choice in asked.choices}
        for value in condition.values:
            if value not in known:
                yield f"{name} waits for “{value}”, which “{asked.code}” does not offer. Correct the code."

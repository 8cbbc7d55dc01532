"""An edited form, read from the fields of the editing page: plain values in, a form out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from . import rules
from .rules import Choice, Condition, FormField, FormSection, ReportForm

First = Callable[[str], str]
Every = Callable[[str], list[str]]


def read(form: ReportForm, first: First, every: Every) -> ReportForm:
    """The form with what was typed for its head, sections and fields. Whether it makes sense is judged elsewhere."""
    return replace(
        form,
        title=first("title").strip(),
        who_for=first("who_for").strip(),
        modes=tuple(mode for mode in rules.MODES if mode in every("modes")),
        disciplines=tuple(one for one in rules.DISCIPLINES if one in every("disciplines")),
        sections=tuple(_section(section, first) for section in form.sections),
    )


def _section(section: FormSection, first: First) -> FormSection:
    return replace(
        section,
        title=first(f"s-{section.code}-title").strip(),
        help=first(f"s-{section.code}-help").strip(),
        fields=tuple(_field(field, first) for field in section.fields),
    )


def _field(field: FormField, first: First) -> FormField:
    name = f"f-{field.code}"
    return replace(
        field,
        label=first(f"{name}-label").strip(),
        help=first(f"{name}-help").strip(),
        required=bool(first(f"{name}-required")),
        personal=bool(first(f"{name}-personal")),
        choices=_choices(field.choices, first(f"{name}-choices")) if field.choices else (),
        shown_if=_shown_if(field, first),
    )


def choice_lines(choices: tuple[Choice, ...]) -> str:
    """Choices as they are typed: one a line, the code before the label."""
    return "\n".join(f"{choice.code}: {choice.label}" for choice in choices)


def _choices(known: tuple[Choice, ...], typed: str) -> tuple[Choice, ...]:
    found = []
    codes = {choice.code for choice in known}
    for line in filter(None, map(str.strip, typed.splitlines())):
        code, colon, label = line.partition(":")
        if colon and (code.strip() in codes or re.fullmatch(r"[a-z0-9_]+", code.strip())):
            found.append(Choice(code.strip(), label.strip()))
        else:
            found.append(Choice(code_for(line, {choice.code for choice in found}), line))
    return tuple(found)


def _shown_if(field: FormField, first: First) -> tuple[Condition, ...]:
    if len(field.shown_if) > 1:
        # Several conditions are shown and kept; one is what the page can edit.
        return field.shown_if
    other = first(f"f-{field.code}-if").strip()
    if not other:
        return ()
    words = [word.strip() for word in first(f"f-{field.code}-is").split(",") if word.strip()]
    as_values: Mapping[str, str | bool] = {"yes": True, "no": False}
    asked_yes_no = {word.lower() for word in words} <= set(as_values)
    return (Condition(other, tuple(as_values[word.lower()] if asked_yes_no else word for word in words)),)


def condition_words(field: FormField) -> str:
    """The values of the single condition as they are typed."""
    if len(field.shown_if) != 1:
        return ""
    said = {True: "yes", False: "no"}
    return ", ".join(said[value] if isinstance(value, bool) else value for value in field.shown_if[0].values)


def code_for(label: str, taken: set[str]) -> str:
    """A fresh code made from a label: letters, digits, underscores."""
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40] or "field"
    base = base if base[0].isalpha() else f"x_{base}"
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}_{n}") not in taken)


def add_field(form: ReportForm, section_code: str, label: str, kind: str) -> ReportForm:
    """The form with one more question at the end of a section."""
    code = code_for(label, {field.code for field in form.fields})
    picks = kind in ("choice", "multi")
    choices = (Choice("first", "First choice"), Choice("second", "Second choice")) if picks else ()
    fresh = FormField(code, label.strip(), kind, choices=choices)
    return replace(
        form,
        sections=tuple(
            replace(section, fields=(*section.fields, fresh)) if section.code == section_code else section
            for section in form.sections
        ),
    )


def add_section(form: ReportForm, title: str) -> ReportForm:
    """The form with one more section at its end; it needs a question before the form can be published."""
    code = code_for(title, {section.code for section in form.sections})
    return replace(form, sections=(*form.sections, FormSection(code, title.strip(), ())))


def remove(form: ReportForm, code: str) -> ReportForm:
    """The form without a question, or without a section when that is empty."""
    return replace(
        form,
        sections=tuple(
            replace(section, fields=tuple(field for field in section.fields if field.code != code))
            for section in form.sections
            if section.code != code or section.fields
        ),
    )


def shift(form: ReportForm, code: str, step: int) -> ReportForm:
    """The form with a question moved up (-1) or down (1), over the edge of its section into the next."""
    places = [(s, f) for s, section in enumerate(form.sections) for f in range(len(section.fields))]
    here = next(((s, f) for s, f in places if form.sections[s].fields[f].code == code), None)
    if here is None:
        return form
    rows = [list(section.fields) for section in form.sections]
    section, at = here
    field = rows[section].pop(at)
    if 0 <= at + step <= len(rows[section]):
        rows[section].insert(at + step, field)
    elif 0 <= section + step < len(rows):
        target = rows[section + step]
        target.insert(len(target) if step < 0 else 0, field)
    else:
        rows[section].insert(at, field)
    return replace(
        form,
        sections=tuple(replace(old, fields=tuple(new)) for old, new in zip(form.sections, rows, strict=True)),
    )

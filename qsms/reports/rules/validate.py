"""Whether a form makes sense: every sentence names the place, what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from qsms.reports.rules.form import COLUMNS, DISCIPLINES, FIELD_TYPES, MODES, Condition, FormField, ReportForm
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TESTABLE = ("choice", "multi", "boolean")


def validate_form(form: ReportForm) -> list[Sentence]:
    """What stops this form from being used, as sentences; empty when it can be."""
    return [*_head(form), *_sections(form), *_columns(form), *_conditions(form)]


def _head(form: ReportForm) -> Iterator[Sentence]:
    if not _CODE.fullmatch(form.code):
        yield _(
            "“%(code)s” is not a form code. Use small letters, digits and underscores, first a letter.",
            code=form.code,
        )
    if form.version < 1:
        yield _("Version %(version)s is below 1. Start with 1.", version=form.version)
    if not form.title:
        yield _("The form has no title. Write what people look for in the list.")
    if not form.who_for:
        yield _("The form does not say who it is for. Add one sentence.")
    for code, times in Counter(form.disciplines).items():
        if code not in DISCIPLINES:
            known = ", ".join(DISCIPLINES)
            yield _("“%(code)s” is not a discipline. Choose from %(known)s.", code=code, known=known)
        if times > 1:
            yield _("The discipline “%(code)s” is named %(times)s times. Name it once.", code=code, times=times)
    for code, times in Counter(form.modes).items():
        if code not in MODES:
            yield _("“%(code)s” is not a mode. Choose from %(known)s.", code=code, known=", ".join(MODES))
        if times > 1:
            yield _("The mode “%(code)s” is named %(times)s times. Name it once.", code=code, times=times)
    if not form.modes:
        yield _("The form allows no way to report. Allow named, confidential or anonymous.")
    if not form.sections:
        yield _("The form has no sections. Add one with at least a title and a narrative.")


def _sections(form: ReportForm) -> Iterator[Sentence]:
    for code, times in Counter(section.code for section in form.sections).items():
        if times > 1:
            yield _("Two sections have the code “%(code)s”. Give each its own.", code=code)
        if not _CODE.fullmatch(code):
            yield _(
                "“%(code)s” is not a section code. Use small letters, digits and underscores, first a letter.",
                code=code,
            )
    for code, times in Counter(field.code for field in form.fields).items():
        if times > 1:
            yield _("Two fields have the code “%(code)s”. Give each its own.", code=code)
        if not _CODE.fullmatch(code):
            yield _(
                "“%(code)s” is not a field code. Use small letters, digits and underscores, first a letter.",
                code=code,
            )
    for section in form.sections:
        if not section.title:
            yield _("Section “%(code)s” has no title. Add one.", code=section.code)
        if not section.fields:
            yield _("Section “%(code)s” has no fields. Add one or take the section out.", code=section.code)
    for field in form.fields:
        yield from _field(field, form)


def _field(field: FormField, form: ReportForm) -> Iterator[Sentence]:
    name = _("Field “%(code)s”", code=field.code)
    if not field.label:
        yield _("%(name)s has no label. Write the question.", name=name)
    if field.type not in FIELD_TYPES:
        yield _(
            "%(name)s has the type “%(type)s”. Choose from %(known)s.",
            name=name,
            type=field.type,
            known=", ".join(FIELD_TYPES),
        )
    picks = field.type in ("choice", "multi")
    if picks and len(field.choices) < 2:
        yield _("%(name)s needs at least two choices.", name=name)
    if field.choices and not picks:
        yield _(
            "%(name)s has choices, but its type is “%(type)s”. Make it choice or multi, or take them out.",
            name=name,
            type=field.type,
        )
    for code, times in Counter(choice.code for choice in field.choices).items():
        if times > 1:
            yield _(
                "%(name)s offers the choice “%(code)s” %(times)s times. Offer it once.",
                name=name,
                code=code,
                times=times,
            )
    if any(not choice.code or not choice.label for choice in field.choices):
        yield _("%(name)s has a choice without code or label. Fill in both.", name=name)
    if (field.unit or field.minimum is not None or field.maximum is not None) and field.type != "number":
        yield _("%(name)s has a unit or limits, but only a number can. Make it a number or take them out.", name=name)
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield _(
            "%(name)s has its minimum %(minimum)s above its maximum %(maximum)s. Swap them.",
            name=name,
            minimum=f"{field.minimum:g}",
            maximum=f"{field.maximum:g}",
        )
    if field.max_length is not None and (field.type not in ("text", "longtext") or field.max_length < 1):
        yield _(
            "%(name)s limits its length to %(max_length)s. Only a text can have such a limit, of 1 or more.",
            name=name,
            max_length=field.max_length,
        )
    if field.personal and field.required and "anonymous" in form.modes:
        yield _(
            "%(name)s is personal and needed, so nobody could report anonymously. Make it optional or drop that mode.",
            name=name,
        )


def _columns(form: ReportForm) -> Iterator[Sentence]:
    taken = Counter(field.maps_to for field in form.fields if field.maps_to)
    for column, times in taken.items():
        if times > 1:
            yield _("%(times)s fields fill the column “%(column)s”. Let one of them do it.", times=times, column=column)
    for field in form.fields:
        if not field.maps_to:
            continue
        if field.maps_to not in COLUMNS:
            known = ", ".join(COLUMNS)
            yield _(
                "Field “%(code)s” fills “%(maps_to)s”, which no report has. Choose from %(known)s.",
                code=field.code,
                maps_to=field.maps_to,
                known=known,
            )
        elif field.type not in COLUMNS[field.maps_to]:
            fits = " or ".join(COLUMNS[field.maps_to])
            yield _(
                "Field “%(code)s” fills “%(maps_to)s” with the type “%(type)s”. Make it %(fits)s.",
                code=field.code,
                maps_to=field.maps_to,
                type=field.type,
                fits=fits,
            )
        if field.maps_to == "title" and field.personal:
            yield _("Field “%(code)s” is the title, which lists show, so it cannot be personal.", code=field.code)
    for column in ("title", "narrative"):
        filled = [field for field in form.fields if field.maps_to == column]
        if not any(field.required and not field.shown_if for field in filled):
            yield _(
                "No field that is always asked and needed fills “%(column)s”. Every report has one: add it.",
                column=column,
            )


def _conditions(form: ReportForm) -> Iterator[Sentence]:
    before: dict[str, FormField] = {}
    for section in form.sections:
        yield from _refers(section.shown_if, before, _("Section “%(code)s”", code=section.code))
        for field in section.fields:
            yield from _refers(field.shown_if, before, _("Field “%(code)s”", code=field.code))
            before[field.code] = field
        if section.shown_if and any(field.maps_to in ("title", "narrative") for field in section.fields):
            yield _("Section “%(code)s” holds the title or narrative, so it must always be shown.", code=section.code)


def _refers(conditions: Iterable[Condition], before: dict[str, FormField], name: str) -> Iterator[Sentence]:
    for condition in conditions:
        asked = before.get(condition.field)
        if asked is None:
            yield _(
                "%(name)s depends on “%(field)s”, which is not asked before. Move it up or correct the code.",
                name=name,
                field=condition.field,
            )
            continue
        if condition.values and asked.type not in _TESTABLE:
            yield _(
                "%(name)s compares “%(code)s”, which is free input. Compare a choice, or test not_empty.",
                name=name,
                code=asked.code,
            )
            continue
        known: set[str | bool] = {True, False} if asked.type == "boolean" else {choice.code for choice in asked.choices}
        for value in condition.values:
            if value not in known:
                yield _(
                    "%(name)s waits for “%(value)s”, which “%(code)s” does not offer. Correct the code.",
                    name=name,
                    value=value,
                    code=asked.code,
                )

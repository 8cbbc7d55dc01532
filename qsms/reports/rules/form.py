"""The parts of a report form, and reading one from YAML or from stored data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from qsms.rules.data_files import DataError, read_mapping
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

MODES = ("named", "confidential", "anonymous")
DISCIPLINES = ("safety", "quality", "environment", "health", "security", "information")
FIELD_TYPES = (
    "text", "longtext", "choice", "multi", "date", "datetime", "time",
    "number", "boolean", "place", "aircraft", "photo", "file",
)  # fmt: skip

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("text",),
    "narrative": ("longtext",),
    "immediate_action": ("longtext",),
    "occurred_at": ("datetime", "date"),
    "aware_at": ("datetime", "date"),
    "place": ("place",),
    "aircraft": ("aircraft",),
    "flight_number": ("text",),
    "phase": ("choice",),
}
"""Columns of the record that an answer may fill, with the field types that fit. `place` brings the site with it."""


@dataclass(frozen=True)
class Choice:
    """One answer to pick; the code is stored, the label is shown."""

    code: str
    label: str


@dataclass(frozen=True)
class Condition:
    """When something is shown: the field holds one of `values`, or, without values, holds anything at all."""

    field: str
    values: tuple[str | bool, ...] = ()


@dataclass(frozen=True)
class FormField:
    """One question. `personal` answers are sealed at filing and never reach lists, search or a published version."""

    code: str
    label: str
    type: str
    help: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    shown_if: tuple[Condition, ...] = ()
    personal: bool = False
    maps_to: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None

    def choice_label(self, code: object) -> str:
        """The label of a choice, or the code itself where a filed report holds one that is not offered."""
        return next((choice.label for choice in self.choices if choice.code == code), str(code))


@dataclass(frozen=True)
class FormSection:
    """Questions that belong together under one heading, shown or hidden together."""

    code: str
    title: str
    fields: tuple[FormField, ...]
    help: str = ""
    shown_if: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ReportForm:
    """A version of a form. A filed report keeps the code and version it was filed on."""

    code: str
    version: int
    title: str
    who_for: str
    disciplines: tuple[str, ...]
    modes: tuple[str, ...]
    sections: tuple[FormSection, ...]

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Every field in the order it is asked."""
        return tuple(field for section in self.sections for field in section.fields)


def load_form(text: str) -> ReportForm:
    """The form written in this YAML. Raises `DataError` when it has not the shape of a form; sense is judged apart."""
    return form_from_data(read_mapping(text)[1])


def form_from_data(data: object, name: str = "form") -> ReportForm:
    """The form held by plain data, as YAML or JSON give it. Raises `DataError` that says what is wrong in it."""
    try:
        return _form(data)
    except _Wrong as wrong:
        raise DataError(name, wrong.sentences) from None


class _Wrong(Exception):
    def __init__(self, *sentences: Sentence) -> None:
        self.sentences: Sequence[Sentence] = sentences
        super().__init__(*sentences)


def _form(data: object) -> ReportForm:
    top = _mapping(
        data, "The form", required=("code", "version", "title", "who_for", "disciplines", "modes", "sections")
    )
    return ReportForm(
        code=_text(top, "code", "The form"),
        version=_whole(top, "version", "The form"),
        title=_text(top, "title", "The form"),
        who_for=_text(top, "who_for", "The form"),
        disciplines=_texts(top, "disciplines", "The form"),
        modes=_texts(top, "modes", "The form"),
        sections=tuple(_section(item, number) for number, item in enumerate(_list(top, "sections", "The form"), 1)),
    )


def form_to_data(form: ReportForm) -> dict[str, Any]:
    """Plain data that `form_from_data` turns into an equal form; empty settings are left out."""
    return {
        "code": form.code,
        "version": form.version,
        "title": form.title,
        "who_for": form.who_for,
        "disciplines": list(form.disciplines),
        "modes": list(form.modes),
        "sections": [
            _without_empty(
                code=section.code,
                title=section.title,
                help=section.help,
                shown_if=[_condition_data(condition) for condition in section.shown_if],
            )
            | {"fields": [_field_data(field) for field in section.fields]}
            for section in form.sections
        ],
    }


@cache
def shipped_forms() -> tuple[ReportForm, ...]:
    """The forms every new organisation starts with, by code."""
    folder = files("qsms.reports").joinpath("data/forms")
    found = [load_form(path.read_text(encoding="utf-8")) for path in folder.iterdir() if path.name.endswith(".yaml")]
    return tuple(sorted(found, key=lambda form: form.code))


_FIELD_KEYS = frozenset(FormField.__dataclass_fields__)
_SECTION_KEYS = frozenset(FormSection.__dataclass_fields__)


def _section(data: object, number: int) -> FormSection:
    where = f"Section {number}"
    item = _mapping(data, where, required=("code", "title", "fields"), allowed=_SECTION_KEYS)
    return FormSection(
        code=_text(item, "code", where),
        title=_text(item, "title", where),
        help=_text(item, "help", where),
        shown_if=_conditions(item, where),
        fields=tuple(_field(field, number, place) for place, field in enumerate(_list(item, "fields", where), 1)),
    )


def _field(data: object, section: int, number: int) -> FormField:
    where = f"Field {number} of section {section}"
    item = _mapping(data, where, required=("code", "label", "type"), allowed=_FIELD_KEYS)
    return FormField(
        code=_text(item, "code", where),
        label=_text(item, "label", where),
        type=_text(item, "type", where),
        help=_text(item, "help", where),
        choices=tuple(_choice(choice, where) for choice in _list(item, "choices", where)),
        required=_flag(item, "required", where),
        shown_if=_conditions(item, where),
        personal=_flag(item, "personal", where),
        maps_to=_text(item, "maps_to", where),
        unit=_text(item, "unit", where),
        minimum=_number(item, "minimum", where),
        maximum=_number(item, "maximum", where),
        max_length=_whole(item, "max_length", where) if item.get("max_length") is not None else None,
    )


def _choice(data: object, where: str) -> Choice:
    item = _mapping(data, f"A choice of {where.lower()}", required=("code", "label"))
    return Choice(_text(item, "code", where), _text(item, "label", where))


def _conditions(item: Mapping[str, Any], where: str) -> tuple[Condition, ...]:
    raw = item.get("shown_if") or []
    return tuple(_condition(one, where) for one in (raw if isinstance(raw, list) else [raw]))


def _condition(data: object, where: str) -> Condition:
    name = f"shown_if of {where.lower()}"
    item = _mapping(data, name, required=("field",), allowed=frozenset({"field", "equals", "in", "not_empty"}))
    tests = [key for key in ("equals", "in", "not_empty") if key in item]
    if len(tests) != 1 or item.get("not_empty", True) is not True:
        raise _Wrong(_("%(name)s needs one of equals, in, or not_empty: true.", name=name))
    values = [item["equals"]] if tests[0] == "equals" else item.get("in", [])
    if not isinstance(values, list) or not all(isinstance(value, str | bool) for value in values):
        raise _Wrong(_("%(name)s compares with codes, or with true and false. Put numbers in quotes.", name=name))
    if not values and tests[0] == "in":
        raise _Wrong(_("%(name)s has an empty list, so it would never be shown. Name a code.", name=name))
    return Condition(_text(item, "field", name), tuple(values))


def _condition_data(condition: Condition) -> dict[str, Any]:
    if not condition.values:
        return {"field": condition.field, "not_empty": True}
    if len(condition.values) == 1:
        return {"field": condition.field, "equals": condition.values[0]}
    return {"field": condition.field, "in": list(condition.values)}


def _field_data(field: FormField) -> dict[str, Any]:
    return _without_empty(
        code=field.code,
        label=field.label,
        type=field.type,
        help=field.help,
        choices=[{"code": choice.code, "label": choice.label} for choice in field.choices],
        required=field.required,
        shown_if=[_condition_data(condition) for condition in field.shown_if],
        personal=field.personal,
        maps_to=field.maps_to,
        unit=field.unit,
        minimum=field.minimum,
        maximum=field.maximum,
        max_length=field.max_length,
    )


def _without_empty(**values: object) -> dict[str, Any]:
    # A minimum of 0 is a setting and equals False, so emptiness is told by what it is, not by what it equals.
    def empty(value: object) -> bool:
        return value is None or value is False or value == "" or value == []

    return {
        key: value for key, value in values.items() if key in ("code", "title", "label", "type") or not empty(value)
    }


def _mapping(
    data: object, where: str, *, required: tuple[str, ...], allowed: frozenset[str] | None = None
) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _Wrong(_("%(where)s must be a list of settings with a name and a value each.", where=where))
    wrong = [
        _("%(where)s has no “%(key)s”. Add it.", where=where, key=key) for key in required if data.get(key) is None
    ]
    wrong += [
        _("%(where)s has “%(key)s”, which forms do not know. Take it out or correct the name.", where=where, key=key)
        for key in data
        if key not in (allowed or frozenset(required))
    ]
    if wrong:
        raise _Wrong(*wrong)
    return data


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise _Wrong(
            _("“%(key)s” of %(where)s is “%(value)s”, which is not text. Put it in quotes.", **_of(key, where, value))
        )
    return value.strip()


def _texts(item: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = _list(item, key, where)
    if not all(isinstance(value, str) for value in values):
        raise _Wrong(_("“%(key)s” of %(where)s must be a list of codes.", **_of(key, where)))
    return tuple(values)


def _list(item: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = item.get(key) or []
    if not isinstance(value, list):
        raise _Wrong(_("“%(key)s” of %(where)s must be a list.", **_of(key, where)))
    return value


def _flag(item: Mapping[str, Any], key: str, where: str) -> bool:
    value = item.get(key, False)
    if not isinstance(value, bool):
        raise _Wrong(_("“%(key)s” of %(where)s is “%(value)s”. Write true or false.", **_of(key, where, value)))
    return value


def _whole(item: Mapping[str, Any], key: str, where: str) -> int:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(_("“%(key)s” of %(where)s is “%(value)s”. Write a whole number.", **_of(key, where, value)))
    return value


def _number(item: Mapping[str, Any], key: str, where: str) -> float | None:
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(_("“%(key)s” of %(where)s is “%(value)s”. Write a number.", **_of(key, where, value)))
    return float(value)


def _of(key: str, where: str, value: object = "") -> dict[str, object]:
    return {"key": key, "where": where[:1].lower() + where[1:], "value": value}

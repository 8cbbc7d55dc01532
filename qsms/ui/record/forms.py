"""The form of a record or of a move, built from the sheet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.forms import BoundField
from django.http import QueryDict

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records.drafts import Kept
from qsms.records.models import Record
from qsms.records.registry import RecordType

from ..sentences import InHouse
from . import fields, pickers

Raw = dict[str, list[str]]


@dataclass(frozen=True)
class FormSection:
    """A titled part of the form, its short fields in rows side by side."""

    title: str
    help: str
    rows: tuple[tuple[BoundField, ...], ...]


class RecordForm(InHouse, forms.Form):
    """Fields of a record by name. Asked-for names that the record type does not have are left out."""

    def __init__(
        self,
        actor: Actor,
        sheet: RecordType,
        names: Iterable[str],
        *,
        data: QueryDict | None = None,
        initial: Mapping[str, Any] | None = None,
        needed: frozenset[str] | None = None,
        auto_id: str = "f_%s",
    ) -> None:
        super().__init__(data, initial={n: _key(v) for n, v in (initial or {}).items()}, auto_id=auto_id)
        self.sheet = sheet
        for name in names:
            field = fields.build(actor, sheet, name, required=None if needed is None else name in needed)
            if field is not None:
                self.fields[name] = field
                self._withhold(field, sheet.withheld(actor, name) - {str(self.initial.get(name))})

    def _withhold(self, field: forms.Field, gone: frozenset[str]) -> None:
        if gone and isinstance(field, forms.ChoiceField):
            offered: list[Any] = list(field.choices)  # type: ignore[arg-type]
            field.choices = [one for one in offered if str(one[0]) not in gone]

    def sections(self) -> list[FormSection]:
        """The sheet's sections with the fields that this form has."""
        found = []
        for section in self.sheet.form:
            rows = self._rows([name for name in section.fields if name in self.fields])
            if rows:
                found.append(FormSection(str(section.title), str(section.help), rows))
        return found

    def _rows(self, names: Sequence[str]) -> tuple[tuple[BoundField, ...], ...]:
        rows: list[list[BoundField]] = []
        for name in names:
            short = fields.is_short(self.fields[name])
            if short and rows and len(rows[-1]) == 1 and fields.is_short(rows[-1][0].field):
                rows[-1].append(self[name])
            else:
                rows.append([self[name]])
        return tuple(tuple(row) for row in rows)

    def raw(self) -> Raw:
        """What stands in each field, as text: typed when the form was sent, else what it starts with."""
        found: Raw = {}
        for name in self.fields:
            value = (
                self.data.getlist(name) if isinstance(self.data, QueryDict) and self.is_bound else self[name].value()
            )
            found[name] = plain(value)
        return found

    def take_errors(self, errors: Mapping[str, str]) -> None:
        """Put what a service found wrong beside the fields it is about; the rest goes on top."""
        for name, sentence in errors.items():
            if name in self.fields:
                if name not in self.errors:
                    self.add_error(name, sentence)
            else:
                label = self.sheet.field_label(name) if name else ""
                self.add_error(None, f"{label}: {sentence}" if label else sentence)


def _key(value: Any) -> Any:
    """A place or another row stands in a field by its key; people and records are shown by their names."""
    return value.pk if isinstance(value, Model) and not isinstance(value, Person | Record) else value


def plain(value: Any) -> list[str]:
    """A field's value as texts without line-end and edge differences; empty means nothing."""
    if value is True:
        return ["on"]
    many = value if isinstance(value, list | tuple) else [] if value in (None, False) else [value]
    texts = [str(one).replace("\r\n", "\n").strip() for one in many]
    return [text for text in texts if text]


def starting(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """What the fields of a form start with for a record that exists."""
    return {name: getattr(record, name, None) for name in names}


def from_draft(draft: Kept, form_fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """What the fields start with when a draft is found; a browser leaves out only what is not ticked."""
    several = (fields.LensField, pickers.RecordsField)
    return {
        name: plain(draft.data.get(name, [])) if isinstance(field, several) else draft.first(name)
        for name, field in form_fields.items()
    }


def changed(form: RecordForm, was: str) -> set[str]:
    """The fields whose text differs from what the page started with; all of them when that cannot be read."""
    try:
        before = json.loads(was)
    except ValueError:
        return set(form.fields)
    if not isinstance(before, dict):
        return set(form.fields)
    return {name for name, value in form.raw().items() if value != plain(before.get(name, []))}

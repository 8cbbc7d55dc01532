"""From the values of one row to records in memory, checked: the row's own and those that it brings along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from qsms.base import sentences
from qsms.exchange import dates, kinds
from qsms.exchange.fitting import Fitter
from qsms.exchange.recognising import NUMBER
from qsms.exchange.sentences import ExchangeError, ValueProblem
from qsms.exchange.targets import targets
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import bulk, registry, scope
from qsms.records.errors import Invalid
from qsms.records.models import Record
from qsms.records.registry import RecordType

Values = Mapping[str, Any]
LIFE_FIELDS = ("state", "opened_at", "closed_at")


class UnknownField(ExchangeError):
    """A mapping fills a field that this kind of record does not have."""


@dataclass(slots=True)
class Made:
    """What a row became: its record, and records of other kinds that belong to it. Or what is wrong, by field."""

    record: Record | None = None
    nested: list[tuple[str, Record]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    # Dates and moments as they were read, so that nothing depends on reading them again.
    dates: dict[str, dt.date] = field(default_factory=dict)
    # What to know of a row that comes in, by field.
    told: dict[str, str] = field(default_factory=dict)


class Builder:
    """Makes records of one kind from rows, as one actor."""

    def __init__(self, actor: Actor, kind: str, *, order: dates.Order | None = None) -> None:
        self.actor = actor
        self.sheet = registry.get(kind)
        self.offer = kinds.of(kind)
        self.targets = targets(self.sheet)
        self.order = order
        self._fitter = Fitter(actor, self.targets, order)
        self._nested: dict[str, Builder] = {}
        self._rights = () if actor.is_system else actor.rights_for(f"{kind}.import")
        self._everywhere = actor.is_system or any(right.axis == Axis.ALL for right in self._rights)

    def check_fields(self, names: Sequence[str]) -> None:
        """Raise UnknownField when a mapping names something this kind has not."""
        for name in names:
            outer, nested, _part = name.partition("[].")
            known = outer in self.offer.nested if nested else (name in self.targets or self.offer.build is not None)
            if not known:
                sentence = _("%(kind)s has no field “%(name)s” that an import could fill. Correct the mapping.")
                raise UnknownField(sentence % {"kind": self.sheet.label, "name": name}, code="field")

    def make(self, values: Values) -> Made:
        """The records of one row, checked by the same rules as those that people enter. Nothing is written."""
        own = {name: value for name, value in values.items() if name not in self.offer.nested}
        fitted, errors = self._fit(own)
        row = None if errors else self._row(fitted, errors)
        if row is None:
            return Made(errors=errors)
        prepared = bulk.prepare(self.actor, self.sheet.kind, row)
        errors |= prepared.errors
        errors |= self._out_of_reach(prepared.record)
        made = Made(prepared.record, errors=errors, told=dict(row.told))
        made.dates = {name: value for name, value in fitted.items() if isinstance(value, dt.date)}
        for name in self.offer.nested.keys() & values.keys():
            for part in values[name]:
                self._bring(made, name, part)
        return made

    def faults(self, values: Values) -> dict[str, str]:
        """What alone can be said of the values of a row that lacks others: which of them cannot be read."""
        return self._fit({name: value for name, value in values.items() if name not in self.offer.nested})[1]

    def key_of(self, record: Record) -> str:
        """What tells whether this record was imported before; "" when nothing does."""
        return str(getattr(record, self.sheet.import_key) or "") if self.sheet.import_key else ""

    def _row(self, fitted: dict[str, Any], errors: dict[str, str]) -> bulk.Row | None:
        """The row of these values; None, with the reasons in `errors`, when the room or a column refuses them."""
        if self.offer.build is not None:
            try:
                row = self.offer.build(self.actor, fitted)
            except Invalid as invalid:
                errors |= invalid.errors
                return None
        else:
            row = plain_row(self.sheet, fitted)
        errors |= self._clean_fixed(row)
        return None if errors else row

    def _fit(self, values: Values) -> tuple[dict[str, Any], dict[str, str]]:
        fitted: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, given in values.items():
            if name == NUMBER:
                # It says which record the row is, and is never written: numbers come from the counters.
                continue
            try:
                fitted[name] = self._fitter.fit(name, given) if name in self.targets else given
            except ValueProblem as problem:
                errors[name] = problem.sentence
        return fitted, errors

    def _clean_fixed(self, row: bulk.Row) -> dict[str, str]:
        """Columns that no form offers are held to what their field says, for the spine trusts whoever sets them."""
        errors = {}
        for name, value in row.fixed.items():
            column = self.sheet.field(name)
            if column is None or isinstance(column, models.ForeignKey) or value in (None, ""):
                continue
            try:
                column.clean(value, None)
            except ValidationError as error:
                errors[name] = sentences.of_column(column, error, value)
        return errors

    def _out_of_reach(self, record: Record) -> dict[str, str]:
        if self._everywhere or any(scope.reaches(self.actor, right, record) for right in self._rights):
            return {}
        return {"site": _("You may import for your own site only. Name your site in this row.")}

    def _bring(self, made: Made, name: str, values: Values) -> None:
        nested = self.offer.nested[name]
        builder = self._nested.get(nested.kind)
        if builder is None:
            builder = self._nested[nested.kind] = Builder(self.actor, nested.kind, order=self.order)
        fitted, errors = builder._fit(values)
        row = None if errors else builder._row(fitted, errors)
        if row is not None and made.record is not None:
            taken = {part: getattr(made.record, part) for part in nested.takes if part in builder.sheet.writable}
            row.given = {**taken, **nested.values, **row.given}
            row.state = row.state or nested.state
            prepared = bulk.prepare(self.actor, nested.kind, row)
            errors |= prepared.errors
            made.nested.append((name, prepared.record))
        made.errors |= {f"{name}[].{part}": sentence for part, sentence in errors.items()}


def plain_row(sheet: RecordType, fitted: dict[str, Any]) -> bulk.Row:
    """The row as the sheet alone would have it: form fields as given, other columns set, state and moments apart."""
    given: dict[str, Any] = {}
    fixed: dict[str, Any] = {}
    for name, value in fitted.items():
        if name in LIFE_FIELDS or value is None or value == "":
            continue
        (given if name in sheet.writable else fixed)[name] = value
    state = str(fitted.get("state") or "")
    moments = {name: _moment(fitted.get(name)) for name in ("opened_at", "closed_at")}
    return bulk.Row(given, fixed, state=state, opened_at=moments["opened_at"], closed_at=moments["closed_at"])


def _moment(value: Any) -> dt.datetime | None:
    return value if isinstance(value, dt.datetime) else None

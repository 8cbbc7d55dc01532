"""Where the columns of a file can go: the fields of a record type that an import may fill, and how each is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.exchange import kinds
from qsms.exchange.recognising import NUMBER
from qsms.org.models import Person, Process, Site, Unit
from qsms.records import registry
from qsms.records.choices import Lens
from qsms.records.registry import RecordType
from qsms.records.several import RecordsField

How = Literal[
    "text",
    "choice",
    "date",
    "moment",
    "number",
    "whole",
    "flag",
    "list",
    "person",
    "place",
    "lenses",
    "state",
    "record",
    "records",
]

PLACES: dict[str, type[models.Model]] = {"site": Site, "unit": Unit, "process": Process}

# What people call these columns in their own lists, beside the field's label.
KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "title": ("Title", "Subject", "Summary", "Headline", "Short description"),
    "site": ("Site", "Station", "Stn", "Base"),
    "unit": ("Unit", "Department", "Team"),
    "owner": ("Owner", "Responsible", "Assigned to"),
    "due_on": ("Due", "Due date", "Deadline", "Target date"),
    "state": ("State", "Status"),
    "opened_at": ("Opened", "Date opened", "Created"),
    "closed_at": ("Closed", "Date closed", "Completed"),
    "disciplines": ("Concerns", "Lenses", "Disciplines"),
    "confidential": ("Confidential", "Restricted", "Private"),
}
KEY_KNOWN_AS = ("Reference", "Ref", "Old number", "Number", "No.", "ID")
LIFE = {"state": gettext_lazy("State"), "opened_at": gettext_lazy("Opened"), "closed_at": gettext_lazy("Closed")}


@dataclass(frozen=True, slots=True)
class Target:
    """One field that a column can fill."""

    name: str
    label: str
    how: How
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    longest: int | None = None
    known_as: tuple[str, ...] = ()
    # Of a place: site, unit or process.
    place: str = ""
    # Of a record: its kind.
    kind: str = ""
    # Whether the sheet's form offers it; others are set past the form.
    in_form: bool = True


def targets(sheet: RecordType) -> dict[str, Target]:
    """Every field that an import of this kind may fill, in the order of the form."""
    return {target.name: target for target in _targets(sheet)}


def _targets(sheet: RecordType) -> Iterator[Target]:
    offer = kinds.of(sheet.kind)
    # Whatever the form of a kind offers: what left as confidential comes back as confidential.
    names = dict.fromkeys(("title", *sheet.form_fields, *offer.fields, "confidential"))
    if sheet.import_key:
        names[sheet.import_key] = None
    for name in names:
        if name in sheet.sealed_fields or (column := sheet.field(name)) is None:
            continue
        how = _how(name, column)
        if how is None:
            continue
        known_as = (*KNOWN_AS.get(name, ()), *map(str, offer.known_as.get(name, ())))
        yield Target(
            name=name,
            label=sheet.field_label(name),
            how=how,
            required=not column.blank and not column.has_default(),
            choices=_choices(name, column),
            longest=column.max_length if how == "text" else None,
            known_as=(*known_as, *KEY_KNOWN_AS) if name == sheet.import_key else known_as,
            place=next((what for what, model in PLACES.items() if model is column.related_model), ""),
            kind=column.of if isinstance(column, RecordsField) else _kind(column) if how == "record" else "",
            in_form=name in sheet.writable,
        )
    states = tuple((state.code, str(state.label)) for state in sheet.lifecycle.states)
    yield Target("state", str(LIFE["state"]), "state", choices=states, known_as=KNOWN_AS["state"])
    for name in ("opened_at", "closed_at"):
        yield Target(name, str(LIFE[name]), "moment", known_as=KNOWN_AS[name])
    yield Target(NUMBER, _("Recognises what is here already"), "text", in_form=False)


def fillable(sheet: RecordType) -> list[Target]:
    """The targets that become something of the record; the number only says which one a row is."""
    return [target for target in _targets(sheet) if target.name != NUMBER]


def _how(name: str, column: models.Field[object, object]) -> How | None:
    if name == "disciplines":
        return "lenses"
    if isinstance(column, models.ForeignKey):
        related = column.related_model
        if related is Person:
            return "person"
        return "place" if related in PLACES.values() else "record" if _kind(column) else None
    if isinstance(column, RecordsField):
        return "records"
    if column.choices:
        return "choice"
    for kind, how in _BY_TYPE:
        if isinstance(column, kind):
            return how
    return None


def _kind(column: models.Field[object, object]) -> str:
    """The kind of record that a column points at; empty where that is any kind, or no record."""
    return next((sheet.kind for sheet in registry.all_types() if sheet.model is column.related_model), "")


# The narrower type first: a moment is a date to Django, a flag is none.
_BY_TYPE: tuple[tuple[type[models.Field[object, object]], How], ...] = (
    (models.BooleanField, "flag"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.DecimalField, "number"),
    (models.FloatField, "number"),
    (models.IntegerField, "whole"),
    (models.JSONField, "list"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)


def _choices(name: str, column: models.Field[object, object]) -> tuple[tuple[str, str], ...]:
    if name == "disciplines":
        return tuple((lens.name.lower(), str(lens.label)) for lens in Lens)
    return tuple((str(code), str(label)) for code, label in column.flatchoices or () if code != "")


def reads_as(target: Target) -> str:
    """What a cell of this target may hold, in a few words for the mapping page."""
    if target.choices:
        listed = ", ".join(label for _code, label in target.choices[:6])
        return listed + (" …" if len(target.choices) > 6 else "")
    return {
        "date": _("a date"),
        "moment": _("a date, with or without a time"),
        "number": _("a number"),
        "whole": _("a whole number"),
        "flag": _("yes or no"),
        "list": _("several, separated by semicolons"),
        "person": _("a name or an e-mail address"),
        "place": _("a name or a code"),
        "record": _("a number, a reference or a title"),
        "records": _("numbers, references or titles, separated by semicolons"),
    }.get(target.how, _("text"))

"""Cells of a list: one function per column that turns a row of values into escaped text.

A list of fifty rows draws some four hundred cells in a request, so a cell is plain string building over values that
are already there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import listing
from qsms.records.choices import Lens
from qsms.records.registry import Column as SheetColumn
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase

from . import dates, marks, table, times
from .marks import escape

Row = Mapping[str, Any]
Cell = Callable[[Row], str]

EMPTY = SafeString("")
TONES = ("", "accep", "toler", "intol")
LENS_NAMES = {lens.name.lower(): lens for lens in Lens}
# Narrow windows lose these first: owner and site go before title, state, risk and due.
HIDES = {"site": "hide-p hide-l", "owner": "hide-p hide-m", "unit": "hide-p hide-w", "process": "hide-p hide-w"}


@dataclass
class Sheet:
    """The columns of one list for one page of rows."""

    columns: list[table.Column] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)


def lens_marks(disciplines: int, judged: int) -> SafeString:
    """The three lens marks: concerns, does not concern, not judged yet; and the other lenses that it concerns."""
    return marks.lenses(
        {name: True if disciplines & lens else False if judged & lens else None for name, lens in LENS_NAMES.items()}
    )


Columns = Sequence[str | SheetColumn]


def values_needed(sheet: RecordType, columns: Columns) -> list[str]:
    """The values to fetch for these columns of a list, beside the key."""
    wanted = ["number", "title", "state", "phase", "due_on", "due_at", "closed_at", "owner_id"]
    for one in columns:
        name = one.path or one.name if isinstance(one, SheetColumn) else one
        if name == "disciplines":
            wanted += ["disciplines", "judged"]
        elif name == "risk_class":
            wanted += ["risk_class", "risk_cell"]
        elif isinstance(sheet.field(name), models.ForeignKey):
            # Places are remembered by the process; a person's name comes with the row.
            wanted.append(f"{name}_id" if name in names.PLACES else f"{name}__name")
        else:
            wanted.append(name)
    return list(dict.fromkeys(wanted))


def build(
    sheet: RecordType, columns: Columns, actor: Actor, now: dt.datetime, sort: Callable[[str], tuple[str, str]]
) -> Sheet:
    """The heads and cell functions for rows of `values_needed`.

    `sort` gives a column's address to sort by and how it is sorted.
    """
    made = Sheet()
    for one in columns:
        column = one if isinstance(one, SheetColumn) else SheetColumn(one)
        name = column.path or column.name
        url, how = sort(column.name)
        look = _look(sheet, column, name)
        made.columns.append(table.Column(str(column.label or sheet.field_label(column.name)), look, url, how))
        made.cells.append(_own(column.cell, name) if column.cell else _cell(sheet, actor, now, name))
    return made


def _look(sheet: RecordType, column: SheetColumn, name: str) -> str:
    if name == "title":
        return "t"
    kind = sheet.field(name)
    numbers = isinstance(kind, models.DecimalField | models.IntegerField | models.FloatField) and not kind.choices
    end = column.align == "end" or name == "due_on" or (numbers and name not in ("disciplines", "risk_class"))
    hidden = "hide-p hide-w" if column.wide else HIDES.get(name, "")
    return " ".join(part for part in (hidden, "r" if end else "") if part)


def _own(cell: Callable[[Any], str], name: str) -> Cell:
    return lambda row: cell(row[name])


def _cell(sheet: RecordType, actor: Actor, now: dt.datetime, name: str) -> Cell:
    special = SPECIAL.get(name)
    if special is not None:
        return special(sheet, actor, now)
    # The category of a record is a field of its child once more, which knows the words.
    kind = sheet.field(sheet.category_field if name == "category" and sheet.category_field else name)
    if isinstance(kind, models.ForeignKey):
        return _named(actor, name)
    if kind is not None and kind.choices:
        words = {value: escape(label) for value, label in kind.flatchoices}
        return lambda row: words.get(row[name], EMPTY)
    if isinstance(kind, models.DateTimeField):
        return lambda row: times.moment(row[name], now, actor.tz, short=True) if row[name] else EMPTY
    if isinstance(kind, models.DateField):
        today = now.astimezone(actor.tz).date()
        return lambda row: times.day(row[name], today, short=True) if row[name] else EMPTY
    if isinstance(kind, models.BooleanField):
        return lambda row: escape(_("Yes")) if row[name] else EMPTY
    return lambda row: _plain(row[name])


def _plain(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, int | float | Decimal):
        return escape(number_format(value, use_l10n=True, force_grouping=True))
    return escape(str(value))


def _named(actor: Actor, name: str) -> Cell:
    if name not in names.PLACES:
        return lambda row: escape(row[f"{name}__name"] or "")
    key = f"{name}_id"
    known = names.places(name, actor.organisation_id)
    return lambda row: escape(known[row[key]]) if row[key] in known else EMPTY


def address(sheet: RecordType) -> Callable[[str], str]:
    """The page of a record by number, without resolving the route for each row."""
    pattern = reverse("ui:record", args=[sheet.kind, "0"])
    head = pattern.removesuffix("0/")
    return lambda number: f"{head}{number}/"


def _number(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    to = address(sheet)
    return lambda row: table.link(row["number"], to(row["number"]), "no", second=True)


def _title(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    to = address(sheet)
    return lambda row: table.link(row["title"], to(row["number"]))


def _state(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    drawn = {state.code: marks.standing(state) for state in sheet.lifecycle.states}
    return lambda row: drawn.get(row["state"]) or escape(row["state"])


def _disciplines(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    return lambda row: lens_marks(row["disciplines"], row["judged"])


def _risk(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    words = {tone: str(label) for tone, label in listing.RISK_TONES.items()}
    return lambda row: marks.risk(
        row["risk_cell"] or words[row["risk_class"]],
        words[row["risk_class"]],
        TONES[row["risk_class"]],
        brief=bool(row["risk_cell"]),
    )


def _due(sheet: RecordType, actor: Actor, now: dt.datetime) -> Cell:
    def cell(row: Row) -> str:
        due = row["due_on"]
        if due is None:
            return EMPTY
        if row["phase"] >= Phase.DONE:
            return times.day(due, now.astimezone(actor.tz).date(), short=True)
        said = dates.deadline(row["due_at"] or due, now, actor.tz)
        return marks.due(said.text, said.tone, said.moment, said.printed)

    return cell


SPECIAL: dict[str, Callable[[RecordType, Actor, dt.datetime], Cell]] = {
    "number": _number,
    "title": _title,
    "state": _state,
    "disciplines": _disciplines,
    "risk_class": _risk,
    "due_on": _due,
}

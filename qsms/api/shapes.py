"""Records as JSON: which fields of a kind are shown, and how values are written. Drawn from values, not objects.

A field is shown when a screen shows it: the spine's own, and of the child's those on the form, in the list, among the
filters, in a move's dialog or naming somebody with a part. What a room keeps beside that stays inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from django.db import models
from django.http import HttpResponse
from django.utils.functional import Promise

from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import scope
from qsms.records.choices import Lens
from qsms.records.listing import PLACE_FIELDS
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.records.several import RecordsField
from qsms.rules.lifecycle import Phase

SPINE = (
    "id", "number", "title", "state", "phase", "disciplines", "risk_class", "risk_cell", "site", "unit", "process",
    "owner", "raised_by", "opened_at", "closed_at", "due_on", "due_at", "confidential", "version", "changed_at",
)  # fmt: skip
PHASES = {phase.value: phase.name.lower() for phase in Phase}
LENSES = {lens.value: lens.name.lower() for lens in Lens}
LENS_WORDS = [[word for bit, word in LENSES.items() if bits & bit] for bits in range(2 * max(LENSES))]


@dataclass(frozen=True, slots=True)
class Slot:
    """One member of a record's object: where its value comes from and what kind of value it is."""

    name: str
    column: str
    kind: str  # plain, phase, lenses, decimal, place, person, record, records, other
    field: models.Field[Any, Any]


_slots: WeakKeyDictionary[RecordType, dict[str, Slot]] = WeakKeyDictionary()


def slots(sheet: RecordType) -> Mapping[str, Slot]:
    """Every member that a record of this kind shows, by name, in order."""
    known = _slots.get(sheet)
    if known is None:
        wanted = dict.fromkeys((*SPINE, *_own(sheet)))
        fields = ((name, sheet.model._meta.get_field(name)) for name in wanted)
        known = _slots[sheet] = {
            name: Slot(name, field.attname, _kind(name, field), field)
            for name, field in fields
            if isinstance(field, models.Field)
        }
    return known


def _own(sheet: RecordType) -> Iterable[str]:
    columns = (column if isinstance(column, str) else column.name for column in sheet.columns)
    asked = (name for move in sheet.lifecycle.moves for name in (*move.asks, *move.offers))
    shown = {*sheet.form_fields, *columns, *sheet.filters, *asked, *sheet.party_fields.values()}
    return (f.name for f in sheet.own_fields if f.name in shown and f.name not in sheet.sealed_fields)


def in_lists(sheet: RecordType) -> tuple[str, ...]:
    """The members that a list shows unless told otherwise: everything but long text."""
    return tuple(name for name, slot in slots(sheet).items() if not isinstance(slot.field, models.TextField))


def _kind(name: str, field: models.Field[Any, Any]) -> str:
    if name in ("phase", "disciplines"):
        return {"phase": "phase", "disciplines": "lenses"}[name]
    if name in PLACE_FIELDS:
        return "place"
    if isinstance(field, models.ForeignKey):
        target: Any = field.related_model
        return "person" if target is Person else "record" if issubclass(target, Record) else "other"
    if isinstance(field, RecordsField):
        return "records"
    return "decimal" if isinstance(field, models.DecimalField) else "plain"


def draw(actor: Actor, sheet: RecordType, chosen: Sequence[Slot], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The objects of these rows, of which each has the columns of the chosen members. People cost one query a page."""
    pointed = _pointed_at(actor, [slot for slot in chosen if slot.kind in ("person", "record", "other")], rows)
    pointed |= {slot.name: _several(actor, slot, rows) for slot in chosen if slot.kind == "records"}
    plan = [(slot.name, slot.column, pointed.get(slot.name) or _writer(actor, slot)) for slot in chosen]
    kind = sheet.kind
    return [{"kind": kind, **{name: write(row[column]) for name, column, write in plan}} for row in rows]


Write = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _writer(actor: Actor, slot: Slot) -> Write:
    if slot.kind == "phase":
        return PHASES.__getitem__
    if slot.kind == "lenses":
        return LENS_WORDS.__getitem__
    if slot.kind == "decimal":
        return _decimal
    if slot.kind == "place":
        return _named(names.places(slot.name, actor.organisation_id))
    return _same


def _named(known: Mapping[Any, str]) -> Write:
    def write(key: Any) -> Any:
        return None if key is None else {"id": key, "name": known.get(key, "")}

    return write


def _pointed_at(actor: Actor, pointing: Sequence[Slot], rows: Sequence[Mapping[str, Any]]) -> dict[str, Write]:
    """What foreign keys point at: people by one query, records as far as the actor sees them, the rest by its name."""
    found: dict[str, Write] = {}
    keys = {slot.name: {row[slot.column] for row in rows} - {None} for slot in pointing}
    people = [slot.name for slot in pointing if slot.kind == "person"]
    if people:
        called = names.people(actor.organisation_id, set().union(*(keys[name] for name in people)))
        found |= dict.fromkeys(people, _named(called))
    for slot in pointing:
        if slot.kind == "record":
            seen = scope.seen_of(actor, keys[slot.name]) if keys[slot.name] else {}
            found[slot.name] = _record({pk: far(one) for pk, one in seen.items()})
        elif slot.kind == "other":
            target: Any = slot.field.related_model
            rows_there = target._base_manager.in_bulk(keys[slot.name]) if keys[slot.name] else {}
            found[slot.name] = _named({pk: str(one) for pk, one in rows_there.items()})
    return found


def _several(actor: Actor, slot: Slot, rows: Sequence[Mapping[str, Any]]) -> Write:
    """Of the records that a column names those that the actor sees, in their order."""
    named = {number for row in rows for number in row[slot.column]}
    wanted = Record.everywhere.filter(organisation_id=actor.organisation_id, number__in=named)
    keys = list(wanted.values_list("pk", flat=True)) if named else []
    seen = {one.number: far(one) for one in scope.seen_of(actor, keys).values()} if keys else {}
    return lambda numbers: [seen[number] for number in numbers if number in seen]


def _record(seen: Mapping[int, Any]) -> Write:
    # A record that the actor does not see is not there: not even its id.
    return lambda key: seen.get(key)


def far(record: Record) -> dict[str, Any]:
    """Another record that this one speaks of, as far as its parent row knows it."""
    return {
        "id": record.pk,
        "kind": record.kind,
        "number": record.number,
        "title": record.title,
        "state": record.state,
        "phase": PHASES[record.phase],
        "due_on": record.due_on,
    }


def of_instance(actor: Actor, sheet: RecordType, record: Record) -> Any:
    """The whole object of a record at hand."""
    chosen = list(slots(sheet).values())
    return draw(actor, sheet, chosen, [{slot.column: getattr(record, slot.column) for slot in chosen}])[0]


def _words(value: Any) -> str:
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(type(value).__name__)


def answer(content: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """JSON that no cache may keep, unless the headers say otherwise."""
    return HttpResponse(
        orjson.dumps(content, option=orjson.OPT_UTC_Z, default=_words),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )

"""From an address to a sheet or a record, within what the actor sees. Outside it there is one answer: not found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import QuerySet

from qsms.base.prepared import Prepared
from qsms.org.actor import Actor
from qsms.records import keys, registry, scope, services
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.records.registry import RecordType

from . import shapes


def sheet_of(actor: Actor, kind: str, verb: str = "view") -> RecordType:
    """The sheet of a kind of which the actor may see, or with another verb do, anything at all. Raises NotVisible."""
    try:
        sheet = registry.get(kind)
    except KeyError as error:
        raise NotVisible from error
    if not (actor.holds(f"{kind}.view") or actor.holds(f"{kind}.{verb}")):
        raise NotVisible
    return sheet


def row_of(actor: Actor, kind: str, key: str) -> tuple[RecordType, Mapping[str, Any]]:
    """The values of one record, for every member it shows (one query for most people). Raises NotVisible."""
    sheet = sheet_of(actor, kind)
    columns, by_id, by_number = _queries(sheet)
    [(name, value)] = keys.named(key).items()
    found = (by_id if name == "pk" else by_number).rows(organisation=actor.organisation_id, key=value)
    row = dict(zip(columns, found[0], strict=True)) if found else None
    if row is None or not scope.sees(actor, _outline(actor, row)):
        raise NotVisible
    return sheet, row


def _outline(actor: Actor, row: Mapping[str, Any]) -> Record:
    known = {name: row[name] for name in scope.SCOPE_FIELDS}
    return Record(pk=row["pk"], organisation_id=actor.organisation_id, **known)


Queries = tuple[tuple[str, ...], Prepared, Prepared]
_made: WeakKeyDictionary[RecordType, Queries] = WeakKeyDictionary()


def _queries(sheet: RecordType) -> Queries:
    known = _made.get(sheet)
    if known is None:
        shown = (slot.column for slot in shapes.slots(sheet).values())
        columns = tuple(dict.fromkeys((*shown, "pk", *scope.SCOPE_FIELDS)))
        model, kind = sheet.model, sheet.kind

        def by_id(organisation: int, key: int) -> QuerySet[Any, Any]:
            return model.everywhere.filter(organisation_id=organisation, kind=kind, pk=key).values_list(*columns)

        def by_number(organisation: int, key: str) -> QuerySet[Any, Any]:
            return model.everywhere.filter(organisation_id=organisation, kind=kind, number=key).values_list(*columns)

        known = _made[sheet] = (
            columns, Prepared(by_id, organisation=int, key=int), Prepared(by_number, organisation=int, key=str)
        )  # fmt: skip
    return known


def parent_of(actor: Actor, kind: str, key: str) -> Record:
    """The parent row of a record (one query for most people): enough for what stands beside it. Raises NotVisible."""
    sheet_of(actor, kind)
    row = Record.everywhere.filter(organisation_id=actor.organisation_id, kind=kind, **keys.named(key)).first()
    if row is None or not scope.sees(actor, row):
        raise NotVisible
    return row


def record_of(actor: Actor, kind: str, key: str) -> tuple[RecordType, Record]:
    """The record as its child model, with what it points at. Raises NotVisible."""
    sheet = sheet_of(actor, kind)
    return sheet, services.find(actor, kind, key)

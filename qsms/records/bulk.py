"""Many records at once: the same checks, history and projections as `services.create`, in a few statements a chunk.

Django refuses `bulk_create` on a model with a concrete parent, so the parent rows go in first and then the child's own
columns under their keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Organisation

from . import history, moves, numbers, projections, registry, values, wording
from .choices import Relation
from .errors import Refused
from .models import Deed, Link, Outbox, Record
from .registry import RecordType

CHUNK = 500


@dataclass(slots=True)
class Row:
    """One record to make: the form's values, columns that no form offers, and where it stands already."""

    given: Mapping[str, Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""
    opened_at: datetime | None = None
    # When it was closed elsewhere; for a state that is not open.
    closed_at: datetime | None = None
    raised_by_id: int | None = None
    # What to know of it though it comes in, by field: what is not kept, or odd.
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Prepared:
    """A checked row: the record in memory, or what is wrong with it."""

    record: Record
    errors: dict[str, str]


def prepare(actor: Actor, kind: str, row: Row) -> Prepared:
    """Check one row without writing anything: the preview and the dry run of an import."""
    sheet = registry.get(kind)
    now = moment.now()
    record = sheet.model(
        organisation_id=actor.organisation_id,
        kind=kind,
        opened_at=row.opened_at or now,
        changed_at=now,
        raised_by_id=row.raised_by_id,
        extra=dict(row.extra),
    )
    record.tenant_id = actor.organisation_id  # type: ignore[attr-defined]
    for name, value in row.fixed.items():
        setattr(record, name, value)
    errors = values.put(actor, sheet, record, row.given, required=sheet.required - row.fixed.keys())
    if sheet.category_field:
        record.category = str(getattr(record, sheet.category_field) or "")
    if row.opened_at is None and sheet.import_opened and (day := getattr(record, sheet.import_opened)) is not None:
        record.opened_at = min(now, registry.noon_of(day))
    moves.enter(sheet, record, row.state or sheet.import_state or sheet.lifecycle.initial)
    if record.closed_at is not None:
        # Closed elsewhere: where the file does not say when, nobody here knows.
        record.closed_at = row.closed_at
    if not errors:
        sheet.prepare(actor, record)
    return Prepared(record, errors)


def create(
    actor: Actor,
    kind: str,
    records: Sequence[Record],
    *,
    verb: str = history.IMPORTED,
    details: Sequence[Mapping[str, Any]] = (),
) -> list[Record]:
    """Write prepared records in one transaction: all of them or none. Keep chunks near CHUNK.

    `details` says for each record what its deed keeps beside the first values, such as the row it came from. Raises
    Refused when the actor may not import. Returns the records with their keys and numbers.
    """
    if not (actor.holds(f"{kind}.import") or actor.holds(f"{kind}.create")):
        raise Refused([_("You may not import these. Ask an administrator.")])
    if not records:
        return []
    sheet = registry.get(kind)
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    with write_transaction():
        _number(organisation, sheet, records)
        parents = [_parent(record) for record in records]
        Record.everywhere.bulk_create(parents)
        for record, parent in zip(records, parents, strict=True):
            record.pk = record.id = parent.pk
            record.record_id = parent.pk  # type: ignore[attr-defined]
        _insert_children(sheet, records)
        told = details or [{}] * len(records)
        deeds = [_deed(actor, sheet, record, verb, detail) for record, detail in zip(records, told, strict=True)]
        Deed.everywhere.bulk_create(deeds)
        aside = [history.stood(record) for record in records]
        sheet.created_many(actor, records)
        history.also(sheet, zip(deeds, aside, records, strict=True))
        projections.run([projections.Written(sheet, record, None) for record in records])
        Outbox(
            organisation_id=actor.organisation_id,
            event=f"{kind}.imported",
            payload={"records": [record.pk for record in records], "actor": actor.person_id},
            created_at=moment.now(),
        ).save(force_insert=True)
    return list(records)


def link(actor: Actor, ends: Sequence[tuple[Record, Record]], relation: str = Relation.RAISED_FROM) -> None:
    """Link new records in one go: each first one stands in `relation` to its second; both histories tell of it.

    For pairs that `create` has just made in the same transaction: they are not asked for rights once more.
    """
    with write_transaction():
        Link.everywhere.bulk_create(
            Link(
                organisation_id=source.organisation_id, source_id=source.pk, target_id=target.pk, relation=relation,
                by_id=actor.person_id, at=moment.now(),
            )
            for source, target in ends
        )  # fmt: skip
        Deed.everywhere.bulk_create(
            history.draft(
                actor,
                here,
                history.Act(history.LINKED, detail={"relation": relation, "outward": outward, "other": there.pk}),
            )
            for source, target in ends
            for here, there, outward in ((source, target, True), (target, source, False))
        )


def _number(organisation: Organisation, sheet: RecordType, records: Sequence[Record]) -> None:
    pattern = numbers.pattern_of(organisation, sheet.kind)
    year = moment.now().year
    for record, value in zip(records, numbers.take(organisation.pk, sheet.kind, year, len(records)), strict=True):
        record.number = numbers.word(pattern, sheet.prefix, year, value)


def _parent(record: Record) -> Record:
    columns = [f.attname for f in Record._meta.local_concrete_fields if f.name != "id"]
    return Record(**{name: getattr(record, name) for name in columns})


def _insert_children(sheet: RecordType, records: Sequence[Record]) -> None:
    fields = sheet.model._meta.local_concrete_fields
    # The connection itself: asking the stand-in that Django offers for it costs more than some of the columns.
    connection = transaction.get_connection()
    table = connection.ops.quote_name(sheet.model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    rows = [[field.get_db_prep_save(field.pre_save(one, True), connection) for field in fields] for one in records]
    with connection.cursor() as cursor:
        # Only names of the model's own table and columns are put together here.
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _deed(actor: Actor, sheet: RecordType, record: Record, verb: str, detail: Mapping[str, Any]) -> Deed:
    names = [n for n in (*sheet.form_fields, "title") if n not in sheet.search_fields]
    first = {name: text for name in names if (text := wording.value(sheet, record, name))}
    return history.draft(actor, record, history.Act(verb, detail={"values": first, **detail}))

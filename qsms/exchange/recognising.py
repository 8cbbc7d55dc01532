"""What of a file is here already: by the key of earlier imports, or by the number that our own export wrote.

Both are asked of the whole organisation, whoever may see the records: else a row that somebody may not see would come
in twice. What is told of it is a count, never the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qsms.exchange.steps import folded
from qsms.exchange.values import to_text
from qsms.records.models import Record
from qsms.records.registry import RecordType

NUMBER = "number"


def known_keys(sheet: RecordType, organisation_id: int, keys: Sequence[str]) -> set[str]:
    """Those of these keys that a record of the organisation has already; whoever may see it."""
    if not sheet.import_key or not keys:
        return set()
    own = sheet.import_key in {column.name for column in sheet.own_fields}
    whose = {"tenant_id": organisation_id} if own else {"organisation_id": organisation_id, "kind": sheet.kind}
    rows = sheet.model.everywhere.filter(**whose, **{f"{sheet.import_key}__in": list(keys)})
    # Said aloud, so that an index over the filled keys alone can serve on both engines.
    rows = rows.exclude(**{sheet.import_key: ""})
    return {str(key) for key in rows.values_list(sheet.import_key, flat=True)}


def known_numbers(
    sheet: RecordType, organisation_id: int, numbers: Iterable[str], *, newest: int | None = None
) -> set[str]:
    """Those of these numbers that a record of this kind has already; whoever may see it.

    `newest` is the last record from before the file came. What is younger cannot be what the file tells of: its number
    is the same by chance, as those are that an import from elsewhere has just been given.
    """
    asked = sorted({number for number in numbers if number})
    if not asked:
        return set()
    rows = Record.everywhere.filter(organisation_id=organisation_id, kind=sheet.kind, number__in=asked)
    if newest is not None:
        rows = rows.filter(pk__lte=newest)
    return set(rows.values_list("number", flat=True))


def newest_of(organisation_id: int, kind: str) -> int:
    """The last record of this kind; 0 when there is none."""
    rows = Record.everywhere.filter(organisation_id=organisation_id, kind=kind).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def number_of(values: Mapping[str, Any]) -> str:
    """The number that a row says it has; "" for none."""
    return to_text(values.get(NUMBER))


def number_column(sheet: RecordType, columns: Iterable[str]) -> str:
    """The column that our own export would have written the number to, as label or name; "" without one."""
    label = sheet.field_label(NUMBER)
    names = {folded(name) for name in (NUMBER, label, f"{label} ({NUMBER})")}
    return next((column for column in columns if folded(column) in names), "")

"""Records by process, where one may hold for several: its own and those beside it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from .models import AlsoProcess, Record


def within(process_ids: Collection[int], prefix: str = "") -> Q:
    """Records of one of these processes; `prefix` leads to the record, such as “record__”."""
    also = AlsoProcess.everywhere.filter(process__in=process_ids).values("record_id")
    return Q(**{f"{prefix}process__in": process_ids}) | Q(**{f"{prefix}pk__in": also})


def also_within(organisation_id: int, process_ids: Collection[int]) -> frozenset[int]:
    """The records that hold for one of these processes beside their own (one query)."""
    rows = AlsoProcess.everywhere.filter(organisation_id=organisation_id, process__in=process_ids)
    return frozenset(rows.values_list("record_id", flat=True))


def also_of(record: Record) -> list[int]:
    """The processes that a record holds for beside its own (one query)."""
    rows = AlsoProcess.everywhere.filter(record_id=record.pk).exclude(process_id=record.process_id or 0)
    return sorted(rows.values_list("process_id", flat=True))

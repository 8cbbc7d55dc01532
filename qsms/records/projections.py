"""What is derived from records inside the same transaction: tallies here, search documents in their kit.

A projection gets every write in lists, so that an import of a thousand rows costs one statement and not a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .models import Record
from .registry import RecordType

# The columns that tallies and scope words are made of, as they stood before the write.
BEFORE_FIELDS = (
    "state", "phase", "disciplines", "site_id", "unit_id", "owner_id", "raised_by_id", "confidential", "risk_class",
    "opened_at", "due_on", "category", "title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    state: str
    phase: int
    disciplines: int
    site_id: int | None
    unit_id: int | None
    owner_id: int | None
    raised_by_id: int | None
    confidential: bool
    risk_class: int
    opened_at: object
    due_on: object
    category: str
    title: str

    @classmethod
    def of(cls, record: Record) -> Before:
        return cls(*(getattr(record, name) for name in BEFORE_FIELDS))


@dataclass(frozen=True, slots=True)
class Written:
    """One record was written: how it stood before (None when it is new) and stands now."""

    sheet: RecordType
    record: Record
    before: Before | None


Projection = Callable[[Sequence[Written]], None]
_projections: list[Projection] = []


def project(projection: Projection) -> Projection:
    """Decorator: call this inside every transaction that writes records."""
    if projection not in _projections:
        _projections.append(projection)
    return projection


def run(writes: Sequence[Written]) -> None:
    """Let every projection follow these writes. The caller has the transaction open."""
    for projection in _projections:
        projection(writes)

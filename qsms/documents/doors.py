"""What other rooms may use of documents.

The event `document.effective` goes out after the commit with `{document, revision, training_impact}` when a revision
takes effect, and `document.acknowledged` with `{revision, person}` when somebody has read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .effect import EFFECTIVE
from .models import Document, Receipt

__all__ = ["EFFECTIVE", "InEffect", "acknowledged", "in_effect"]


@dataclass(frozen=True, slots=True)
class InEffect:
    """The revision of a document that people work to."""

    document_id: int
    revision_id: int
    label: str
    title: str
    since: dt.date | None
    training_impact: bool


def in_effect(document_ids: Iterable[int]) -> dict[int, InEffect]:
    """Of these documents the revision in effect, without those that have none (one query)."""
    rows = Document.everywhere.filter(pk__in=list(document_ids), effective__isnull=False)
    columns = ("pk", "effective_id", "revision_label", "title", "effective_since", "effective__training_impact")
    return {row[0]: InEffect(*row) for row in rows.values_list(*columns)}


def acknowledged(
    organisation_id: int, document_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], dt.datetime]:
    """When each of these people acknowledged the revision in effect of each of these documents (two queries)."""
    present = Document.everywhere.filter(tenant_id=organisation_id, pk__in=list(document_ids), effective__isnull=False)
    rows = Receipt.everywhere.filter(
        organisation_id=organisation_id, revision_id__in=list(present.values_list("effective_id", flat=True)),
        person_id__in=list(person_ids), acknowledged_at__isnull=False,
    )  # fmt: skip
    return {
        (document, person): at
        for document, person, at in rows.values_list("document_id", "person_id", "acknowledged_at")
    }

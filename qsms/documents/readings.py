"""Who was given which revision of a document, and on which day they acknowledged it: what an auditor asks to see."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from qsms.org.actor import Actor
from qsms.records import scope

from .models import Document, Receipt

CHUNK = 500
COLUMNS = (
    "why", "acknowledge", "given_at", "due_at", "opened_at", "acknowledged_at", "ended_at", "person__name",
    "person__site__name", "revision__label",
)  # fmt: skip


def may_see(actor: Actor, document: Document) -> bool:
    """Whether they may know who read it: who gives it out, and who may read its history. They see the document."""
    if scope.may(actor, "distribute", document):
        return True
    return any(scope.reaches(actor, right, document) for right in actor.rights_for("history.view"))


def labels(document: Document) -> list[str]:
    """The revisions that were given to somebody, the newest first (one query)."""
    rows = document.revisions.filter(receipts__isnull=False).order_by("-pk").distinct()
    return list(rows.values_list("label", flat=True))


def page(document: Document, label: str = "", *, after: int = 0, limit: int = 50) -> tuple[list[Receipt], int]:
    """A page of what was given, the newest first, of one revision if wanted, and the key of the next page (0 on the
    last); one query."""
    rows = _rows(document, label)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else 0


def everything(document: Document, label: str = "") -> Iterator[Receipt]:
    """The same without pages, for a file."""
    return _rows(document, label).iterator(chunk_size=CHUNK)


def count(document: Document, label: str = "") -> int:
    """How many lines that file has (one query)."""
    return _rows(document, label).count()


def _rows(document: Document, label: str) -> QuerySet[Receipt]:
    rows = Receipt.everywhere.filter(organisation_id=document.organisation_id, document_id=document.pk)
    if label:
        rows = rows.filter(revision__label=label)
    rows = rows.select_related("person", "person__site", "revision").only(*COLUMNS)
    return rows.order_by("-pk")

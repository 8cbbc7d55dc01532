"""What other rooms may use of documents.

The event `document.effective` goes out after the commit with `{document, revision, training_impact}` when a revision
takes effect, and `document.acknowledged` with `{revision, person}` when somebody has read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records.models import Record
from qsms.ui import addresses as pages

from . import distributing, effect, people
from .cautions import Caution, caution
from .choices import types
from .effect import EFFECTIVE
from .models import Document, Receipt, Revision

__all__ = [
    "EFFECTIVE", "Caution", "Distribution", "InEffect", "acknowledged", "caution", "distribution", "document_of",
    "in_effect", "reach", "readers", "signing_roles",
]  # fmt: skip
KIND, REVISION = "document", "revision"


@dataclass(frozen=True, slots=True)
class InEffect:
    """The revision of a document that people work to."""

    document_id: int
    revision_id: int
    label: str
    title: str
    since: dt.date | None
    training_impact: bool
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many people were given the revision of a document that is in effect, and how many of them answered."""

    document: Record
    people: int
    asked: int
    acknowledged: int
    url: str


def in_effect(document_ids: Iterable[int]) -> dict[int, InEffect]:
    """Of these documents the revision in effect, without those that have none (one query)."""
    rows = Document.everywhere.filter(pk__in=list(document_ids), effective__isnull=False)
    of_revision = ("effective__training_impact", "effective__effective_at")
    columns = ("pk", "effective_id", "revision_label", "title", "effective_since", *of_revision)
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


def readers(organisation_id: int, document_ids: Collection[int]) -> list[tuple[int, int, int | None]]:
    """To whom the revision in effect of these documents was given: document, person and where they work (one query)."""
    rows = Receipt.everywhere.filter(
        organisation_id=organisation_id, document_id__in=list(document_ids), ended_at=None, person__is_active=True,
        revision_id=F("document__effective_id"),
    )  # fmt: skip
    return list(rows.values_list("document_id", "person_id", "person__site_id"))


def signing_roles() -> dict[str, str]:
    """The roles without which documents wait for a signature for ever: code -> what they sign, the commonest first."""
    found: dict[str, list[str]] = {}
    for kind in types().values():
        for role in (*kind.review, *kind.approve):
            found.setdefault(role, []).append(kind.label)
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return {role: ", ".join(dict.fromkeys(labels)) for role, labels in ordered}


def reach(document_id: int) -> dict[int, int | None]:
    """To whom a document goes as its rules are today, in effect or not: person -> where they work."""
    document, today = Document.everywhere.get(pk=document_id), moment.now().date()
    found = {person for rule in distributing.rules(document) for person in people.reached(rule, today)}
    return dict(Person.objects.filter(pk__in=found).values_list("pk", "site_id"))


def distribution(actor: Actor, records: Iterable[Record]) -> list[Distribution]:
    """Those of these records that are documents, with whom each reaches; the caller sees them (one query)."""
    documents = list({one.pk: one for one in records if one.kind == KIND}.values())
    if not documents:
        return []
    given = Receipt.everywhere.filter(
        Q(ended_at=None) | Q(acknowledged_at__isnull=False), organisation_id=actor.organisation_id,
        document_id__in=[one.pk for one in documents], revision_id=F("document__effective_id"),
    )  # fmt: skip
    asked = Q(acknowledge=True)
    rows = given.values("document_id").annotate(
        people=Count("pk"), wanted=Count("pk", filter=asked),
        answered=Count("pk", filter=asked & Q(acknowledged_at__isnull=False)),
    )  # fmt: skip
    counts = {row["document_id"]: (row["people"], row["wanted"], row["answered"]) for row in rows}
    found = []
    for one in documents:
        reached, wanted, answered = counts.get(one.pk, (0, 0, 0))
        found.append(Distribution(one, reached, wanted, answered, pages.tab(one, "distribution")))
    return found


def document_of(actor: Actor, record: Record) -> Record | None:
    """The document of a revision, if the actor sees it; None for any other record."""
    if record.kind != REVISION:
        return None
    revision = record if isinstance(record, Revision) else Revision.everywhere.get(pk=record.pk)
    return effect.visible_document(actor, revision)

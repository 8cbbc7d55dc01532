"""What other rooms may use of documents.

The event `document.effective` goes out after the commit with `{document, revision, training_impact}` when a revision
takes effect, and `document.acknowledged` with `{revision, person}` when somebody has read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records.models import Record
from qsms.ui import addresses as pages

from . import addresses, document_types, effect, people, reaching, routing
from .cautions import Caution, caution
from .effect import EFFECTIVE
from .models import Document, Receipt, Revision

__all__ = [
    "EFFECTIVE", "WITH_DOCUMENT", "Caution", "Change", "Distribution", "InEffect", "Unheld", "acknowledged", "caution",
    "change_of", "distribution", "document_of", "in_effect", "reach", "readers", "roles_unheld",
]  # fmt: skip
KIND, REVISION = "document", "revision"
# Read along with a record by `select_related`: if it is a revision, that and its document.
WITH_DOCUMENT = "as_revision__document"


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


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision changes, as its author says it, and the page that shows it side by side."""

    label: str
    summary: str
    why: str
    training_impact: bool
    # The day that is planned, and the moment at which it came.
    effective_on: dt.date | None
    effective_at: dt.datetime | None
    expires_on: dt.date | None
    url: str


@dataclass(frozen=True, slots=True)
class Unheld:
    """A role that nobody holds, as it is called here, and the types of document that wait for its signature."""

    role: str
    title: str
    types: tuple[str, ...]


def in_effect(document_ids: Iterable[int]) -> dict[int, InEffect]:
    """Of these documents the revision in effect, without those that have none (one query)."""
    rows = Document.everywhere.filter(pk__in=list(document_ids), effective__isnull=False)
    of_revision = ("effective__training_impact", "effective__effective_at")
    columns = ("pk", "effective_id", "revision_label", "title", "effective_since", *of_revision)
    return {row[0]: InEffect(*row) for row in rows.values_list(*columns)}


def acknowledged(
    organisation_id: int, document_ids: Collection[int], person_ids: Collection[int] | None
) -> dict[tuple[int, int], dt.date]:
    """On which day, where the organisation is, each of these people acknowledged the revision in effect of each of
    these documents, with the lasting one that a temporary one adds to; None: of everybody (one query)."""
    rows = Receipt.everywhere.filter(
        organisation_id=organisation_id, document_id__in=list(document_ids), revision_id=F("document__effective_id"),
        acknowledged_at__isnull=False,
    )  # fmt: skip
    if person_ids is not None:
        rows = rows.filter(person_id__in=list(person_ids))
    unread = Receipt.everywhere.filter(acknowledge=True, acknowledged_at=None, ended_at=None)
    rows = rows.exclude(Exists(unread.filter(document_id=OuterRef("document_id"), person_id=OuterRef("person_id"))))
    return {
        (document, person): at.astimezone(ZoneInfo(zone)).date()
        for document, person, at, zone in rows.values_list(
            "document_id", "person_id", "acknowledged_at", "organisation__zone"
        )
        if at is not None
    }


def readers(organisation_id: int, document_ids: Collection[int], whom: Q) -> list[tuple[int, int, int | None]]:
    """To whom the revision in effect of these documents was given: document, person and where they work. `whom` is a
    condition on their `person` (one query)."""
    rows = Receipt.everywhere.filter(
        whom, organisation_id=organisation_id, document_id__in=list(document_ids), ended_at=None,
        person__is_active=True, revision_id=F("document__effective_id"),
    )  # fmt: skip
    return list(rows.values_list("document_id", "person_id", "person__site_id"))


def reach(document_id: int) -> dict[int, int | None]:
    """To whom a document goes as its rules are today, in effect or not: person -> where they work."""
    document, today = Document.everywhere.get(pk=document_id), moment.now().date()
    rows = reaching.who(document.organisation_id, reaching.rules(document), today)
    return dict(rows.values_list("pk", "site_id"))


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


def roles_unheld(organisation_id: int) -> list[Unheld]:
    """The roles that review and approve documents and that nobody holds, the one most waits for first (two queries)."""
    signed: dict[str, list[str]] = {}
    for one in document_types.of(organisation_id).values():
        for role in dict.fromkeys((*one.review, *one.approvers)):
            signed.setdefault(role, []).append(one.label)
    held = people.holders_each(organisation_id, list(signed), moment.now().date())
    titles = routing.role_titles(organisation_id)
    found = [Unheld(role, titles.get(role, role), tuple(signed[role])) for role in signed if not held[role]]
    return sorted(found, key=lambda one: -len(one.types))


def document_of(actor: Actor, record: Record) -> Record | None:
    """The document of a revision, if the actor sees it; None for any other record. No query for a record that was read
    WITH_DOCUMENT."""
    return effect.visible_document(actor, _revision(record)) if record.kind == REVISION else None


def change_of(record: Record) -> Change | None:
    """What a revision changes, in the words of its author; None for any other record. The caller sees the record."""
    if record.kind != REVISION:
        return None
    one = _revision(record)
    return Change(
        one.label, one.summary, one.why, one.training_impact, one.effective_on, one.effective_at, one.expires_on,
        addresses.changes(record.number),
    )  # fmt: skip


def _revision(record: Record) -> Revision:
    known = record if isinstance(record, Revision) else record.as_revision  # type: ignore[attr-defined]
    assert isinstance(known, Revision)
    return known

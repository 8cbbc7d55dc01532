"""Documents that were in effect before they came here. Nobody approved them here, and every page and copy says so.

Each gets a revision of its own without a route, so that it can be given out, read and cited like any other; its text
stays where it was until somebody writes the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import bulk
from qsms.rules.calendar_days import add_months

from . import document_types, reviewing
from .models import Document, Revision

MARK = gettext_lazy("taken over, not approved here")


def said(document: Document) -> str:
    """What being taken over means for whoever reads it."""
    kept = _("It was in effect before the register was brought in, and its text was not brought along.")
    if document.issuer:
        return f"{kept} {_('It is issued by %(issuer)s.') % {'issuer': document.issuer}}"
    return f"{kept} {_('Ask who owns it where it is kept.')}"


def with_review(actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row with a day of review: as given, else so many months from now as its type says."""
    known = document_types.of(actor.organisation_id)
    code = given.get("document_type") or document_types.usual(actor.organisation_id)
    kind = known.get(str(code))
    months = given.get("review_months") or (kind.review_months if kind is not None else 0)
    if given.get("due_on") or not months:
        return dict(given)
    today = moment.now().astimezone(actor.tz).date()
    return {**given, "due_on": add_months(today, int(months))}


def begin(documents: Sequence[Document]) -> None:
    """Give new documents that are in effect already their revision and their clock. Inside the write of all of them."""
    if not documents:
        return
    system = actors.system(documents[0].organisation_id, _("Import"))
    revisions = [_revision(system, document) for document in documents]
    bulk.create(system, "revision", revisions, details=[{"document": one.pk} for one in documents])
    for document, revision in zip(documents, revisions, strict=True):
        document.effective = revision
        Document.everywhere.filter(pk=document.pk).update(effective=revision)
        reviewing.follow(document)


def _revision(system: Actor, document: Document) -> Revision:
    since = document.effective_since
    place = {
        "site_id": document.site_id, "unit_id": document.unit_id, "process_id": document.process_id,
        "owner_id": document.owner_id, "disciplines": document.disciplines, "confidential": document.confidential,
    }  # fmt: skip
    fixed = {
        **place, "document": document, "taken_over": True,
        "effective_at": dt.datetime.combine(since, dt.time(12), dt.UTC) if since is not None else None,
    }  # fmt: skip
    given = {
        "title": document.title, "label": document.revision_label,
        "summary": _("It was in effect when the register was brought in."),
    }  # fmt: skip
    made = bulk.prepare(system, "revision", bulk.Row(given, fixed, state="effective"))
    assert not made.errors, made.errors
    assert isinstance(made.record, Revision)
    return made.record

"""What goes along with a document taken out as evidence: what people work to, as its controlled copy and its file."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records.attachments import open_content
from qsms.records.registry import Exhibit

from . import copies, effect, lasting
from .models import Document, Revision

# As a revision stands while people work to it.
HOLDING = ("effective", "set_aside")


def of_document(actor: Actor, document: Document, at: dt.datetime) -> list[Exhibit]:
    """The revision in effect, and the lasting one that a temporary one adds to."""
    present = Revision.everywhere.filter(pk=document.effective_id or 0).select_related("file").first()
    held = [one for one in (present, lasting.aside(document)) if one is not None]
    return [exhibit for one in held for exhibit in (_copy(actor, document, one, at), *_file(document, one))]


def of_revision(actor: Actor, revision: Revision, at: dt.datetime) -> list[Exhibit]:
    """Its controlled copy while people work to it; its file is on it already."""
    document = effect.visible_document(actor, revision) if revision.state in HOLDING else None
    return [_copy(actor, document, revision, at)] if isinstance(document, Document) else []


def _copy(actor: Actor, document: Document, revision: Revision, at: dt.datetime) -> Exhibit:
    made = partial(copies.controlled_copy, actor, document, revision, at)
    said = _("Controlled copy of %(code)s, revision %(label)s") % _named(document, revision)
    return Exhibit(copies.file_name(document, revision), made, said)


def _file(document: Document, revision: Revision) -> list[Exhibit]:
    row = revision.file
    if row is None or row.removed_at is not None:
        return []
    said = _("File of %(code)s, revision %(label)s") % _named(document, revision)
    return [Exhibit(row.name, partial(open_content, row), said, row.size)]


def _named(document: Document, revision: Revision) -> dict[str, str]:
    return {"code": document.code, "label": revision.label}

"""What goes along with a document taken out as evidence: what people work to, as its controlled copy and its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records.attachments import open_content
from qsms.records.registry import Exhibit

from . import copies, lasting
from .models import Document, Revision


def of_document(actor: Actor, document: Document, at: dt.datetime) -> list[Exhibit]:
    """The revision in effect, and the lasting one that a temporary one adds to."""
    present = Revision.everywhere.filter(pk=document.effective_id or 0).select_related("file").first()
    held = [one for one in (present, lasting.aside(document)) if one is not None]
    return [exhibit for one in held for exhibit in _of_revision(actor, document, one, at)]


def _of_revision(actor: Actor, document: Document, revision: Revision, at: dt.datetime) -> Iterator[Exhibit]:
    named = {"code": document.code, "label": revision.label}
    yield Exhibit(
        copies.file_name(document, revision),
        partial(copies.controlled_copy, actor, document, revision, at),
        _("Controlled copy of %(code)s, revision %(label)s") % named,
    )
    row = revision.file
    if row is not None and row.removed_at is None:
        yield Exhibit(row.name, partial(open_content, row), _("File of %(code)s, revision %(label)s") % named, row.size)

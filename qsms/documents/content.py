"""What a revision says: its text or its file, and the hash that every signature is bound to."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

from django.urls import reverse

from qsms.records.models import Attachment
from qsms.ui import addresses as pages

from . import markdown
from .models import Revision

# The role of the file that is the content; other files of a revision are its pictures and what belongs to it.
CONTENT = "content"


def hash_of(revision: Revision) -> str:
    """The hash of the file or else of the text; empty when there is neither."""
    if revision.file_id is not None:
        return str(revision.file.sha256) if revision.file is not None and revision.file.removed_at is None else ""
    return hashlib.sha256(revision.body.encode()).hexdigest() if revision.body.strip() else ""


def is_whole(revision: Revision) -> bool:
    """Whether there is content, and it is still what its hash says."""
    return bool(revision.content_hash) and revision.content_hash == hash_of(revision)


def files(revision_id: int) -> dict[str, Attachment]:
    """The files of a revision by name, the newest of each."""
    rows = Attachment.everywhere.filter(record_id=revision_id, removed_at=None).order_by("pk")
    return {row.name: row for row in rows}


def pictures_of(revision: Revision) -> dict[str, Attachment]:
    """The files that the text shows, by name, and no others."""
    shown = {unquote(name) for name in markdown.pictures(revision.body)}
    return {name: row for name, row in files(revision.pk).items() if name in shown} if shown else {}


def shown_to_keepers(revision: Revision) -> markdown.Where:
    """Pictures as whoever may see the revision reaches them."""
    found = pictures_of(revision).items()
    return markdown.where({name: pages.record(revision, "file", row.pk, row.name) for name, row in found})


def shown_to_readers(document_number: str, revision: Revision) -> markdown.Where:
    """Pictures as readers of the document in effect reach them, who need not see the revision."""
    names = pictures_of(revision)
    return markdown.where({name: reverse("documents:picture", args=[document_number, name]) for name in names})

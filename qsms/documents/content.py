"""What a revision says: its text or its file, and the hash that every signature is bound to."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import unquote

from django.urls import reverse

from qsms.records.models import Attachment
from qsms.ui import addresses as pages

from . import markdown
from .models import Document, Revision

# The role of the file that is the content; other files of a revision are its pictures and what belongs to it.
CONTENT = "content"


def hash_of(revision: Revision) -> str:
    """The hash of the file, or else of the text with every picture that it shows; empty when there is neither."""
    if revision.file_id is not None:
        return str(revision.file.sha256) if revision.file is not None and revision.file.removed_at is None else ""
    if not revision.body.strip():
        return ""
    shown = sorted((name, row.sha256) for name, row in pictures_of(revision).items())
    whole = json.dumps({"text": revision.body, "pictures": shown}, ensure_ascii=False) if shown else revision.body
    return hashlib.sha256(whole.encode()).hexdigest()


def is_whole(revision: Revision) -> bool:
    """Whether there is content, and once it was sent it is still what was sent: no word, file or picture differs."""
    present = hash_of(revision)
    # What was taken over came without its content, and nobody signed it here.
    there = bool(present) or revision.taken_over
    return there and (revision.state == "draft" or revision.content_hash == present)


def files(revision_id: int | None) -> dict[str, Attachment]:
    """The files of a revision by name, the newest of each."""
    if revision_id is None:
        return {}
    rows = Attachment.everywhere.filter(record_id=revision_id, removed_at=None).order_by("pk")
    return {row.name: row for row in rows}


def pictures_of(revision: Revision) -> dict[str, Attachment]:
    """The files that the text shows, by name, and no others."""
    shown = {unquote(name) for name in markdown.pictures(revision.body)}
    return {name: row for name, row in files(revision.pk).items() if name in shown} if shown else {}


def lost_pictures(revision: Revision) -> list[str]:
    """The pictures that the text names and that are no files of the revision."""
    named = {unquote(name) for name in markdown.pictures(revision.body)} if revision.file_id is None else set()
    return sorted(named - pictures_of(revision).keys()) if named else []


def shown_to_keepers(revision: Revision) -> markdown.Where:
    """Pictures as whoever may see the revision reaches them."""
    found = pictures_of(revision).items()
    return markdown.where({name: pages.record(revision, "file", row.pk, row.name) for name, row in found})


def shown_to_writers(revision: Revision) -> markdown.Where:
    """The same for whoever writes it: what is not saved yet shows the pictures that will come along with its text."""
    if revision.pk is not None or revision.document is None:
        return shown_to_keepers(revision)
    present = revision.document.effective
    return shown_to_readers(revision.document, present) if present is not None else markdown.where({})


def shown_to_readers(document: Document, revision: Revision) -> markdown.Where:
    """Pictures as readers of the document in effect reach them, who need not see the revision."""
    names = pictures_of(revision)
    of = "" if revision.pk == document.effective_id else "?lasting=1"
    return markdown.where({name: reverse("documents:picture", args=[document.number, name]) + of for name in names})

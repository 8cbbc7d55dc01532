"""The controlled copy: what is in effect as a PDF, with its number, revision, day and signatures on it.

Of a text it is the text. Of a PDF it is a sheet with the signatures, and behind it the pages of the file, each with a
foot of ours under it. Of any other file, and of a PDF that takes no foot, it is the sheet alone, which says so.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.base.files import PICTURES
from qsms.base.files.kinds import kinds
from qsms.org.actor import Actor
from qsms.publish.markdown import tree_of
from qsms.publish.pdf import render
from qsms.records.attachments import open_content
from qsms.records.errors import Refused
from qsms.records.models import Attachment, Signature

from . import content, lasting, routing, taking_over
from .following import SIGN_AGAIN
from .models import Document, Revision
from .stamping import CannotStamp, stamped

PDF = "application/pdf"
TEMPLATE = Path(__file__).parent / "data/print/copy.typ"
# Larger pictures are left out and named: a copy is made while its reader waits.
MOST_BYTES = 20_000_000


def file_name(document: Document, revision: Revision) -> str:
    """What a copy is called where it is kept."""
    return f"{document.code} {revision.label}.pdf"


def controlled_copy(actor: Actor, document: Document, revision: Revision, made_at: dt.datetime) -> BinaryIO:
    """The PDF of the revision in effect of a document that the actor sees. Raises Refused when it is not what was
    signed."""
    if not content.is_whole(revision):
        raise Refused([_("%(number)s is not what was signed. Ask who keeps documents.") % {"number": document.code}])
    data = _data(actor, document, revision, made_at)
    if revision.file is None:
        pictures = _pictures(revision)
        data["body"] = tree_of(revision.body, {name: name for name in pictures})
        return io.BytesIO(render(TEMPLATE, data, files=pictures))
    try:
        return _stamped(revision.file, data)
    except CannotStamp as without:
        return io.BytesIO(render(TEMPLATE, {**data, "file_said": str(without)}))


def _stamped(row: Attachment, data: dict[str, Any]) -> BinaryIO:
    """The sheet and the pages of the file behind it. Raises CannotStamp."""
    if row.media_type != PDF:
        kind = kinds().by_media_type.get(row.media_type)
        said = _("It is no PDF (%(kind)s), so its pages carry no stamp. Keep this sheet with it.")
        raise CannotStamp(said % {"kind": kind.label if kind is not None else row.media_type})
    data["file_said"] = _("Its pages follow. Each says at the foot what it belongs to.")
    with open_content(row) as stream:
        return stamped(stream, row.size, lambda widths: render(TEMPLATE, {**data, "feet": widths}))


def _pictures(revision: Revision) -> dict[str, bytes]:
    """The pictures that the text shows, by name."""
    files: dict[str, bytes] = {}
    for name, row in content.pictures_of(revision).items():
        if row.media_type in PICTURES and row.size <= MOST_BYTES:
            with open_content(row) as stream:
                files[name] = stream.read()
    return files


def _data(actor: Actor, document: Document, revision: Revision, made_at: dt.datetime) -> dict[str, Any]:
    in_effect = revision.pk == document.effective_id
    on = document.effective_since if in_effect else revision.effective_at and revision.effective_at.astimezone(actor.tz)
    since = _day(on) if on else ""
    # A temporary revision and what it adds to are printed each by itself, and name each other.
    beside = lasting.aside(document) if in_effect else document.effective
    mark = str(taking_over.MARK)
    facts = [
        (_("Document"), document.code),
        (_("Revision"), revision.label),
        (_("In effect since"), since),
        (_("In effect until"), _day(document.effective_until) if document.effective_until and in_effect else ""),
        (_("Adds to") if in_effect else _("Temporary revision"), _revision(beside)),
        (_("Next review"), _day(document.due_on) if document.due_on else ""),
        (_("Owner"), document.owner.name if document.owner is not None else ""),
        (_("Content"), f"SHA-256 {revision.content_hash}"),
    ]
    return {
        "document": {
            "title": document.title,
            "number": document.code,
            "organisation": actor.organisation_name,
            "under": _under(document, revision, since),
            "foot": _foot(document, revision, since, _moment(made_at)),
            "made_at": made_at,
        },
        "taken_over": mark[:1].upper() + mark[1:] + "." if revision.taken_over else "",
        "facts": [(name, value) for name, value in facts if value],
        "summary": revision.summary,
        "body": [],
        "file": revision.file_name if revision.file_id is not None else "",
        "file_said": "",
        "feet": [],
        "signatures": _signatures(revision),
        "words": {
            "taken_over": taking_over.said(document),
            "summary": _("What changed with this revision"),
            "file": _("The document is a file:"),
            "signatures": _("Signatures"),
        },
    }


def _under(document: Document, revision: Revision, since: str) -> str:
    if not since:
        return _("Revision %(label)s") % {"label": revision.label}
    return _("Revision %(label)s, in effect since %(day)s") % {"label": revision.label, "day": since}


def _foot(document: Document, revision: Revision, since: str, moment: str) -> str:
    """What stands under every page."""
    told = {"code": document.code, "label": revision.label, "since": since, "moment": moment}
    if revision.taken_over:
        said = _(
            "%(code)s, revision %(label)s, taken over, not approved here, as of %(moment)s. Uncontrolled when printed."
        )
    elif since:
        said = _(
            "%(code)s, revision %(label)s, in effect since %(since)s, as of %(moment)s. Uncontrolled when printed."
        )
    else:
        said = _("%(code)s, revision %(label)s, as of %(moment)s. Uncontrolled when printed.")
    return said % told


def _revision(beside: Revision | None) -> str:
    return _("revision %(label)s, which holds besides") % {"label": beside.label} if beside is not None else ""


def _signatures(revision: Revision) -> list[dict[str, str]]:
    """Who signed this content, in the round that brought it into effect, and whoever signed it again since."""
    titles = routing.role_titles(revision.organisation_id)
    found = [
        {
            "name": routing.signer(step),
            "meaning": f"{step.get_kind_display()}: {titles.get(step.role, step.role)}",
            "at": _moment(step.done_at),
            "note": f"SHA-256 {step.content_hash}",
        }
        for step in routing.steps(revision)
        if step.done_by is not None and step.done_at is not None
    ]
    again = Signature.everywhere.filter(record_id=revision.pk, deed__verb=f"move.{SIGN_AGAIN}")
    found += [
        {"name": one.person.name, "meaning": one.meaning, "at": _moment(one.at), "note": f"SHA-256 {one.content_hash}"}
        for one in again.select_related("person").order_by("pk")
    ]
    return found


def _moment(value: dt.datetime) -> str:
    """A moment on paper, which is read elsewhere: 24 Nov 2026 08:30 UTC."""
    there = value.astimezone(dt.UTC)
    return f"{_day(there.date())} {there:%H:%M} UTC"


def _day(value: dt.date) -> str:
    return date_format(value, "j M Y")

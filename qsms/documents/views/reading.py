"""What a reader sees: the list of what was given to them, the document page by page, and the acknowledgement."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base import moment
from qsms.base.files import FileFacts, pdf, serve_headers
from qsms.org.actor import Actor
from qsms.records import keys, scope
from qsms.records.errors import NotVisible
from qsms.records.models import Attachment
from qsms.ui import addresses as pages
from qsms.ui import answers, dates, marks, times
from qsms.ui.record import filing

from .. import addresses, content, copies, lasting, reading, taking_over
from ..models import Document, Receipt, Revision


@answers.for_people
@require_GET
def show_mine(request: HttpRequest) -> HttpResponse:
    """What was given to the reader: unread first, soonest due on top, then what was read."""
    actor = answers.actor_of(request)
    unread, read, after = reading.mine(actor, after=keys.whole(request.GET.get("after", "")) or 0)
    context = {
        "unread": [_line(actor, one) for one in unread],
        "read": [_line(actor, one) for one in read],
        "next": f"?after={after}" if after else "",
        "list_url": pages.listing("document"),
        "drafts_url": pages.listing("revision") if actor.holds("revision.create") else "",
        "readers_url": addresses.readers() if actor.holds("document.distribute") else "",
    }
    return answers.page(request, "documents/mine.html", context)


def _line(actor: Actor, given: Receipt) -> dict[str, Any]:
    document, now = given.document, moment.now()
    return {
        "url": addresses.read(document.number, lasting=given.revision_id != document.effective_id),
        "title": document.title,
        "code": document.code,
        "revision": given.revision.label,
        "why": given.why,
        "mark": _mark(actor, given),
        "at": times.moment(given.acknowledged_at, now, actor.tz) if given.acknowledged_at else None,
    }


def _mark(actor: Actor, given: Receipt) -> Any:
    if given.acknowledged_at is not None:
        return marks.status(_("Acknowledged"), "good", "circle-check")
    if not given.acknowledge:
        return marks.status(_("For information"), "mute", "info-circle")
    if given.due_at is None:
        return marks.status(_("To acknowledge"), "warn", "clock")
    said = dates.deadline(given.due_at.astimezone(actor.tz).date(), moment.now(), actor.tz)
    by = _("Acknowledge by %(day)s")
    shown = said.text if said.tone == "bad" else by % {"day": said.inside}
    return marks.due(shown, said.tone, said.moment, by % {"day": said.printed})


@answers.for_people
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The document in effect, one page at a time; opening a page of what was given to the reader is noted."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    beside = bool(request.GET.get("lasting"))
    found = reading.lasting_text(document) if beside else reading.text(document)
    if found is None and beside:
        raise NotVisible
    if found is None:
        return answers.page(request, "documents/nothing.html", {"document": document, "back_url": addresses.to_read()})
    wanted = keys.whole(request.GET.get("page", "")) or 1
    at = min(max(wanted, 1), len(found.pages))
    # A file is opened where it is handed out.
    given = reading.receipt_of(actor, found.revision.pk) if found.revision.file_id else reading.opened(actor, found, at)
    return answers.page(request, "documents/read.html", _page(actor, found, at, given))


def _page(actor: Actor, found: reading.Text, at: int, given: Receipt | None) -> dict[str, Any]:
    document, revision = found.document, found.revision
    opened = [n for n in range(1, len(found.pages) + 1) if given is not None and given.pages & (1 << (n - 1))]
    unopened = [n for n in range(1, len(found.pages) + 1) if n not in opened]
    asked = given is not None and given.acknowledge and given.acknowledged_at is None
    beside = revision.pk != document.effective_id
    since = document.effective_since
    if beside:
        since = revision.effective_at.astimezone(actor.tz).date() if revision.effective_at else None
    of = "?lasting=1" if beside else ""
    # A task leads to what is in effect: what is still to be read besides is one step further.
    waits = reading.beside(actor, found) if not asked else None
    return {
        "document": document,
        "revision": revision,
        "since": dates.plain_day(since) if since else "",
        "beside": beside,
        "lasting": found.lasting,
        "lasting_url": addresses.read(document.number, lasting=True),
        "text_url": addresses.read(document.number, lasting=beside),
        "copy_url": reverse("documents:copy", args=[document.number]) + of,
        "file_url": reverse("documents:file", args=[document.number]) + of,
        "has_text": bool(revision.body.strip()),
        "taken_over": taking_over.said(document) if revision.taken_over else "",
        "until": dates.plain_day(document.effective_until) if document.effective_until else "",
        "given": given,
        "mark": _mark(actor, given) if given is not None else "",
        "asked": asked,
        "waits": waits,
        "page": found.pages[at - 1],
        "at": at,
        "all": len(found.pages),
        "opened": len(opened),
        "before_url": addresses.read(document.number, at - 1, lasting=beside) if at > 1 else "",
        "after_url": addresses.read(document.number, at + 1, lasting=beside) if at < len(found.pages) else "",
        "unopened": unopened[0] if unopened else 0,
        "unopened_url": addresses.read(document.number, unopened[0], lasting=beside) if unopened else "",
        "is_file": revision.file_id is not None,
        "is_stamped": revision.file is not None and revision.file.media_type == copies.PDF,
        "may_acknowledge": asked and given is not None and given.opened_at is not None,
        "record_url": _record_url(actor, document),
        "question_url": pages.record(document, "raise", "change_request")
        if actor.holds("change_request.create")
        else "",
        "back_url": addresses.to_read(),
    }


def _record_url(actor: Actor, document: Document) -> str:
    """The page of the record, for who keeps documents; a plain reader would be led back here."""
    wide = any(
        scope.reaches(actor, right, document) for right in actor.rights_for("document.view") if right.axis != "own"
    )
    return pages.record(document) if wide else ""


@answers.for_people
@require_POST
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    """The reader has read and understood it."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    given = reading.acknowledge(actor, document.pk, request.POST.get("revision", ""))
    said = _("You acknowledged %(code)s, revision %(label)s.")
    said %= {"code": document.code or document.number, "label": given.revision.label}
    return answers.done(request, addresses.to_read(), said)


@answers.for_people
@require_GET
def open_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The file in effect. Whoever was given it has opened it then."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    found = _wanted(request, document)
    if found is None or found.revision.file is None or found.revision.file.removed_at is not None:
        raise NotVisible
    reading.opened(actor, found, 1)
    return filing.hand_out(request, found.revision.file)


def _wanted(request: HttpRequest, document: Document) -> reading.Text | None:
    return reading.lasting_text(document) if request.GET.get("lasting") else reading.text(document)


@answers.for_people
@require_GET
def open_copy(request: HttpRequest, number: str) -> HttpResponseBase:
    """What is in effect as a controlled copy in PDF."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    found = _wanted(request, document)
    if found is None:
        raise NotVisible
    made = copies.controlled_copy(actor, document, found.revision, moment.now())
    # What somebody brought is in it: shown where it is sound, as the file itself is, else offered for download.
    sound, name = not pdf.doubt(made), copies.file_name(document, found.revision)
    made.seek(0)
    answer = FileResponse(made)
    for header, value in serve_headers(FileFacts(name, 0, media_type=copies.PDF, safe_to_inline=sound)).items():
        answer[header] = value
    answer["Cache-Control"] = "private, no-store"
    return answer


@answers.for_people
@require_GET
def open_picture(request: HttpRequest, number: str, name: str) -> HttpResponseBase:
    """A picture that the text in effect shows, and no other file of its revision."""
    actor = answers.actor_of(request)
    document = reading.find(actor, number)
    revision = Revision.everywhere.filter(pk=document.effective_id or 0).first()
    if request.GET.get("lasting"):
        revision = lasting.aside(document)
    row: Attachment | None = content.pictures_of(revision).get(name) if revision is not None else None
    if row is None:
        raise NotVisible
    return filing.hand_out(request, row)

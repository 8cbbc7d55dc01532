"""The files of a record: added many at once, opened within scope, removed with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qsms.base.files import Servable, cannot_open, serve_headers
from qsms.records import attachments, reading
from qsms.records.errors import Invalid
from qsms.records.models import Attachment, Record

from .. import addresses, answers, parts, times
from . import linking, page

MOST_AT_ONCE = 20
ICONS = (
    ("image/", "photo"),
    ("video/", "video"),
    ("text/csv", "file-spreadsheet"),
    ("application/vnd.ms-excel", "file-spreadsheet"),
)


@dataclass(frozen=True, slots=True)
class _Small:
    """A small picture as the headers want to know it."""

    name: str
    media_type: str = "image/jpeg"
    safe_to_inline: bool = True


def icon(media_type: str) -> str:
    """The icon for a kind of file."""
    if "spreadsheet" in media_type:
        return "file-spreadsheet"
    return next((name for start, name in ICONS if media_type.startswith(start)), "file-text")


def small_of(record: Record, row: Attachment) -> str:
    """Where a small picture of a file is; empty when there is none."""
    return addresses.record(record, "file-small", row.pk) if attachments.has_small(row) else ""


@page.tab("files")
def draw_files(sight: page.Sight, known: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The tab with the files and the form to add some."""
    record, actor = sight.record, sight.actor
    rows = []
    for row in attachments.on_record(record):
        who = row.added_by.name if row.added_by else _("no name")
        about = [filesizeformat(row.size)]
        if row.role == attachments.EVIDENCE:
            about.append(_("evidence"))
        if cannot_open(row.media_type, row.inline):
            about.append(_("cannot be shown here, for download only"))
        if row.stripped:
            about.append(_("place and camera data removed"))
        if row.note:
            about.append(row.note)
        rows.append(
            {
                "line": parts.FileLine(
                    row.name,
                    addresses.record(record, "file", row.pk, row.name),
                    " · ".join(about),
                    times.joined(", ", (who, times.moment(row.added_at, sight.now, actor.tz, short=True, inside=True))),
                    icon(row.media_type),
                    small_of(record, row),
                ),
                "remove_url": addresses.record(record, "file-remove", row.pk)
                if attachments.may_remove(actor, record, row)
                else "",
            }
        )
    may_add = attachments.may_add(actor, record)
    return "ui/record/files.html", {
        "rows": rows,
        "add_url": addresses.record(record, "file-add") if may_add else "",
        "strip": record.confidential,
        "file_errors": known.get("file_errors", ()),
        "note": known.get("note", ""),
    }


@answers.of_record_type("file-add")
@require_POST
def add_files(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take in files. Those that are refused are named with the reason; the others are kept."""
    sight = page.Sight.of(request, kind, key)
    uploads = request.FILES.getlist("file")[:MOST_AT_ONCE]
    errors: list[str] = []
    remarks: list[str] = []
    taken = 0
    for upload in uploads:
        try:
            kept = attachments.add(
                sight.actor,
                sight.record.pk,
                upload,
                note=request.POST.get("note", ""),
                role=attachments.EVIDENCE if request.POST.get("evidence") else "",
                strip=bool(request.POST.get("strip")),
            )
        except Invalid as error:
            errors += error.errors.values()
        else:
            taken += 1
            remarks += [kept.remark] if kept.remark else []
    if not uploads:
        errors.append(_("No file was chosen. Choose one or more, or drop them on the field."))
    if errors:
        sight = page.Sight.of(request, kind, key)
        extra = {"file_errors": errors, "note": request.POST.get("note", "")}
        return page.draw(sight, "files", status=422, extra=extra)
    said = ngettext("One file is added.", "%(n)d files are added.", taken) % {"n": taken}
    return answers.done(request, addresses.tab(sight.record, "files"), " ".join([said, *remarks]))


@answers.of_record_type("file")
@require_GET
def open_file(request: HttpRequest, kind: str, key: str, file_id: int, name: str) -> HttpResponseBase:
    """The content of a file, under headers that let it do no harm."""
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    return hand_out(request, attachments.find(actor, record, file_id))


def hand_out(request: HttpRequest, row: Attachment) -> HttpResponseBase:
    """The content of a file that the caller has found within the reader's scope."""
    return _handed_out(request, row, row.sha256, lambda: attachments.open_content(row), row.size)


@answers.of_record_type("file-small")
@require_GET
def open_small(request: HttpRequest, kind: str, key: str, file_id: int) -> HttpResponseBase:
    """A small picture of a picture, drawn by us: nothing of the file but what is seen goes along."""
    actor = answers.actor_of(request)
    row = attachments.find(actor, reading.opened(actor, kind, key).record, file_id)
    return _handed_out(request, _Small(f"{row.pk}.jpg"), f"small-{row.sha256}", lambda: attachments.open_small(row))


def _handed_out(
    request: HttpRequest, facts: Servable, mark: str, content: Callable[[], BinaryIO], size: int | None = None
) -> HttpResponseBase:
    tag = f'"{mark}"'
    headers = {**serve_headers(facts), "ETag": tag}
    if size is not None:
        headers["Content-Length"] = str(size)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": headers["Cache-Control"]})
    response = FileResponse(content())
    for header, value in headers.items():
        response.headers[header] = value
    return response


@answers.of_record_type("file-remove")
@require_http_methods(["GET", "POST"])
def remove_file(request: HttpRequest, kind: str, key: str, file_id: int) -> HttpResponse:
    """Remove a file, with a reason."""
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    row = attachments.find(actor, record, file_id)
    form = linking.DialogForm(request, {"reason": linking.reason_field(required=True)})
    if form.is_valid():
        try:
            attachments.remove(actor, row.pk, reason=form.cleaned_data["reason"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            said = _("“%(name)s” is removed. The history keeps its name and the reason.") % {"name": row.name}
            return answers.done(request, addresses.tab(record, "files"), said)
    return linking.dialog(
        request,
        form,
        {
            "title": _("Remove “%(name)s”") % {"name": row.name},
            "meaning": _("The file is no longer shown. The history keeps its name, its fingerprint and the reason."),
            "verb": _("Remove"),
            "tone": "bad",
            "back_url": addresses.tab(record, "files"),
        },
    )

"""The files of a record: listed, taken in after inspection, handed out harmlessly, removed with a reason."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.base.files import serve_headers
from qsms.records import attachments
from qsms.records.errors import Invalid
from qsms.records.models import Attachment, Record

from .. import asking, finding, shapes
from ..entering import actor_of
from ..problems import Problem


def list_files(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The files of a record, the oldest first."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    return shapes.answer({"items": [_file(parent, row) for row in attachments.on_record(parent)]})


def _file(parent: Record, row: Attachment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "note": row.note,
        "role": row.role,
        "stripped": row.stripped,
        "added_by": {"id": row.added_by.pk, "name": row.added_by.name} if row.added_by else None,
        "added_at": row.added_at,
        "url": reverse("api:file", args=[parent.kind, parent.number, row.pk]),
    }


def add_file(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Add a file, as multipart form data. `strip` removes what tells who made it; confidential records always do."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    if request.content_type != "multipart/form-data":
        raise Problem(415, "media-type", _("Send the file as multipart form data, in the part “file”."))
    given = request.POST
    unknown = [name for name in (*given, *request.FILES) if name not in ("file", "note", "role", "strip")]
    if unknown:
        raise Invalid({name: _("“%(name)s” cannot be set here.") % {"name": name} for name in unknown})
    uploads = request.FILES.getlist("file")
    if len(uploads) != 1:
        raise Invalid({"file": _("Send one file, in the part “file”.")})
    kept = attachments.add(
        actor,
        parent.pk,
        uploads[0],
        note=given.get("note", ""),
        role=given.get("role", "").replace("\x00", ""),
        strip=given.get("strip", "") in ("1", "true"),
    )
    content = _file(parent, kept.attachment)
    return shapes.answer({**content, "remark": kept.remark}, 201, headers={"Location": content["url"]})


def read_file(request: HttpRequest, kind: str, key: str, file_id: int) -> HttpResponseBase:
    """The content of a file, under headers that let it do no harm."""
    asking.query(request, ())
    row = _row(request, kind, key, file_id)
    headers = {**serve_headers(row), "ETag": f'"{row.sha256}"', "Vary": "Authorization, Cookie"}
    if asking.is_known(request, headers["ETag"]):
        return HttpResponse(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control", "Vary")})
    response = FileResponse(attachments.open_content(row))
    for name, value in {**headers, "Content-Length": str(row.size)}.items():
        response.headers[name] = value
    return response


def remove_file(request: HttpRequest, kind: str, key: str, file_id: int) -> HttpResponse:
    """Take a file off its record; `reason` says why, and the history keeps it with the file's name."""
    asking.query(request, ("reason",))
    row = _row(request, kind, key, file_id)
    attachments.remove(actor_of(request), row.pk, reason=asking.text(request, "reason"))
    return HttpResponse(status=204)


def _row(request: HttpRequest, kind: str, key: str, file_id: int) -> Attachment:
    actor = actor_of(request)
    return attachments.find(actor, finding.parent_of(actor, kind, key), file_id)

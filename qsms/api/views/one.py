"""One record: read, change, hand over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from qsms.records import keys, services
from qsms.records.errors import Invalid

from .. import asking, finding, shapes, taking
from ..entering import actor_of
from ..problems import Problem
from .many import whole


def read_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One record with every field that is shown. Its ETag is its version."""
    actor = actor_of(request)
    asking.query(request, ())
    sheet, row = finding.row_of(actor, kind, key)
    # Kept by the caller, but asked for again each time: rights may have changed.
    headers = {"ETag": f'"{row["version"]}"', "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    if asking.is_known(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    [content] = shapes.draw(actor, sheet, list(shapes.slots(sheet).values()), [row])
    return shapes.answer(content, headers=headers)


def change_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Change fields, starting from the version in If-Match. What others changed since is kept, unless it clashes."""
    actor = actor_of(request)
    asking.query(request, ("reason",))
    sheet, row = finding.row_of(actor, kind, key)
    version = asking.version(request)
    if version > row["version"]:
        detail = _("There is no version %(given)d yet. The record is at %(now)d.")
        raise Problem(412, "clash", detail % {"given": version, "now": row["version"]}, version=row["version"])
    given = taking.values(actor, sheet, asking.body(request), taking.fillable(sheet))
    changed = services.edit(actor, row["pk"], version, given, reason=asking.text(request, "reason"))
    return whole(actor, sheet, changed)


def assign_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Give the record to an owner, who gets to know."""
    actor = actor_of(request)
    asking.query(request, ())
    parent = finding.parent_of(actor, kind, key)
    given = asking.members(asking.body(request), {"person": int, "reason": str})
    if not 0 < given.get("person", 0) <= keys.LARGEST:
        raise Invalid({"person": _("Give the id of a person, such as 12.")})
    changed = services.assign(actor, parent.pk, given["person"], reason=given.get("reason", ""))
    return whole(actor, finding.sheet_of(actor, kind), changed)

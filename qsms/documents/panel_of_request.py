"""What the page of a change request shows: each document that it names, and how far that one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.http import urlencode
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.ui import addresses as pages
from qsms.ui import marks

from . import addresses, asking
from .asking import Named
from .lifecycles import REVISION_LIFE
from .models import ChangeRequest


def write_url(actor: Actor, request: ChangeRequest, one: Named) -> str:
    """The form in which this reader writes the revision that is asked for; empty where they may not."""
    may = actor.holds("revision.create") and request.state == "accepted" and one in asking.asked_of(request).unwritten
    return pages.record(request, "raise", "revision") + f"?{urlencode({'of': one.document.number})}" if may else ""


def _named(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, ChangeRequest)
    asked = asking.asked_of(record)
    keys = [one.document.pk for one in asked.named] + [one.revision.pk for one in asked.named if one.revision]
    seen = scope.seen_of(actor, keys) if keys else {}
    lines = [_line(actor, record, one, seen) for one in asked.named if one.document.pk in seen]
    return {"lines": lines, "answered": sum(one.is_answered for one in asked.named if one.document.pk in seen)}


def _line(actor: Actor, request: ChangeRequest, one: Named, seen: Mapping[int, Record]) -> dict[str, Any]:
    document, revision = one.document, one.revision
    if one.spared:
        mark = marks.status(_t("Needs no change"), "mute", "minus")
    elif revision is not None:
        mark = marks.standing(REVISION_LIFE.state(revision.state))
    else:
        mark = marks.status(_t("Not revised yet"), "mute", "hourglass-empty")
    return {
        "number": document.code or document.number,
        "title": document.title,
        "url": pages.record(document),
        "owner": document.owner.name if document.owner else "",
        "mark": mark,
        "why": one.spared,
        "label": revision.label if revision is not None else "",
        "revision_url": pages.record(revision) if revision is not None and revision.pk in seen else "",
        "write_url": write_url(actor, request, one),
        "spare_url": addresses.spare(request.number, document.number)
        if not one.is_answered and asking.may_spare(actor, request, document)
        else "",
    }


NAMED = Panel("documents", _("Documents to change"), "documents/panel_named.html", _named, tab=False, order=-5)

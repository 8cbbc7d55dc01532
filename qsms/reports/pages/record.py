"""The page of a report: the kit's, but for whoever sees it only because they reported it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import scope, services
from qsms.records.models import Record
from qsms.ui import answers
from qsms.ui.record.page import show_record


def show(request: HttpRequest, kind: str, key: str, tab: str = "") -> HttpResponseBase:
    """Reporters follow their report where the office talks to them; what the office notes is not theirs to read."""
    actor = answers.actor_of(request)
    report = services.find(actor, kind, key)
    if only_reported(actor, report):
        return HttpResponseRedirect(reverse("reports:own", args=[report.pk]))
    page: HttpResponseBase = show_record.kit(request, kind, key, tab)  # type: ignore[attr-defined]
    return page


def only_reported(actor: Actor, report: Record) -> bool:
    """Whether the actor sees this report for no other reason than having made it."""
    if report.raised_by_id not in actor.persons or report.owner_id in actor.persons:
        return False
    wider = (right for right in actor.rights_for("report.view") if right.axis != Axis.OWN)
    return not any(scope.reaches(actor, right, report) for right in wider)

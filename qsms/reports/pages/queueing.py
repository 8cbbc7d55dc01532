"""The list at the left of the triage desk: one page of the queue, and the ways along it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.ui import cells, dates, marks, parts

from ..models import Report
from ..queries import Queue, Waiting


def after_of(request: HttpRequest) -> str:
    """The key of the page of the queue that the desk stands beside; empty for the first."""
    return request.GET.get("after", "")


def kept(after: str) -> str:
    """What keeps an address on its page of the queue."""
    return f"?{urlencode({'after': after})}" if after else ""


def desk(number: str, after: str) -> str:
    """The desk with this report, beside the page of the queue that follows a key."""
    return reverse("reports:triage-one", args=[number]) + kept(after)


def pages_of(request: HttpRequest, queue: Queue) -> parts.Pages | None:
    """Where the queue goes on; None where one page holds it."""
    here = reverse("reports:triage")
    if not queue.after and not after_of(request):
        return None
    words = _("%(n)d shown of %(total)s") % {"n": len(queue.waiting), "total": queue.count}
    following = here + kept(queue.after) if queue.after else ""
    return parts.Pages(words, following, here if after_of(request) else "")


def line(one: Waiting, actor: Actor, current: Report | None, titles: dict[str, str], after: str) -> dict[str, Any]:
    """One report of the list at the left."""
    now = moment.now()
    said = dates.deadline(one.due_at, now, actor.tz) if one.due_at else None
    report = one.report
    return {
        "report": report,
        "url": desk(report.number, after),
        "current": current is not None and report.pk == current.pk,
        "due": marks.due(said.text, said.tone, said.moment, said.printed) if said else "",
        "about": " · ".join(part for part in (titles.get(report.form, ""), dates.ago(report.opened_at, now)) if part),
        "lenses": cells.lens_marks(report.disciplines, report.judged),
    }


def around(report: Report, queue: Queue, after: str) -> dict[str, Any]:
    """Where the report stands in the queue, and the ways to its neighbours: after the last of a page comes the next
    page, and after the last one of all the first."""
    order = [one.report.number for one in queue.waiting]
    at = order.index(report.number) if report.number in order else -1
    is_last = at == len(order) - 1
    following = desk(order[(at + 1) % len(order)], after) if len(order) > 1 or at < 0 < len(order) else ""
    if is_last and (queue.after or after):
        following = reverse("reports:triage") + kept(queue.after)
    return {
        "position": at + 1 if not after else 0,
        "previous": desk(order[at - 1], after) if at > 0 else "",
        "following": following,
    }

"""The news page: what happened, newest first, each leading to its record."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import keys

from . import services

PAGE = 50


@require_GET
def show_inbox(request: HttpRequest) -> HttpResponse:
    """The reader's news, by day."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    before = request.GET.get("before", "")
    rows, more = services.page(actor, before=keys.whole(before), limit=PAGE)
    folded, lines = services.folded(rows), services.lines(actor, rows)
    today = moment.now().astimezone(actor.tz).date()
    days: dict[str, list[object]] = {}
    for one in rows:
        local = one.at.astimezone(actor.tz)
        word = _("Today") if local.date() == today else f"{local:%-d %b %Y}"
        earlier = [(_at(other.at.astimezone(actor.tz), local), other.text) for other in folded.get(one.pk, ())]
        url = reverse("notify:open", args=[one.pk])
        days.setdefault(word, []).append({
            "news": one, "at": f"{local:%H:%M}", "url": url, "earlier": earlier, "lines": lines.get(one.pk, ()),
        })  # fmt: skip
    context = {"days": days.items(), "unread": services.unread(actor), "more": more}
    return render(request, "notify/inbox.html", context)


def _at(local: datetime, newest: datetime) -> str:
    """When an earlier one was told: the time of day, with its day where that is another one."""
    return f"{local:%H:%M}" if local.date() == newest.date() else f"{local:%-d %b %H:%M}"


@require_GET
def open_news(request: HttpRequest, news_id: int) -> HttpResponse:
    """Go to what the news is about; it is read then, with what is folded into it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    record = services.read(actor, news_id)
    if record is not None:
        return HttpResponseRedirect(reverse("ui:record", args=[record.kind, record.number]))
    return HttpResponseRedirect(services.path_of(actor, news_id) or reverse("notify:inbox"))


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    services.mark_read(request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("notify:inbox"))

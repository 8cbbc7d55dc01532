"""The news page: what happened, newest first, each leading to its record."""

from __future__ import annotations

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
    rows = services.inbox(actor, before=keys.whole(before), limit=PAGE)
    today = moment.now().astimezone(actor.tz).date()
    days: dict[str, list[object]] = {}
    for one in rows:
        local = one.at.astimezone(actor.tz)
        word = _("Today") if local.date() == today else f"{local:%-d %b %Y}"
        url = reverse("notify:open", args=[one.pk])
        days.setdefault(word, []).append({"news": one, "at": f"{local:%H:%M}", "url": url})
    more = rows[-1].pk if len(rows) == PAGE else None
    context = {"days": days.items(), "unread": services.unread(actor), "more": more}
    return render(request, "notify/inbox.html", context)


@require_GET
def open_news(request: HttpRequest, news_id: int) -> HttpResponse:
    """Go to what the news is about; it is read then."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.mark_read(actor, news_id)
    for one in services.inbox(actor, before=news_id + 1, limit=1):
        if one.pk == news_id and one.record is not None:
            return HttpResponseRedirect(reverse("ui:record", args=[one.record.kind, one.record.number]))
    return HttpResponseRedirect(reverse("notify:inbox"))


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    services.mark_read(request.actor)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("notify:inbox"))

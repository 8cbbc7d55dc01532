"""Saved views of a list: kept under a name, and taken away again."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from qsms.org.actor import Actor
from qsms.records import saved_views
from qsms.records.errors import Invalid

from .sheets import sheet_or_404


@login_required
def save_view(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep the filters of a list under a name (GET asks for it, POST keeps it)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheet_or_404(kind, actor)
    query = request.GET.copy()
    query.pop("after", None)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            saved_views.save(actor, kind, request.POST.get("name", ""), query.urlencode())
            return HttpResponseRedirect(reverse("ui:list", args=[kind]) + "?" + query.urlencode())
        except Invalid as error:
            errors = error.errors
    context = {"sheet": sheet, "errors": errors, "name": request.POST.get("name", ""), "query": query.urlencode()}
    own = [view for view in saved_views.mine(actor, kind) if view.person_id == actor.person_id]
    return render(request, "ui/save_view.html", {**context, "own": own}, status=422 if errors else 200)


@login_required
@require_POST
def remove_view(request: HttpRequest, kind: str, view_id: int) -> HttpResponse:
    """Take an own view away."""
    saved_views.remove(request.actor, view_id)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("ui:list", args=[kind]))

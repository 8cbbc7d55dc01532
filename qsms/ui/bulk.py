"""What is done to several selected records of a list at once: give them to an owner."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import keys, services
from qsms.records.errors import ServiceError

from . import lists

MOST = 200


@login_required
@require_POST
def bulk_assign(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the new owner of the selected records, then give them; each is its own change with its own history."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = lists.sheet_or_404(kind, actor)
    ids = [pk for value in request.POST.getlist("row") if (pk := keys.whole(value))][:MOST]
    chosen, reason = request.POST.get("owner", ""), request.POST.get("reason", "")
    if not ids:
        return HttpResponseRedirect(reverse("ui:list", args=[kind]))
    refused: list[str] = []
    done = 0
    owner = keys.whole(chosen)
    if owner:
        for pk in ids:
            try:
                services.assign(actor, pk, owner, reason=reason)
                done += 1
            except ServiceError as error:
                refused.append(str(error) or _("One record is not there any more."))
        if not refused:
            return HttpResponseRedirect(reverse("ui:list", args=[kind]))
    context = {
        "sheet": sheet,
        "ids": ids,
        "people": Person.objects.filter(organisation_id=actor.organisation_id, is_active=True).order_by("name"),
        "asked": ngettext("Give %(n)d record to", "Give %(n)d records to", len(ids)) % {"n": len(ids)},
        "said": ngettext("%(n)d record was given.", "%(n)d records were given.", done) % {"n": done} if done else "",
        "refused": sorted(set(refused)),
        "missing": "owner" in request.POST and not chosen,
        "reason": reason,
    }
    return render(request, "ui/bulk_assign.html", context, status=422 if refused or context["missing"] else 200)

"""What is done to several selected records of a list at once: give them to an owner, say which lenses they concern."""

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
from qsms.records import keys, scope, services
from qsms.records.choices import Lens
from qsms.records.errors import ServiceError

from . import sheets

MOST = 200


def ticked(request: HttpRequest) -> list[int]:
    """The keys of the rows that were ticked in a list."""
    return [pk for value in request.POST.getlist("row") if (pk := keys.whole(value))][:MOST]


@login_required
@require_POST
def bulk_assign(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the new owner of the selected records, then give them; each is its own change with its own history."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheets.sheet_or_404(kind, actor)
    ids = ticked(request)
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


@login_required
@require_POST
def bulk_lens(request: HttpRequest, kind: str) -> HttpResponse:
    """Say of the ticked records which lenses they concern; each is its own change with its own history."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheets.sheet_or_404(kind, actor)
    ids = ticked(request)
    if not ids:
        return HttpResponseRedirect(reverse("ui:list", args=[kind]))
    known = {str(lens.value): lens for lens in Lens}
    lenses = [value for value in request.POST.getlist("lens") if value in known]
    refused: list[str] = []
    done = 0
    if lenses:
        records = scope.seen_of(actor, ids)
        for pk in ids:
            try:
                record = records[pk]
                services.edit(
                    actor, pk, record.version, {"disciplines": [int(value) for value in lenses]},
                    reason=request.POST.get("reason", ""),
                )  # fmt: skip
                done += 1
            except KeyError:
                refused.append(_("One record is not there any more."))
            except ServiceError as error:
                refused.append(f"{record.number}: {error}" if str(error) else _("One record is not there any more."))
        if not refused:
            return HttpResponseRedirect(reverse("ui:list", args=[kind]))
    context = {
        "sheet": sheet,
        "ids": ids,
        "lenses": [(value, lens.label, value in lenses) for value, lens in known.items()],
        "asked": ngettext("Set the lens of %(n)d record", "Set the lens of %(n)d records", len(ids)) % {"n": len(ids)},
        "said": ngettext("%(n)d record was changed.", "%(n)d records were changed.", done) % {"n": done}
        if done
        else "",
        "refused": sorted(set(refused)),
        "missing": "sent" in request.POST and not lenses,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "ui/bulk_lens.html", context, status=422 if refused or context["missing"] else 200)

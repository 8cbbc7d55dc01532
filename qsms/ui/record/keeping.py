"""Where forms keep their drafts: by script every few seconds, or by the button “Keep as draft”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qsms.records import drafts

from .. import answers


@answers.for_people
@require_POST
def keep_draft(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what a form holds, or throw its draft away; back to the page when a button asked."""
    actor = answers.actor_of(request)
    if "drop" in request.POST:
        drafts.drop(actor, key)
        return answers.done(request, _back(request), _("The draft is thrown away."))
    kept = drafts.keep(actor, key, dict(request.POST.lists()))
    if "keep" in request.POST:
        return answers.done(request, _back(request), _("Your draft is kept."))
    return JsonResponse({"at": kept.at.isoformat()})


def _back(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if safe else "/"

"""What the kit itself answers: keeping a preference, and the gallery of parts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from . import gallery
from .context import PREFERENCES

YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep what the reader chose for their screen (theme, lens, menu, density, keys) and go back to the page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    for name, choices in PREFERENCES.items():
        chosen = request.POST.get(name)
        if chosen in choices:
            # The script reads and writes the theme, so these cookies are not hidden from it; they say nothing secret.
            response.set_cookie(f"qsms_{name}", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@login_not_required
def show_gallery(request: HttpRequest, page: str = "parts") -> HttpResponse:
    """Every part in every state, for people who build pages and for the browser tests. Only with DEBUG."""
    if not settings.DEBUG or page not in gallery.PAGES:
        raise Http404
    return render(request, f"ui/gallery/{page}.html", gallery.PAGES[page](request))


@login_not_required
def show_palette(request: HttpRequest) -> HttpResponse:
    """Made-up results for the palette of the gallery. Only with DEBUG."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "ui/parts/palette_results.html", gallery.palette(request.GET.get("q", "")))

"""What a door answers when a service says no, and how it tells that a deed is done. In one place for every page.

NotVisible becomes "not found", Refused a page with the reasons. Invalid and Stale belong to the form that asked; where
none did, Invalid is told like a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote, unquote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.errors import Invalid, NotVisible, Refused

View = Callable[..., HttpResponseBase]
SAID = "qsms_said"
SAID_SALT = "qsms.ui.said"
SAID_SECONDS = 60


class ServiceAnswers:
    """Middleware: turns what services raise into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code == 405 and request.method == "GET" and not getattr(answer, "content", b"-"):
            # The address of a button, typed or loaded again: a page instead of an empty answer.
            said = _("Nothing was sent: this address belongs to a button. Go back to its page and press it there.")
            page = refused(request, [said], status=405)
            page["Allow"] = answer.get("Allow", "POST")
            return page
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotVisible):
            return render(request, "404.html", status=404)
        if isinstance(error, Refused):
            return refused(request, error.reasons)
        if isinstance(error, Invalid):
            return refused(request, list(error.errors.values()), status=422)
        return None


def refused(request: HttpRequest, reasons: list[str], *, status: int = 403, back: str = "") -> HttpResponse:
    """A page, or the dialog that htmx asked for, with the reasons why something is not done."""
    context = {"reasons": reasons, "back_url": back or _came_from(request)}
    # htmx swaps in nothing that carries an error status.
    return render(request, "ui/refused.html", context, status=200 if asks_for_part(request) else status)


def _came_from(request: HttpRequest) -> str:
    return request.headers.get("HX-Current-URL", "") or "/"


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx asked and puts the answer into the page."""
    return bool(getattr(request, "htmx", False))


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request; the door has made sure that there is somebody."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise Refused([_("Your account belongs to nobody in an organisation. Ask your administrator to add you.")])
    return actor


def for_people(view: View) -> View:
    """Decorator: only for somebody who is signed in and stands for a person."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor_of(request)
        return view(request, *args, **kwargs)

    return guarded


def of_record_type(name: str) -> Callable[[View], View]:
    """Decorator: a view of the record type that its sheet may replace: `views = {name: "dotted.path"}`.

    For moves also "move.<code>". The room's view is called in place of this one, with the same arguments; it finds the
    kit's own as `view.kit`. A kind that is not registered does not exist.
    """

    def decorate(view: View) -> View:
        @for_people
        @wraps(view)
        def chosen(request: HttpRequest, kind: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                sheet = registry.get(kind)
            except KeyError as error:
                raise Http404 from error
            path = sheet.views.get(f"{name}.{kwargs['code']}", "") if "code" in kwargs else ""
            path = path or sheet.views.get(name, "")
            chosen_view: View = import_string(path) if path else view
            return chosen_view(request, kind, *args, **kwargs)

        chosen.kit = view  # type: ignore[attr-defined]
        return chosen

    return decorate


def done(request: HttpRequest, url: str, sentence: str = "") -> HttpResponse:
    """Go on to `url`, where `sentence` is said once: on the page and in the live region."""
    if asks_for_part(request):
        response: HttpResponse = HttpResponse(status=204, headers={"HX-Redirect": url})
    else:
        response = HttpResponseRedirect(url)
        response.status_code = 303
    if sentence:
        response.set_signed_cookie(
            SAID, quote(sentence), salt=SAID_SALT, max_age=SAID_SECONDS, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip
    return response


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Draw a page, with what `done` left to be said."""
    sentence = request.get_signed_cookie(SAID, default="", salt=SAID_SALT, max_age=SAID_SECONDS) or ""
    response = render(request, template, {"said": unquote(sentence), **context}, status=status)
    if SAID in request.COOKIES:
        response.delete_cookie(SAID, samesite="Lax")
    return response


def invalid_form(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The form again with its errors: 422 for a browser, 200 where htmx swaps it in."""
    return page(request, template, context, status=200 if asks_for_part(request) else 422)

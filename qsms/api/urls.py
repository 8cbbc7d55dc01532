"""The addresses of the API, made from the table of operations by django-ninja."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from qsms import __version__

from . import problems, reference
from .entering import Bearer, Session, acting
from .operations import OPERATIONS

app_name = "api"


def build() -> NinjaAPI:
    """The operations behind their door, with every exception answered as a problem."""
    api = NinjaAPI(
        title="OpenQSMS", version=__version__, urls_namespace="api", openapi_url=None, docs_url=None,
        auth=[Bearer(), Session()],
    )  # fmt: skip
    for one in OPERATIONS:
        # Values and their words are checked by the services, and documented from the sheets: ninja routes and guards.
        api.default_router.add_api_operation(
            one.path, [one.method], acting(one.view), auth=api.auth, url_name=one.name, include_in_schema=False
        )
    problems.handle(api)
    return api


def _answering(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """HEAD asks like GET, and a method that an address does not take is told as a problem."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        response = view(request, *args, **kwargs)
        # The server leaves the body out by the method that was asked for.
        request.method = asked
        if response.status_code == 405:
            return problems.method_not_allowed(", ".join(sorted(response.headers["Allow"].split(", "))))
        return response

    return answered


@login_not_required
@csrf_exempt
def _nothing(request: HttpRequest, rest: str) -> HttpResponseBase:
    return problems.not_found()


def patterns() -> list[URLPattern | URLResolver]:
    """Fixed addresses first, then the operations, then the answer for everything else."""
    found: list[URLPattern | URLResolver] = [
        path("openapi.json", reference.openapi_json, name="openapi"),
        path("docs/", reference.show_reference, name="reference"),
    ]
    routes = set()
    for one in build().urls[0]:
        # ninja gives an address once for each of its methods, and a root of its own.
        if isinstance(one, URLPattern) and one.name != "api-root" and str(one.pattern) not in routes:
            routes.add(str(one.pattern))
            # The door of pages would send a program to a sign-in form; this house has a door of its own.
            one.callback = login_not_required(_answering(one.callback))
            found.append(one)
    return [*found, path("<path:rest>", _nothing)]


urlpatterns = patterns()

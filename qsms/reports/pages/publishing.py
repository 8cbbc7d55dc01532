"""Publishing: the reported text beside the one for everybody, with what in it may tell who it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused
from qsms.rules.names import Span
from qsms.ui import addresses, dates
from qsms.ui.answers import actor_of, done, for_people, page

from .. import own_words, queries, services
from ..choices import Publication
from ..models import Report
from ..services import publishing


@for_people
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, number: str) -> HttpResponse:
    """Write the text, look at the warnings, mend or confirm each, publish."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    assert isinstance(report, Report)
    if not scope.may(actor, "publish", report):
        raise Refused([_("You may not publish reports.")])
    return _draw(request, actor, report)


def _draw(request: HttpRequest, actor: Actor, report: Report, *, taking_back: str = "") -> HttpResponse:
    """The page, after what was sent from it: a text to publish, or, with `taking_back`, a reason that will not do."""
    title = request.POST.get("publish_title", report.publish_title)
    text = request.POST.get("publishable", report.publishable)
    confirmed = request.POST.getlist("confirm")
    errors: dict[str, str] = {}
    spans: list[Span] = []
    if request.method == "POST" and not taking_back:
        try:
            services.publish(actor, report.pk, title, text, confirmed=confirmed)
        except services.Unconfirmed as error:
            errors, spans = error.errors, error.spans
        except Invalid as error:
            errors = error.errors
        else:
            said = _("The text is published for everybody here, without the report's number.")
            return done(request, addresses.record(report), said)
    context = {
        "report": report,
        "story": own_words.story(report, actor.tz),
        "title": title,
        "text": text,
        "errors": errors,
        "taking_back": taking_back,
        "spans": [{"mark": publishing.mark(span), "sentence": span.sentence} for span in spans],
        "confirmed": confirmed,
        "published": report.publication == Publication.PUBLISHED,
        "back_url": addresses.record(report),
    }
    return page(request, "reports/publish.html", context, status=422 if errors or taking_back else 200)


@for_people
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a published text back."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    assert isinstance(report, Report)
    try:
        services.withdraw(actor, report.pk, request.POST.get("reason", ""))
    except Invalid as error:
        return _draw(request, actor, report, taking_back=" ".join(error.errors.values()))
    return done(request, addresses.record(report), _("The text is taken back."))


@for_people
@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """What was published, for everybody in the organisation: title and text, and the month. No number, no link."""
    actor = actor_of(request)
    rows = [
        {"title": report.publish_title, "text": report.publishable, "when": _month(report)}
        for report in queries.published(actor)
    ]
    return page(request, "reports/lessons.html", {"rows": rows, "report_url": reverse("reports:choose")})


def _month(report: Report) -> str:
    return f"{report.published_at:%B %Y}" if report.published_at else dates.plain_day(moment.now().date())

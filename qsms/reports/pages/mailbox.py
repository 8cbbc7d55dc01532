"""The reporter's side: own reports, and the mailbox of each, by account or by code."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qsms.base import claim_codes, context, moment
from qsms.org.models import Organisation
from qsms.records import attachments, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.ui import addresses, parts, times
from qsms.ui.answers import actor_of, done, for_people

from .. import own_words, queries, services
from ..choices import Sender, Subject
from ..lifecycles import FOR_REPORTER, LIFE, TOLD
from ..models import Message, Report
from ..services import mailbox, pictures
from ..services.pictures import Incoming
from .nameless import Tries, nameless

TRIES = Tries()


@for_people
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I reported, how it stands, and where an answer waits."""
    actor = actor_of(request)
    own = queries.own_reports(actor)
    unread = queries.unread(own)
    now = moment.now()
    rows = [
        {
            "report": report,
            "title": own_words.title(report),
            "state": LIFE.state(report.state),
            "mode": report.get_mode_display(),
            "when": times.moment(report.opened_at, now, actor.tz, short=True),
            "unread": unread.get(report.pk, 0),
        }
        for report in own
    ]
    return render(request, "reports/mine.html", {"rows": rows})


@for_people
@never_cache
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, report_id: int) -> HttpResponse:
    """The mailbox of an own report, filed by name or in confidence."""
    actor = actor_of(request)
    report = services.own_mailbox(actor, report_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _answer(request, report)
        if not errors:
            return done(request, reverse("reports:own", args=[report_id]), _("Your answer is sent."))
    mailbox.mark_read(report)
    context_ = _talk(report, actor.tz) | {
        "errors": errors,
        "text": request.POST.get("text", ""),
        "own": True,
        "files": _files(report, linked=scope.sees(actor, report)),
    }
    return render(request, "reports/mailbox.html", context_, status=422 if errors else 200)


@nameless
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """The mailbox of an anonymous report. The code travels in the page and in no cookie and no address."""
    if request.method != "POST":
        return render(request, "reports/code.html", {"error": "", "code": ""})
    code = request.POST.get("code", "")[:80]
    if not TRIES.may(request):
        error = _("Too many codes were tried from here. Wait ten minutes, then try again.")
        return render(request, "reports/code.html", {"error": error, "code": code}, status=429)
    try:
        report = services.open_mailbox(code)
    except claim_codes.BadCode as bad:
        return render(request, "reports/code.html", {"error": str(bad), "code": code}, status=422)
    except NotVisible:
        error = _("No report has this code. Compare it with what you wrote down. A lost code cannot be found again.")
        return render(request, "reports/code.html", {"error": error, "code": code}, status=422)
    TRIES.forgive(request)
    with context.entered(context.Context(organisation_id=report.organisation_id)):
        errors: dict[str, str] = {}
        sent = False
        if "text" in request.POST:
            errors = _answer(request, report)
            sent = not errors
        mailbox.mark_read(report)
        zone = ZoneInfo(Organisation.objects.values_list("zone", flat=True).get(pk=report.organisation_id))
        context_ = _talk(report, zone) | {
            "errors": errors,
            "text": "" if sent else request.POST.get("text", ""),
            "sent": sent,
            "code": code,
            "files": _files(report, linked=False),
        }
    return render(request, "reports/mailbox.html", context_, status=422 if errors else 200)


@nameless
@require_POST
def code_shown(request: HttpRequest) -> HttpResponse:
    """The page with a code says that it is seen: the code is not shown again. The answer tells nothing about the code,
    so there is nothing to find out by trying."""
    if TRIES.may(request):
        with contextlib.suppress(claim_codes.BadCode, NotVisible):
            services.open_mailbox(request.POST.get("code", "")[:80])
            TRIES.forgive(request)
    return HttpResponse(status=204)


def _answer(request: HttpRequest, report: Report) -> dict[str, str]:
    """Take an answer with its files; what is wrong with it, by field."""
    files = [
        Incoming(file.name or "", cast(BinaryIO, file.file), "files")
        for file in request.FILES.getlist("files")
        if file.file is not None
    ]
    try:
        services.answer(report, request.POST.get("text", ""), files=files, once=request.POST.get("once", "")[:80])
    except Invalid as error:
        return error.errors
    except Refused as error:
        return {"text": " ".join(error.reasons)}
    return {}


def _talk(report: Report, zone: ZoneInfo) -> dict[str, Any]:
    """What the reporter sees of a report: how it stands and what was said. No names, no links, no numbers of others."""
    now = moment.now()
    steps = [
        parts.Step(str(word), "next" if when == "later" else when) for _code, word, when in LIFE.stages(report.state)
    ]
    state = LIFE.state(report.state)
    return {
        "report": report,
        "told": own_words.of(report, zone),
        "state": state,
        "meaning": TOLD if report.state == "feedback" and report.closing_feedback else FOR_REPORTER[report.state],
        "steps": steps,
        "when": times.moment(report.opened_at, now, zone, inside=True),
        "messages": [_line(message, now, zone) for message in mailbox.conversation(report)],
        "open": report.state != "void",
        "longest": number_format(mailbox.LONGEST, use_l10n=True, force_grouping=True),
        "asked": _is_asked(report),
        "once": secrets.token_urlsafe(16),
    }


def _files(report: Report, *, linked: bool) -> list[tuple[str, str]]:
    """Name and address of each file the reporter sent; without an address where no page opens it for the reporter."""
    return [
        (row.name, addresses.record(report, "file", row.pk, row.name) if linked else "")
        for row in attachments.on_record(report)
        if row.role == pictures.ROLE
    ]


def _line(message: Message, now: Any, zone: ZoneInfo) -> dict[str, Any]:
    mine = message.sender == Sender.REPORTER
    return {
        "mine": mine,
        "who": _("You") if mine else _("Safety office"),
        "subject": message.get_subject_display() if message.subject != Subject.ANSWER else "",
        "when": times.moment(message.at, now, zone),
        "text": message.text,
    }


def _is_asked(report: Record) -> bool:
    last = Message.everywhere.filter(report_id=report.pk).order_by("-pk").values_list("subject", flat=True).first()
    return last == Subject.QUESTION

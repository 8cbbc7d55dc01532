"""Opening what is sealed: who reported, and personal answers. With a purpose, as a deed, for the gatekeeper only."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qsms.base.sealing import SealError
from qsms.org.actor import Actor
from qsms.records import seals
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused
from qsms.records.models import SealedValue
from qsms.ui import addresses
from qsms.ui.answers import actor_of, for_people, page

from .. import own_words, rules
from ..models import Report
from ..services.filing import SEALED_ANSWERS

FIELDS = (seals.REPORTER, SEALED_ANSWERS)


@for_people
@never_cache
@require_http_methods(["GET", "POST"])
def open_seal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the purpose, then show the value once. The page is kept nowhere."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    assert isinstance(report, Report)
    sealed = set(SealedValue.everywhere.filter(record_id=report.pk).values_list("field", flat=True))
    context: dict[str, Any] = {
        "report": report,
        "fields": [(code, _label(code)) for code in FIELDS if code in sealed],
        "purpose": request.POST.get("purpose", ""),
        "chosen": request.POST.get("field", ""),
        "back_url": addresses.record(report),
        "error": "",
        "opened": None,
    }
    if request.method == "POST" and context["chosen"] in FIELDS:
        try:
            value = seals.unseal(actor, report.pk, context["chosen"], context["purpose"])
        except Invalid as error:
            context["error"] = " ".join(error.errors.values())
        except SealError as error:
            raise Refused([str(error)]) from error
        else:
            context["opened"] = _rows(actor, report, context["chosen"], value)
    elif not seals.may_open(actor, report):
        raise Refused([_("Only the gatekeeper may open what is sealed.")])
    return page(request, "reports/identity.html", context, status=422 if context["error"] else 200)


def _label(code: str) -> str:
    return _("Who reported") if code == seals.REPORTER else _("Answers about people, aircraft and flights")


def _rows(actor: Actor, report: Report, code: str, value: str) -> list[tuple[str, str]]:
    asked = report.asked
    if code == seals.REPORTER or asked is None:
        return [(_label(code), value)]
    words = partial(own_words.reads, report=report, zone=actor.tz)
    return rules.summary(asked, {**report.answers, **json.loads(value)}, personal=True, words=words)

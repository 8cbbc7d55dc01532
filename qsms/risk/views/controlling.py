"""Putting controls of the library against the risk of a record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from qsms.base.gate import write_transaction
from qsms.records import keys, scope, services
from qsms.records.choices import Relation
from qsms.records.models import Link
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages
from qsms.ui import answers, marks

from ..choices import hierarchy
from ..lifecycles import CONTROL_LIFE
from .finding import record_of

MOST = 50


@answers.for_people
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Choose controls of the library, or go on to plan a new one."""
    actor, record = record_of(request, number)
    text = request.GET.get("q", "").strip()[:100]
    linked = Link.everywhere.filter(target_id=record.pk, relation=Relation.MITIGATES).values("source_id")
    library = scope.visible(actor, "control").filter(phase__lt=Phase.DONE).exclude(pk__in=linked)
    problem = ""
    if request.method == "POST":
        chosen = [pk for one in request.POST.getlist("control") if (pk := keys.whole(one))]
        if chosen:
            with write_transaction():
                for pk in chosen:
                    services.link(actor, pk, record.pk, Relation.MITIGATES)
            said = ngettext("%(n)d control added.", "%(n)d controls added.", len(chosen)) % {"n": len(chosen)}
            return answers.done(request, pages.record(record), said)
        problem = _("No control is chosen. Tick at least one, or plan a new one.")
    if text:
        library = library.filter(title__icontains=text) | library.filter(number__icontains=text)
    rows = library.order_by("level", "title").values_list("pk", "number", "title", "level", "state", "owner__name")
    found = [
        {
            "pk": pk,
            "number": no,
            "title": title,
            "level": hierarchy().level(level).label,
            "state": marks.standing(CONTROL_LIFE.state(state)),
            "owner": owner or "",
        }
        for pk, no, title, level, state, owner in rows[: MOST + 1]
    ]
    context = {
        "record": record,
        "back_url": pages.record(record),
        "text": text,
        "found": found[:MOST],
        "more": len(found) > MOST,
        "most": MOST,
        "problem": problem,
        "new_url": pages.record(record, "raise", "control")
        if record.kind == "hazard" and actor.holds("control.create")
        else "",
    }
    return answers.page(request, "risk/add_control.html", context, status=422 if problem else 200)

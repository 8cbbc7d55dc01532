"""An adoption at its places and over time: where it holds, clause by site, and how coverage went."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.org.models import Site
from qsms.records import scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.coverage import State
from qsms.ui import answers, marks, table
from qsms.ui.dates import plain_day
from qsms.ui.record.linking import DialogForm, dialog

from .. import addresses, adopting, rows, standing, tracking
from ..choices import STATES
from ..models import Adoption
from .adopted import adoption_of

# So many sites stand beside one another; a group with more looks at them in turn.
MOST_SITES = 12
SHOWN = (State.MET, State.PARTLY, State.GAP, State.NOT_ASSESSED)


@answers.for_people
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Say for which sites and processes an adoption holds beside the record's own."""
    actor, adoption = adoption_of(request, number)
    if not scope.may(actor, "change", adoption):
        raise Refused([_("You may not change what is adopted. Ask the owner of %(n)s.") % {"n": number}])
    form = DialogForm(
        request,
        {
            what: forms.TypedMultipleChoiceField(
                label=label,
                required=False,
                coerce=int,
                choices=[(pk, name) for pk, name in names.places(what, actor.organisation_id).items() if pk != own],
                initial=known,
                widget=forms.CheckboxSelectMultiple(),
            )
            for what, label, own, known in (
                ("site", _("Other sites"), adoption.site_id, adoption.also_sites),
                ("process", _("Other processes"), adoption.process_id, adoption.also_processes),
            )
        },
    )
    back = addresses.coverage(number)
    if form.is_valid():
        try:
            adopting.place(actor, adoption.pk, form.cleaned_data["site"], form.cleaned_data["process"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, back, _("The places of %(number)s are changed.") % {"number": number})
    told = {
        "title": _("Where %(number)s holds") % {"number": number},
        "meaning": _("Beside its own site and process. What is of these places counts, and of no others."),
        "verb": _("Save"),
        "back_url": back,
    }
    return dialog(request, form, told)


def sites_of(adoption: Adoption) -> dict[int, str]:
    """The sites that an adoption holds for, by name: its own, or every one in use."""
    known = names.places("site", adoption.organisation_id)
    wanted = adoption.sites or set(
        Site.objects.filter(organisation_id=adoption.organisation_id, is_active=True).values_list("pk", flat=True)
    )
    return {pk: name for pk, name in sorted(known.items(), key=lambda one: one[1].casefold()) if pk in wanted}


@answers.for_people
@require_GET
def by_site(request: HttpRequest, number: str) -> HttpResponseBase:
    """Each requirement at each site; as CSV or a workbook with `format`."""
    actor, adoption = adoption_of(request, number)
    every = sites_of(adoption)
    begin = max(0, int(first) if (first := request.GET.get("from", "")).isdecimal() else 0)
    sites = dict(list(every.items())[begin : begin + MOST_SITES])
    found = standing.by_site(actor, adoption, sites)
    asked = [one for one, _covered in rows.counted(found[0])] if found else []
    if request.GET.get("format"):
        if not actor.holds(f"{adopting.KIND}.export"):
            raise Refused([_("You may not export this. Ask the quality manager.")])
        lines = [
            [one.number, one.title, *(rows.state(each.coverage.covered[one.number]) for each in found)] for one in asked
        ]
        head = [_("Number"), _("Title"), *sites.values()]
        return as_file(actor, adopting.KIND, Sheet(f"{number}-sites", number, head, lines), request.GET["format"])
    drawn = [
        [
            table.link(f"{one.number} {one.title}", addresses.clause(adoption.key, one.number)),
            *(marks.coverage(*STATES[each.coverage.covered[one.number].state]) for each in found),
        ]
        for one in asked
    ]
    columns = [table.Column(_("Requirement"), "t"), *(table.Column(name) for name in sites.values())]
    more = begin + MOST_SITES < len(every)
    context = {
        "adoption": adoption,
        "table": table.table(columns, [table.Group(drawn)], _("Requirement by site"), phone="pile") if drawn else "",
        "summary": [(name, each.coverage.tally) for name, each in zip(sites.values(), found, strict=True)],
        "coverage_url": addresses.coverage(number),
        "export_url": reverse("standards:sites", args=[number]) if actor.holds(f"{adopting.KIND}.export") else "",
        "more_url": f"?from={begin + MOST_SITES}" if more else "",
    }
    return answers.page(request, "standards/sites.html", context)


@answers.for_people
@require_GET
def over_time(request: HttpRequest, number: str) -> HttpResponse:
    """How coverage went, day by day, as a chart and as a table."""
    actor, adoption = adoption_of(request, number)
    # The days count what is of every site, which who reads one site alone does not see.
    if not scope.sees(actor, adoption):
        raise NotVisible
    kept = tracking.days(adoption)
    columns = [table.Column(_("Day")), *(table.Column(str(STATES[state][0]), "r") for state in STATES)]
    changed = [
        [escape(plain_day(one.day)), *(escape(getattr(one, state.value)) for state in STATES)]
        for one in reversed(tracking.changed(kept))
    ]
    context = {
        "adoption": adoption,
        "coverage_url": addresses.coverage(number),
        "spec": _spec(kept) if len(kept) > 1 else None,
        "table": table.table(columns, [table.Group(changed)], _("Coverage by day"), phone="") if changed else "",
    }
    return answers.page(request, "standards/trend.html", context)


def _spec(kept: list[Any]) -> dict[str, Any]:
    """One line for each state, each with its own dash: two that run together keep apart in the table."""
    values = [
        {"day": one.day.isoformat(), "state": str(STATES[state][0]), "n": getattr(one, state.value)}
        for one in kept
        for state in SHOWN
    ]
    x = {"field": "day", "type": "temporal", "title": None}
    y = {"field": "n", "type": "quantitative", "title": _("requirements")}
    names_of = [str(STATES[state][0]) for state in SHOWN]
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 300}
    by_state = {"field": "state", "type": "nominal", "sort": names_of, "legend": legend}
    return {
        "data": {"values": values},
        "height": 260,
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
        "encoding": {
            "x": {**x, "axis": {"grid": False, "tickCount": 8, "labelOverlap": True}},
            "y": y,
            "color": by_state,
            "strokeDash": by_state,
        },
    }

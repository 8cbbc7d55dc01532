"""Suggestions while one types: people by name, records by number or title, people to mention. Always within scope."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qsms.org.models import Person
from qsms.records import audience, reading, scope
from qsms.records.errors import NotVisible
from qsms.records.models import Record

from .. import addresses, answers
from . import pickers

MENTIONS = 8


@answers.for_people
@require_GET
def pick(request: HttpRequest, what: str) -> HttpResponse:
    """Options for a field. `q` is what was typed, or the value of the field that `field` names."""
    actor = answers.actor_of(request)
    typed = request.GET.get("q", request.GET.get(request.GET.get("field", ""), "")).strip()[:100]
    if what == "person":
        return render(request, "ui/record/options.html", {"options": pickers.people(actor, typed)})
    if what == "record":
        kind = request.GET.get("kind", "")
        seen = scope.kinds_seen(actor)
        kinds = [kind] if kind in seen else [] if kind else seen
        found = pickers.records(actor, typed, kinds)
        return render(request, "ui/record/options.html", {"options": [pickers.record_label(row) for row in found]})
    raise Http404


@answers.for_people
@require_GET
def pick_mention(request: HttpRequest, kind: str, key: str) -> JsonResponse:
    """Names of people who may see this record, for a mention in a comment."""
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    typed = request.GET.get("q", "").strip()[:60]
    who = audience.who_sees(record)
    rows = Person.objects.filter(pk__in=who).exclude(pk=actor.person_id)
    for word in typed.split():
        rows = rows.filter(name__icontains=word)
    return JsonResponse({"names": list(rows.order_by("name").values_list("name", flat=True)[:MENTIONS])})


@answers.for_people
@require_GET
def go(request: HttpRequest, number: str) -> HttpResponse:
    """The page of the record with this number, whatever its kind."""
    actor = answers.actor_of(request)
    row = Record.everywhere.filter(organisation_id=actor.organisation_id, number__iexact=number).first()
    if row is None or not scope.sees(actor, row):
        raise NotVisible
    return HttpResponseRedirect(addresses.record(row))

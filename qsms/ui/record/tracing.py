"""The trace: what happened, what it means, what was done, what changed and what shows it, drawn and as a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import keys, lateness, reading, registry, threads, wording
from qsms.records.choices import MAIN_LENSES
from qsms.records.models import Record
from qsms.records.registry import Lack
from qsms.records.threads import Thread

from .. import addresses, answers, dates, parts
from . import trace_drawing
from .trace_drawing import Missing

STEPS = (1, 2, 4, 8)
# How far the thread goes when nobody chose: as far as its tallest column still fits a screen.
FAR, TALLEST = 4, 7


@dataclass(frozen=True)
class LooseEnd:
    """Something that the thread lacks, and the way to it."""

    said: str
    why: str
    url: str
    way: str = ""


@answers.of_record_type("trace")
@require_GET
def show_trace(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The thread through a record, as far as the reader may see."""
    actor = answers.actor_of(request)
    record = reading.opened(actor, kind, key).record
    asked = request.GET.get("steps", "")
    chosen = wanted if (wanted := keys.whole(asked)) in STEPS else 0
    thread = threads.trace(actor, record, steps=chosen or FAR)
    steps = chosen or fitting(thread)
    thread = threads.nearer(thread, steps)
    now = moment.now()
    ends = loose_ends(actor, thread, now)
    drawing = trace_drawing.draw(actor, record, thread, now, missing(actor, thread))
    sheet = registry.get(kind)
    context = {
        "record": record,
        "sheet": sheet,
        "list_url": addresses.listing(kind),
        "record_url": addresses.record(record),
        "drawing": drawing,
        "description": trace_drawing.description(drawing),
        "ends": ends,
        "strands": as_list(record, thread),
        "count": len(thread.records),
        "since": dates.plain_day(min(one.opened_at for one in thread.records).astimezone(actor.tz).date()),
        "cut": thread.cut,
        "steps": [(n, n == steps) for n in STEPS],
    }
    return answers.page(request, "ui/record/trace.html", context)


def fitting(thread: Thread) -> int:
    """The most steps with which no column of the figure grows taller than a screen; one at least."""
    for steps in sorted((n for n in STEPS if n <= FAR), reverse=True):
        columns = Counter(registry.get(one.kind).trace for one in threads.nearer(thread, steps).records)
        if max(columns.values()) <= TALLEST:
            return steps
    return STEPS[0]


def missing(actor: Actor, thread: Thread) -> list[Missing]:
    """Open records without anything raised from them, with what the actor could raise."""
    led = {edge.target_id for edge in thread.edges} | {edge.source_id for edge in thread.edges}
    found = []
    for record in thread.records:
        ways = [one for one in registry.raisings(record.kind) if actor.holds(f"{one.kind}.create")]
        if record.is_open and ways and record.pk not in led:
            found.append(Missing(record, ways[0].kind, str(ways[0].label)))
    return found[:3]


def loose_ends(actor: Actor, thread: Thread, now: datetime) -> list[LooseEnd]:
    """What the thread lacks: late records, lenses nobody judged, records that led to nothing, what rooms add."""
    today = now.astimezone(actor.tz).date()
    found = []
    lacking = _of_rooms(actor, thread)
    for one in missing(actor, thread):
        url = addresses.record(one.record, "raise", one.kind)
        said = _("Nothing is raised from %(number)s") % {"number": one.record.number}
        found.append(LooseEnd(said, one.record.title, url, one.label))
    for record in thread.records:
        if not record.is_open:
            continue
        if record.deadline is not None and lateness.is_late(record, now, today):
            late = dates.deadline(record.deadline, now, actor.tz).text
            said = _("%(number)s is %(late)s") % {"number": record.number, "late": late}
            found.append(LooseEnd(said, record.title, addresses.record(record)))
        known = record.judged | record.disciplines
        open_lenses = [str(lens.label) for lens in MAIN_LENSES.values() if not known & lens]
        if registry.get(record.kind).trace == "happened" and record.judged and open_lenses:
            said = _("%(number)s is not judged for %(lenses)s") % {
                "number": record.number,
                "lenses": ", ".join(open_lenses),
            }
            found.append(LooseEnd(said, record.title, addresses.record(record)))
        found += [LooseEnd(one.said, record.title, one.url, one.way) for one in lacking.get(record.pk, ())]
    return found


def _of_rooms(actor: Actor, thread: Thread) -> dict[int, list[Lack]]:
    """What the rooms know to be lacking, by record; each kind is asked once."""
    by_kind: dict[str, list[Record]] = {}
    for record in thread.records:
        if record.is_open:
            by_kind.setdefault(record.kind, []).append(record)
    found: dict[int, list[Lack]] = {}
    for kind, records in by_kind.items():
        for one in registry.get(kind).open_ends(actor, records):
            found.setdefault(one.record_id, []).append(one)
    return found


def as_list(start: Record, thread: Thread) -> list[parts.Strand]:
    """The thread nearest first: each record with how it hangs together with one that is nearer."""
    by_pk = {record.pk: record for record in thread.records}
    found = []
    for record in thread.records:
        sheet = registry.get(record.kind)
        if record.pk == start.pk:
            found.append(parts.Strand(sheet.icon, f"{record.number} {record.title}", here=True))
            continue
        relation = ""
        for edge in thread.edges:
            ends = {edge.source_id, edge.target_id}
            other = next(iter(ends - {record.pk}), 0) if record.pk in ends else 0
            if other and thread.steps[other] < thread.steps[record.pk]:
                relation = wording.relation(edge.relation, edge.source_id == other)
                if other != start.pk:
                    relation = f"{by_pk[other].number} {relation}"
                break
        found.append(parts.Strand(sheet.icon, record.title, addresses.record(record), relation, record.number))
    return found

"""The page of one record: head, stage bar, next step, tabs, body, rail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import clocks, history, reading, registry, scope, tasks, threads
from qsms.records.history import Entry
from qsms.records.models import Record
from qsms.records.reading import Opened
from qsms.records.registry import Panel
from qsms.records.threads import Strand
from qsms.rules.lifecycle import Phase

from .. import addresses, answers, parts
from . import body, deeds, rail
from . import head as heads

LATELY = 4
# Not a tab of the line: all of them, one under the other, for paper.
EVERYTHING = "everything"


@dataclass
class Sight:
    """One record as one reader opens it: everything that the head, the tabs and the rail are drawn from."""

    request: HttpRequest
    actor: Actor
    opened: Opened
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest, kind: str, key: str) -> Sight:
        """Open the record. Raises NotVisible."""
        actor = answers.actor_of(request)
        return cls(request, actor, reading.opened(actor, kind, key), moment.now())

    @property
    def record(self) -> Record:
        return self.opened.record


# A tab of the kit's own: its body from what the page already knows.
Drawn = Callable[[Sight, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]
_tabs: dict[str, Drawn] = {}


def tab(code: str) -> Callable[[Drawn], Drawn]:
    """Decorator: this function gives template and context of one of the kit's tabs."""

    def keep(draw: Drawn) -> Drawn:
        _tabs[code] = draw
        return draw

    return keep


@answers.of_record_type("page")
@require_GET
def show_record(request: HttpRequest, kind: str, key: str, tab: str = "") -> HttpResponse:
    """The page of a record, opened at a tab. An id in the address leads on to the number."""
    sight = Sight.of(request, kind, key)
    if key != sight.record.number:
        return HttpResponseRedirect(addresses.tab(sight.record, tab))
    elsewhere = sight.opened.sheet.elsewhere(sight.actor, sight.record)
    return HttpResponseRedirect(elsewhere) if elsewhere else draw(sight, tab)


def draw(sight: Sight, current: str = "", *, status: int = 200, extra: Mapping[str, Any] | None = None) -> HttpResponse:
    """Draw the page with the tab `current` open; `extra` goes to the tab, such as a form with errors."""
    sheet, record, actor, now = sight.opened.sheet, sight.record, sight.actor, sight.now
    strands = threads.around(actor, record)
    threads.note(actor, record, strands)
    panels = _panels(sight, current)
    if current not in ("", EVERYTHING, *_tabs, *(panel.code for panel, _context in panels)):
        raise Http404
    lately, known = _deeds(sight)
    waiting = tasks.shown_on_record(actor, record) if sight.opened.tasks else []
    context = {
        "sight": sight,
        "record": record,
        "sheet": sheet,
        "head": heads.head(sheet, record, actor, now, known),
        "next": heads.next_step(actor, record, heads.ways(actor, record)),
        "tabs": _tab_line(sight, current, panels, strands),
        "clocks": rail.clocks(clocks.on_record(record) if sight.opened.clocks else (), actor, now),
        "strands": rail.thread(sheet, record, strands, now, actor),
        "people": rail.people(sheet, record, waiting),
        "facts": rail.facts(sheet, record, actor, now),
        "rail_panels": [_drawn(sight, panel, found) for panel, found in panels if panel.place == "rail"],
        "wide_panels": [
            _drawn(sight, panel, found) for panel, found in panels if panel.place == "wide" and not current
        ],
        "trace_url": addresses.record(record, "trace") if strands else "",
        "link_url": addresses.record(record, "link") if scope.may(actor, "link", record) else "",
        "edit_url": _edit_url(sight),
        "body": _body(sight, current, panels, {"lately": lately, "strands": strands, **(extra or {})}),
        "tab": current,
    }
    return answers.page(sight.request, "ui/record/page.html", context, status=status)


def _deeds(sight: Sight) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The newest deeds, and those that the head tells of (one query)."""
    record, actor = sight.record, sight.actor
    if sight.opened.deeds > heads.DEEDS:
        return history.with_landmarks(record, reader=actor, limit=heads.DEEDS)
    every = history.entries(record, reader=actor, limit=heads.DEEDS)
    return every, every


def _edit_url(sight: Sight) -> str:
    may = sight.record.phase < Phase.DONE and scope.may(sight.actor, "change", sight.record)
    return addresses.record(sight.record, "edit") if may else ""


def _panels(sight: Sight, current: str) -> list[tuple[Panel, Mapping[str, Any] | None]]:
    """The sheet's panels, each with its context if it is drawn now or has a count to show on its tab."""
    found = []
    for panel in registry.panels(sight.opened.sheet):
        if panel.shown is not None and not panel.shown(sight.actor, sight.record):
            continue
        on_first = not panel.tab and not current
        needed = panel.place == "rail" or panel.code == current or on_first or panel.count is not None
        needed = needed or current == EVERYTHING
        found.append((panel, panel.context(sight.actor, sight.record) if needed else None))
    return found


def _drawn(sight: Sight, panel: Panel, context: Mapping[str, Any] | None) -> SafeString:
    given = {"sight": sight, "record": sight.record, "panel": panel, **(context or {})}
    # A template's own output, escaped there.
    return mark_safe(render_to_string(panel.template, given, sight.request))  # noqa: S308


def _tab_line(
    sight: Sight, current: str, panels: list[tuple[Panel, Mapping[str, Any] | None]], strands: list[Strand]
) -> tuple[parts.Tab, ...]:
    record, opened = sight.record, sight.opened
    line = [parts.Tab(str(opened.sheet.label), addresses.tab(record, ""), None, not current)]
    for panel, context in panels:
        if panel.tab and panel.place == "body":
            count = panel.count(context) if panel.count is not None and context is not None else None
            line.append(parts.Tab(str(panel.title), addresses.tab(record, panel.code), count, panel.code == current))
    own: tuple[tuple[str, str, int], ...] = (
        ("links", _("Links"), len(strands)),
        ("comments", _("Comments"), opened.comments),
        ("files", _("Files"), opened.files),
        ("history", _("History"), opened.deeds),
    )
    line += [parts.Tab(label, addresses.tab(record, code), count, code == current) for code, label, count in own]
    return tuple(line)


def _body(
    sight: Sight, current: str, panels: list[tuple[Panel, Mapping[str, Any] | None]], known: Mapping[str, Any]
) -> SafeString:
    if current == EVERYTHING:
        wide = [_drawn(sight, panel, context) for panel, context in panels if panel.place == "wide"]
        # The whole history stands further down.
        first = _joined([*wide, _first(sight, panels, known, whole=True)])
        others = [_drawn(sight, panel, context) for panel, context in panels if panel.tab and panel.place == "body"]
        return _joined([first, *others, *(_own_tab(sight, code, known) for code in _tabs)])
    if current in _tabs:
        return _own_tab(sight, current, known)
    if current:
        return _joined(_drawn(sight, panel, context) for panel, context in panels if panel.code == current)
    return _first(sight, panels, known)


def _joined(drawn: Iterable[SafeString]) -> SafeString:
    # Joining safe texts gives a plain one.
    return mark_safe("".join(drawn))  # noqa: S308


def _own_tab(sight: Sight, code: str, known: Mapping[str, Any]) -> SafeString:
    template, context = _tabs[code](sight, known)
    given = {"sight": sight, "record": sight.record, **context}
    return mark_safe(render_to_string(template, given, sight.request))  # noqa: S308


def _first(
    sight: Sight,
    panels: list[tuple[Panel, Mapping[str, Any] | None]],
    known: Mapping[str, Any],
    *,
    whole: bool = False,
) -> SafeString:
    here = [(panel, context) for panel, context in panels if panel.place == "body" and not panel.tab]
    seen = {strand.record.pk: strand.record for strand in known["strands"]}
    context = {
        "sections": body.sections(sight.opened.sheet, sight.record, sight.actor, sight.now),
        "leading": [_drawn(sight, panel, context) for panel, context in here if panel.order < 0],
        "panels": [_drawn(sight, panel, context) for panel, context in here if panel.order >= 0],
        "edit_url": _edit_url(sight),
        "deeds": deeds.lines(sight.actor, sight.opened.sheet, known["lately"][:LATELY], sight.now, seen),
        "deed_count": sight.opened.deeds,
        "history_url": addresses.tab(sight.record, "history"),
        "whole": whole,
    }
    return mark_safe(render_to_string("ui/record/first.html", context, sight.request))  # noqa: S308

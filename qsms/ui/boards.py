"""The board of a record type: its open states as columns, its newest records as cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import listing, paging, tally
from qsms.rules.lifecycle import Phase, State

from . import cells, dates, marks, sheets

CARDS = 200
COLUMNS = (
    "number", "title", "state", "phase", "disciplines", "judged", "risk_class", "risk_cell", "due_on", "due_at",
    "owner_id",
)  # fmt: skip


@dataclass
class Lane:
    state: State
    drawn: str
    count: str
    cards: list[dict[str, Any]]
    # Whether there are some that are older than what is shown.
    lacks: bool = False


@login_required
@require_GET
def show_board(request: HttpRequest, kind: str) -> HttpResponse:
    """Open records by state; a state with more cards than shown says how many there are."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheets.sheet_or_404(kind, actor)
    one = listing.parse(sheet, actor, request.GET, lens=sheets.lens_of(request))
    page = paging.page(actor, sheet, one.where & Q(phase__lt=Phase.DONE), limit=CARDS)
    rows = listing.rows(sheet, page.ids, COLUMNS)
    counts = tally.states(actor, kind, lens=sheets.lens_of(request)) if not one.active else None
    people = names.people(actor.organisation_id, (row["owner_id"] for row in rows))
    to, now = cells.address(sheet), moment.now()
    lanes: dict[str, Lane] = {
        state.code: Lane(state, marks.standing(state), "", [])
        for state in sheet.lifecycle.states
        if state.phase < Phase.DONE
    }
    for row in rows:
        due = dates.deadline(row["due_at"] or row["due_on"], now, actor.tz) if row["due_on"] else None
        words = listing.RISK_TONES[row["risk_class"]]
        lanes[row["state"]].cards.append(
            {
                "url": to(row["number"]),
                "number": row["number"],
                "title": row["title"],
                "lenses": cells.lens_marks(row["disciplines"], row["judged"]),
                "risk": marks.risk(row["risk_cell"] or words, words, cells.TONES[row["risk_class"]], brief=True)
                if row["risk_class"]
                else "",
                "due": marks.due(due.text, due.tone, due.moment, due.printed) if due else "",
                "owner": people.get(row["owner_id"], ""),
            }
        )
    for code, lane in lanes.items():
        known = (counts or {}).get(code)
        lane.lacks = known > len(lane.cards) if known is not None else bool(page.after)
        lane.count = f"{known:,}" if known is not None else f"{len(lane.cards)}{'+' if page.after else ''}"
    context = {"sheet": sheet, "lanes": list(lanes.values()), "views": [], "lacking": bool(page.after)}
    return render(request, "ui/board.html", context)

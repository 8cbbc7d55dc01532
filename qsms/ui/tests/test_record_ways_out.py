"""What a sheet may bring of its own: panels, the page of a view or of one move, a say on what comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils.html import escape

from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.models import Record
from qsms.records.registry import Lead, Panel
from qsms.ui.record.page import show_record
from tests.newtype.models import Spill

Login = Callable[[str], Client]
Make = Callable[..., Spill]


def room_page(request: HttpRequest, kind: str, key: str, tab: str = "") -> HttpResponse:
    """A room's own page, which asks the kit for its."""
    kit = show_record.kit(request, kind, key, tab)  # type: ignore[attr-defined]
    return HttpResponse(b"The room's own page. " + kit.content)


def room_move(request: HttpRequest, kind: str, key: str, code: str) -> HttpResponse:
    return HttpResponse(f"The room's own {escape(code)}.")


def drops(actor: Actor, record: Record) -> Mapping[str, Any]:
    return {"empty": {"title": f"Drops of {record.number}", "why": "<None>", "options": ()}, "n": 3}


@pytest.fixture
def sheet(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Gives the made-up record type something of its own for one test."""

    def give(**own: object) -> None:
        for name, value in own.items():
            monkeypatch.setattr(registry.get("spill"), name, value, raising=False)

    return give


def test_panels_are_tabs_or_stand_on_the_first_one_or_in_the_rail(
    login: Login, spill: Make, sheet: Callable[..., None]
) -> None:
    made = spill(cleaned="Mop")
    parts = "ui/parts/empty.html"
    sheet(
        panels=(
            Panel("drops", "Drops", parts, drops, count=lambda context: context["n"]),
            Panel("first", "First", parts, drops, tab=False),
            Panel("side", "Side", parts, drops, place="rail", tab=False),
        )
    )
    client = login("safety")
    first = client.get(f"/r/spill/{made.number}/").content.decode()
    assert first.count(f"<h2>Drops of {made.number}</h2>") == 2
    assert f'href="/r/spill/{made.number}/tab/drops/">Drops <span class="count">3</span>' in first
    tab = client.get(f"/r/spill/{made.number}/tab/drops/").content.decode()
    assert tab.count(f"<h2>Drops of {made.number}</h2>") == 2
    assert "&lt;None&gt;" in tab
    assert client.get(f"/r/spill/{made.number}/tab/nothing/").status_code == 404
    paper = client.get(f"/r/spill/{made.number}/tab/everything/").content.decode()
    assert paper.count(f"<h2>Drops of {made.number}</h2>") == 3
    assert paper.index("<h2>Clean-up</h2>") < paper.index("<h2>Comments</h2>") < paper.index("<h2>History</h2>")


def test_a_sheet_replaces_a_view_by_name(login: Login, spill: Make, sheet: Callable[..., None]) -> None:
    made = spill()
    here = "qsms.ui.tests.test_record_ways_out"
    sheet(views={"page": f"{here}.room_page", "move.clean": f"{here}.room_move"})
    client = login("safety")
    text = client.get(f"/r/spill/{made.number}/").content.decode()
    assert text.startswith("The room's own page. ")
    assert "Fuel under the wing" in text
    assert client.get(f"/r/spill/{made.number}/move/clean/").content == b"The room's own clean."
    assert b"Reason" in client.get(f"/r/spill/{made.number}/move/void/").content
    assert login("outsider").get(f"/r/spill/{made.number}/").status_code == 404


def test_the_room_says_what_comes_next(login: Login, spill: Make, sheet: Callable[..., None]) -> None:
    made = spill()
    sheet(next_step=lambda actor, record: Lead("The stand is still wet.", "Next: wait"))
    text = login("safety").get(f"/r/spill/{made.number}/").content.decode()
    assert "The stand is still wet." in text
    assert "Next: wait" in text

"""What is typed on the rating page is kept, comes back with the cell that was chosen, and goes when it is saved."""

from __future__ import annotations

import html
from collections.abc import Callable

from django.test import Client

from qsms.records import drafts
from qsms.risk import doors
from tests.cast import Cast

from .makers import hazard, rate

Login = Callable[[str], Client]


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def test_a_draft_comes_back_with_its_cell_and_goes_when_the_rating_is_saved(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    rate(cast, record, "3B")
    client, address, key = login("safety"), f"/risk/assess/{record.number}/", f"rate:1:{record.pk}"
    assert f'data-draft="/draft/{key}/"' in text(client.get(address))
    typed = {"kind": "initial", "cell": "4C", "why": "Half a thought", "seen": "0", "lens": "1"}
    assert client.post(f"/draft/{key}/", typed).status_code == 200
    page = text(client.get(address))
    assert "Your draft of" in page
    assert "Half a thought" in page
    assert 'aria-label="4C: Occasional, Major. Tolerable." checked' in page
    assert f'name="seen" value="{doors.assessments(record)[0].pk}"' in page
    assert "checked" in page.partition('value="initial"')[2][:80]
    asked = text(client.get(f"{address}?kind=actual&lens=1"))
    assert "Half a thought" in asked
    assert "checked" in asked.partition('value="actual"')[2][:80]
    waiting = text(client.get("/"))
    assert f'href="{address}?lens=1"' in waiting
    assert f"Risk of {record.number}" in waiting
    assert "Your draft of" not in text(client.get(f"{address}?lens=8"))
    saved = {"kind": "initial", "cell": "4C", "why": "A whole thought", "why_severity": "Seen", "lens": "1"}
    assert client.post(address, saved).status_code == 303
    assert drafts.find(cast.actor("safety"), key) is None


def test_a_draft_is_its_writers_own(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    login("safety").post(f"/draft/rate:1:{record.pk}/", {"kind": "initial", "why": "Half a thought"})
    assert "Half a thought" not in text(login("director").get(f"/risk/assess/{record.number}/"))


def test_scales_and_what_is_also_true_come_back_too(login: Login, cast: Cast) -> None:
    record = hazard(cast, disciplines=4)
    client, address = login("safety"), f"/risk/assess/{record.number}/?lens=4"
    given = {"kind": "initial", "axis_probability": "3", "axis_severity": "4", "facts": ["legal"], "why": "Drain"}
    page = text(client.get(address))
    fact = page.partition('name="facts" value="')[2].partition('"')[0]
    client.post(f"/draft/rate:4:{record.pk}/", {**given, "facts": [fact]})
    page = text(client.get(address))
    assert "checked" in page.partition(f'name="facts" value="{fact}"')[2][:60]
    assert "checked" in page.partition('name="axis_probability" value="3"')[2][:60]


def test_who_may_only_look_has_no_draft(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    assert "data-draft=" not in text(login("executive").get(f"/risk/assess/{record.number}/"))

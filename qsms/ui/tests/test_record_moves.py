"""Moves over HTTP: dialogs, signature, refusals; hand-over, links, history to take away."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records import services
from qsms.records.models import Link, Signature
from qsms.ui.record import pickers
from tests.cast import PASSWORD, Cast
from tests.newtype.models import Spill

HTMX = {"HX-Request": "true"}


def test_a_dialog_asks_for_what_the_move_needs(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(owner=keeper.safety)
    client = login("safety")
    url = f"/r/spill/{made.number}/move/clean/"
    dialog = client.get(url, headers=HTMX)
    assert dialog.status_code == 200
    assert b"<html" not in dialog.content
    assert b"dialog-title" in dialog.content
    failed = client.post(url, {"cleaned": "Sawdust"})
    assert failed.status_code == 422
    assert b"Sawdust" in failed.content
    assert client.post(url, {"cleaned": "Sawdust"}, headers=HTMX).status_code == 200
    moved = client.post(url, {"cleaned": "Sawdust", "checker": "Quality Person"}, headers=HTMX)
    assert moved.status_code == 204
    assert moved["HX-Redirect"] == f"/r/spill/{made.number}/"
    made.refresh_from_db()
    assert (made.state, made.checker) == ("cleaned", keeper.quality)
    assert "“Clean up” is done." in html.unescape(client.get(f"/r/spill/{made.number}/").content.decode())


def test_a_signature_needs_the_password_and_what_was_shown(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(owner=keeper.safety)
    services.move(keeper.actor("safety"), made.pk, "clean", fields={"cleaned": "Sawdust", "checker": keeper.quality.pk})
    client = login("quality")
    url = f"/r/spill/{made.number}/move/check/"
    page = client.get(url)
    text = page.content.decode()
    assert "What you sign" in text
    assert "Sawdust" in text
    assert "checked" in text
    shown = page.context["shown_hash"]
    wrong = client.post(url, {"password": "not it", "shown": shown})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.content.decode()
    assert "not it" not in wrong.content.decode()
    services.edit(keeper.actor("safety"), made.pk, 2, {"reference": "Another stand"})
    changed = client.post(url, {"password": PASSWORD, "shown": shown})
    assert changed.status_code == 422
    assert "The record changed since you opened this page." in changed.content.decode()
    assert not Signature.objects.exists()
    again = client.get(url).context["shown_hash"]
    assert client.post(url, {"password": PASSWORD, "shown": again}).status_code == 303
    signature = Signature.objects.get()
    assert (signature.person_id, signature.meaning, signature.content_hash) == (keeper.quality.pk, "checked", again)


def test_a_shut_move_says_why_and_changes_nothing(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(owner=keeper.safety)
    services.move(keeper.actor("safety"), made.pk, "clean", fields={"cleaned": "x", "checker": keeper.quality.pk})
    client = login("safety")
    url = f"/r/spill/{made.number}/move/check/"
    for answer in (client.get(url), client.post(url, {"password": PASSWORD})):
        assert answer.status_code == 403
        assert "You are its owner, so another person must do this." in answer.content.decode()
    past = client.get(f"/r/spill/{made.number}/move/clean/")
    assert past.status_code == 403
    assert "past this step" in past.content.decode()
    in_dialog = client.get(url, headers=HTMX)
    assert in_dialog.status_code == 200
    assert "another person must do this" in in_dialog.content.decode()
    assert client.get(f"/r/spill/{made.number}/move/nonsense/").status_code == 404


def test_void_needs_a_reason(login: Callable[[str], Client], spill: Callable[..., Spill]) -> None:
    made = spill()
    client = login("safety")
    url = f"/r/spill/{made.number}/move/void/"
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "It was water"}).status_code == 303
    made.refresh_from_db()
    assert made.state == "void"


def test_hand_over(login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast) -> None:
    made = spill(owner=keeper.safety)
    client = login("safety")
    url = f"/r/spill/{made.number}/assign/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"owner": "Outside Manager"}).status_code == 422
    assert client.post(url, {"owner": "colleague person", "reason": "Leave"}).status_code == 303
    made.refresh_from_db()
    assert made.owner_id == keeper.colleague.pk
    assert login("reporter").get(url).status_code == 404


def test_links_are_made_and_taken_away(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    here, there = spill(title="Here"), spill(title="There")
    hidden = spill("quality", title="Hidden", site=keeper.sites["STV"])
    owner = login("site_owner")
    url = f"/r/spill/{here.number}/link/"
    answer = owner.post(url, {"relation": "relates", "target": hidden.number})
    assert answer.status_code == 422
    assert "that you may see" in answer.content.decode()
    assert owner.post(url, {"relation": "causes", "target": f"{there.number} There"}).status_code == 303
    link = Link.objects.get()
    assert (link.source_id, link.target_id, link.relation) == (here.pk, there.pk, "causes")
    tab = owner.get(f"/r/spill/{there.number}/tab/links/").content.decode()
    assert "caused by" in tab
    away = f"/r/spill/{there.number}/link/{link.pk}/remove/"
    assert owner.post(away, {"reason": ""}).status_code == 422
    assert login("outsider").post(away, {"reason": "x"}).status_code == 404
    assert owner.post(away, {"reason": "A mistake"}).status_code == 303
    assert not Link.objects.exists()


def test_a_picker_finds_old_titles_by_the_index_and_pieces_of_words_among_the_newest(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickers, "TITLES_LOOKED_AT", 1)
    spill(title="Hydraulic fluid on stand")
    spill(title="Wet patch under the cart")
    safety = login("safety")
    for typed, found in (("fluid hydr", "Hydraulic fluid"), ("Wet patch", "Wet patch"), ("patc", "Wet patch")):
        for kind in ({}, {"kind": "spill"}):
            assert found in safety.get("/pick/record/", {"q": typed, **kind}).content.decode(), (typed, kind)
    # A piece from the middle of a word is looked for among the newest, which is one here.
    assert "Wet patch" in safety.get("/pick/record/?q=atch").content.decode()
    assert "Hydraulic" not in safety.get("/pick/record/?q=ydraulic").content.decode()
    assert "Hydraulic" not in login("outsider").get("/pick/record/?q=hydraulic").content.decode()


def test_pickers_keep_to_the_organisation_and_the_scope(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    spill(title="Here")
    spill("quality", title="Hidden", site=keeper.sites["STV"])
    people = login("safety").get("/pick/person/?q=per").content.decode()
    assert "Quality Person" in people
    assert "Outside" not in people
    records = login("site_owner").get("/pick/record/?q=SPL").content.decode()
    assert "Here" in records
    assert "Hidden" not in records
    assert "SPL" not in login("outsider").get("/pick/record/").content.decode()
    assert login("outsider").get("/go/SPL-2026-0001/").status_code == 404
    assert login("safety").get("/go/spl-2026-0001/")["Location"] == "/r/spill/SPL-2026-0001/"


def test_the_history_can_be_taken_away_harmless(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(title="=cmd()")
    services.edit(keeper.actor("quality"), made.pk, 1, {"title": "@sum"})
    client = login("safety")
    csv = client.get(f"/r/spill/{made.number}/history.csv")
    assert csv["Content-Disposition"] == f'attachment; filename="{made.number}-history.csv"'
    assert re.search(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,", csv.content.decode(), re.M)
    assert "'=cmd()" in csv.content.decode()
    assert ",=cmd()" not in csv.content.decode()
    rows = client.get(f"/r/spill/{made.number}/history.json").json()["deeds"]
    assert [row["verb"] for row in rows] == ["created", "edited"]
    assert client.get(f"/r/spill/{made.number}/history.exe").status_code == 404

"""The page of results and the palette, through HTTP."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from qsms.records import bulk, services
from tests.cast import Cast
from tests.newtype.spills import spill


def signed_in(cast: Cast, who: str) -> Client:
    client = Client()
    account = cast.people[who].account
    assert account
    client.force_login(account)
    return client


def test_results_show_what_was_found_escaped_and_marked(keeper: Cast) -> None:
    made = spill(keeper, title="<b>Drum</b> & fuel", cleaned="Absorbed <i>with</i> sand.", site=keeper.sites["LKF"])
    page = signed_in(keeper, "safety").get("/search/", {"q": "sand dru"})
    html = page.content.decode()
    assert page.status_code == 200
    assert html.count("<h1") == 1
    assert "&lt;b&gt;<mark>Dru</mark>m&lt;/b&gt; &amp; fuel" in html
    assert "Absorbed &lt;i&gt;with&lt;/i&gt; <mark>sand</mark>." in html
    assert f'href="/r/spill/{made.number}/"' in html
    assert "1 record<" in html
    assert "Larkfield" in html
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)


def test_results_can_be_narrowed_and_paged(keeper: Cast) -> None:
    safety = keeper.actor("safety")
    rows = [bulk.Row({"title": f"Fuel {n}", "fuel": "jet", "spilled_on": "2026-01-01"}) for n in range(60)]
    made = bulk.create(safety, "spill", [bulk.prepare(safety, "spill", row).record for row in rows])
    services.move(safety, made[0].pk, "void", reason="It was water.")
    client = signed_in(keeper, "safety")
    first = client.get("/search/", {"q": "fuel", "phase": "open"}).content.decode()
    assert "59 records" in first
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', first)
    assert following
    second = client.get("/search/" + following[1].replace("&amp;", "&")).content.decode()
    numbers = re.findall(r'href="/r/spill/([^"/]+)/"', first + second)
    assert len(numbers) == len(set(numbers)) == 59
    assert "Fuel 0<" not in first + second
    assert "1 record<" in client.get("/search/", {"q": "fuel", "phase": "void"}).content.decode()
    assert "1 record<" in client.get("/search/", {"q": "fuel", "phase": "void", "kind": "spill"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"kind": "nonsense"}, {"phase": "nonsense"}, {"after": "x"}, {"after": "t" + "9" * 40}],
)
def test_an_address_that_nobody_gave_out_is_not_found(keeper: Cast, query: dict[str, str]) -> None:
    assert signed_in(keeper, "safety").get("/search/", {"q": "fuel", **query}).status_code == 404


@pytest.mark.parametrize("text", ["", "  ", '"', "*", "🚒", "x" * 9_000, "a\x00b", "'); DROP TABLE", "{{ shell }}"])
def test_an_empty_page_teaches_and_nonsense_is_answered(keeper: Cast, text: str) -> None:
    client = signed_in(keeper, "safety")
    for address in ("/search/", "/palette/"):
        page = client.get(address, {"q": text})
        assert page.status_code == 200
    assert 'class="empty"' in client.get("/search/", {"q": text}).content.decode()


def test_nothing_found_says_how_to_go_on(keeper: Cast) -> None:
    client = signed_in(keeper, "safety")
    client.cookies["qsms_lens"] = "quality"
    html = client.get("/search/", {"q": "<absent>", "kind": "spill", "phase": "open"}).content.decode()
    assert "Nothing found for “&lt;absent&gt;”" in html
    for words in ("Look in every kind", "Look in open and closed", "one lens"):
        assert words in html


def test_the_lens_narrows_the_search(keeper: Cast) -> None:
    spill(keeper, title="Fuel one", disciplines=["1"])
    client = signed_in(keeper, "safety")
    client.cookies["qsms_lens"] = "environment"
    assert "Fuel one" not in client.get("/search/", {"q": "fuel"}).content.decode().replace("<mark>", "")
    client.cookies["qsms_lens"] = "safety"
    assert "<mark>Fuel</mark> one" in client.get("/search/", {"q": "fuel"}).content.decode()


def test_htmx_gets_the_main_part_alone(keeper: Cast) -> None:
    html = signed_in(keeper, "safety").get("/search/", {"q": "fuel"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "<h1" in html


def test_the_palette_offers_records_pages_and_verbs(keeper: Cast) -> None:
    made = spill(keeper, title="Drum & fuel")
    client = signed_in(keeper, "safety")
    html = client.get("/palette/", {"q": "fue"}).content.decode()
    assert made.number in html
    assert "Drum &amp; <mark>fue</mark>l" in html
    assert "Search all text for “fue”, 1 result" in html
    assert 'href="/search/?q=fue"' in html
    assert "Fuel spills" in html
    assert "<html" not in html
    nothing_typed = client.get("/palette/").content.decode()
    assert "Fuel spills" in nothing_typed
    assert made.number not in nothing_typed
    assert made.number not in client.get("/palette/", {"q": ">fuel"}).content.decode()
    by_number = client.get("/palette/", {"q": "#1"}).content.decode()
    assert made.title.split()[0] in by_number
    assert "Search all text" not in by_number


@pytest.mark.parametrize("who", ["outsider", "reporter"])
def test_nobody_outside_the_scope_sees_or_counts_anything(keeper: Cast, who: str) -> None:
    made = spill(keeper, title="Unmistakable drum", cleaned="Unmistakable sand")
    client = signed_in(keeper, who)
    for address in ("/search/", "/palette/"):
        for text in ("unmistakable", "unmi", made.number, f"#{made.number}"):
            html = client.get(address, {"q": text}).content.decode()
            assert "drum" not in html
            assert "sand" not in html
            assert f"/{made.number}/" not in html
            assert not re.search(r"1 (record|result)\b", html)


def test_visitors_are_asked_to_sign_in(db: None, settings) -> None:
    settings.LOGIN_URL = "/sign-in/"
    for address in ("/search/", "/palette/"):
        assert Client().get(address, {"q": "fuel"}).status_code == 302


def test_pages_take_the_same_number_of_queries_for_one_and_for_fifty(
    keeper: Cast, django_assert_max_num_queries
) -> None:
    safety = keeper.actor("safety")
    client = signed_in(keeper, "safety")
    rows = [bulk.Row({"title": f"Fuel {n}", "fuel": "jet", "spilled_on": "2026-01-01"}) for n in range(55)]
    bulk.create(safety, "spill", [bulk.prepare(safety, "spill", row).record for row in rows])
    with django_assert_max_num_queries(16):
        client.get("/search/", {"q": "fuel"})
    with django_assert_max_num_queries(16):
        client.get("/palette/", {"q": "fuel"})

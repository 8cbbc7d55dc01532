"""The gallery in a real Chromium: no console errors, no serious axe findings, no sideways scroll, keys that work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import expect

from qsms.ui import gallery
from tests.harness.browser import (
    STANDS,
    Answering,
    OpenPage,
    Windows,
    becomes,
    fits,
    looks_right,
    looks_right_everywhere,
    opening,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The gallery, served without a database."""
    with override_settings(DEBUG=True):
        server = LiveServerThread("127.0.0.1", Answering, connections_override={})  # type: ignore[arg-type]
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}/ui/gallery/"
        server.terminate()


@pytest.fixture
def open_page(windows: Windows, console_errors: list[str]) -> Iterator[OpenPage]:
    """Opens a page, without a database behind it."""
    yield from opening(windows, console_errors)


@pytest.mark.parametrize("name", gallery.PAGES)
def test_every_page_looks_right(page, site, name):
    page.goto(f"{site}{name}/")
    looks_right_everywhere(page, themes=True)
    fits(page, {"width": 320, "height": 900}, {"width": 768, "height": 900})


def test_marks_of_the_sprite_take_their_colours_from_the_page(page, site):
    page.goto(f"{site}parts/")
    page.evaluate(STANDS)
    mark = page.locator(".lenses svg.lm-s").first
    light = mark.screenshot()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert becomes(page, lambda: mark.screenshot() != light)
    page.evaluate("document.documentElement.style.setProperty('--safety', 'rgb(255, 0, 0)')")
    page.evaluate(STANDS)
    red = mark.screenshot()
    page.evaluate("document.documentElement.style.setProperty('--safety', 'rgb(0, 255, 0)')")
    assert becomes(page, lambda: mark.screenshot() != red)


def test_the_moves_open_by_key_and_a_dialog_keeps_the_focus(page, site):
    page.goto(f"{site}record/")
    page.keyboard.press(".")
    expect(page.get_by_text("Shut, and why")).to_be_visible()
    page.keyboard.press("a")
    why = page.locator("#dialog[open] textarea[name=why]")
    expect(why).to_be_focused()
    page.keyboard.press("a")
    expect(why).to_have_value("a")
    page.keyboard.press("Control+Enter")
    expect(why).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("[data-moves] summary")).to_be_focused()


def test_the_palette_finds_and_goes(page, site):
    page.goto(f"{site}list/")
    page.keyboard.press("Control+k")
    page.locator("#palette [role=option]").first.wait_for()
    page.keyboard.type("hyd")
    page.get_by_text("about “hyd”").wait_for()
    expect(page.locator("#palette input")).to_have_attribute("aria-activedescendant", "opt-1-1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/")


def test_a_request_that_is_given_up_is_no_error(page, site):
    held: list[str] = []
    page.route("**/palette/*", lambda route: route.continue_() if "hyd" in route.request.url else held.append("one"))
    page.goto(f"{site}list/")
    page.keyboard.press("Control+k")
    assert becomes(page, lambda: len(held) == 1)
    # Given up for a newer one, and then because the reader goes elsewhere; the console stays empty.
    page.keyboard.type("hyd")
    page.get_by_text("about “hyd”").wait_for()
    page.keyboard.type("x")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert becomes(page, lambda: len(held) == 2)
    page.goto(f"{site}record/")
    page.unroute_all(behavior="ignoreErrors")


def test_rows_are_walked_and_selected_by_key(page, site):
    page.goto(f"{site}list/")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    for key in "jjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk]")).to_be_visible()
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("REP-2026-0323")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("[data-bulk]")).to_be_hidden()


def test_a_group_folds(page, site):
    page.goto(f"{site}list/")
    page.get_by_role("button", name="To triage").click()
    expect(page.get_by_text("Cabin crew harness")).to_be_hidden()


def test_the_matrix_moves_by_arrows_and_chooses_by_enter(page, site):
    page.goto(f"{site}risk/")
    page.focus("input[name=cell]:checked")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    focused, chosen = page.locator("input[name=cell]:focus"), page.locator("input[name=cell]:checked")
    expect(focused).to_have_value("4A")
    expect(chosen).to_have_value("3B")
    page.keyboard.press("Enter")
    expect(chosen).to_have_value("4A")
    expect(page.locator("[data-matrix-said]")).to_have_text("4A: Occasional, Catastrophic. Intolerable.")
    page.keyboard.press("Shift+Tab")
    expect(focused).to_have_count(0)
    page.keyboard.press("Tab")
    expect(focused).to_have_value("4A")


def test_single_letters_rest_while_typing_and_when_switched_off(page, site):
    page.goto(f"{site}form/")
    page.focus("[name=title]")
    page.keyboard.type("n?.gr")
    assert page.url.endswith("/form/")
    assert page.locator("dialog[open]").count() == 0
    page.context.add_cookies([{"name": "qsms_keys", "value": "off", "url": site}])
    page.goto(f"{site}list/")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0


KEYS_TOLD = """() => Object.fromEntries([...document.querySelectorAll("#keys dt")].map((key) =>
    [key.textContent.trim(), key.nextElementSibling.textContent]))"""


def test_the_keys_that_are_told_are_those_that_work_on_the_page(page, site):
    page.goto(f"{site}record/")
    page.keyboard.press("?")
    looks_right(page)
    told = page.evaluate(KEYS_TOLD)
    assert told["N"] == "Report"
    assert told["."] == "Other moves"
    assert told[". M"] == "Merge into another report"
    # Those of the moves come after the key that opens them, and each place of the menu after G.
    for marked in page.locator("details[data-moves] [data-key]").all():
        assert f". {marked.get_attribute('data-key').upper()}" in told
    for place in page.locator("[data-go]").all():
        name = told[f"G {place.get_attribute('data-go').upper()}"]
        assert name == place.get_attribute("title"), "the count beside it is no part of its name"
    page.keyboard.press("Escape")
    page.goto(f"{site}list/")
    page.locator("[data-keys-open]").evaluate("one => one.click()")
    told = page.evaluate(KEYS_TOLD)
    assert {"J", "K", "X", "/", "↵", "Ctrl K", "Esc", "?"} <= set(told)
    assert not {"."} & set(told)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("tbody tr:not(.grp) .t a").first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("tbody .check").first).to_be_checked()


def test_the_theme_changes_at_once_and_the_server_draws_it_next_time(page, site):
    page.goto(f"{site}list/")
    page.locator(".top [data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{site}record/")
    assert 'data-theme="dark"' in page.content()


TWICE = """() => { const form = document.querySelector("main form"), tried = [];
    addEventListener("submit", (event) => tried.push(event), true);
    form.noValidate = true; form.requestSubmit(); form.requestSubmit();
    return tried.map((event) => event.defaultPrevented); }"""


def test_a_form_is_sent_once(page, site):
    page.goto(f"{site}plain/")
    with page.expect_request(lambda request: request.method == "POST"):
        assert page.evaluate(TWICE) == [False, True]


def test_what_is_sent_without_a_network_waits_and_says_so(page, site):
    page.goto(f"{site}risk/")
    page.fill("[name=why]", "same failure twice")
    page.context.set_offline(True)
    page.locator("[data-offline-band]").wait_for()
    page.get_by_role("button", name="Send when online").click()
    page.get_by_text("It waits on this page").wait_for()
    assert page.input_value("[name=why]") == "same failure twice"
    with page.expect_request(lambda request: request.method == "POST"):
        page.context.set_offline(False)


def test_every_page_works_without_script(open_page, site):
    page = open_page(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    page.goto(f"{site}record/")
    page.locator(".moves summary").click()
    expect(page.get_by_text("Ask the reporter")).to_be_visible()
    expect(page.get_by_text("Feedback").first).to_be_visible()
    page.locator(".moves summary").click()
    page.locator(".tabbar a").last.click()
    expect(page.get_by_role("link", name="Standards")).to_be_visible()
    page.locator("#rooms [data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_chart_is_drawn_under_the_strict_policy(page, site):
    page.goto(f"{site}chart/")
    inside = """drawn => { const box = drawn.closest(".chart").getBoundingClientRect();
        const own = drawn.getBoundingClientRect(); return own.top >= box.top && own.height > 200; }"""
    assert becomes(page, lambda: page.locator(".chart svg").evaluate(inside))

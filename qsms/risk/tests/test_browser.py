"""Rating in a real Chromium: by keyboard alone, in both themes and on a phone, and accessible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from qsms.records import services
from qsms.records.models import Record
from qsms.risk import doors, matrix_editing
from qsms.risk.models import Barrier
from tests.cast import Cast
from tests.harness.browser import PHONE, looks_right, looks_right_everywhere

from .makers import PROOF, analysed, control, give_password, rate

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]


@pytest.fixture
def story(cast: Cast) -> Record:
    """A hazard whose acceptance stands and whose control turned out weak."""
    give_password(cast, "director", "safety")
    record = analysed(cast, disciplines=7, threats="Coupling does not lock fully\nHose worn past its limits")
    rate(cast, record, "4B", why="No lock indication on couplings, five spills in 12 months")
    made = control(cast, record, watched_by="Night observation, weekly")
    rate(cast, record, "2B", "predicted", why="With the procedure")
    safety = cast.actor("safety")
    services.move(safety, record.pk, "plan_controls")
    doors.place(safety, record, made, "prevent", "Coupling does not lock fully")
    doors.accept(cast.actor("director"), record.pk, expires_on=dt.date(2026, 12, 1), proof=PROOF)
    services.move(safety, made.pk, "put_in_place")
    services.move(safety, made.pk, "find_weak", fields={"check_result": "8 of 11"})
    matrix_editing.copy_matrix(safety, doors.matrix_for(safety, 1).pk)
    return record


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **options: Any) -> Page:
    account = cast.people[name].account
    assert account is not None
    client = Client()
    client.force_login(account)
    page = open_page(**options)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def test_a_risk_is_rated_by_keyboard_alone(cast: Cast, story: Record, open_page: Open, live: Any) -> None:
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/risk/assess/{story.number}/?kind=actual")
    page.locator("input[name=cell]:checked").focus()
    with page.expect_response("**/weigh/"):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
    page.get_by_text("Ends when you save").wait_for()
    expect(page.locator("input[name=cell][value='3B']")).to_be_focused()
    expect(page.locator("[data-matrix-said]")).to_have_text("3B: Remote, Hazardous. Tolerable.")
    expect(page.locator("#rating-h")).to_contain_text("3B")
    for _step in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "why":
            break
    page.keyboard.type("Same failure twice in one month")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/r/hazard/**")
    page.get_by_text("is rated 3B Tolerable (actual).").first.wait_for()
    stored = Record.everywhere.get(pk=story.pk)
    assert (stored.risk_cell, stored.state) == ("3B", "controls_planned")


def test_the_matrix_is_one_stop_and_arrows_walk_it_without_choosing(
    cast: Cast, story: Record, open_page: Open, live: Any
) -> None:
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/risk/assess/{story.number}/?kind=actual")
    here = "document.activeElement.name == 'cell' ? document.activeElement.value : document.activeElement.tagName"
    stops = []
    page.locator("main").focus()
    for _step in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "kind":
            break
        stops.append(page.evaluate(here))
    assert [stop for stop in stops if len(stop) == 2] == ["2B"]
    page.locator("input[name=cell][value='2B']").focus()
    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        walked.append(page.evaluate(here))
    # At an edge nothing happens: focus neither leaves the matrix nor jumps to the other side.
    assert walked == ["1B", "1B", "1A", "1A", "2A", "2B", "2C"]
    assert page.locator("input[name=cell]:checked").input_value() == "2B"
    line = page.locator("[data-matrix-said]")
    assert line.get_attribute("aria-live") == "polite"
    with page.expect_response("**/weigh/"):
        page.keyboard.press("Enter")
    expect(line).to_have_text("2C: Improbable, Major. Tolerable.")
    expect(page.locator("input[name=cell]:checked")).to_have_value("2C")
    expect(page.locator("input[name=cell][value='2C']")).to_be_focused()


def test_what_was_typed_outlives_a_lost_network(
    cast: Cast, story: Record, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    page = signed_in(cast, "safety", open_page, live, alone=True)
    page.clock.install()
    page.goto(f"/risk/assess/{story.number}/?kind=actual")
    said = page.locator("form[data-draft] [data-draft-said]")
    with page.expect_response("**/draft/**"):
        page.locator("#r_why").fill("Same failure")
        page.clock.run_for(4000)
    said.get_by_text("kept", exact=False).wait_for()
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.locator("#r_why").fill("Same failure twice in one month")
        page.clock.run_for(4000)
    said.get_by_text("not", exact=False).wait_for()
    assert page.locator("#r_why").input_value() == "Same failure twice in one month"
    page.context.set_offline(False)
    # The browser says so itself while the line is down.
    assert all("ERR_INTERNET_DISCONNECTED" in error for error in console_errors)
    console_errors.clear()
    with page.expect_response("**/draft/**"):
        page.clock.run_for(16000)
    page.reload()
    expect(page.locator("#r_why")).to_have_value("Same failure twice in one month")
    page.get_by_text("is back.").wait_for()


def test_the_bow_tie_is_drawn_on_a_desk_and_listed_on_a_phone(
    cast: Cast, story: Record, open_page: Open, live: Any
) -> None:
    desk = signed_in(cast, "safety", open_page, live)
    desk.goto(f"/r/hazard/{story.number}/")
    figure = desk.get_by_role("region", name="Bow-tie diagram")
    expect(figure).to_be_visible()
    box = figure.get_by_role("link", name="Turn the coupling to the stop", exact=False)
    assert box.bounding_box() is not None
    box.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/r/control/**")
    phone = signed_in(cast, "safety", open_page, live, viewport=PHONE)
    phone.goto(f"/r/hazard/{story.number}/")
    expect(phone.get_by_role("region", name="Bow-tie diagram")).to_be_hidden()
    expect(phone.locator(".only-phone .paths").get_by_text("Hose worn past its limits")).to_be_visible()


def test_a_bow_tie_is_written_without_script(cast: Cast, story: Record, open_page: Open, live: Any) -> None:
    page = signed_in(cast, "safety", open_page, live, java_script_enabled=False)
    page.goto(f"/risk/bow-tie/{story.number}/")
    page.get_by_label("Threat 3").fill("Wrong pressure set")
    page.get_by_label("Place").select_option("prevent_2")
    page.get_by_role("button", name="Save the bow-tie").click()
    page.get_by_text("The bow-tie is saved.").first.wait_for()
    assert Barrier.everywhere.get().line == "Wrong pressure set"


def test_lower_severity_asks_for_its_reason_at_once(cast: Cast, story: Record, open_page: Open, live: Any) -> None:
    page = signed_in(cast, "safety", open_page, live, viewport=PHONE)
    page.goto(f"/risk/assess/{story.number}/?kind=predicted")
    page.locator("#r_why").fill("Typed before the choice")
    page.locator("input[value='2D']").check(force=True)
    page.get_by_text("Lower severity needs a reason.").wait_for()
    expect(page.locator("#r_why")).to_have_value("Typed before the choice")
    page.locator("#r_why_severity").fill("Half the pressure")
    page.get_by_role("button", name="Save rating").click()
    page.get_by_text("is rated 2D Acceptable (predicted).").first.wait_for()


PAGES = {
    "bow-tie": "/risk/bow-tie/{n}/",
    "rate": "/risk/assess/{n}/?kind=actual",
    "scales": "/risk/assess/{n}/?lens=4",
    "hazard": "/r/hazard/{n}/",
    "control": "/r/control/CTL-{y}-0001/",
    "add": "/risk/controls/{n}/",
    "accept": "/risk/accept/{n}/?lens=1",
    "matrices": "/risk/matrices/",
    "matrix": "/risk/matrices/{old}/",
    "new": "/risk/matrices/new/",
    "edit": "/risk/matrices/{draft}/edit/",
}


def test_every_page_looks_right(cast: Cast, story: Record, open_page: Open, live: Any) -> None:
    page = signed_in(cast, "director", open_page, live)
    editor = signed_in(cast, "safety", open_page, live)
    usual = doors.matrix_for(cast.actor("safety"), 1)
    known = {"n": story.number, "y": story.number.split("-")[1], "old": usual.pk, "draft": usual.pk + 100}
    known["draft"] = type(usual).everywhere.get(organisation=cast.organisation).pk
    for name, address in PAGES.items():
        opened = editor if name in ("edit", "new") else page
        opened.goto(address.format(**known))
        looks_right_everywhere(opened, themes=True)
    editor.get_by_label("Level 4", exact=True).fill("Now and then")
    editor.get_by_role("button", name="A level after it").nth(1).click()
    editor.wait_for_url("**/edit/#scale-0")
    expect(editor.get_by_label("Level 5", exact=True)).to_have_value("Now and then")
    expect(editor.get_by_label("Class of cell 4C")).to_have_value("")
    editor.goto(PAGES["edit"].format(**known))
    looks_right(editor)


def test_on_paper_the_whole_bow_tie_fits_and_its_list_stands_open(
    cast: Cast, story: Record, open_page: Open, live: Any
) -> None:
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/r/hazard/{story.number}/")
    # A4 without its margins.
    page.set_viewport_size({"width": 688, "height": 980})
    page.emulate_media(media="print")
    drawn = page.locator("#bow-tie svg.fig").bounding_box()
    assert drawn
    assert drawn["x"] >= 0
    assert drawn["x"] + drawn["width"] <= 688
    assert page.locator("#bow-tie .scroll").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.locator("#bow-tie .paths:visible").count() == 2
    assert page.locator("#bow-tie .paths").get_by_text("Hose worn past its limits").locator("visible=true").count() == 1

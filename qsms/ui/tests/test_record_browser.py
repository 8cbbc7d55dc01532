"""One record in a real Chromium: keys, dialog, draft, mention; axe and the width of the page in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from qsms.records import services
from qsms.ui import dates
from tests.cast import Cast
from tests.harness.browser import DESK, PHONE, SMALLEST_PHONE, becomes, fits, looks_right, looks_right_everywhere
from tests.newtype.models import Spill

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
OpenPage = Callable[..., Page]


@pytest.fixture
def desk(open_page: OpenPage, login: Callable[[str], Client], live: LiveServer) -> Callable[..., Page]:
    """A browser window of somebody who is signed in."""

    def sit_down(who: str, **options: object) -> Page:
        page = open_page(**options)
        session = login(who).cookies["qsms_session"].value
        page.context.add_cookies([{"name": "qsms_session", "value": session, "url": live.url}])
        return page

    return sit_down


def test_paper_tells_no_moment_that_holds_today_only(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    page = desk("safety")
    page.goto(f"/r/spill/{made.number}/tab/everything/")
    opened = page.locator(".rail time[data-print]").first
    expect(opened).to_contain_text("Today")
    page.emulate_media(media="print")
    shown = opened.evaluate("one => [one.innerText, getComputedStyle(one, '::after').content]")
    assert shown == ["", f'"{dates.printed(made.opened_at, keeper.actor("safety").tz)}"']
    paper = page.locator("main").inner_text()
    assert "Today" not in paper
    assert not re.search(r"\d{4}-\d\d-\d\d(?!\d)", paper.replace(made.number, ""))
    # Nothing to press or to fill in, and no heading over nothing.
    for empty in ("Nobody has said anything yet.", "No files yet.", "Nothing is linked", "Not filled in:", "Lately"):
        assert empty not in paper
    for tool in page.locator("main :is(textarea, button, input, select)").all():
        assert not tool.is_visible(), tool.evaluate("one => one.outerHTML")


def test_a_very_long_text_is_folded_and_printed_whole(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(cleaned=("Sawdust, then a broom. " * 40 + "\n\n") * 120 + "The end.", checker=keeper.safety.pk)
    services.move(keeper.actor("safety"), made.pk, "clean", fields={"checker": keeper.safety.pk})
    page = desk("safety")
    for path in ("", "move/check/"):
        page.goto(f"/r/spill/{made.number}/{path}")
        text = page.locator(".fold-text").first
        assert text.bounding_box()["height"] < 420  # type: ignore[index]
        page.emulate_media(media="print")
        assert text.bounding_box()["height"] > 4000  # type: ignore[index]
        page.emulate_media(media="screen")
        page.get_by_role("checkbox", name="Show all (").first.check()
        assert text.bounding_box()["height"] > 4000  # type: ignore[index]


def test_a_move_by_keyboard_with_its_dialog(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(owner=keeper.safety)
    page = desk("safety")
    page.goto(f"/r/spill/{made.number}/")
    page.keyboard.press(".")
    expect(page.get_by_role("link", name="Make void")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Make void")).to_be_hidden()
    page.get_by_role("link", name="Clean up").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Clean up")).to_be_visible()
    dialog.get_by_label("How it was cleaned").fill("Sawdust")
    dialog.get_by_role("button", name="Clean up").click()
    expect(dialog.get_by_role("alert")).to_be_focused()
    expect(dialog.get_by_label("How it was cleaned")).to_have_value("Sawdust")
    dialog.get_by_label("Checker").fill("Quality Person")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("is now “Cleaned”")).to_have_count(2)
    expect(page.locator("[data-live]")).to_contain_text("is now “Cleaned”")
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")


def test_what_was_typed_over_a_record_is_there_after_a_lost_session(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    account = keeper.account("safety")
    account.set_password("Stand 14, before the mat")
    account.save()
    made = spill(owner=keeper.safety)
    page = desk("safety", alone=True)

    def sign_in_again() -> None:
        expect(page.get_by_text("Sign in, and what you wrote is here.")).to_be_visible()
        page.get_by_label("E-mail").fill("safety@larkfield.test")
        page.get_by_label("Password").fill("Stand 14, before the mat")
        page.get_by_role("button", name="Sign in", exact=True).click()

    page.goto(f"/r/spill/{made.number}/tab/links/")
    page.get_by_role("link", name="Clean up").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How it was cleaned").fill("Sawdust")
    page.context.clear_cookies(name="qsms_session")
    dialog.get_by_role("button", name="Clean up").click()
    sign_in_again()
    page.wait_for_url("**/tab/links/")
    expect(dialog.get_by_label("How it was cleaned")).to_have_value("Sawdust")
    expect(dialog.get_by_text("What you typed last is here.")).to_be_visible()
    looks_right_everywhere(page, "dialog-back-after-sign-in")
    # Closed by hand it stays closed, and the words wait in it.
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("link", name="Clean up")).to_be_visible()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Clean up").click()
    expect(dialog.get_by_label("How it was cleaned")).to_have_value("Sawdust")
    dialog.get_by_label("Checker").fill("Quality Person")
    dialog.get_by_role("button", name="Clean up").click()
    expect(page.get_by_text("is now “Cleaned”")).to_have_count(2)

    page.goto(f"/r/spill/{made.number}/tab/comments/")
    page.get_by_label("Your comment").fill("The mat is torn.")
    page.context.clear_cookies(name="qsms_session")
    page.get_by_role("button", name="Add comment").click()
    sign_in_again()
    expect(page.get_by_label("Your comment")).to_have_value("The mat is torn.")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".talk", has_text="The mat is torn.")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('qsms-held:'))") == []


def test_tabs_that_do_not_fit_show_that_there_are_more(desk: Callable[..., Page], spill: Callable[..., Spill]) -> None:
    made = spill()
    page = desk("safety", viewport=PHONE)
    inside = """one => { const row = one.closest(".tabs").getBoundingClientRect(), its = one.getBoundingClientRect();
        return its.left >= row.left && its.right <= row.right; }"""
    page.goto(f"/r/spill/{made.number}/")
    tabs = page.locator(".tabs").first
    last = tabs.get_by_role("link").last
    assert not last.evaluate(inside)
    assert "gradient" in tabs.evaluate("one => getComputedStyle(one).backgroundImage")
    # By keyboard: the focus brings what it is on into sight.
    tabs.get_by_role("link").first.focus()
    for _press in range(tabs.get_by_role("link").count() - 1):
        page.keyboard.press("Tab")
    assert becomes(page, lambda: bool(last.evaluate(inside)))
    page.goto(str(last.evaluate("one => one.href")))
    assert tabs.locator("[aria-current]").evaluate(inside)
    looks_right_everywhere(page, "tabs-last")


def test_a_draft_keeps_itself_and_comes_back(desk: Callable[..., Page]) -> None:
    page = desk("safety", alone=True)
    page.clock.install()
    page.goto("/r/spill/new/")
    page.get_by_label("Title").fill("Half a thought")
    page.clock.run_for(4000)
    expect(page.locator("[data-draft-said]")).to_contain_text("Draft kept")
    page.goto("/r/spill/new/")
    expect(page.get_by_label("Title")).to_have_value("Half a thought")
    page.get_by_role("button", name="Throw the draft away").click()
    expect(page.get_by_text("The draft is thrown away.").first).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("")


def test_a_name_is_taken_from_the_list_by_keyboard(desk: Callable[..., Page], spill: Callable[..., Spill]) -> None:
    made = spill()
    page = desk("safety")
    page.goto(f"/r/spill/{made.number}/tab/comments/")
    box = page.get_by_label("Your comment")
    box.press_sequentially("Look, @qua")
    expect(page.get_by_role("option", name="Quality Person")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("Look, @Quality Person ")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".talk b", has_text="@Quality Person")).to_be_visible()


def test_pages_are_accessible_and_never_wider_than_the_window(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    long = "Hydraulic fluid on stand 14 after servicing, some reached the storm drain by the jet bridge before the mat"
    made = spill(title=long, owner=keeper.quality, cleaned="Mats\n\nand sawdust", due_on="2026-01-03")
    other = spill(title="Wet patch under hydraulic cart 3")
    services.link(keeper.actor("safety"), made.pk, other.pk, "duplicates")
    services.comment(keeper.actor("quality"), made.pk, "Tagged.")
    page = desk("safety")
    lists = ("/", "/?whose=raised", "/r/spill/", "/r/spill/board/", "/r/spill/new/")
    tabs = ("", "tab/links/", "tab/comments/", "tab/files/", "tab/history/", "edit/", "trace/", "move/clean/", "link/")
    for url in (*lists, *(f"/r/spill/{made.number}/{tab}" for tab in tabs)):
        page.goto(url)
        looks_right_everywhere(page)


WITHIN = "all => all.every((one) => one.getBoundingClientRect().right <= innerWidth)"


def test_a_title_without_a_place_to_break_at_wraps_everywhere(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(title="W" * 250, owner=keeper.safety, due_on="2026-01-03")
    other = spill(title="M" * 250)
    services.link(keeper.actor("safety"), made.pk, other.pk, "duplicates")
    page = desk("safety")
    tabs = ("", "tab/links/", "tab/history/", "edit/", "trace/", "move/clean/")
    for url in ("/", "/r/spill/", "/r/spill/board/", *(f"/r/spill/{made.number}/{tab}" for tab in tabs)):
        page.goto(url)
        for size in (DESK, PHONE, SMALLEST_PHONE):
            fits(page, size)
            assert page.locator("main h1").evaluate_all(WITHIN), url


def test_on_a_phone_only_the_board_itself_scrolls_sideways(
    desk: Callable[..., Page], spill: Callable[..., Spill], keeper: Cast
) -> None:
    spill(owner=keeper.safety, due_on="2026-01-03")
    made = spill(owner=keeper.quality)
    services.move(keeper.actor("safety"), made.pk, "clean", fields={"checker": keeper.safety.pk, "cleaned": "Mats"})
    page = desk("safety", viewport=PHONE)
    page.goto("/r/spill/board/")
    looks_right(page)
    # As many columns as a report has, with words for the ear in the last: they may widen the board, never the page.
    page.evaluate("""() => { for (let n = 0; n < 4; n++) document.querySelector(".board").insertAdjacentHTML(
        "beforeend", '<section class="lane"><p><span class="vh">Late</span></p></section>'); }""")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    board = page.locator(".board")
    assert board.evaluate("one => one.scrollWidth > one.clientWidth")
    board.focus()
    page.keyboard.press("ArrowRight")
    assert becomes(page, lambda: board.evaluate("one => one.scrollLeft") > 0)

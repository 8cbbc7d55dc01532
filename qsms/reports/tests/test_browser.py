"""The main flows of reports in a real Chromium: on a phone for the reporter, at a desk for triage."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from qsms.base import context
from qsms.org.models import Site
from qsms.records.models import Attachment, Draft
from qsms.reports import services
from qsms.reports.models import Claim, Report
from tests.cast import PASSWORD, Cast
from tests.harness.browser import (
    DESK,
    PHONE,
    SMALLEST_PHONE,
    OpenPage,
    becomes,
    fits,
    looks_right,
    looks_right_everywhere,
    show,
    was_refused,
)

from .scenes import file

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]

IN_HAND = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
Enter = Callable[..., Page]


@pytest.fixture
def enter(open_page: OpenPage, cast: Cast, live: LiveServer) -> Enter:
    """Opens a page for somebody of the cast who is signed in already."""

    def open_for(who: str, **options: object) -> Page:
        client = Client()
        client.force_login(cast.account(who))
        page = open_page(**options)
        cookie = client.cookies["qsms_session"].value
        page.context.add_cookies([{"name": "qsms_session", "value": cookie, "url": live.url}])
        return page

    return open_for


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    stream = io.BytesIO()
    Image.new("RGB", (200, 150), "grey").save(stream, "JPEG")
    path = tmp_path / "stand-14.jpg"
    path.write_bytes(stream.getvalue())
    return path


def test_the_room_left_is_counted_near_the_limit_and_nothing_is_cut(enter: Enter) -> None:
    page = enter("reporter", **IN_HAND)
    page.goto("/report/form/quick/")
    story = page.locator("[name=a-narrative]")
    expect(page.get_by_text("Up to 20,000 characters.").first).to_be_visible()
    story.fill("x" * 17_000)
    expect(page.get_by_text("Characters left")).to_be_hidden()
    story.fill("x" * 19_990)
    expect(page.get_by_text("Characters left: 10")).to_be_visible()
    story.fill("x" * 20_123)
    expect(page.get_by_text("Characters too many: 123. Shorten it before you send.")).to_be_visible()
    assert len(story.input_value()) == 20_123


def fill_quick(page: Page) -> None:
    page.get_by_label("In one line").fill("Hydraulic fluid on stand 14")
    page.get_by_label("What happened?").fill(
        "The coupling on cart 3 did not lock. About 12 litres went on the concrete."
    )
    page.get_by_label("Where?").select_option("LKF")
    page.get_by_label("Exact place").fill("stand 14")
    page.get_by_label("When?").fill("2026-03-01T21:40")


def judge_in_hand(page: Page, name: str) -> None:
    """People without an account have no other page that was judged before: in every size and theme, then on the phone
    again."""
    looks_right_everywhere(page, name, themes=True)
    show(page, PHONE)


def test_an_anonymous_report_on_a_phone_and_its_mailbox(
    open_page: OpenPage, cast: Cast, photo: Path, console_errors: list[str]
) -> None:
    page = open_page(**IN_HAND)
    page.goto("/report/anonymous/larkfield-air/")
    judge_in_hand(page, "anonymous-choose")
    page.get_by_role("link", name="Quick report").click()
    fill_quick(page)
    page.locator("input[type=file]").first.set_input_files(photo)
    expect(page.get_by_role("button", name="Take stand-14.jpg out")).to_be_visible()
    judge_in_hand(page, "report-form")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    code = page.locator("#code").inner_text()
    judge_in_hand(page, "report-sent")
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(sessionStorage).length") == 0
    # Seen: the page says so, and nobody gets the code by sending again.
    assert becomes(page, lambda: Claim.everywhere.filter(shown=True).exists())
    with context.organisation(cast.organisation.pk):
        report = Report.everywhere.get()
        assert Attachment.everywhere.get().stripped
        services.ask(cast.actor("safety"), report.pk, "Is the drain covered now?")
    later = open_page(**IN_HAND)
    later.goto("/report/mailbox/")
    later.get_by_label("Code").fill("2222 2222")
    later.get_by_role("button", name="Open").click()
    expect(later.get_by_text("Write all 16")).to_be_visible()
    judge_in_hand(later, "mailbox-code")
    was_refused(console_errors, 422, 1)
    later.get_by_label("Code").fill(code.lower())
    later.get_by_role("button", name="Open").click()
    expect(later.get_by_text("Is the drain covered now?")).to_be_visible()
    later.get_by_label("Your answer").fill("Yes, since this morning.")
    later.get_by_role("button", name="Send").click()
    expect(later.get_by_text("Your answer is sent.")).to_be_visible()
    expect(later.get_by_text("What can be seen in it stays")).to_be_visible()
    judge_in_hand(later, "mailbox")
    assert later.context.cookies() == []


def test_what_is_written_survives_a_reload_and_lies_under_no_name(enter: Enter, cast: Cast) -> None:
    page = enter("reporter", **IN_HAND)
    page.goto("/report/form/quick/")
    page.get_by_label("In one line").fill("Half a title")
    expect(page.get_by_text("Kept in this tab")).to_be_visible()
    assert not Draft.everywhere.exists()
    page.reload()
    expect(page.get_by_label("In one line")).to_have_value("Half a title")
    page.get_by_text("My name").click()
    expect(page.get_by_text("Draft kept")).to_be_visible()
    assert Draft.everywhere.count() == 1
    page.get_by_text("Anonymous", exact=True).click()
    expect(page.get_by_text("Kept in this tab")).to_be_visible()
    assert becomes(page, lambda: not Draft.everywhere.exists())
    page.reload()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_label("In one line")).to_have_value("")


def sign_in_as(page: Page, cast: Cast, live: LiveServer, who: str) -> None:
    """Another session in the same browser, as after a sign-in."""
    client = Client()
    client.force_login(cast.account(who))
    cookie = client.cookies["qsms_session"].value
    page.context.add_cookies([{"name": "qsms_session", "value": cookie, "url": live.url}])


def kept_in_tab(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('qsms-held:'))")
    return found


def test_what_one_wrote_is_never_shown_to_another_on_the_same_computer(
    enter: Enter, cast: Cast, live: LiveServer
) -> None:
    page = enter("reporter")
    page.goto("/report/form/quick/")
    page.get_by_text("Confidential", exact=True).click()
    page.get_by_label("In one line").fill("About my own chief")
    expect(page.get_by_text("Kept in this tab")).to_be_visible()
    assert len(kept_in_tab(page)) == 1
    # Neither on the anonymous form, which keeps nothing itself.
    page.goto("/report/anonymous/larkfield-air/quick/")
    expect(page.get_by_label("In one line")).to_have_value("")
    expect(page.get_by_text("What you wrote is back.")).to_be_hidden()
    page.get_by_label("In one line").press_sequentially("Nobody knows")
    page.wait_for_timeout(2000)
    assert "Nobody knows" not in page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    page.on("dialog", lambda dialog: dialog.accept())
    # Nor to somebody else who signs in there.
    sign_in_as(page, cast, live, "owner")
    page.goto("/report/form/quick/")
    expect(page.get_by_label("In one line")).to_have_value("")
    expect(page.get_by_label("Confidential")).not_to_be_checked()
    assert kept_in_tab(page) == []
    # And signing out leaves nothing behind.
    page.get_by_label("In one line").fill("Of the owner")
    expect(page.get_by_text("Kept in this tab")).to_be_visible()
    page.goto("/")
    assert len(kept_in_tab(page)) == 1
    page.locator("details.acct summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert kept_in_tab(page) == []


@pytest.mark.parametrize("form", ["report", "edit"])
def test_what_was_typed_when_the_session_ended_is_there_after_the_sign_in(
    form: str, enter: Enter, cast: Cast, live: LiveServer, console_errors: list[str]
) -> None:
    account = cast.account("safety")
    account.set_password(PASSWORD)
    account.save()
    with context.organisation(cast.organisation.pk):
        made = file(cast).report
    page = enter("safety")
    page.goto("/report/form/quick/" if form == "report" else f"/r/report/{made.number}/edit/")
    field = page.get_by_label("In one line" if form == "report" else "Title")
    send = page.get_by_role("button", name="Send" if form == "report" else "Save", exact=True)
    page.context.clear_cookies(name="qsms_session")
    field.fill("Typed in the last second")
    send.click()
    expect(
        page.get_by_text("You were signed out; nothing was sent. Sign in, and what you wrote is here.")
    ).to_be_visible()
    page.get_by_label("E-mail").fill("safety@larkfield.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    back = "What you wrote is back." if form == "report" else "What you typed last is here."
    expect(page.get_by_text(back)).to_be_visible()
    expect(field).to_have_value("Typed in the last second")
    send.click()
    if form == "edit":
        expect(page.get_by_role("heading", name="Typed in the last second")).to_be_visible()
        assert kept_in_tab(page) == []
    else:
        # What is missing is asked for, with nothing lost.
        expect(page.locator(".esum")).to_be_visible()
        expect(field).to_have_value("Typed in the last second")
        was_refused(console_errors, 422, 1)


def test_going_back_after_a_mended_report_asks_nothing(enter: Enter, cast: Cast, console_errors: list[str]) -> None:
    page = enter("reporter")
    page.goto("/report/")
    page.goto("/report/form/quick/")
    page.get_by_text("My name").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".esum")).to_be_visible()
    fill_quick(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("In one line")).to_have_value("")
    expect(page.locator(".esum")).to_be_hidden()
    assert Report.everywhere.count() == 1
    was_refused(console_errors, 422, 1)


def test_the_time_follows_the_clock_of_the_chosen_site(enter: Enter, cast: Cast) -> None:
    Site.objects.filter(code="STV").update(zone="Europe/Oslo")
    page = enter("reporter")
    page.goto("/report/form/quick/")
    when = page.get_by_label("When?")
    expect(page.get_by_text("Local time at Larkfield (MST).")).to_be_visible()
    here = datetime.fromisoformat(when.input_value())
    page.get_by_label("Where?").select_option("STV")
    expect(page.get_by_text("Local time at Stavnes")).to_be_visible()
    # The same moment by another clock.
    there = datetime.fromisoformat(when.input_value()).replace(tzinfo=ZoneInfo("Europe/Oslo"))
    assert there == here.replace(tzinfo=ZoneInfo("America/Phoenix"))
    # What somebody wrote stays as it is written.
    when.fill("2026-03-01T21:40")
    page.get_by_label("Where?").select_option("LKF")
    expect(page.get_by_text("Local time at Larkfield (MST).")).to_be_visible()
    expect(when).to_have_value("2026-03-01T21:40")


def test_a_report_sent_without_a_network_goes_out_later(enter: Enter, cast: Cast, photo: Path) -> None:
    page = enter("reporter", **IN_HAND)
    page.goto("/report/form/quick/")
    fill_quick(page)
    page.get_by_text("My name").click()
    page.locator("input[type=file]").first.set_input_files(photo)
    page.context.set_offline(True)
    expect(page.get_by_text("No network.")).to_be_in_viewport()
    page.get_by_role("button", name="Send when online").click()
    assert not Report.everywhere.exists()
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    assert Attachment.everywhere.get().record_id == Report.everywhere.get().pk


def test_questions_appear_when_they_are_asked(enter: Enter, cast: Cast) -> None:
    page = enter("reporter", viewport=SMALLEST_PHONE)
    page.goto("/report/form/maintenance/")
    page.get_by_text("Add: The work").click()
    expect(page.get_by_label("Tool or equipment number")).to_be_hidden()
    page.get_by_label("Tool: missing").check()
    expect(page.get_by_label("Tool or equipment number")).to_be_visible()
    page.get_by_text("Add: People").click()
    expect(page.get_by_label("How to reach you")).to_be_visible()
    page.get_by_text("Anonymous", exact=True).click()
    expect(page.get_by_label("How to reach you")).to_be_hidden()
    looks_right(page, "report-maintenance-360")


def test_triage_at_the_desk(enter: Enter, cast: Cast) -> None:
    with context.organisation(cast.organisation.pk):
        first = file(cast, "confidential").report
        file(
            cast, who="owner", title="Wet patch under hydraulic cart 3",
            narrative="Under cart 3 at the coupling, stand 14. Wiped off, came back.",
        )  # fmt: skip
    page = enter("safety")
    page.goto(f"/reports/triage/{first.number}/")
    looks_right(page, "triage-1440")
    page.keyboard.press("?")
    told = page.locator("#keys dt").all_inner_texts()
    assert {"1", "2", "3", "D", "H", "A", "R", "S"} <= {one.strip() for one in told}
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#j-safety-yes")).to_be_focused()
    page.locator("#j-safety-yes").check(force=True)
    expect(page.get_by_label("Severity, at a first look")).to_be_visible()
    page.get_by_label("Severity, at a first look").select_option("C")
    expect(page.get_by_text("Then finish triage. 2 of 3 to go.")).to_be_visible()
    page.locator("#j-quality-no").check(force=True)
    expect(page.get_by_text("One of 3 to go.")).to_be_visible()
    page.locator("#j-environment-yes").check(force=True)
    expect(page.get_by_role("button", name="Finish triage")).to_be_visible()
    looks_right(page, "triage-judged-1440")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-said]")).to_contain_text(f"{first.number} is triaged.")


def test_new_reports_wait_and_those_ticked_are_merged(enter: Enter, cast: Cast) -> None:
    with context.organisation(cast.organisation.pk):
        file(cast, title="Leak at stand 14")
    page = enter("safety")
    page.goto("/r/report/")
    with context.organisation(cast.organisation.pk):
        file(cast, who="owner", title="Leak at stand 15")
    # Whoever comes back to the window is told; nothing moves until they ask for it.
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    waiting = page.get_by_role("link", name="1 new")
    expect(waiting).to_be_visible()
    expect(page.get_by_role("link", name="Leak at stand 15")).to_have_count(0)
    looks_right_everywhere(page, "list-new")
    waiting.click()
    expect(page.get_by_role("link", name="Leak at stand 15")).to_be_visible()
    page.get_by_label("Select all shown").check()
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()
    looks_right_everywhere(page, "list-ticked")
    page.get_by_role("button", name="Merge").click()
    looks_right_everywhere(page, "list-merge")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Merge").click()
    expect(page.locator("[data-said]")).to_contain_text("1 report is merged into")
    page.goto("/r/report/columns/")
    looks_right(page, "list-columns")


IN_VIEW = """row => { const list = row.closest(".queue").getBoundingClientRect(), own = row.getBoundingClientRect();
    return own.top >= list.top && own.bottom <= list.bottom }"""


def test_the_open_report_stays_in_view_in_a_long_queue(enter: Enter, cast: Cast) -> None:
    with context.organisation(cast.organisation.pk):
        reports = [file(cast, title=f"Leak number {n}").report for n in range(24)]
    page = enter("safety")
    current = page.locator(".queue [aria-current]")
    page.goto(f"/reports/triage/{reports[20].number}/")
    assert becomes(page, lambda: current.evaluate(IN_VIEW))
    place = page.locator(".queue").evaluate("one => one.scrollTop")
    assert place > 0
    page.keyboard.press("j")
    expect(page.locator(".queue a:focus")).to_contain_text("Leak number 21")
    page.keyboard.press("Enter")
    expect(current).to_contain_text("Leak number 21")
    near = lambda: abs(page.locator(".queue").evaluate("one => one.scrollTop") - place) < 200  # noqa: E731
    assert becomes(page, lambda: current.evaluate(IN_VIEW) and near())
    page.get_by_role("link", name="Leak number 19").click()
    expect(current).to_contain_text("Leak number 19")
    assert becomes(page, lambda: current.evaluate(IN_VIEW))


def test_what_stands_filled_looks_right(enter: Enter, cast: Cast) -> None:
    with context.organisation(cast.organisation.pk):
        report = file(cast, form="maintenance", event_types=["leak"], ata="29").report
        services.judge(cast.actor("safety"), report.pk, "safety", "yes", severity="C", note="Nobody hurt.")
    page = enter("safety")
    for name, path in (("form", "/report/form/maintenance/"), ("triage", f"/reports/triage/{report.number}/")):
        page.goto(path)
        looks_right_everywhere(page, name)
    own = enter("reporter")
    own.goto(f"/report/mine/{report.pk}/")
    looks_right_everywhere(own, "own")


def test_a_title_without_a_place_to_break_at_wraps_in_triage_and_on_the_own_page(enter: Enter, cast: Cast) -> None:
    made = file(cast, title="W" * 160).report
    file(cast, title="M" * 160)
    for who, address in (
        ("safety", f"/reports/triage/{made.number}/"),
        ("reporter", "/report/mine/"),
        ("reporter", f"/report/mine/{made.pk}/"),
    ):
        page = enter(who)
        page.goto(address)
        for size in (DESK, PHONE, SMALLEST_PHONE):
            fits(page, size)
            assert page.get_by_role("heading").evaluate_all(
                "all => all.every((one) => one.getBoundingClientRect().right <= innerWidth)"
            )

"""The main job in a real Chromium, as each person in it: from a report on a phone to a verified, closed action.

With QSMS_TEST_SHOTS naming a folder (`make pictures`) it leaves the pictures of the documentation there, and works on
the whole demonstration instead of the small one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from qsms.base import context
from qsms.demo.load.loading import load
from qsms.org.models import Organisation
from qsms.records.models import Deed, Record

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
Enter = Callable[..., Page]


@pytest.fixture
def enter(open_page: Callable[..., Page], live: LiveServer, settings: pytest.FixtureRequest) -> Enter:
    """Opens a page for one of the cast of the demonstration, who signs in as visitors do."""
    settings.DEMO = True  # type: ignore[attr-defined]
    load(dt.datetime.now(dt.UTC), quick=not os.environ.get("QSMS_TEST_SHOTS"))

    def sign_in(name: str, **size: object) -> Page:
        page = open_page(**(size or DESK))
        page.goto("/sign-in/")
        page.get_by_role("button", name=name).click()
        page.wait_for_url(f"{live.url}/")
        return page

    return sign_in


def keep(page: Page, name: str) -> None:
    """A picture for the documentation."""
    if folder := os.environ.get("QSMS_TEST_SHOTS"):
        page.wait_for_load_state("networkidle")
        page.screenshot(path=f"{folder}/{name}.png")


def press(page: Page, name: str, **fields: str) -> None:
    """Press a button of the strip; fill in what its dialog asks for, and send it."""
    page.locator(".next").get_by_text(name, exact=True).first.click()
    if fields:
        dialog = page.locator("dialog[open] .dialog-form")
        for label, value in fields.items():
            dialog.get_by_label(label.replace("_", " ")).fill(value)
        dialog.locator("[data-save]").click()
        leave(page)


def leave(page: Page) -> None:
    """The dialog has done its work: the page behind it is loaded anew, with what opens the next dialog."""
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_load_state()


def today() -> dt.date:
    """The day at Larkfield: it goes on there when the machine that tests has begun another."""
    return dt.datetime.now(ZoneInfo(Organisation.objects.get(code="larkfield").zone)).date()


def number_of(page: Page) -> str:
    page.wait_for_url(re.compile(r"/r/\w+/[A-Z]+-\d{4}-\d{4}/"))
    return page.url.rstrip("/").rpartition("/")[2]


def show_rooms(quality: Page) -> None:
    """The rooms that live from the same records: documents, standards and training of the demonstration."""
    for name, path in {
        "standards": "/standards/",
        "matrix": "/training/matrix/",
        "gaps": "/training/matrix/gaps/",
    }.items():
        quality.goto(path)
        expect(quality.locator("h1")).to_be_visible()
        keep(quality, name)
    quality.goto("/r/document/")
    quality.get_by_role("link", name="Towing of aircraft").first.click()
    keep(quality, "document")


def test_from_a_report_on_a_phone_to_a_verified_closed_action(enter: Enter, tmp_path: Path) -> None:
    # A mechanic reports, confidentially, on a phone.
    mechanic = enter("Joaquín Ortega", **PHONE)
    mechanic.get_by_role("link", name="Report", exact=True).click()
    mechanic.get_by_role("link", name="Quick report").click()
    mechanic.get_by_label("In one line").fill("Tow bar pin jumped out at stand 3")
    mechanic.get_by_label("What happened?").fill(
        "While pushing back N418LF the shear pin of tow bar 7 jumped out. The aircraft rolled about two metres."
    )
    mechanic.get_by_label("Exact place").fill("Stand 3")
    mechanic.get_by_text("Confidential", exact=True).click()
    keep(mechanic, "report-phone")
    mechanic.get_by_role("button", name="Send").click()
    expect(mechanic.get_by_role("heading", name="Sent. Thank you.")).to_be_visible()
    keep(mechanic, "report-sent-phone")

    # The safety manager judges it through the three lenses, and finishes the triage.
    safety = enter("Dana Whitlock")
    safety.goto("/reports/triage/")
    safety.get_by_role("link", name="Tow bar pin").first.click()
    safety.wait_for_url(re.compile(r"/triage/REP-"))
    report = safety.url.rstrip("/").rpartition("/")[2]
    for judged, (lens, answer) in enumerate((("Safety", "Yes"), ("Quality", "No"), ("Environment", "No")), start=1):
        safety.get_by_role("group", name=f"Does it concern {lens}?").get_by_text(answer, exact=True).click()
        expect(safety.get_by_text("Dana Whitlock, today")).to_have_count(judged)
    keep(safety, "triage")
    safety.get_by_role("button", name="Finish triage").click()
    expect(safety.locator("[data-said]")).to_contain_text(f"{report} is triaged.")

    # She raises the hazard behind it, and rates it 3B on the organisation's matrix.
    safety.goto(f"/r/report/{report}/")
    expect(safety.locator(".next")).to_contain_text("Nothing is raised from it yet.")
    press(safety, "Raise hazard")
    safety.get_by_label("Title").fill("Towing with worn tow bar heads")
    safety.locator("[name=description]").fill("Heads wear until the shear pin jumps out under load.")
    safety.get_by_role("button", name="Save and give it a number").click()
    hazard = number_of(safety)
    press(
        safety, "Describe what can happen",
        Top_event="The aircraft rolls free", Consequences="Somebody is struck", Threats="Worn head\nIced apron",
    )  # fmt: skip
    press(safety, "Rate the risk")
    safety.get_by_role("radio", name="3B: Remote").check()
    expect(safety.get_by_text("3B: Remote, Hazardous. Tolerable.").first).to_be_visible()
    keep(safety, "risk")
    safety.get_by_label("Why this cell").fill("Two pins in six months, nobody near.")
    # What is sent is answered before the next page is asked for: that would cut it off.
    with safety.expect_navigation():
        safety.get_by_role("button", name="Save rating").click()
    safety.goto(f"/r/hazard/{hazard}/")
    expect(safety.locator(".rec-h").get_by_text("3B")).to_be_visible()
    keep(safety, "hazard")

    # She raises the action and gives it to the line maintenance manager.
    safety.goto(f"/r/report/{report}/raise/action/")
    safety.get_by_label("Title").fill("Replace worn tow bar heads")
    safety.get_by_label("What is to be done").fill("Measure all heads against the wear limit, replace those past it.")
    safety.get_by_label("Owner").fill("Teo Alvarez")
    safety.get_by_label("Due", exact=True).fill(f"{today() + dt.timedelta(days=14)}")
    safety.get_by_role("button", name="Save and give it a number").click()
    action = number_of(safety)

    # He finds the cause, does it with evidence, and plans the check.
    owner = enter("Teo Alvarez")
    expect(owner.get_by_role("link", name="Replace worn tow bar heads").first).to_be_visible()
    keep(owner, "my-work")
    owner.goto(f"/r/action/{action}/")
    press(owner, "Start with the cause")
    press(owner, "Record cause and plan", Root_cause="Nobody measures the heads.", Plan="Measure all fourteen.")
    expect(owner.locator(".next")).to_contain_text("There is no evidence.")
    photo = tmp_path / "heads.csv"
    photo.write_text("head,wear mm\n1,0.4\n2,3.2\n")
    press(owner, "Add evidence")
    owner.locator("#add-file").set_input_files(photo)
    expect(owner.locator("#add-evidence"), "he came to show evidence").to_be_checked()
    owner.get_by_role("button", name="Add files").click()
    expect(owner.get_by_role("link", name="heads.csv", exact=True)).to_be_visible()
    owner.goto(f"/r/action/{action}/")
    # He names himself for the check and is told that it must be somebody else.
    owner.locator(".next").get_by_text("Finish and plan the check", exact=True).first.click()
    dialog = owner.locator("dialog[open] .dialog-form")
    dialog.get_by_label("What was done").fill("Two of fourteen replaced.")
    dialog.get_by_label("Named to check").fill("Teo Alvarez")
    dialog.get_by_label("Check on").fill(f"{today()}")
    dialog.get_by_label("How it is checked").fill("Measure all heads again.")
    dialog.locator("[data-save]").click()
    expect(owner.get_by_text("Teo Alvarez does this action, so somebody else must check it.").first).to_be_visible()
    keep(owner, "not-your-own-check")
    dialog.get_by_label("Named to check").fill("Priya Nair")
    dialog.locator("[data-save]").click()
    leave(owner)
    keep(owner, "action")
    # The move is shut to him, with the reason.
    owner.locator(".next summary").click()
    expect(owner.locator(".next .pop")).to_contain_text("Confirm and close")

    # Somebody else checks, and signs.
    auditor = enter("Priya Nair")
    auditor.goto(f"/r/action/{action}/")
    press(auditor, "Confirm and close", What_the_check_found="All under 1 mm.", Your_password="demo")
    expect(auditor.locator(".rec-h").get_by_text("Closed")).to_be_visible()

    # The report goes on to its end; the reporter hears what came of it.
    safety.goto(f"/r/report/{report}/")
    press(safety, "Finish the work")
    expect(safety.locator(".next").get_by_role("link", name="Tell the reporter")).to_be_visible()
    leave(safety)
    keep(safety, "feedback")
    told = "Two heads were past the limit and are replaced. Thank you."
    press(safety, "Tell the reporter", What_the_reporter_is_told_at_the_end=told)
    mechanic.goto("/report/mine/")
    mechanic.get_by_role("link", name="Tow bar pin").first.click()
    expect(mechanic.get_by_text("Two heads were past the limit")).to_be_visible()
    keep(mechanic, "feedback-phone")

    # The whole thread stands on one page.
    safety.goto(f"/r/report/{report}/trace/")
    for one in (report, hazard, action):
        expect(safety.get_by_text(one).first).to_be_visible()
    keep(safety, "trace")
    places = {
        "overview": "/overview/",
        "list": "/r/report/",
        "board": "/r/action/board/",
        "bow-tie": f"/r/hazard/{Record.everywhere.filter(kind='hazard').earliest('pk').number}/",
    }
    for name, path in places.items():
        safety.goto(path)
        keep(safety, name)
    show_rooms(enter("Ravi Menon"))
    with context.organisation(Organisation.objects.get(code="larkfield").pk):
        assert Record.objects.get(number=action).state == "closed"
        assert Deed.objects.filter(record__number=action, verb="move.verify").count() == 1

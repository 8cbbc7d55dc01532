"""The pages of standards in a real Chromium: on a desk and a phone, in both themes, and accessible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from qsms.records import services
from qsms.standards import adopting, assessing, tracking
from qsms.standards.models import CoverageDay
from tests.cast import Cast
from tests.harness.browser import looks_right, looks_right_everywhere, was_refused

from .makers import AS9100, ISO_9001, ISO_14001, action, adopted, bound

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]


def signed_in(cast: Cast, name: str, open_page: Open, live: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page()
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def test_coverage_and_what_shows_it_look_right(cast: Cast, open_page: Open, live: Any) -> None:
    record, adoption = action(cast), adopted(cast, ISO_9001)
    other = adopted(cast, AS9100)
    bound(cast, record, ISO_9001, "7.1.5.2", fresh_months=6, owner_id=cast.owner.pk, note="All 14 of bay 3")
    adopting.exclude(cast.actor("quality"), adoption.pk, "8.3", "We repair to the approved data of others.")
    page = signed_in(cast, "quality", open_page, live)
    for name, path in (
        ("adopted", "/standards/"), ("coverage", f"/standards/adopted/{other.number}/"),
        ("left-out", f"/standards/adopted/{adoption.number}/"), ("lent", "/standards/clause/as9100/D/7.1.5.2/"),
        ("direct", "/standards/clause/iso-9001/2015/7.1.5.2/"), ("tab", f"/r/action/{record.number}/tab/evidence/"),
        ("record", f"/r/adoption/{adoption.number}/"),
        ("exclude", f"/standards/adopted/{other.number}/exclude/?clause=8.3"),
        ("bind", f"/standards/bind/?standard={ISO_9001}&clause=7.2"),
    ):  # fmt: skip
        page.goto(path)
        looks_right_everywhere(page, f"standards-{name}", themes=True)


def test_evidence_is_counted_by_hand(cast: Cast, open_page: Open, live: Any) -> None:
    record = action(cast)
    page = signed_in(cast, "quality", open_page, live)
    page.goto("/standards/edition/iso-9001/2015/")
    page.get_by_role("button", name="Adopt it").click()
    page.get_by_role("link", name="See each requirement").click()
    page.get_by_role("link", name="7.2 Competence", exact=True).click()
    page.get_by_role("link", name="Add evidence").click()
    page.locator("#m_record").fill(record.number)
    page.get_by_role("button", name="Add as evidence").click()
    page.get_by_text(f"{record.number} is not finished").first.wait_for()
    looks_right(page, "standards-asked")
    page.get_by_label("I have looked").check()
    page.get_by_role("button", name="Add as evidence").click()
    page.get_by_text("It counts as evidence for 7.2.").first.wait_for()
    expect(page.get_by_text("Fresh evidence shows all of it.")).to_be_visible()
    looks_right(page, "standards-counted")
    page.goto("/standards/clause/iso-9001/2015/8.3/")
    page.get_by_role("link", name="It does not apply here").click()
    page.locator("#m_why").fill("We build to the drawings of others alone.")
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_text("8.3 is left out.").first.wait_for()
    page.get_by_role("button", name="Include it again").click()
    page.get_by_text("8.3 counts again.").first.wait_for()
    page.goto("/standards/clause/iso-9001/2015/7.2/")
    page.get_by_role("link", name="Withdraw").click()
    page.locator("#m_reason").fill("Another one took its place")
    page.get_by_role("button", name="Withdraw as evidence").click()
    page.get_by_text("There is no evidence of its own that you may see.").wait_for()


def test_an_edition_is_adopted_once_and_exported(
    cast: Cast, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    one = adopted(cast, ISO_9001)
    page = signed_in(cast, "quality", open_page, live)
    page.goto("/standards/edition/iso-9001/2015/")
    looks_right_everywhere(page, "standards-edition-adopted", themes=True)
    page.get_by_role("link", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "iso-9001-2015.xlsx"
    page.get_by_role("link", name="Adopt it for another site").click()
    page.get_by_role("button", name="Save and give it a number").click()
    refusal = page.locator(".field.bad .err", has_text="is the adoption of this edition for these places already")
    refusal.wait_for()
    looks_right_everywhere(page, "standards-adopted-once")
    was_refused(console_errors, 422, 1)
    refusal.get_by_role("link", name=one.number).click()
    page.get_by_role("heading", name=one.title).first.wait_for()


def test_a_gap_assessment_goes_by_keyboard_and_on_a_phone(cast: Cast, open_page: Open, live: Any) -> None:
    made = services.create(
        cast.actor("quality"), "gap_assessment", {"title": "Before the audit of spring", "framework": ISO_9001}
    )
    adopted(cast, ISO_9001)
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/gap_assessment/{made.number}/")
    page.get_by_role("region", name="Next step").get_by_role("link", name="Answer them").click()
    page.get_by_role("link", name="Begin").click()
    page.get_by_role("heading", name="4.1").wait_for()
    page.keyboard.press("3")
    page.locator("#m_note").fill("Nobody has written down what surrounds us.")
    looks_right_everywhere(page, "standards-gap", themes=True)
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="4.2").wait_for()
    page.keyboard.press("1")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("heading", name="4.3").wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", name="4.2").wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", name="4.1").wait_for()
    page.keyboard.press("a")
    page.locator("#m_title").fill("Write down what surrounds us")
    page.get_by_role("button", name="Raise action").click()
    page.get_by_text("Write down what surrounds us").first.wait_for()
    page.get_by_role("link", name=made.number).first.click()
    page.locator("#label").fill("Spring")
    page.get_by_role("button", name="Keep a snapshot").click()
    assessing.answer(cast.actor("quality"), made.pk, "4.1", "partly", "It is begun.")
    assessing.keep_snapshot(cast.actor("quality"), made.pk, "Summer")
    page.goto(f"/standards/gaps/{made.number}/")
    looks_right_everywhere(page, "standards-gaps", themes=True)
    page.get_by_role("link", name="Compare two").click()
    page.get_by_text("Better than before").wait_for()
    looks_right_everywhere(page, "standards-compare", themes=True)


def test_a_living_query_is_bound_by_hand(cast: Cast, open_page: Open, live: Any) -> None:
    adopted(cast, ISO_9001)
    page = signed_in(cast, "quality", open_page, live)
    page.goto("/standards/clause/iso-9001/2015/10.2.1/")
    page.get_by_role("link", name="Ask a question").click()
    looks_right_everywhere(page, "standards-ask", themes=True)
    page.get_by_text("Actions verified effective").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Actions verified effective").wait_for()
    looks_right(page, "standards-ask-fill")
    page.get_by_role("button", name="Count what it finds").click()
    page.get_by_text("0 found").first.wait_for()
    looks_right_everywhere(page, "standards-asked", themes=True)


def test_a_transition_looks_right_before_and_while_it_is_under_way(cast: Cast, open_page: Open, live: Any) -> None:
    old, record = adopted(cast, ISO_14001, owner=cast.owner), action(cast)
    for number in ("7.2", "4.1", "6.1.4"):
        bound(cast, record, ISO_14001, number)
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/standards/adopted/{old.number}/")
    page.get_by_role("link", name="See what becomes of each requirement").click()
    looks_right_everywhere(page, "standards-transition", themes=True)
    page.get_by_role("button", name="Begin the transition").click()
    page.get_by_text("still wait for a judgement").wait_for()
    looks_right_everywhere(page, "standards-under-way", themes=True)


def test_sites_and_days_look_right(cast: Cast, open_page: Open, live: Any) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast)
    bound(cast, record, ISO_9001, "4.1")
    tracking.watch_coverage()
    CoverageDay.everywhere.update(day=dt.date(2026, 1, 2))
    bound(cast, record, ISO_9001, "4.2")
    tracking.watch_coverage()
    page = signed_in(cast, "quality", open_page, live)
    for name in ("sites", "trend", "places"):
        page.goto(f"/standards/adopted/{adoption.number}/{name}/")
        if name == "trend":
            page.locator(".chart-here svg").wait_for()
        looks_right_everywhere(page, f"standards-{name}", themes=True)


def test_what_is_judged_here_looks_right(cast: Cast, open_page: Open, live: Any) -> None:
    page = signed_in(cast, "quality", open_page, live)
    page.goto("/standards/pairs/judge/?standard=iso-9001/2015&clause=7.1.5&other=iso-14001/2015&number=9.1.1")
    page.get_by_text("has nothing to do with").click()
    page.locator("#m_why").fill("They measure other things here.")
    looks_right_everywhere(page, "standards-judge", themes=True)
    page.get_by_role("button", name="Judge it so").click()
    page.get_by_text("Your judgement is kept.").first.wait_for()
    for name, path in (
        ("pairs", "pairs/"), ("side-by-side", "side-by-side/?standard=iso-14001/2015&standard=iso-9001/2015"),
        ("text", "text/?standard=iso-9001/2015&clause=7.2"), ("judged-clause", "clause/iso-9001/2015/7.1.5/"),
    ):  # fmt: skip
        page.goto(f"/standards/{path}")
        looks_right_everywhere(page, f"standards-{name}", themes=True)


def test_a_certificate_looks_right(cast: Cast, open_page: Open, live: Any) -> None:
    made = services.create(
        cast.actor("quality"), "certificate",
        {"title": "ISO 9001 of the hangars", "framework": ISO_9001, "body": "Northern Register",
         "decided_on": dt.date(2025, 11, 30)},
    )  # fmt: skip
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/certificate/{made.number}/")
    page.get_by_role("link", name="Note one").click()
    page.get_by_text("Surveillance", exact=True).click()
    page.locator("#m_on").fill("2025-12-10")
    looks_right_everywhere(page, "standards-note-audit", themes=True)
    page.get_by_role("button", name="Note it").click()
    page.get_by_text("The audit is noted.").first.wait_for()
    looks_right_everywhere(page, "standards-certificate", themes=True)
    page.goto("/standards/")
    looks_right_everywhere(page, "standards-registers", themes=True)


def test_what_was_typed_is_there_again_after_a_lost_session(cast: Cast, open_page: Open, live: Any) -> None:
    adopted(cast, ISO_9001)
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/standards/bind/?standard={ISO_9001}&clause=7.2")
    page.locator("#m_note").fill("The crew list of May")
    page.context.clear_cookies()
    page.get_by_role("button", name="Add as evidence").click()
    page.get_by_text("You were signed out; nothing was sent. Sign in, and what you wrote is here.").wait_for()
    again = Client()
    again.force_login(cast.account("quality"))
    page.context.add_cookies([{"name": "qsms_session", "value": again.cookies["qsms_session"].value, "url": live.url}])
    page.goto(f"/standards/bind/?standard={ISO_9001}&clause=7.2")
    expect(page.locator("#m_note")).to_have_value("The crew list of May")
    expect(page.get_by_text("What you typed last is here.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.goto(f"/standards/bind/?standard={ISO_9001}&clause=7.2")
    assert page.locator("#m_note").input_value() == "", "who cancels wants it no more"

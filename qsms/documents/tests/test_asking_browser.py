"""A request for several documents by hand in a real Chromium: named in the form, accepted, one of them answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from qsms.documents.models import ChangeRequest
from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere

from .test_asking import given_out
from .test_browser import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def test_several_documents_are_named_and_answered(cast: Cast, open_page: Callable[..., Page], live: Any) -> None:
    first, second = given_out(cast, "quality"), given_out(cast, "quality", title="Towing of aircraft")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/document/{first.number}/raise/change_request/")
    expect(page.locator("#f_document")).to_have_value(f"{first.number} {first.title}")
    page.locator("#f_title").fill("Goggles are missing")
    page.locator("#f_wanted").fill("Add goggles where a hose is opened.")
    page.locator("#f_also_documents_0").fill(second.number)
    looks_right_everywhere(page, "change-request-form", themes=True)
    page.get_by_role("button", name="Save and give it a number").click()
    page.get_by_text("is made.").first.wait_for()
    page.get_by_role("link", name="Accept").first.click()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("is now “Accepted”").first.wait_for()
    page.get_by_role("link", name="Needs no change").last.click()
    page.get_by_label("Why it needs no change").fill("It opens no hose.")
    page.get_by_role("button", name="Say so").click()
    page.get_by_text("1 of 2 answered").wait_for()
    expect(page.get_by_role("link", name=f"Write the revision of {first.code}")).to_be_visible()
    looks_right_everywhere(page, "change-request", themes=True)
    assert ChangeRequest.everywhere.get().spared == {second.number: "It opens no hose."}

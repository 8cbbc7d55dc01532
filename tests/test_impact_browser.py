"""Asking what a change touches, in a real Chromium: from a control to the answer of an owner on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from qsms.records import services
from qsms.risk import doors as risk
from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def signed_in(cast: Cast, name: str, open_page: Callable[..., Page], live: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page()
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def test_owners_are_asked_after_a_preview_and_answer(cast: Cast, open_page: Callable[..., Page], live: Any) -> None:
    safety = cast.actor("safety")
    control = risk.raise_control(
        safety, None, title="Torque wrenches are read monthly", level="engineering", site=cast.sites["LKF"],
        owner=cast.owner,
    )  # fmt: skip
    for title in ("Over-torqued bolts on the main wheel", "Fuel leak after line work"):
        values = {"title": title, "description": title, "site": cast.sites["LKF"], "owner": cast.owner}
        risk.mitigate(safety, control, services.create(safety, "hazard", values))
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/r/control/{control.number}/tab/impact/")
    looks_right_everywhere(page, "impact-tab", themes=True)
    page.get_by_role("link", name="See all, and ask").click()
    page.get_by_label("What changes").fill("The tester is read weekly from January, by the store")
    looks_right_everywhere(page, "impact-page", themes=True)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="2 tasks for one person").wait_for()
    looks_right_everywhere(page, "impact-preview", themes=True)
    page.get_by_role("button", name="Ask about 2 records").click()
    page.get_by_text("0 of 2 answered").wait_for()

    owner = signed_in(cast, "owner", open_page, live)
    owner.goto("/")
    owner.get_by_role("link", name="Answer").first.click()
    owner.get_by_label("It must be changed, and will be").check()
    owner.get_by_label("In your words").fill("Job card 12, by Friday")
    looks_right_everywhere(owner, "impact-answer", themes=True)
    owner.get_by_role("button", name="Answer").click()
    owner.get_by_text("Your answer is kept. Thank you.").first.wait_for()
    page.reload()
    page.get_by_text("1 of 2 answered").wait_for()
    looks_right_everywhere(page, "impact-answered")

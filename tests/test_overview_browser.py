"""The overview in a real Chromium: accessible in both themes, on a desk and a phone, and nothing scrolls sideways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from qsms.actions.doors import raise_action
from qsms.base import moment
from qsms.records import services
from qsms.risk import doors
from tests.cast import Cast
from tests.harness.browser import DESK, PHONE, SMALLEST_PHONE, looks_right_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


@pytest.fixture
def told(cast: Cast) -> None:
    """Late actions of two people, and a hazard in a cell."""
    safety = cast.actor("safety")
    for title, owner, due in (
        ("Replace the couplings", "owner", "2026-01-10"),
        ("Brief the crew", "colleague", "2026-07-01"),
    ):
        with moment.at(dt.datetime(2026, 1, 5, tzinfo=dt.UTC)):
            raise_action(safety, None, title=title, description=title, owner_id=cast.people[owner].pk, due_on=due)  # type: ignore[arg-type]
    given = {
        "title": "Towing on ice with worn tow bar heads near the fuel farm at night", "description": "Worn heads",
        "site": cast.sites["LKF"], "disciplines": 7, "owner": cast.site_owner, "due_on": "2027-12-24",
    }  # fmt: skip
    hazard = services.create(safety, "hazard", given)
    services.move(safety, hazard.pk, "analyse", fields={"top_event": "Tug slips", "consequences": "Somebody is struck"})
    doors.assess(
        safety, hazard.pk, kind="initial", matrix=doors.matrix_for(safety, 1), choice="3B", why="Once a winter"
    )


def test_it_is_accessible_and_never_scrolls_sideways(
    cast: Cast, told: None, open_page: Callable[..., Page], live: Any
) -> None:
    client = Client()
    account = cast.people["safety"].account
    assert account is not None
    client.force_login(account)
    page = open_page()
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    page.goto("/overview/")
    looks_right_everywhere(page, themes=True)
    whole = "all => all.every(one => one.scrollWidth <= one.clientWidth)"
    for width in (1440, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("main .scroll:visible:has(table)").evaluate_all(whole)
    row = page.locator("section", has_text="Overdue, by owner and age").get_by_role("row", name="Owner")
    row.get_by_role("link").last.click()
    expect(page.locator("main")).to_contain_text("1 record that you may see.")
    looks_right_everywhere(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/r/hazard/")
    assert page.locator("main .scroll:visible:has(table)").evaluate_all(whole)
    assert page.locator("main th:visible").last.inner_text().startswith("Review on")
    page.goto("/overview/")
    cell = page.get_by_role("link", name="1 in 3B, Tolerable")
    for size in (DESK, PHONE, SMALLEST_PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        # What is wider than the window can be brought into it, with the keyboard as well.
        for table in page.locator("main table:visible").all():
            reached = (
                "one => one.scrollWidth <= innerWidth || one.closest('.scroll[tabindex=\"0\"][aria-label]') !== null"
            )
            assert table.evaluate(reached)
        expect(cell).to_be_visible()
    cell.click()
    page.get_by_text("Towing on ice").first.wait_for()

"""The page of results and the palette in a real Chromium, with axe and without sideways scroll."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tests.harness.browser import DESK, PHONE, OpenPage, looks_right, looks_right_everywhere
from tests.newtype.spills import spill

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


@pytest.fixture(autouse=True)
def scene(real_db: None, keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few spills. The browser's loop runs in the thread that prepares the rows."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    sites = list(keeper.sites.values())
    told = "Found during the walk-round. The quick-release coupling of the hydraulic cart had let go; about %d litres "
    told += "went on the concrete of stand 14 and some of it reached the storm drain before it could be covered."
    for n, title in enumerate(
        [
            "Hydraulic fluid on stand 14 after servicing, some reached the storm drain",
            "Fuel smell in the cabin after refuelling",
            "Hydraulic cart leaks at its quick-release coupling",
            "Drum without a label behind hangar 3",
        ]
    ):
        spill(keeper, title=title, cleaned=told % n, site=sites[n % 3], disciplines=["1", "4"])


@pytest.fixture
def enter(open_page: OpenPage, keeper: Cast, live: LiveServer) -> Callable[..., Page]:
    """Opens a page for the safety manager."""

    def open_for(**options: object) -> Page:
        client = Client()
        account = keeper.people["safety"].account
        assert account
        client.force_login(account)
        page = open_page(**options)
        cookie = client.cookies["qsms_session"].value
        page.context.add_cookies([{"name": "qsms_session", "value": cookie, "url": live.url}])
        return page

    return open_for


def test_results_and_their_absence(enter: Callable[..., Page]) -> None:
    page = enter()
    for text, name in (("hydraulic cou", "results"), ("absent", "nothing"), ("", "start")):
        page.goto(f"/search/?q={text}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Search")
        looks_right_everywhere(page, f"search-{name}", themes=True)


def test_the_palette_finds_while_one_types_and_opens_the_page_of_results(enter: Callable[..., Page]) -> None:
    page = enter()
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto("/search/")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox").press_sequentially("hyd")
        every = page.get_by_role("option", name="Search all text for “hyd”, 4 results")
        expect(every).to_be_visible()
        expect(page.get_by_role("option").first).to_contain_text("Hydraulic cart leaks")
        looks_right(page, f"palette-{size['width']}")
        every.click()
        expect(page.get_by_text("4 records")).to_be_visible()

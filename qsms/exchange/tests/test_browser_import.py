"""An import and an export in a real browser: axe finds nothing, no page scrolls sideways, the pages move on alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tests.harness.browser import OpenPage, looks_right_everywhere, was_refused

from .conftest import SignIn
from .test_import_pages import BAD, GOOD, HEAD

pytestmark = pytest.mark.browser


def choose(page: Page, name: str, content: str) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Read the file").click()


@pytest.mark.usefixtures("real_db")
def test_a_table_is_brought_in(
    keeper: Cast,
    sign_in: SignIn,
    work_off: Callable[[], int],
    open_page: OpenPage,
    live: LiveServer,
    console_errors: list[str],
) -> None:
    page = open_page()
    session = sign_in("safety").cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live.url}])
    page.goto("/r/spill/import/")
    looks_right_everywhere(page)
    choose(page, "log.csv", HEAD + GOOD + BAD)
    page.wait_for_url("**/columns/")
    # A changed choice is judged at once, and the reader stays where they were.
    page.focus("#to-1")
    page.select_option("#to-1", "title")
    page.get_by_text("needed, but empty in 1 of the first 5 rows").wait_for()
    expect(page.locator("#to-1")).to_be_focused()
    looks_right_everywhere(page)
    page.get_by_role("button", name="Check all rows").click()
    page.locator("#work").wait_for()
    looks_right_everywhere(page)
    work_off()
    page.locator(".facts").wait_for()
    looks_right_everywhere(page)
    page.get_by_role("button", name="Import 2 rows").click()
    page.locator("#work").wait_for()
    work_off()
    page.get_by_role("link", name="See them").wait_for()
    looks_right_everywhere(page)
    page.goto("/r/spill/export/")
    looks_right_everywhere(page)
    page.goto("/r/spill/import/")
    choose(page, "table.csv", "%PDF-1.7")
    page.get_by_text("is a PDF document, not a table").wait_for()
    looks_right_everywhere(page)
    # The browser notes that the file was refused, which is what was asked for.
    was_refused(console_errors, 422, 1)

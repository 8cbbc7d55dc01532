"""The browser leg: a real page in a real browser, and an error in its console is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.harness.browser import becomes

pytestmark = pytest.mark.browser


def test_a_page_is_shown(page: Page) -> None:
    page.goto("/healthz")
    assert page.inner_text("body").strip() == "ok"


def test_an_error_in_the_console_is_noticed(page: Page, console_errors: list[str]) -> None:
    page.goto("/healthz")
    page.evaluate("() => console.error('the winch is stuck')")
    assert becomes(page, lambda: len(console_errors) == 1)
    assert console_errors.pop().endswith("the winch is stuck")

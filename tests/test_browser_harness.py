"""The browser leg: a real page in a real browser, and what is wrong with it is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.harness.browser import becomes, looks_right_everywhere

pytestmark = pytest.mark.browser


def test_a_page_is_shown(page: Page) -> None:
    page.goto("/healthz")
    assert page.inner_text("body").strip() == "ok"


def test_an_error_in_the_console_is_noticed(page: Page, console_errors: list[str]) -> None:
    page.goto("/healthz")
    page.evaluate("() => console.error('the winch is stuck')")
    assert becomes(page, lambda: len(console_errors) == 1)
    assert console_errors.pop().endswith("the winch is stuck")


BUILT = """() => { document.title = "Winch"; document.documentElement.lang = "en";
    document.body.innerHTML = "<main><h1>Winch</h1><p>Rope and hook</p><button></button>" +
        "<div><a href='#'>Out</a><a href='#'>In</a></div></main>";
    document.adoptedStyleSheets = [new CSSStyleSheet()]; }"""
STYLED = "(text) => document.adoptedStyleSheets[0].replaceSync('button, a { display: none } ' + text)"
FAINT = "p { color: #777; background: #666 }"


def test_what_is_wrong_in_one_size_or_one_theme_only_is_noticed(page: Page) -> None:
    page.goto("/healthz")
    page.evaluate(BUILT)
    page.evaluate(STYLED, "")
    looks_right_everywhere(page, themes=True)
    for style, found in (
        ("@media (max-width: 400px) { button { display: block } }", "button-name"),
        (f"@media (prefers-color-scheme: dark) {{ {FAINT} }}", "color-contrast"),
        (f"@media (max-width: 400px) and (prefers-color-scheme: light) {{ {FAINT} }}", "color-contrast"),
        ("@media (max-width: 400px) { a { display: inline-block; font: 8px/8px sans-serif } }", "target-size"),
        ("@media (max-width: 360px) { p { width: 380px } }", "scrolls sideways"),
    ):
        page.emulate_media(color_scheme="light")
        page.evaluate(STYLED, style)
        with pytest.raises(AssertionError, match=found):
            looks_right_everywhere(page, themes=True)

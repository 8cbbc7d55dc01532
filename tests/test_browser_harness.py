"""The browser leg: a real page in a real browser, and what is wrong with it is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.harness.browser import becomes, looks_right, looks_right_everywhere, passed

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


# A page that is all white, a dark box with a white one in it, and a text in that.
BOXES = """() => { document.title = "Winch"; document.documentElement.lang = "en";
    document.body.innerHTML = "<main><h1>Winch</h1><div id=dark><div id=white><p>Rope and hook</p></div></div>" +
        "<i id=loose></i></main>";
    document.adoptedStyleSheets = [new CSSStyleSheet()]; }"""
DRAWN = """(text) => document.adoptedStyleSheets[0].replaceSync(`html { background: white } p { color: #444 }
    #dark { background: #333; padding: 1px 1px 200px } #white { background: white } main { position: relative }
    ${text}`)"""
LEFT_OPEN = "(known) => { contrast.begin(known); return contrast.leavesOpen() }"


def test_a_text_that_passed_is_judged_again_on_any_other_ground(page: Page) -> None:
    page.goto("/healthz")
    page.evaluate(BOXES)
    page.evaluate(DRAWN, "")
    looks_right(page)
    assert not page.evaluate(LEFT_OPEN, "\n".join(passed)), "what passed is not asked again"
    for style in (
        "p { color: #bbb }",
        "#white { background: none }",
        "#white { background: rgb(0 0 0 / .7) }",
        "p { opacity: .3 }",
        "#white { opacity: .1 }",
        # Out of the white box, but for the tree still within it.
        "p { position: relative; top: 100px }",
        "#white { block-size: 0 }",
        # Under the text lies what is no ancestor of it.
        "#loose { position: absolute; inset: 0; background: #333 } p { position: relative; z-index: 1 }",
    ):
        page.evaluate(DRAWN, style)
        assert page.evaluate(LEFT_OPEN, "\n".join(passed)), style
        with pytest.raises(AssertionError, match="color-contrast"):
            looks_right(page)


def test_a_target_is_judged_that_lacks_room(page: Page) -> None:
    page.goto("/healthz")
    page.evaluate(BUILT)
    place = "a {{ display: block; position: absolute; color: #000; font: 8px/8px serif; left: 200px; top: 200px; {} }}"
    other = place + " a + a {{ {} }}"
    small, large = "inline-size: 16px; block-size: 16px;", "inline-size: 60px; block-size: 60px;"
    for style in (other.format(small, "left: 224.5px"), other.format(large, f"left: 265px; {small}")):
        page.evaluate(STYLED, style)
        looks_right(page)
    for style in (
        other.format(small, "left: 218px"),
        other.format(large, f"left: 262px; {small}"),
        # Of a large one the other leaves a strip.
        other.format(large, "left: 210px"),
        other.format(large, f"left: 220px; top: 220px; {small}"),
    ):
        page.evaluate(STYLED, style)
        with pytest.raises(AssertionError, match="target-size"):
            looks_right(page)

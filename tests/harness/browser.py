"""A headless Chromium from the system, and pages that fail their test when the console shows an error."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.harness.legs import missing

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

OpenPage = Callable[..., Page]

# How long a page is waited for: far beyond what any takes, and beyond what a machine with other work makes of it.
PATIENCE_SECONDS = 30

# The page stands: nothing loads, no part of it is being exchanged, and what has come is drawn.
STANDS = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
    await document.fonts.ready;
    const moving = ".htmx-request, .htmx-swapping, .htmx-settling";
    do { await frame(); await frame(); } while (document.querySelector(moving));
}"""
# What reaches past the window while the page as a whole can be scrolled sideways.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : ["The page scrolls sideways."].concat(
    [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`))"""
AXE = """(rules) => axe.run({ resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) }).then(
    (found) => found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`))"""
# What axe judges by the colours on the screen. All other rules read the same in both themes.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
OTHER_THEME = {"light": "dark", "dark": "light"}


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome of this machine, the one in QSMS_TEST_CHROMIUM first."""
    return next(filter(None, map(shutil.which, (os.environ.get("QSMS_TEST_CHROMIUM", ""), *PROGRAMS))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser process for the whole leg. Without a browser on the machine the test is skipped, in CI it fails."""
    program = find_chromium()
    if program is None:
        missing("No Chromium was found. Install it (Debian: apt install chromium) or name it in QSMS_TEST_CHROMIUM.")
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    # The browser's loop runs in the thread of the tests, and Django takes that for code that must not wait for a
    # database. Tests prepare their rows there and do nothing else meanwhile.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The server of this process. Styles and scripts come from the middleware that serves them in the product, with
    the leave to keep them; the handler that Django's test server has for them is asked anew by every page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application)
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def live(request: pytest.FixtureRequest) -> LiveServer:
    """The server under test, on a free port; `live.url` is its address. Tests that write rows use `real_db` as well."""
    # Asked for by name at run time: a test that names the server gets its database before `real_db`, which would
    # then put the guard of the history back before the rows are gone.
    if "real_db" not in request.fixturenames:
        request.getfixturevalue("transactional_db")
    server: LiveServer = request.getfixturevalue("live_server")
    return server


@pytest.fixture
def console_errors() -> list[str]:
    """What went wrong in the pages of this test. A test that provokes an error removes the line that it expects."""
    return []


@pytest.fixture
def open_page(chromium: Browser, live: LiveServer, console_errors: list[str]) -> Iterator[OpenPage]:
    """Opens a page for one more person: own cookies, own size. Options are those of Playwright's `new_context`."""
    contexts = []

    def open_one(**options: Any) -> Page:
        settings = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        context = chromium.new_context(base_url=live.url, locale="en-GB", timezone_id="UTC", **settings)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        # Asked for by the browser, not by a page of ours; pages name their own icon.
        context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page = context.new_page()

        def note_message(message: ConsoleMessage) -> None:
            if message.type == "error":
                console_errors.append(f"{page.url}: {message.text}")

        def note_error(error: Error) -> None:
            console_errors.append(f"{page.url}: {error}")

        page.on("console", note_message)
        page.on("pageerror", note_error)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not console_errors, "The browser's console shows errors:\n" + "\n".join(console_errors)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page 1440 pixels wide."""
    return open_page()


def becomes(page: Page, true: Callable[[], bool]) -> bool:
    """Whether it comes true while the page lives on: for what an `expect` cannot ask, such as a place or a row."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := true()) and time.monotonic() < until:
        page.wait_for_timeout(20)
    return found


def looks_right(page: Page, name: str = "", *, themes: bool = False) -> None:
    """Axe finds nothing in the page as it stands, and it does not scroll sideways.

    With `themes` its colours are judged in the other theme as well. A picture is taken for people if QSMS_TEST_SHOTS
    names a folder and the page has a name.
    """
    page.evaluate(STANDS)
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    faults = page.evaluate(AXE, None) + page.evaluate(TOO_WIDE)
    shown = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    if themes:
        page.emulate_media(color_scheme=OTHER_THEME[shown])  # type: ignore[arg-type]
        page.evaluate(STANDS)
        faults += [f"{OTHER_THEME[shown]}: {one}" for one in page.evaluate(AXE, OF_COLOUR)]
        page.emulate_media(color_scheme=shown)  # type: ignore[arg-type]
    assert not faults, f"{name or page.url}, {page.viewport_size}, {shown}:\n" + "\n".join(faults)
    if name and (folder := os.environ.get("QSMS_TEST_SHOTS")):
        page.screenshot(path=f"{folder}/{name}.png")

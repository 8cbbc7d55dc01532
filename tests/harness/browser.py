"""A headless Chromium from the system, and pages that fail their test when the console complains."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

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

# What every page gets: axe, what is asked of a page, and what axe need not be asked.
SCRIPTS = [
    Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8") for name in ("judging", "contrast", "targets")
]
JUDGE_SCRIPT = "\n".join([AXE_SCRIPT, *SCRIPTS])
STANDS = "() => judging.comeToRest()"
JUDGE = "([axe, rules, passed]) => judging.judge(axe, rules, passed)"
# The texts that axe has passed in this run: see contrast.js.
passed: set[str] = set()
# What axe judges by the colours on the screen. All other rules read the same in both themes.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# What it judges by the colours or by the places on the screen: the others read the same in every size, but for what is
# hidden in one of them.
OF_SIGHT = [*OF_COLOUR, "target-size", "scrollable-region-focusable"]
FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SMALLEST_PHONE = {"width": 360, "height": 740}


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


class Answering:
    """The application behind the server, and how many of its answers are under way."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.under_way = 0
        self.changed = threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/favicon.ico":
            # Asked for by the browser, not by a page of ours; pages name their own icon.
            start_response("204 No Content", [])
            return []
        self._count(1)
        try:
            return self.application(environ, start_response)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self.changed:
            self.under_way += change
            self.changed.notify_all()

    def come_to_rest(self) -> None:
        """Whoever empties the database meets no answer that still writes into it."""
        with self.changed:
            self.changed.wait_for(lambda: not self.under_way, PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The server of this process. Styles and scripts come from the middleware that serves them in the product, with
    the leave to keep them; the handler that Django's test server has for them is asked anew by every page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", Answering)
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def live(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """The server under test, on a free port; `live.url` is its address. Tests that write rows use `real_db` as well."""
    # Asked for by name at run time: a test that names the server gets its database before `real_db`, which would
    # then put the guard of the history back before the rows are gone.
    if "real_db" not in request.fixturenames:
        request.getfixturevalue("transactional_db")
    server: LiveServer = request.getfixturevalue("live_server")
    yield server
    answering = server.thread.httpd.get_app()
    assert isinstance(answering, Answering)
    answering.come_to_rest()


@pytest.fixture
def console_errors() -> list[str]:
    """What went wrong in the pages of this test. A test that has something refused says so with `was_refused`."""
    return []


def was_refused(console_errors: list[str], status: int, times: int | None = None) -> None:
    """Take out of the console what Chromium itself writes there when a page or a part is answered with this status:
    so many lines, or one at the least, and nothing else (docs/decisions/0013)."""
    own = re.compile(
        rf"https?://\S+: Failed to load resource: the server responded with a status of {status} \([\w ]+\)"
    )
    told = [line for line in console_errors if own.fullmatch(line)]
    assert len(told) == times if times is not None else told, (status, console_errors)
    console_errors[:] = [line for line in console_errors if line not in told]


class Window:
    """One page with cookies and a memory of its own."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(locale="en-GB", timezone_id="UTC", **options)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.add_init_script(JUDGE_SCRIPT)
        self.page = self.context.new_page()
        self.page.on("console", self._note_message)
        self.page.on("pageerror", self._note_error)
        self.complaints: list[str] = []

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.complaints.append(f"{self.page.url}: {error}")

    def leave(self) -> None:
        """Stop what goes on in the page, and forget all of it."""
        self.page.unroute_all(behavior="ignoreErrors")
        self.context.set_offline(False)
        if self.page.url.startswith("http"):
            # A page of the same place without a script, so that nothing is kept anew in the meantime.
            self.page.goto(urljoin(self.page.url, "/static/ui/favicon.svg"))
            self.page.evaluate(FORGET)
        self.context.clear_cookies()


class Windows:
    """The windows of this process. A new one costs Chromium more than most tests do in it, so what a test leaves is
    cleared and taken by the next."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self.browser = browser
        self.server = server
        self.free: dict[str, list[Window]] = defaultdict(list)

    def take(self, viewport: Any, color_scheme: Any, reduced_motion: Any, **options: Any) -> tuple[str, Window]:
        """A window that is like new, and the word under which it is given back."""
        kind = repr(sorted(options.items()))
        window = self.free[kind].pop() if self.free[kind] else Window(self.browser, base_url=self.server.url, **options)
        show(window.page, viewport)
        window.page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)
        return kind, window

    def give_back(self, kind: str, window: Window) -> None:
        """Nothing of what was done in it is left; where that cannot be had, the window goes."""
        try:
            window.leave()
        except Error:
            window.context.close()
        else:
            self.free[kind].append(window)


@pytest.fixture(scope="session")
def windows(chromium: Browser, live_server: LiveServer) -> Windows:
    """What `open_page` opens."""
    return Windows(chromium, live_server)


def opening(windows: Windows, console_errors: list[str]) -> Iterator[OpenPage]:
    """What the fixture `open_page` does, whatever server the pages come from."""
    taken: list[tuple[str, Window]] = []
    own: list[Window] = []

    def open_one(*, alone: bool = False, **options: Any) -> Page:
        settings = {"viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce", **options}
        if alone:
            window = Window(windows.browser, base_url=windows.server.url, **settings)
            own.append(window)
        else:
            kind, window = windows.take(**settings)
            taken.append((kind, window))
        window.complaints = console_errors
        return window.page

    yield open_one
    for window in own:
        window.context.close()
    for kind, window in taken:
        windows.give_back(kind, window)
    assert not console_errors, "The browser's console complains:\n" + "\n".join(console_errors)


@pytest.fixture
def open_page(windows: Windows, live: LiveServer, console_errors: list[str]) -> Iterator[OpenPage]:
    """Opens a page for one more person: own cookies, own size. Options are those of Playwright's `new_context`.

    `alone` is for what cannot be undone in a window, such as a clock that is stopped: it is closed after the test.
    """
    yield from opening(windows, console_errors)


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


def show(page: Page, size: Any) -> None:
    """Give the page this size; one that it has already costs nothing."""
    if page.viewport_size != size:
        page.set_viewport_size(size)


def fits(page: Page, *sizes: Any) -> None:
    """In none of these sizes does the page as a whole scroll sideways."""
    for size in sizes:
        show(page, size)
        _no_faults(page, "", _judged(page, axe=False))


def looks_right(page: Page, name: str = "") -> None:
    """Axe finds nothing in the page as it stands, and it does not scroll sideways.

    A picture is taken for people if QSMS_TEST_SHOTS names a folder and the page has a name.
    """
    _no_faults(page, name, _judged(page))
    if name and (folder := os.environ.get("QSMS_TEST_SHOTS")):
        page.screenshot(path=f"{folder}/{name}.png")


def looks_right_everywhere(page: Page, name: str = "", *, themes: bool = False) -> None:
    """Of a page on a desk and in light: that axe finds nothing there and on a phone, in either theme, and that nothing
    scrolls sideways, on the smallest phone neither. It is loaded once and shown in one way after the other.

    All rules judge it on the desk in light and on the phone in dark; with `themes` the colours of each size are judged
    in the other theme as well, for pages with colours that no page of the gallery has.
    """
    show(page, DESK)
    looks_right(page, name and f"{name}-desk-light")
    page.emulate_media(color_scheme="dark")
    if themes:
        _no_faults(page, name, _judged(page, OF_COLOUR))
    show(page, PHONE)
    looks_right(page, name and f"{name}-phone-dark")
    page.emulate_media(color_scheme="light")
    if themes:
        _no_faults(page, name, _judged(page, OF_COLOUR))
    fits(page, SMALLEST_PHONE)
    show(page, DESK)


def is_sound(page: Page) -> None:
    """Of a page on a desk and in light: that axe finds nothing there, and nothing in what the smallest phone shows
    otherwise, in dark; and that neither scrolls sideways. Half of what `looks_right_everywhere` costs."""
    show(page, DESK)
    page.emulate_media(color_scheme="light")
    looks_right(page)
    show(page, SMALLEST_PHONE)
    page.emulate_media(color_scheme="dark")
    _no_faults(page, "", _judged(page, OF_SIGHT))


def _judged(page: Page, rules: list[str] | None = None, *, axe: bool = True) -> list[str]:
    found = page.evaluate(JUDGE, [axe, rules, "\n".join(passed)])
    passed.update(found["passed"])
    faults: list[str] = found["faults"]
    return faults


def _no_faults(page: Page, name: str, faults: list[str]) -> None:
    shown = "dark" if faults and page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    assert not faults, f"{name or page.url}, {page.viewport_size}, {shown}:\n" + "\n".join(faults)

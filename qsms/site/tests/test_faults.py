"""What a server does when something is wrong: a fault is in the log, and a number too large names nothing."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from django.test import Client

from qsms.ui import lists
from tests.cast import Cast

# More than any column of keys holds; more digits than Python reads.
TOO_LARGE = ("9" * 24, "9" * 5000)
ADDRESSES = (
    "/report/mine/{n}/",
    "/r/action/{n}/",
    "/r/action/{n}/edit/",
    "/r/action/{n}/trace/",
    "/r/action/{n}/history.csv",
    "/r/action/?owner={n}",
    "/r/action/?site={n}",
    "/r/hazard/?cell={n}:3B",
    "/r/action/view/{n}/remove/",
    "/go/{n}/",
    "/news/{n}/",
    "/news/?before={n}",
    "/overview/?site={n}",
    "/risk/hazard/{n}/rate/?lens={n}",
    "/risk/matrices/{n}/",
    "/administration/people/{n}/",
    "/administration/people/?after={n}",
    "/administration/history/?before={n}",
    "/api/v1/action/{n}",
    "/api/v1/action/?owner={n}",
)


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.account("safety"))
    return client


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_number_too_large_names_nothing(cast: Cast, path: str) -> None:
    browser = Client()
    browser.force_login(cast.account("administrator" if path.startswith("/administration") else "safety"))
    for number in TOO_LARGE:
        assert browser.get(path.format(n=number)).status_code < 500


def test_a_fault_is_in_the_log_with_its_mark(
    browser: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall(*args: object, **more: object) -> None:
        raise RuntimeError("The floor gave way")

    monkeypatch.setattr(lists.listing, "parse", fall)
    lines: list[str] = []
    handler = next(one for one in logging.getLogger("django").handlers if type(one) is logging.StreamHandler)
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(handler.format(record)))
    assert browser.get("/r/report/").status_code == 500
    [line] = [one for one in lines if "The floor gave way" in one]
    assert "Traceback" in line
    assert "[-]" not in line


def test_every_command_explains_itself_before_django_stands() -> None:
    program = """
import sys
from qsms import cli
for command in cli.COMMANDS:
    try:
        cli.main([*command.name.split(), "--help"])
    except SystemExit as ended:
        assert ended.code == 0, command.name
    else:
        sys.exit(command.name)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]

"""What a server does when something is wrong: a fault is in the log, and a number too large names nothing."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from django.test import Client

from qsms.ui import lists
from tests.cast import Cast

TOO_LARGE = 999_999_999_999_999_999_999_999


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.account("safety"))
    return client


@pytest.mark.parametrize("path", ["/report/mine/{n}/", "/r/action/{n}/", "/r/action/?owner={n}", "/news/{n}/"])
def test_a_number_too_large_names_nothing(browser: Client, path: str) -> None:
    assert browser.get(path.format(n=TOO_LARGE)).status_code in (200, 302, 404)


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

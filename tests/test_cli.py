"""The command `qsms`: its help, its exit codes, and what an administrator sees when something is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qsms import cli
from qsms.base.console import Refused, progress
from qsms.base.env import BadSetting
from tests.harness.installation import Install, Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "home")


def test_help_is_quick_because_it_loads_no_framework() -> None:
    script = "import sys; from qsms import cli; cli.main(['--help']); sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout
    assert "exit codes" in done.stdout


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command: cli.Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([*command.name.split(), "--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert shown.startswith(f"usage: qsms {command.name}")
    assert "refused or failed" in shown
    assert len(shown.split("options:")[0].splitlines()) > 2, "the function that runs the command has no docstring"


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "commands:" in capsys.readouterr().err


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["srve"]) == 2
    assert capsys.readouterr().err == "qsms: “srve” is no command. `qsms --help` lists them.\n"


def test_an_unknown_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["check", "--frobnicate"])
    assert end.value.code == 2
    assert "--frobnicate" in capsys.readouterr().err


GROUP = (
    cli.Command("demo load", "load the demonstration", "tests.test_cli:nothing", django=False),
    cli.Command("demo", "show the demonstration", "tests.test_cli:nothing", django=False),
    cli.Command("history verify", "prove the history", "tests.test_cli:nothing", django=False),
)


def nothing(_: object) -> None:
    """Does nothing."""


def test_the_longest_name_wins() -> None:
    assert cli.find(["demo", "load", "--if-empty"], GROUP) is GROUP[0]
    assert cli.find(["demo", "--if-empty"], GROUP) is GROUP[1]
    assert cli.find(["history"], GROUP) is None


def test_a_group_shows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["history", "--help"], GROUP) == 0
    shown = capsys.readouterr().out
    assert "prove the history" in shown
    assert "demo" not in shown
    assert cli.main(["history"], GROUP) == 2


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("OpenQSMS 0.")


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (Refused("The hangar is locked. Ask Ken."), 3, "qsms test: The hangar is locked. Ask Ken.\n"),
        (BadSetting("PORT is “x”. Write a number."), 3, "qsms test: PORT is “x”. Write a number.\n"),
        (ZeroDivisionError("by zero"), 3, "qsms test: ZeroDivisionError: by zero (QSMS_DEBUG=1 shows where)\n"),
        (KeyboardInterrupt(), 130, "qsms test: stopped\n"),
    ],
)
def test_a_failure_is_one_sentence_and_a_code(
    failure: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise failure

    assert cli.told("qsms test", fail) == code
    assert capsys.readouterr().err == said


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QSMS_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.told("qsms test", lambda: 1 // 0)


def test_output_that_nobody_reads_is_no_traceback(installation: Installation) -> None:
    script = "from qsms import cli\nfor _ in range(9999): cli.told('qsms test', lambda: cli.main(['--help']))"
    done = subprocess.run(
        f'{sys.executable} -c "{script}" | head -1',
        shell=True,
        env=installation.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("usage")
    assert "Traceback" not in done.stderr


def test_progress_off_a_terminal_is_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Rows", 2000) as advance:
        for _ in range(20):
            advance(100)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["Rows: 2,000 to do", "Rows: 200 of 2,000"]
    assert lines[-1] == "Rows: 2,000 of 2,000"
    assert len(lines) == 11


def test_nonsense_in_a_setting_is_refused(installation: Installation) -> None:
    installation.variables["PORT"] = "eighty"
    done = installation.run("serve")
    assert (done.returncode, done.stderr) == (
        3,
        "qsms serve: PORT is “eighty”. Write a whole number from 1 to 65535.\n",
    )
    assert done.stdout == ""


@pytest.mark.usefixtures("db")
def test_who_migrates_again_is_told_that_nothing_was_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate"]) == 0
    assert capsys.readouterr().out == "The database is up to date.\n"


class TestCheck:
    def test_a_database_without_tables_is_found(self, installation: Installation) -> None:
        done = installation.run("check")
        assert done.returncode == 1
        assert "Run `qsms migrate`." in done.stdout
        assert "Keys: fine" in done.stdout

    def test_a_sound_installation_is_found_sound(self, install: Install, tmp_path: Path) -> None:
        done = install(tmp_path / "home").run("check")
        assert done.returncode == 0, done.stdout + done.stderr
        assert all(line.endswith(": fine") for line in done.stdout.splitlines())

    def test_open_keys_and_a_missing_database_are_found(self, install: Install, tmp_path: Path) -> None:
        installation = install(tmp_path / "home")
        installation.variables["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
        secret = installation.home / "keys" / "secret"
        secret.chmod(0o644)
        done = installation.run("check")
        assert done.returncode == 1
        assert f"{secret} can be read by others on this machine. Run: chmod 600 {secret}" in done.stdout
        assert "The database does not answer:" in done.stdout
        assert "Start it, or correct DATABASE_URL." in done.stdout
        assert "Traceback" not in done.stderr

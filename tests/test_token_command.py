"""`qsms token create`, as a script would use it."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms import cli
from tests.cast import Cast


def test_the_command_prints_a_token_that_works(keeper: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["token", "create", "--person", "SAFETY@larkfield.test", "--name", "Script", "--days", "3", "--read-only"]
    assert cli.main(words) == 0
    shown = capsys.readouterr()
    assert "Read only as Safety Person until 2026-03-05" in shown.err
    headers = {"Authorization": f"Bearer {shown.out.strip()}"}
    assert Client().get("/api/v1/me/", headers=headers).json()["token"]["name"] == "Script"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--person", "Nobody", "--name", "x"], "“Nobody” is nobody here"),
        (["--person", "safety@larkfield.test", "--name", "x", "--days", "900"], "“900” is outside"),
        (["--person", "safety@larkfield.test", "--name", "x", "--organisation", "outside-aero"], "is nobody here"),
    ],
)
def test_the_command_says_what_is_wrong(
    keeper: Cast, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.main(["token", "create", *words]) == cli.FAILED
    assert said in capsys.readouterr().err


def test_the_command_asks_which_of_two(keeper: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    keeper.outsider.name = keeper.safety.name
    keeper.outsider.save()
    assert cli.main(["token", "create", "--person", keeper.safety.name, "--name", "x"]) == cli.FAILED
    assert "more than one person" in capsys.readouterr().err

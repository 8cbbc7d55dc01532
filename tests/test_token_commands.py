"""`qsms token`: whoever runs the installation makes tokens, sees which open something, and takes them back."""

from __future__ import annotations

import pytest

from qsms import cli
from qsms.api.models import ApiToken
from qsms.api.tests.conftest import Program
from tests.cast import Cast


@pytest.mark.django_db
@pytest.mark.one_engine("It asks nothing that an engine could answer otherwise.")
def test_whoever_runs_the_installation_makes_lists_and_takes_back(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str, code: int = 0) -> str:
        assert cli.main(["token", *words]) == code
        out, aside = capsys.readouterr()
        return out + aside

    text = told("create", "--person", cast.safety.email, "--name", "Power BI", "--read-only").splitlines()[0]
    made = ApiToken.everywhere.get()
    assert f"{made.pk}  Safety Person: Power BI (read only until " in told("list")
    assert told("list", "--organisation", "nowhere") == ""
    assert "is no token" in told("revoke", str(made.pk + 1), code=3)
    assert "Taken back: Power BI" in told("revoke", str(made.pk))
    assert told("list") == ""
    assert Program(text).get("me/").status_code == 401

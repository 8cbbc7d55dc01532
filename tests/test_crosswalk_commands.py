"""`qsms import crosswalk` and `qsms export crosswalk`: exit codes, one list of refusals, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from qsms import cli
from qsms.standards import judging
from tests.cast import Cast

HEAD = "From framework,From clause,To framework,To clause,Relation,Rationale\n"
ROW = "iso-9001/2015,8.5.3,iso-14001/2015,8.2,overlap,Property of customers is kept in the spill plan.\n"


def run(cast: Cast, *words: str) -> int:
    return cli.main([*words, "--organisation", cast.organisation.code])


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.csv"
    path.write_text(HEAD + ROW)
    return path


def test_pairs_come_in_once_and_wait(cast: Cast, ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cast, "import", "crosswalk", str(ours), "--dry-run") == 0
    assert "this was a dry run" in capsys.readouterr().out
    assert judging.own(cast.organisation.pk) == []
    assert run(cast, "import", "crosswalk", str(ours)) == 0
    assert "1 new, 0 changed, 0 the same, 0 refused\n1 pair waits for a second person" in capsys.readouterr().out
    assert run(cast, "import", "crosswalk", str(ours)) == 0
    assert "0 new, 0 changed, 1 the same" in capsys.readouterr().out
    [one] = judging.own(cast.organisation.pk)
    assert one.waits
    judging.confirm(cast.actor("quality"), one.key)


def test_a_refused_row_keeps_all_out(cast: Cast, ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours.write_text(f"{HEAD}{ROW}iso-9001/2015,99,iso-14001/2015,8.2,overlap,No such clause\n")
    for more in ((), ("--dry-run",)):
        assert run(cast, "import", "crosswalk", str(ours), *more) == 1
        told = capsys.readouterr().err
        assert "ours.csv: Row 3: There is no requirement “99” in this standard." in told
        assert "Nothing was brought in." in told
    assert judging.own(cast.organisation.pk) == []
    assert run(cast, "import", "crosswalk", "nowhere.csv") == 3
    assert run(cast, "import", "crosswalk", str(ours), "--as", "site_owner@larkfield.test") == 3
    assert "You may not judge how requirements relate" in capsys.readouterr().err


def test_what_goes_out_comes_in_again(cast: Cast, ours: Path, tmp_path: Path) -> None:
    run(cast, "import", "crosswalk", str(ours))
    before = judging.every(cast.organisation.pk)
    for form in ("csv", "xlsx"):
        there = tmp_path / f"out.{form}"
        assert run(cast, "export", "crosswalk", "--format", form, "-o", str(there)) == 0
        assert run(cast, "import", "crosswalk", str(there)) == 0
    assert judging.every(cast.organisation.pk) == before

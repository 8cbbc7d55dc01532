"""`qsms import framework` and `qsms export framework`: what goes out comes in again, what is wrong is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import time_machine

from qsms import cli
from qsms.records.models import Deed
from qsms.rules.framework_file import write_framework
from qsms.standards import adopting, bringing, library, shipped
from qsms.standards.models import Adoption, Edition
from tests.cast import Cast

DATA = Path(__file__).parents[1] / "qsms" / "standards" / "tests" / "data"
OURS = """
code: acme
edition: "1"
title: Acme supplier rules, first edition
publisher: Acme
status: in_force
basis: Their own words
confidence: verified
confidence_note: Read line by line
requirements:
  - number: "1"
    title: Tell us
    intent: Tell us of changes before you make them.
"""


def run(cast: Cast, *words: str) -> int:
    return cli.main([*words, "--organisation", cast.organisation.code])


def own(cast: Cast) -> list[str]:
    rows = Edition.everywhere.filter(organisation=cast.organisation).order_by("pk")
    return [f"{row.key} {row.revision}" for row in rows]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(OURS)
    return path


def test_a_standard_comes_in_and_once_more_changes_nothing(
    cast: Cast, acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cast, "import", "framework", str(acme)) == 0
    assert "acme/1, Acme supplier rules, first edition, 1 requirements: new" in capsys.readouterr().out
    assert run(cast, "import", "framework", str(acme)) == 0
    assert "was here already" in capsys.readouterr().out
    assert own(cast) == ["acme/1 1"]
    assert Deed.everywhere.get(verb=bringing.BROUGHT).detail == {"standard": "acme/1", "revision": 1}


def test_a_changed_file_is_a_revision_and_what_is_adopted_stays(cast: Cast, acme: Path) -> None:
    run(cast, "import", "framework", str(acme))
    quality = cast.actor("quality")
    adoption = adopting.adopt(quality, "acme/1")
    acme.write_text(OURS.replace("Tell us of changes before you make them.", "Tell us of every change."))
    assert run(cast, "import", "framework", str(acme)) == 0
    assert own(cast) == ["acme/1 1", "acme/1 2"]
    again = Adoption.everywhere.get(pk=adoption.pk)
    assert (again.own_edition, again.revision) == ("acme/1", 1)
    assert adopting.newer(again, library.newest(again.organisation_id)) == ["1 Tell us is worded anew."]
    assert adopting.renew(quality, again.pk).revision == 2


def test_a_dry_run_brings_nothing(cast: Cast, acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cast, "import", "framework", str(acme), "--dry-run") == 0
    assert "this was a dry run" in capsys.readouterr().out
    assert own(cast) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("status: in_force", "status: sometimes"), "“status” is “sometimes”"),
        (("    intent: Tell us of changes before you make them.\n", ""), "Requirement 1 has no “intent”"),
        (("code: acme", "code: iso-9001"), "came with the program"),
        (("requirements:", "requirement:"), "“requirements” is missing"),
    ],
)
def test_a_bad_file_says_what_to_mend_and_nothing_comes_in(
    cast: Cast, acme: Path, tmp_path: Path, change: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = OURS.replace(*change)
    bad = tmp_path / "bad.yaml"
    bad.write_text(text.replace('"1"\ntitle', '"2015"\ntitle') if "iso-9001" in text else text)
    assert run(cast, "import", "framework", str(acme), str(bad)) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "Nothing was brought in." in told
    assert own(cast) == []


def test_a_file_that_is_not_there_and_a_person_who_may_not(
    cast: Cast, acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cast, "import", "framework", "nowhere.yaml") == 3
    assert "cannot be read" in capsys.readouterr().err
    assert run(cast, "import", "framework", str(acme), "--as", "site_owner@larkfield.test") == 3
    assert "You may not bring standards in" in capsys.readouterr().err
    assert own(cast) == []


@pytest.mark.parametrize("form", ["yaml", "oscal-json", "oscal-xml", "oscal-yaml"])
def test_what_goes_out_comes_in_equal_in_every_form(cast: Cast, tmp_path: Path, form: str) -> None:
    there = tmp_path / "out"
    assert run(cast, "export", "framework", "icao-annex-19/3", "--format", form, "-o", str(there)) == 0
    framework, left_out = bringing.read(there.read_bytes(), {}, bringing.Naming(), name="out")
    assert framework == shipped.frameworks()["icao-annex-19/3"]
    assert left_out == []


def test_our_own_goes_out_and_a_stranger_finds_nothing(
    cast: Cast, acme: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(cast, "import", "framework", str(acme))
    capsysbinary.readouterr()
    assert run(cast, "export", "framework", "acme/1") == 0
    row = library.find(cast.organisation.pk, "acme/1")
    assert capsysbinary.readouterr().out == write_framework(row.rule).encode()
    assert cli.main(["export", "framework", "acme/1", "--organisation", cast.other.code]) == 3
    assert "There is no standard “acme/1”" in capsysbinary.readouterr().err.decode()


def test_a_code_alone_means_the_newest_edition_in_force_today(
    cast: Cast, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """ISO 9001:2026 is a draft, ISO 14001:2026 is out beside the one of 2015, and Annex 19 changes on a day."""
    said = "Of “%s” the edition in force is “%s”."
    with time_machine.travel(dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), tick=False):
        for code, key in (
            ("iso-9001", "iso-9001/2015"), ("iso-14001", "iso-14001/2026"), ("icao-annex-19", "icao-annex-19/2"),
        ):  # fmt: skip
            assert run(cast, "export", "framework", code) == 0
            told = capsysbinary.readouterr()
            assert told.out == write_framework(shipped.frameworks()[key]).encode()
            assert said % (code, key) in told.err.decode()
    with time_machine.travel(dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC), tick=False):
        assert run(cast, "export", "framework", "icao-annex-19") == 0
        assert said % ("icao-annex-19", "icao-annex-19/3") in capsysbinary.readouterr().err.decode()
    for unknown in ("iso-9002", "iso-9001/2000"):
        assert run(cast, "export", "framework", unknown) == 3
        assert f"There is no standard “{unknown}”. Write one of: " in capsysbinary.readouterr().err.decode()


def test_a_catalog_of_somebody_else_needs_a_name(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    low = str(DATA / "sp800-53-rev5-low-outline.json")
    assert run(cast, "import", "framework", low) == 1
    assert "Nothing was brought in." in capsys.readouterr().err
    named = ("--code", "sp-800-53-low", "--edition", "5", "--publisher", "NIST")
    assert run(cast, "import", "framework", low, *named) == 0
    rule = library.find(cast.organisation.pk, "sp-800-53-low/5").rule
    assert len(rule.children()) == 18


@pytest.mark.parametrize("name", ["hangar.json", "hangar.xml", "hangar.yaml"])
def test_three_serialisations_of_one_catalog_are_one_standard(cast: Cast, name: str) -> None:
    named = ("--code", "hangar", "--edition", "1", "--publisher", "us")
    first, again = str(DATA / "hangar.json"), str(DATA / name)
    assert run(cast, "import", "framework", first, *named) == 0
    assert run(cast, "import", "framework", again, *named) == 0
    assert own(cast) == ["hangar/1 1"]

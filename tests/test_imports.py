"""Imports on a real installation: the command and its exit codes, kill -9 in the middle, two at once. Both engines."""

from __future__ import annotations

import csv
import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from qsms import cli
from qsms.exchange import runs
from qsms.exchange.models import ImportRun
from qsms.exchange.tests.tables import checked, quiet, spills
from qsms.org.models import Organisation, Site
from qsms.org.services import grant
from qsms.records import tally
from qsms.records.models import Deed, Record
from tests.cast import Cast
from tests.harness.installation import Install, Installation
from tests.harness.together import at_once

Count = Callable[[str], int]
Run = Callable[..., tuple[int, str, str]]
ADMIN = "admin@larkfield.test"
HEAD = ["Title", "Kind", "What is to be done", "Reference", "Owner"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def installed(request: pytest.FixtureRequest, install: Install, tmp_path: Path) -> tuple[Installation, Count]:
    """An installation with one organisation, and a way to count its rows from outside."""
    address = ""
    if request.param == "postgresql":
        address = request.getfixturevalue("new_database")(with_tables=True)
    installation = install(tmp_path / "home", {"DATABASE_URL": address} if address else {})
    made = installation.run("init", "--name", "Larkfield Air", "--kind", "airline", "--admin", ADMIN)
    assert made.returncode == 0, made.stderr

    def count(statement: str) -> int:
        if address:
            with psycopg.connect(address) as connection:
                found = connection.execute(statement.encode()).fetchone()
        else:
            with closing(sqlite3.connect(installation.home / "qsms.sqlite3")) as connection:
                found = connection.execute(statement).fetchone()
        assert found
        return int(found[0])

    return installation, count


def actions(path: Path, count: int, *, bad: int = 0) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for n in range(count):
            kind = "nonsense" if n < bad else "Corrective"
            writer.writerow([f"Action {n}", kind, "Do it.", f"OLD-{n}", ADMIN])
    return path


RECORDS = "SELECT count(*) FROM records_record"
# Of every table that a record has a part in.
PARTS = (
    RECORDS,
    "SELECT count(*) FROM actions_action",
    "SELECT count(*) FROM records_deed WHERE record_id IS NOT NULL",
    "SELECT coalesce(sum(n), 0) FROM records_tally",
    "SELECT count(*) FROM records_task",
)


def test_kill_in_the_middle_leaves_nothing_and_the_next_run_all(
    installed: tuple[Installation, Count], tmp_path: Path
) -> None:
    installation, count = installed
    table = actions(tmp_path / "actions.csv", 2000)
    before = [count(part) for part in PARTS]
    work = subprocess.Popen(
        [sys.executable, "-m", "qsms.cli", "import", "action", str(table)],
        env=installation.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert work.stderr is not None
    # The rows are being written: the first thousand are in the transaction.
    for line in work.stderr:
        if line.startswith("Importing: 1,000 of"):
            break
    else:
        raise AssertionError("The import ended before it could be killed.")
    work.send_signal(signal.SIGKILL)
    work.wait()
    work.stderr.close()
    assert work.returncode == -signal.SIGKILL
    assert [count(part) for part in PARTS] == before
    assert count("SELECT count(*) FROM exchange_importrun WHERE state = 'running'") == 1

    again = installation.run("import", "action", table)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1] == "2,000 imported"
    assert count(RECORDS) == 2000
    assert count("SELECT count(DISTINCT number) FROM records_record") == 2000
    once_more = installation.run("import", "action", table)
    assert once_more.returncode == 0
    assert "0 new, 2,000 here already" in once_more.stdout
    assert count(RECORDS) == 2000


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `qsms WORDS` on the database of this leg, with one organisation in it: its exit code, and what it said."""

    def ran(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = cli.main([*map(str, words)])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    code, _out, said = ran("init", "--name", "Larkfield Air", "--kind", "airline", "--admin", ADMIN)
    assert code == 0, said
    return ran


def test_the_command_tells_scripts_what_happened(run: Run, tmp_path: Path) -> None:
    table = actions(tmp_path / "actions.csv", 20, bad=3)
    mend = tmp_path / "mend.csv"

    code, out, err = run("import", "action", table, "--dry-run", "--skip-bad")
    assert (code, Record.everywhere.count()) == (1, 0)
    assert "20 rows: 17 new, 0 here already, 0 repeated, 3 with errors" in out
    assert "actions.csv, row 2: Kind: “nonsense” is not one of the choices." in err

    code, out, _err = run("import", "action", table, "--errors", mend)
    assert (code, Record.everywhere.count()) == (1, 0)
    assert "Nothing was imported." in out
    assert len(mend.read_text("utf-8-sig").splitlines()) == 4

    code, out, _err = run("import", "action", table, "--skip-bad", "--as", ADMIN)
    assert (code, Record.everywhere.count()) == (1, 17)
    assert "17 imported\n3 rows were left out\n" in out

    mended = tmp_path / "mended.csv"
    mended.write_text(mend.read_text("utf-8-sig").replace("nonsense", "Corrective"))
    code, _out, err = run("import", "action", mended)
    assert (code, Record.everywhere.count()) == (0, 20), err
    assert Deed.everywhere.filter(label="Import").count() == 3

    for words, expected, said in (
        (("import", "action", tmp_path / "none.csv"), 3, "There is no file"),
        (("import", "nothing", table), 3, "“nothing” is no kind of record. Write one of: action"),
        (("import", "action", table, "--mapping", "asrs"), 3, "There is no mapping “asrs”."),
        (("import", "action", table, "--as", "nobody@x.test"), 3, "Nobody with the address “nobody@x.test”"),
        (
            ("import", "action", table, "--organisation", "other"),
            3,
            "There is no organisation “other”. Write --organisation and one of: lark",
        ),
        (("import", "action", table, "--skip-bad", "--all-or-nothing"), 2, "not allowed with"),
        (("import", "action", __file__), 3, "No column goes to “Title”"),
        (("export", "action", "--format", "csv", "--filter", "colour=red"), 3, "There is no filter “colour”."),
        (("export", "action", "--format", "csv", "--filter", "state=red"), 3, "“red” is no choice for State."),
        (("export", "action", "--format", "csv", "--columns", "red"), 3, "There is no column “red”."),
    ):
        code, _out, err = run(*words)
        assert code == expected, (words, err)
        assert said in err
    assert Record.everywhere.count() == 20

    code, out, err = run("export", "action", "--format", "json", "--columns", "number,title,reference,owner,state")
    assert code == 0, err
    items = json.loads(out)
    assert len(items) == 20
    assert {item["owner"] for item in items} == {ADMIN}
    code, _out, err = run("export", "action", "--format", "csv", "--filter", "state=closed", "-o", tmp_path / "o.csv")
    assert code == 0, err
    assert len((tmp_path / "o.csv").read_text("utf-8-sig").splitlines()) == 1
    assert Deed.everywhere.filter(verb="exported").count() == 2
    # The example of the help, as it is printed.
    Site.objects.create(organisation=Organisation.objects.get(), code="LKF", name="Larkfield", zone="America/Phoenix")
    _code, told, _err = run("export", "--help")
    [[query, kind]] = re.findall(r"such as '([^']+)' for (\w+)", " ".join(told.split()))
    code, _out, err = run("export", kind, "--format", "csv", "--filter", query)
    assert code == 0, err


def importers(cast: Cast) -> None:
    for name in ("safety", "quality"):
        held = cast.people[name].grants.exclude(role__code="reporter").first()
        assert held
        held.role.permissions = [*held.role.permissions, "spill.*"]
        held.role.save()
    grant(cast.people["colleague"], "safety_manager", axis="all")


@pytest.mark.usefixtures("real_db")
def test_two_people_who_import_the_same_bring_it_once(cast: Cast) -> None:
    importers(cast)
    first, second = cast.actor("safety"), cast.actor("quality")
    one, two = checked(first, spills(700)), checked(second, spills(900, start=200))
    for run in (one, two):
        assert runs.claim_run(run, skip_bad=False, worker="", job_id=None)
    done = at_once(lambda: runs.do_run(one, first, quiet), lambda: runs.do_run(two, second, quiet))
    assert done == [None, None]
    assert Record.objects.count() == 1100
    assert one.made + two.made == 1100
    assert one.passed_over + two.passed_over == 500
    assert tally.recount(cast.organisation.pk) == {}


@pytest.mark.usefixtures("real_db")
def test_an_import_that_is_begun_twice_is_done_once(cast: Cast) -> None:
    importers(cast)
    actor = cast.actor("safety")
    # Without keys, so that nothing but the run itself keeps a row from coming twice.
    run = checked(actor, "Title,Fuel,Spilled on\n" + "Drip,jet,2026-01-01\n" * 40)
    claims = at_once(*[lambda: runs.claim_run(ImportRun.everywhere.get(pk=run.pk), skip_bad=False)] * 4)
    assert sorted(claims) == [False, False, False, True]
    # Two workers have it all the same, one of them thought dead.
    twins = [ImportRun.everywhere.get(pk=run.pk) for _twin in range(2)]
    done = at_once(*[lambda twin=twin: runs.do_run(twin, actor, quiet) for twin in twins])
    assert sorted(str(one or "") for one in done) == [
        "",
        "This import is being carried out elsewhere, or is done. Look at its page.",
    ]
    assert Record.objects.count() == 40

"""Imports on a real installation: the command and its exit codes, kill -9 in the middle, two at once. Both engines."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from qsms.exchange import runs
from qsms.exchange.models import ImportRun
from qsms.exchange.tests.tables import checked, quiet, spills
from qsms.org.services import grant
from qsms.records import tally
from qsms.records.models import Record
from tests.cast import Cast
from tests.harness.installation import Installation
from tests.test_concurrency import at_once

Count = Callable[[str], int]
ADMIN = "admin@larkfield.test"
HEAD = ["Title", "Kind", "What is to be done", "Reference", "Owner"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, Count]]:
    """An installation with one organisation, and a way to count its rows from outside."""
    variables: dict[str, str] = {}
    drop = None
    if request.param == "postgresql":
        address, drop = new_database(os.environ["QSMS_TEST_DATABASE_URL"])
        variables = {"DATABASE_URL": address}
    installation = Installation(tmp_path / "home", variables)
    made = installation.run("init", "--name", "Larkfield Air", "--kind", "airline", "--admin", ADMIN)
    assert made.returncode == 0, made.stderr

    def count(statement: str) -> int:
        if variables:
            with psycopg.connect(variables["DATABASE_URL"]) as connection:
                found = connection.execute(statement.encode()).fetchone()
        else:
            with closing(sqlite3.connect(installation.home / "qsms.sqlite3")) as connection:
                found = connection.execute(statement).fetchone()
        assert found
        return int(found[0])

    yield installation, count
    if drop:
        drop()


def new_database(server: str) -> tuple[str, Callable[[], None]]:
    name = f"qsms_import_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def drop() -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    head, _, tail = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{tail}", drop


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
    table = actions(tmp_path / "actions.csv", 3000)
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
    assert again.stdout.splitlines()[-1] == "3,000 imported"
    assert count(RECORDS) == 3000
    assert count("SELECT count(DISTINCT number) FROM records_record") == 3000
    once_more = installation.run("import", "action", table)
    assert once_more.returncode == 0
    assert "0 new, 3,000 here already" in once_more.stdout
    assert count(RECORDS) == 3000


def test_the_command_tells_scripts_what_happened(installed: tuple[Installation, Count], tmp_path: Path) -> None:
    installation, count = installed
    table = actions(tmp_path / "actions.csv", 20, bad=3)
    mend = tmp_path / "mend.csv"

    dry = installation.run("import", "action", table, "--dry-run", "--skip-bad")
    assert (dry.returncode, count(RECORDS)) == (1, 0)
    assert "20 rows: 17 new, 0 here already, 0 repeated, 3 with errors" in dry.stdout
    assert "actions.csv, row 2: Kind: “nonsense” is not one of the choices." in dry.stderr

    strict = installation.run("import", "action", table, "--errors", mend)
    assert (strict.returncode, count(RECORDS)) == (1, 0)
    assert "Nothing was imported." in strict.stdout
    assert len(mend.read_text("utf-8-sig").splitlines()) == 4

    lenient = installation.run("import", "action", table, "--skip-bad", "--as", ADMIN)
    assert (lenient.returncode, count(RECORDS)) == (1, 17)
    assert "17 imported\n3 rows were left out\n" in lenient.stdout

    mended = tmp_path / "mended.csv"
    mended.write_text(mend.read_text("utf-8-sig").replace("nonsense", "Corrective"))
    good = installation.run("import", "action", mended)
    assert (good.returncode, count(RECORDS)) == (0, 20), good.stderr
    assert count("SELECT count(*) FROM records_deed WHERE label = 'Import'") == 3

    for words, code, said in (
        (("import", "action", tmp_path / "none.csv"), 3, "There is no file"),
        (("import", "nothing", table), 3, "“nothing” is no kind of record. Write one of: action"),
        (("import", "action", table, "--mapping", "asrs"), 3, "There is no mapping “asrs”."),
        (("import", "action", table, "--as", "nobody@x.test"), 3, "Nobody with the address “nobody@x.test”"),
        (("import", "action", table, "--organisation", "other"), 3, "There is no organisation “other”. There is: lark"),
        (("import", "action", table, "--skip-bad", "--all-or-nothing"), 2, "not allowed with"),
        (("import", "action", __file__), 3, "No column goes to “Title”"),
        (("export", "action", "--format", "csv", "--filter", "colour=red"), 3, "There is no filter “colour”."),
        (("export", "action", "--format", "csv", "--filter", "state=red"), 3, "“red” is no choice for State."),
        (("export", "action", "--format", "csv", "--columns", "red"), 3, "There is no column “red”."),
    ):
        done = installation.run(*words)
        assert done.returncode == code, (words, done.stderr)
        assert said in done.stderr
    assert count(RECORDS) == 20

    said_json = installation.run(
        "export", "action", "--format", "json", "--columns", "number,title,reference,owner,state"
    )
    assert said_json.returncode == 0, said_json.stderr
    items = json.loads(said_json.stdout)
    assert len(items) == 20
    assert {item["owner"] for item in items} == {ADMIN}
    written = installation.run(
        "export", "action", "--format", "csv", "--filter", "state=closed", "-o", tmp_path / "o.csv"
    )
    assert written.returncode == 0, written.stderr
    assert len((tmp_path / "o.csv").read_text("utf-8-sig").splitlines()) == 1
    assert count("SELECT count(*) FROM records_deed WHERE verb = 'exported'") == 2


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
    done = at_once(cast, lambda: runs.do_run(one, first, quiet), lambda: runs.do_run(two, second, quiet))
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
    claims = at_once(cast, *[lambda: runs.claim_run(ImportRun.everywhere.get(pk=run.pk), skip_bad=False)] * 4)
    assert sorted(claims) == [False, False, False, True]
    # Two workers have it all the same, one of them thought dead.
    twins = [ImportRun.everywhere.get(pk=run.pk) for _twin in range(2)]
    done = at_once(cast, *[lambda twin=twin: runs.do_run(twin, actor, quiet) for twin in twins])
    assert sorted(str(one or "") for one in done) == [
        "",
        "This import is being carried out elsewhere, or is done. Look at its page.",
    ]
    assert Record.objects.count() == 40

"""Small tables of fuel spills for tests, and an import of them without pages and jobs."""

from __future__ import annotations

import io
from pathlib import Path

from django.http import QueryDict

from qsms.base import context
from qsms.exchange import exports, runs
from qsms.exchange.models import ImportRun
from qsms.org.actor import Actor
from qsms.records import registry

HEAD = "Title,Fuel,Spilled on,Airport reference"


def spills(count: int, *, start: int = 0, key: str = "R") -> str:
    """A table of so many good rows."""
    lines = [f"Fuel on the ground {n},jet,2026-01-{n % 28 + 1:02d},{key}-{n}" for n in range(start, start + count)]
    return "\n".join([HEAD, *lines]) + "\n"


def quiet(done: int, total: int | None, sentence: str) -> None:
    """Nobody listens."""


def checked(actor: Actor, *tables: str | Path, kind: str = "spill") -> ImportRun:
    """An import of these tables, as text or as files, matched by itself and checked."""
    files = [
        (table.name, io.BytesIO(table.read_bytes()))
        if isinstance(table, Path)
        else (f"table-{n}.csv", io.BytesIO(table.encode()))
        for n, table in enumerate(tables, 1)
    ]
    run = runs.begin(actor, kind, files)
    runs.match_unattended(run, actor, given=None)
    assert runs.claim_check(run, worker="", job_id=None)
    run.refresh_from_db()
    runs.do_check(run, actor, quiet)
    return run


def imported(actor: Actor, *tables: str | Path, kind: str = "spill", skip_bad: bool = False) -> ImportRun:
    """An import of these tables, carried out."""
    run = checked(actor, *tables, kind=kind)
    assert runs.claim_run(run, skip_bad=skip_bad, worker="", job_id=None)
    runs.do_run(run, actor, quiet)
    return run


def exported(organisation_id: int, actor: Actor, kind: str, form: str) -> bytes:
    """The file of an export of all records of this kind, oldest first."""
    with context.organisation(organisation_id):
        export = exports.prepare(actor, registry.get(kind), QueryDict("phase=all&order=id"), form=form)
        target = io.BytesIO()
        exports.write(export, target)
    return target.getvalue()


def brought_in(organisation_id: int, actor: Actor, kind: str, form: str, data: bytes) -> ImportRun:
    """An import of this file, carried out when no row of it has errors."""
    with context.organisation(organisation_id):
        run = runs.begin(actor, kind, [(f"list.{form}", io.BytesIO(data))])
        runs.match_unattended(run, actor, given=None)
        runs.claim_check(run)
        run.refresh_from_db()
        runs.do_check(run, actor, quiet)
        if run.new and not run.bad:
            runs.claim_run(run, skip_bad=False)
            runs.do_run(run, actor, quiet)
    return run

"""Small tables of fuel spills for tests, and an import of them without pages and jobs."""

from __future__ import annotations

import io

from qsms.exchange import runs
from qsms.exchange.models import ImportRun
from qsms.org.actor import Actor

HEAD = "Title,Fuel,Spilled on,Airport reference"


def spills(count: int, *, start: int = 0, key: str = "R") -> str:
    """A table of so many good rows."""
    lines = [f"Fuel on the ground {n},jet,2026-01-{n % 28 + 1:02d},{key}-{n}" for n in range(start, start + count)]
    return "\n".join([HEAD, *lines]) + "\n"


def quiet(done: int, total: int | None, sentence: str) -> None:
    """Nobody listens."""


def checked(actor: Actor, *texts: str, kind: str = "spill") -> ImportRun:
    """An import of these tables, matched by the names of their columns and checked."""
    files = [(f"table-{n}.csv", io.BytesIO(text.encode())) for n, text in enumerate(texts, 1)]
    run = runs.begin(actor, kind, files)
    runs.match_unattended(run, actor, given=None)
    assert runs.claim_check(run, worker="", job_id=None)
    run.refresh_from_db()
    runs.do_check(run, actor, quiet)
    return run


def imported(actor: Actor, *texts: str, kind: str = "spill", skip_bad: bool = False) -> ImportRun:
    """An import of these tables, carried out."""
    run = checked(actor, *texts, kind=kind)
    assert runs.claim_run(run, skip_bad=skip_bad, worker="", job_id=None)
    runs.do_run(run, actor, quiet)
    return run

"""The command `qsms bench`: seed, serve, drive, tell."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from qsms.base.console import Refused

from . import table

DONE, FOUND_PROBLEMS = 0, 1

SIZES = (10_000, 100_000)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--records", default=",".join(map(str, SIZES)), help="sizes to measure, such as 10000,100000")
    parser.add_argument("--kind", default="report", help="which kind of record (report)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each page is asked for (2)")
    parser.add_argument("--clients", default="1,8", help="how many at once (1,8)")
    parser.add_argument("--import-rows", type=int, default=10_000, help="how many rows of a CSV to import (10000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the scratch installation here, and use it again")
    parser.add_argument(
        "--from", dest="kept", nargs="+", type=Path, metavar="FILE", help="measure nothing: show what --json wrote here"
    )
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--rooms", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Measure this installation's code on a scratch database, never on your own.

    Builds databases of several sizes, starts the real server and drives it over loopback. The database is SQLite, or
    the PostgreSQL that QSMS_BENCH_DATABASE_URL names: an empty one that may be filled. With several sizes, write
    {records} where their names differ: postgresql:///bench{records}. A million records take a while.

    It ends with 1 when a page gave no answer. docs/performance.md says what each figure means.
    """
    if options.one:
        return _measure_one(options)
    if options.kept:
        return _show_kept(options.kept)
    sizes = [int(word) for word in options.records.split(",")]
    if len(sizes) > 1 and "{records}" not in os.environ.get("QSMS_BENCH_DATABASE_URL", "{records}"):
        raise Refused("Each size needs a database of its own. Write {records} into QSMS_BENCH_DATABASE_URL.")
    results = []
    for size in sizes:
        home = Path(options.keep) / str(size) if options.keep else Path(tempfile.mkdtemp(prefix="qsms-bench-"))
        try:
            # What does not depend on the number of records is measured once, beside the first size.
            results.append(_in_process_of_its_own(options, size, home, with_rooms=size == sizes[0]))
        finally:
            if not options.keep:
                shutil.rmtree(home, ignore_errors=True)
    if options.json:
        sys.stdout.write(json.dumps({"machine": _machine(), "runs": results}, indent=1) + "\n")
    else:
        sys.stdout.write(table.text(_machine(), results))
    return FOUND_PROBLEMS if any(one["failed"] for run in results for one in run["timings"]) else DONE


def _show_kept(paths: list[Path]) -> int:
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    machines = dict.fromkeys(one["machine"] for one in kept)
    sys.stdout.write(table.text("; ".join(machines), [run for one in kept for run in one["runs"]]))
    return DONE


def _in_process_of_its_own(options: argparse.Namespace, size: int, home: Path, *, with_rooms: bool) -> dict[str, Any]:
    # Settings are read once per process, so each size gets a process whose home is the scratch folder.
    environment = {
        **os.environ,
        "QSMS_HOME": str(home),
        "DATABASE_URL": os.environ.get("QSMS_BENCH_DATABASE_URL", "").replace("{records}", str(size)),
        "QSMS_DEMO": "0",
        "QSMS_HOSTS": "127.0.0.1",
    }
    words = ["bench", "--one", str(size), "--kind", options.kind, "--seconds", str(options.seconds)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "qsms.cli",
            *words,
            "--clients",
            options.clients,
            "--import-rows",
            str(options.import_rows),
            *(["--rooms"] if with_rooms else []),
        ],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _measure_one(options: argparse.Namespace) -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from .measure import measure

    clients = [int(n) for n in options.clients.split(",")]
    result = measure(options.one, options.kind, options.seconds, clients, options.import_rows, with_rooms=options.rooms)
    sys.stdout.write(json.dumps(result))
    return 0

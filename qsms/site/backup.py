"""`qsms backup`: database, files and keys in one archive, while the server runs."""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from qsms import __version__
from qsms.base.console import Refused, note, progress, say
from qsms.config.home import HOME, SQLITE
from qsms.site.archive import HOME_FOLDER, POSTGRES_MEMBER, SQLITE_MEMBER, Manifest, Writer, home_files
from qsms.site.postgres import client_program, environment


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, help="the archive to write (openqsms-DATE-TIME.tar.gz if left out)"
    )


def run(options: argparse.Namespace) -> None:
    """Writes database, files and keys to one archive, and prints its path.

    The server may go on: the database is copied as of one moment. The archive holds the keys, so whoever has it
    can read everything, sealed identities included: it is readable by you only, and must stay so.
    """
    now = datetime.now(UTC)
    target: Path = (options.file or Path(f"openqsms-{now:%Y%m%d-%H%M%S}.tar.gz")).absolute()
    if target.exists():
        raise Refused(f"“{target}” exists. Name another file, or remove this one.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder “{target.parent}”. Make it, or name another file.")
    write_archive(target, now)
    note(
        "The archive holds the keys of this installation. Keep it where only those who may see everything can read it."
    )
    say(str(target))


def write_archive(target: Path, now: datetime) -> None:
    """Writes the archive at `target`, dated `now`; there is either the whole file or none."""
    migrations = newest_migrations()
    if not migrations:
        raise Refused(
            f"There is nothing to back up: the database of {HOME} has no tables. Set QSMS_HOME or DATABASE_URL."
        )
    manifest = Manifest(now.isoformat(timespec="seconds"), __version__, connection.vendor, migrations)
    with Writer(target, manifest) as archive, tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        # The database first: a file that it names was written before it was named, so none can be missing.
        archive.add(*copy_database(Path(scratch)))
        files = [
            path
            for path in home_files(HOME)
            if path not in {target, archive.draft} and Path(scratch) not in path.parents
        ]
        with progress("Files", len(files)) as advance:
            for path in files:
                archive.add(f"{HOME_FOLDER}/{path.relative_to(HOME)}", path)
                advance(1)


def newest_migrations() -> dict[str, str]:
    """The last applied migration of each app."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


def copy_database(folder: Path) -> tuple[str, Path]:
    """Copies the database as of one moment into `folder`; returns its name in the archive and its path."""
    if connection.vendor == "sqlite":
        copy = folder / SQLITE_MEMBER
        with closing(sqlite3.connect(SQLITE)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            # The copy stands alone, without a log beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        return SQLITE_MEMBER, copy
    copy = folder / POSTGRES_MEMBER
    done = subprocess.run(
        [client_program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", f"--file={copy}"],
        env={"PATH": os.environ.get("PATH", ""), **environment(connection.settings_dict)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"pg_dump failed: {' '.join(done.stderr.split())}")
    return POSTGRES_MEMBER, copy

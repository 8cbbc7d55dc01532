"""`qsms restore`: the way back from an archive, all of it or nothing."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qsms import __version__
from qsms.base import env
from qsms.base.console import Refused, progress, say
from qsms.config.home import HOME, SQLITE
from qsms.site import archive
from qsms.site.postgres import client_program, environment

KILOBYTE = 1000
# What belongs to this machine and not to the data.
STAYS = {"logs", "migrate.lock", "serve.lock"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="an archive written by `qsms backup`")
    parser.add_argument("--force", action="store_true", help="replace what is there")


def run(options: argparse.Namespace) -> None:
    """Brings back database, files and keys from an archive into an empty installation.

    The archive is unpacked and proved first; only then is anything changed, and if a step fails the old state
    stays. Stop the server before. With --force what is there is replaced: files, keys and an SQLite database are
    kept in a folder before-restore-... under QSMS_HOME, tables of PostgreSQL are dropped.
    """
    database = env.database(env.text("DATABASE_URL"), SQLITE)
    is_sqlite = str(database["ENGINE"]).endswith("sqlite3")
    HOME.mkdir(parents=True, exist_ok=True)
    with _server_is_stopped():
        if not options.force:
            _refuse_to_overwrite(database, is_sqlite)
        # Beside its destination, so that moving it there is a rename.
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=HOME) as folder:
            staging = Path(folder)
            manifest = _unpack(options.file, staging)
            _refuse_other_engine(manifest, is_sqlite)
            if is_sqlite:
                with _put_in_place(staging, database_file=staging / archive.SQLITE_MEMBER):
                    pass
            else:
                script = _as_script(staging / archive.POSTGRES_MEMBER)
                with _put_in_place(staging, database_file=None), progress("Loading the database"):
                    _load_script(database, script)
    say(f"Restored the state of {manifest.created_at}, written by OpenQSMS {manifest.program}.")
    if manifest.program != __version__:
        say("Run `qsms migrate` before you start the server: the archive is from another version.")


def _unpack(file: Path, folder: Path) -> archive.Manifest:
    """The archive's content in `folder`, with its progress in kilobytes of the archive."""
    before = 0
    size = file.stat().st_size if file.is_file() else 0
    with progress("Unpacking and proving (kB)", size // KILOBYTE or None) as advance:

        def tell(read: int) -> None:
            nonlocal before
            advance(read // KILOBYTE - before)
            before = read // KILOBYTE

        return archive.unpack(file, folder, tell)


@contextmanager
def _server_is_stopped() -> Iterator[None]:
    with (HOME / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"A server is running on {HOME}. Stop it first.") from error
        yield


def _refuse_to_overwrite(database: dict[str, Any], is_sqlite: bool) -> None:
    held = [path for path in archive.home_files(HOME) if path != HOME / "keys" / "secret"]
    if is_sqlite and SQLITE.exists():
        held.append(SQLITE)
    if held:
        raise Refused(f"{HOME} is not empty ({held[-1].name} is there). Add --force to replace what it holds.")
    if not is_sqlite:
        with _connect(database) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if tables and tables[0]:
            raise Refused(f"The database {database['NAME']} has {tables[0]} tables. Add --force to replace them.")


def _refuse_other_engine(manifest: archive.Manifest, is_sqlite: bool) -> None:
    if (manifest.database == "sqlite") != is_sqlite:
        wanted = (
            "Leave DATABASE_URL unset" if manifest.database == "sqlite" else "Set DATABASE_URL to a PostgreSQL database"
        )
        raise Refused(f"The archive holds a database of {manifest.database}. {wanted}.")


@contextmanager
def _put_in_place(staging: Path, database_file: Path | None) -> Iterator[None]:
    """Moves what the archive holds into QSMS_HOME, and what it replaces aside.

    If that fails, or what is done inside the `with`, everything is moved back.
    """
    aside = HOME / f"{archive.KEPT_ASIDE}{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    aside.mkdir(mode=0o700)
    unpacked = staging / archive.HOME_FOLDER
    coming = [(path, HOME / path.name) for path in sorted(unpacked.iterdir())] if unpacked.is_dir() else []
    if database_file:
        coming.append((database_file, SQLITE))
    going = [
        path for path in HOME.iterdir() if path.name not in STAYS and not path.name.startswith(archive.OWN_FOLDERS)
    ]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in [*((path, aside / path.name) for path in going), *coming]:
            source.rename(target)
            done.append((source, target))
        yield
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        aside.rmdir()
        raise
    if going:
        say(f"What was there before is in {aside}.")
    else:
        aside.rmdir()


def _connect(database: dict[str, Any]) -> Any:
    import psycopg

    try:
        return psycopg.connect(
            dbname=database["NAME"],
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            autocommit=True,
            **database["OPTIONS"],
        )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise Refused(f"The database does not answer: {reason}. Start it, or correct DATABASE_URL.") from error


def _as_script(dump: Path) -> Path:
    """The dump as a script for psql: complete before the database is touched."""
    script = dump.with_suffix(".sql")
    _call([client_program("pg_restore"), "--no-owner", "--no-acl", f"--file={script}", str(dump)], {})
    return script


def _load_script(database: dict[str, Any], script: Path) -> None:
    """Replaces all tables by those of the script in one transaction."""
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    command = [client_program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _call([*command, f"--output={os.devnull}", f"--command={empty}", f"--file={script}"], environment(database))


def _call(command: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        env={"PATH": os.environ.get("PATH", ""), "PGOPTIONS": "--client-min-messages=warning", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"{Path(command[0]).name} failed, nothing was changed: {' '.join(done.stderr.split())}")

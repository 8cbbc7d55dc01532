"""`qsms check`: what would stop this installation, each as a sentence with its remedy."""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import tempfile
import zoneinfo
from collections.abc import Iterator

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, InterfaceError, connection

from qsms import cli
from qsms.base.console import say
from qsms.config.home import HOME
from qsms.site.prepare import pending

ENOUGH_BYTES = 500 * 1024 * 1024
ZONES = ("UTC", "Europe/Zurich", "America/Phoenix", "Asia/Kolkata")


def run(_: argparse.Namespace) -> int:
    """Looks whether database, migrations, folders, keys, disk and time zones are as they must be.

    Prints a line for each; where something is wrong, what it is and how to mend it. Changes nothing.
    """
    found = 0
    for name, look in LOOKS.items():
        problems = list(look())
        found += len(problems)
        say(f"{name}: {'fine' if not problems else ''}".rstrip())
        for problem in problems:
            say(f"  {problem}")
    return cli.FOUND_PROBLEMS if found else cli.DONE


def database() -> Iterator[str]:
    """The database answers, and knows every migration of this version."""
    try:
        connection.ensure_connection()
        lacking = pending()
    except (DatabaseError, InterfaceError) as error:
        reason = str(error).strip().splitlines()[0]
        yield f"The database does not answer: {reason}. Start it, or correct DATABASE_URL."
        return
    if lacking:
        named = ", ".join(lacking[:3]) + (" and more" if len(lacking) > 3 else "")
        yield f"The database lacks {len(lacking)} migrations ({named}). Run `qsms migrate`."


def folders() -> Iterator[str]:
    """Everything under QSMS_HOME can be written."""
    for folder in (HOME, HOME / "keys", HOME / "files"):
        if not folder.exists() and folder != HOME:
            continue
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            yield f"{folder} cannot be written: {reason}. Give it to the user who runs qsms, or set QSMS_HOME."


def keys() -> Iterator[str]:
    """The keys can be read by us and by nobody else."""
    for path in sorted((HOME / "keys").rglob("*")):
        if not path.is_file():
            continue
        if not os.access(path, os.R_OK):
            yield f"{path} cannot be read. Give it to the user who runs qsms."
        elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{path} can be read by others on this machine. Run: chmod 600 {path}"


def disk() -> Iterator[str]:
    """There is room to write."""
    free = shutil.disk_usage(HOME).free
    if free < ENOUGH_BYTES:
        yield f"Only {free // 2**20:,} MiB are free where {HOME} is. Make room, or move QSMS_HOME to a larger disk."


def time_zones() -> Iterator[str]:
    """The system knows the zones of the world, without which deadlines cannot be shown."""
    lacking = []
    for name in ZONES:
        try:
            zoneinfo.ZoneInfo(name)
        except zoneinfo.ZoneInfoNotFoundError:
            lacking.append(name)
    if lacking:
        yield f"Time zone data is missing ({', '.join(lacking)}). Install it (Debian: apt install tzdata)."


def program() -> Iterator[str]:
    """Django's own checks of the settings and the models find nothing."""
    for message in checks.run_checks():
        if message.level >= checks.WARNING:
            yield " ".join(filter(None, (f"{message.id}: {message.msg}", message.hint)))


def search() -> Iterator[str]:
    """Every record can be found by its text."""
    # Models can be imported only after Django is set up, which is after this module.
    from qsms.search import documents

    try:
        lacking = documents.lacking()
    except (DatabaseError, InterfaceError):
        # What is wrong with the database is told under its own name.
        return
    if lacking > 0:
        yield f"Records that search does not know: {lacking:,}. Run `qsms search rebuild`."


def duties() -> Iterator[str]:
    """In each organisation somebody reads what is reported, and somebody keeps the names."""
    from qsms.org.models import Organisation
    from qsms.reports import readers

    try:
        for organisation in Organisation.objects.order_by("pk"):
            for sentence in readers.lacking(organisation.pk):
                yield f"{organisation.name}: {sentence}"
    except (DatabaseError, InterfaceError):
        # What is wrong with the database is told under its own name.
        return


def address() -> Iterator[str]:
    """People can sign in at the address that links will show."""
    if not settings.DEMO and not settings.HTTPS and not settings.BASE_URL.startswith("http://localhost"):
        yield f"QSMS_URL is {settings.BASE_URL}: passwords would travel readable. Put a proxy with https in front."


LOOKS = {
    "Database": database,
    "Folders": folders,
    "Keys": keys,
    "Disk": disk,
    "Time zones": time_zones,
    "Search": search,
    "Duties": duties,
    "Address": address,
    "Program": program,
}

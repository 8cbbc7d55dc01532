"""What must be so before a server may answer: tables of this version, collected static files, the demonstration."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from qsms import __version__, cli
from qsms.base import garbage
from qsms.base.console import note, say
from qsms.config.home import HOME

# Any number will do, as long as every process that migrates this database uses the same one.
MIGRATION_LOCK = 4_711_014


def run_migrate(_: argparse.Namespace) -> int:
    """Brings the database to the version of this program. Safe to repeat, and to start twice at once."""
    changed = migrate()
    say(f"{changed} migrations applied." if changed else "The database is up to date.")
    return cli.DONE


def make_ready() -> int:
    """Everything that `qsms serve` does before it serves; the exit code of what failed, or 0."""
    changed = migrate()
    if changed:
        note(f"Database brought to this version ({changed} migrations).")
    collect_static()
    if settings.DEMO and cli.find(["demo", "load"]):
        return cli.main(["demo", "load", "--if-empty"])
    _tell_who_may_set_up()
    return cli.DONE


def _tell_who_may_set_up() -> None:
    """An empty installation is set up by whoever reads this output, not by whoever finds the server first."""
    from qsms.site.accounts.set_up import link_if_empty

    link = link_if_empty()
    if link:
        note(
            f"This installation is empty. Open this link to set it up (`qsms init` does it without a browser):\n{link}"
        )


def pending() -> list[str]:
    """The migrations that the database still lacks, as "app.name"."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate() -> int:
    """Applies the migrations that the database lacks and returns how many there were.

    Shipped roles of organisations that stand already are brought to this version too, and so are shipped standards,
    matrices, forms and starter courses as far as they were taken.
    """
    from qsms.reports import shipping as forms
    from qsms.risk import shipping as matrices
    from qsms.site import renewing
    from qsms.standards import shipping as standards
    from qsms.training import starters

    shipping = (standards, matrices, forms, starters)
    if not pending() and not renewing.behind() and not any(one.is_behind() for one in shipping):
        return 0
    with _one_at_a_time():
        lacking = pending()
        if lacking:
            with garbage.looked_for_seldom():
                call_command("migrate", interactive=False, verbosity=0)
        # A version that changes no table runs no migration, and with none nothing is shipped. No migration ships the
        # starter courses that organisations have taken.
        for one in shipping:
            if one.is_behind():
                one.ship()
        renewed = renewing.renew_roles()
    if renewed:
        note(f"{renewed} shipped roles brought to this version. What changed stands in the administration's history.")
    return len(lacking)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two servers started at once must not both migrate: a file lock on one machine, a lock of PostgreSQL on many."""
    shared = connection.vendor == "postgresql"
    with (HOME / "migrate.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if shared:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            if shared:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_static() -> None:
    """Collects the static files, unless those that were collected last are still the ones of this code."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    found = _fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == found:
        return
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found, encoding="ascii")


def _fingerprint() -> str:
    lines = [__version__, str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            lines.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

"""`qsms demo load`."""

from __future__ import annotations

import argparse
import time

from qsms import cli
from qsms.base.console import Refused, note, progress, say

SEED = 7


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--if-empty", action="store_true", help="do nothing when there is an organisation already")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another number tells another two years ({SEED})")
    parser.add_argument("--quick", action="store_true", help="a few dozen reports instead of several hundred")


def run(options: argparse.Namespace) -> int:
    """Loads the demonstration: Larkfield Air with two years of linked history, and Quillhaven beside it.

    Everybody's password is “demo”. All of it is loaded or, if it stops on the way, nothing. It goes into an empty
    installation only; QSMS_HOME names another folder for one. The database is brought to this version first.
    """
    from django.db import connection

    from qsms.base import moment
    from qsms.org.models import Organisation
    from qsms.site.prepare import migrate

    from .loading import AlreadyThere, load

    taken = "There is an organisation in this installation already. Name an empty folder with QSMS_HOME."
    # Before the database is touched at all: who named the wrong folder keeps it as it is.
    stands = "org_organisation" in connection.introspection.table_names()
    if stands and not options.if_empty and Organisation.objects.exists():
        raise Refused(taken)
    migrate()
    if options.if_empty and Organisation.objects.exists():
        return cli.DONE
    began = time.monotonic()
    shown = 0
    with progress("Two years at Larkfield Air, day by day", 730) as advance:

        def tell(done: int, _total: int) -> None:
            nonlocal shown
            advance(done - shown)
            shown = done

        try:
            loaded = load(moment.now(), seed=options.seed, quick=options.quick, tell=tell)
        except AlreadyThere as there:
            if options.if_empty:
                return cli.DONE
            raise Refused(taken) from there
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    note(f"It took {time.monotonic() - began:.0f} seconds.")
    say(f"{loaded.reports:,} reports and {loaded.records - loaded.reports:,} other records are loaded.")
    return cli.DONE

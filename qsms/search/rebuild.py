"""`qsms search rebuild`: every search document again, from the records."""

from __future__ import annotations

import argparse

from qsms.base.console import progress, say


def run(_: argparse.Namespace) -> None:
    """Writes every search document again, the newest records first.

    For a search that finds too little or too much, as `qsms check` tells. Others may go on working; until it is
    done, search finds only what has been written again. Stopped half-way, it can simply be started once more.
    """
    # Models can be imported only after Django is set up, which is after this module.
    from qsms.records.models import Record

    from . import documents

    with progress("Search documents", Record.everywhere.count()) as advance:
        written = documents.rebuild(advance)
    say(f"{written:,} search documents written.")

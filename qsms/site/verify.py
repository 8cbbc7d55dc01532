"""`qsms history verify`: whether the history holds together, each problem as a sentence."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms import cli
from qsms.base.console import Refused, note, progress, say


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--organisation", metavar="CODE", help="only this organisation; otherwise all")
    parser.add_argument("--files", action="store_true", help="read every stored file and compare its SHA-256 as well")


def run(options: argparse.Namespace) -> int:
    """Proves that the history of every record holds together, and prints each problem as one sentence.

    What is checked: the database still refuses to alter deeds, changes and signatures; the deeds of each record
    run without a gap to its present version, as corrected where an older version of the program counted wrongly
    (how many records that are is told); each change starts from what the one before it left, and what the
    last one left is what the record holds; what was signed is what the history says was shown; comments and
    files have their deeds; with --files, stored files are what they were.

    What is not proved yet: there are no cryptographic seals. Whoever can write to the database and takes the
    guards away can rewrite a record together with its deeds so that everything fits, remove a deed that changed
    no field, or remove a record with its whole history; none of that shows. Fields that never stood in a deed,
    and columns that a room keeps by itself, are not compared. Keep backups where the administrators of the
    database cannot reach them.

    Changes nothing. Reads in batches, while the server runs.
    """
    from qsms.org.models import Organisation
    from qsms.records import proof

    organisations = Organisation.objects.order_by("pk")
    if options.organisation:
        organisations = organisations.filter(code=options.organisation)
        if not organisations.exists():
            raise Refused(_("There is no organisation “%(code)s”.") % {"code": options.organisation})
    found = corrected = 0
    for sentence in proof.guards():
        say(sentence)
        found += 1
    looked_at = 0
    for one in organisations:
        known = proof.total(one.pk)
        looked_at += known
        with progress(_("Records of %(name)s") % {"name": one.name}, known) as advance:
            found += _told(proof.records(one.pk, advance))
        corrected += proof.corrected(one.pk)
        if options.files:
            with progress(_("Files of %(name)s") % {"name": one.name}, proof.count_files(one.pk)) as advance:
                found += _told(proof.files(one.pk, advance))
    if corrected:
        words = ngettext(
            "%(n)s record has a deed that corrects how an older version of the program counted.",
            "%(n)s records have a deed that corrects how an older version of the program counted.",
            corrected,
        )
        note(words % {"n": f"{corrected:,}"})
    said = _("%(n)s problems found in %(records)s records.") if found else _("%(records)s records: nothing found.")
    note(said % {"n": f"{found:,}", "records": f"{looked_at:,}"})
    return cli.FOUND_PROBLEMS if found else cli.DONE


def _told(problems: Iterable[str]) -> int:
    """Say each problem; how many there were."""
    found = 0
    for sentence in problems:
        say(sentence)
        found += 1
    return found

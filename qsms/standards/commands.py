"""What `qsms import framework`, `qsms import crosswalk` and their exports take on the command line.

The work is in other modules.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from qsms.exchange.commands import who_arguments

# The forms of an exported edition, each with the ending of its file.
FORMS = {
    "yaml": "yaml", "oscal-json": "oscal.json", "oscal-xml": "oscal.xml", "oscal-yaml": "oscal.yaml",
    "csv": "csv", "xlsx": "xlsx",
}  # fmt: skip


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="+",
        type=Path,
        help="our own YAML, an OSCAL catalog in JSON, XML or YAML, or a table of clauses as CSV or XLSX",
    )
    parser.add_argument("--dry-run", action="store_true", help="read and check everything, and bring nothing in")
    named = parser.add_argument_group("for a table, and an OSCAL catalog that does not name them in our words")
    named.add_argument("--code", help="the code that the standard gets here, such as sp-800-53-low")
    named.add_argument("--edition", help="its edition, such as 5.1")
    named.add_argument("--publisher", default="", help="who publishes it")
    named.add_argument("--title", help="what people call it (the code if left out)")
    who_arguments(parser)


def run_import(options: argparse.Namespace) -> int:
    """Brings standards in as the organisation's own; nobody else sees them.

    A file that was read before and has changed becomes the next revision of its edition: what was adopted stays on the
    text that it was adopted with until somebody takes the newer one over. Files that extend one another are read in the
    order in which they are named. All of them come in, or none.

    It ends with 0 when everything is in, or was before; with 1 when a file has faults, each told with how to mend it;
    with 3 when nothing could be done.
    """
    from . import bringing

    return bringing.import_files(options)


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "standard", help="code and edition, such as iso-9001/2015; a code alone means the edition in force today"
    )
    parser.add_argument(
        "--format",
        choices=FORMS,
        default="yaml",
        help="our own YAML (the default), an OSCAL catalog, or a table of clauses",
    )
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE", help="write a file (standard output if left out)"
    )
    who_arguments(parser)


def run_export(options: argparse.Namespace) -> int:
    """Writes one edition, shipped or the organisation's own, so that `qsms import framework` reads it again.

    It is complete without the edition that it extends; a table holds number, title, intent, evidence and place in the
    tree alone. Text that was pasted into requirements stays here. It is noted in the history of the organisation.
    """
    from . import bringing

    return bringing.export_file(options)


def import_pairs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path,
        help="CSV or XLSX with the columns from framework, from clause, to framework, to clause, relation, rationale, "
        "and confidence if you like",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="look at every row, and bring nothing in")
    who_arguments(parser)


def run_import_pairs(options: argparse.Namespace) -> int:
    """Judges how requirements of different standards relate, one pair for each row of a table.

    All rows come in, in one revision, or none. A relation is one of equal, subset, superset, overlap and none, read
    from the first requirement to the second. What is brought in is the organisation's own and counts once a second
    person has confirmed it. A row that says what stands here already is passed over, so a second run changes nothing.

    It ends with 0 when everything is in, or was before; with 1 when rows are refused, each told with how to mend it;
    with 3 when nothing could be done.
    """
    from . import bringing_pairs

    return bringing_pairs.import_file(options)


def export_pairs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv", help="CSV (the default) or a workbook")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE", help="write a file (standard output if left out)"
    )
    who_arguments(parser)


def run_export_pairs(options: argparse.Namespace) -> int:
    """Writes how requirements relate as a table that `qsms import crosswalk` reads again unchanged.

    It holds what the organisation judged, also what waits for a second person, and what came with the program. What
    follows from the text, because one edition contains another, is left out. It is noted in the history of the
    organisation.
    """
    from . import bringing_pairs

    return bringing_pairs.export_file(options)

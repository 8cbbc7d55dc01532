"""What `qsms import` and `qsms export` take on the command line. The work is in `unattended.py` and
`export_command.py`, imported once Django is set up."""

from __future__ import annotations

import argparse
from pathlib import Path

ORDERS = ("dmy", "mdy", "ymd")


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="the kind of record, such as report")
    parser.add_argument("file", nargs="+", type=Path, help="CSV, XLSX, XLS, ODS or exported JSON")
    parser.add_argument(
        "--mapping",
        default="auto",
        metavar="NAME",
        help="a shipped mapping, the file whose columns were matched on the screen, or auto (the default)",
    )
    parser.add_argument("--dry-run", action="store_true", help="check every row and import none")
    bad = parser.add_mutually_exclusive_group()
    bad.add_argument("--skip-bad", action="store_true", help="leave rows with errors out and import the others")
    bad.add_argument(
        "--all-or-nothing", action="store_true", help="import nothing if one row has an error (the default)"
    )
    parser.add_argument("--errors", type=Path, metavar="OUT.csv", help="write the rows with errors and what to mend")
    parser.add_argument("--date-order", choices=ORDERS, help="how 3/4/2026 is meant, if the columns do not show it")
    who_arguments(parser)


def who_arguments(parser: argparse.ArgumentParser) -> None:
    """For whom a command acts."""
    parser.add_argument(
        "--organisation", metavar="CODE", help="the organisation, if there are several and --as does not tell"
    )
    parser.add_argument("--as", dest="person", metavar="E-MAIL", help="act as this person (the system if left out)")


def run_import(options: argparse.Namespace) -> int:
    """Imports tables into full records with numbers and history.

    The layout of each file is recognised; a row whose reference is here already is passed over, so a second run adds
    nothing. Up to 10,000 rows go in all at once or not at all, whatever happens meanwhile; more need --skip-bad and go
    in step by step.

    It ends with 0 when every row is in, or was before; with 1 when rows have errors (with --skip-bad the others are in,
    else none is); with 3 when nothing could be done.
    """
    from qsms.exchange import unattended

    return unattended.import_files(options)


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", help="the kind of record, such as report")
    parser.add_argument("--format", choices=("csv", "xlsx", "json"), required=True)
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="FILE", help="write a file (standard output if left out)"
    )
    parser.add_argument(
        "--filter",
        default="",
        metavar="QUERY",
        help="as in the address of a list, such as 'state=closed&site=LKF' for report; places by code, name or key",
    )
    parser.add_argument(
        "--columns", default="", metavar="NAMES", help="field names with commas between (all if left out)"
    )
    who_arguments(parser)


def run_export(options: argparse.Namespace) -> int:
    """Writes a list as CSV or XLSX for people, or as JSON for programs.

    Closed records are in it unless the filter says otherwise. With --as it holds what that person may export. Text that
    a spreadsheet program would run is guarded, and the import takes the guard off again. It is noted in the history of
    the organisation.
    """
    from qsms.exchange import export_command

    return export_command.export_list(options)

"""`qsms export`: a list to standard output or to a file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import IO

from django.http import QueryDict
from django.utils.translation import gettext as _

from qsms.base import console
from qsms.base.console import Refused
from qsms.exchange import exports
from qsms.exchange.acting import acting_as
from qsms.org.actor import Actor
from qsms.records import listing, registry
from qsms.records.errors import ServiceError
from qsms.records.registry import RecordType

EVERYTHING = 2**31 - 2


def export_list(options: argparse.Namespace) -> int:
    """Export as the command line says; the exit code. Raises Refused."""
    with acting_as(options.organisation, options.person, _("Export")) as actor:
        try:
            sheet = registry.get(options.kind)
        except KeyError:
            known = ", ".join(sorted(sheet.kind for sheet in registry.all_types()))
            sentence = _("“%(kind)s” is no kind of record. Write one of: %(known)s.")
            raise Refused(sentence % {"kind": options.kind, "known": known}) from None
        columns = [name.strip() for name in options.columns.split(",") if name.strip()]
        try:
            query = _query(actor, sheet, options.filter)
            export = exports.prepare(actor, sheet, query, form=options.format, columns=columns)
        except ServiceError as error:
            raise Refused(str(error)) from error
        total = exports.count(export, cap=EVERYTHING)
        exports.note(export, total)
        if export.left_out:
            console.note(export.left_out)
        _write(export, options.output, total)
    return 0


def _query(actor: Actor, sheet: RecordType, text: str) -> QueryDict:
    """The filter as a list's address has it. Closed records count too."""
    query = QueryDict(text, mutable=True)
    query.setdefault("phase", "all")
    unknown = set(query) - {"phase", "order", "q", "lens"} - _filters(sheet, actor)
    if unknown:
        sentence = _("There is no filter “%(name)s”. There are: %(known)s.")
        known_filters = ", ".join(sorted(_filters(sheet, actor)))
        raise Refused(sentence % {"name": sorted(unknown)[0], "known": known_filters})
    return query


def _filters(sheet: RecordType, actor: Actor) -> set[str]:
    found: set[str] = set()
    for one in listing.filters(sheet, actor):
        found |= {f"{one.name}_from", f"{one.name}_to"} if one.kind == "date" else {one.name}
    return found


def _write(export: exports.Export, path: Path | None, total: int) -> None:
    if path is None:
        _to_standard_output(export)
        return
    draft = path.with_name(f"{path.name}.part")
    try:
        # There is either the whole file or none.
        with draft.open("wb") as file, console.progress(_("Exporting"), total) as advance:
            _counted(export, file, advance)
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    console.say(str(path))


def _counted(export: exports.Export, file: IO[bytes], advance: console.Advance) -> None:
    before = 0

    def tell(done: int) -> None:
        nonlocal before
        advance(done - before)
        before = done

    exports.write(export, file, tell)


def _to_standard_output(export: exports.Export) -> None:
    if export.form == "xlsx" and sys.stdout.isatty():
        raise Refused(_("A workbook cannot be shown on a terminal. Name a file with -o."))
    if export.form == "xlsx":
        # The workbook's writer goes back and forth, which a pipe cannot.
        with tempfile.TemporaryFile() as draft:
            exports.write(export, draft)
            draft.seek(0)
            while piece := draft.read(1 << 20):
                sys.stdout.buffer.write(piece)
    else:
        for piece in exports.stream(export):
            sys.stdout.buffer.write(piece)
    sys.stdout.flush()

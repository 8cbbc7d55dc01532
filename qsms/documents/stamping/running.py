"""Starting the program that stamps one PDF and taking what it makes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.utils.translation import gettext as _

from .. import apart
from . import child

CHILD = Path(child.__file__)
# Its reader waits while it is made.
SECONDS = 30
MOST_BYTES, MOST_PAGES = 60_000_000, 1000
# Of what comes out, beyond twice what went in: our pages.
OUR_BYTES = 20_000_000
# In front, and a foot for each page, of these widths in points.
Ours = Callable[[list[float]], bytes]


class CannotStamp(Exception):
    """The file gets no foot under its pages. The text says why, for whoever reads it."""


def stamped(stream: BinaryIO, size: int, ours: Ours) -> BinaryIO:
    """A PDF with what `ours` makes of the widths of its pages, to be closed by the caller. Raises CannotStamp."""
    if size > MOST_BYTES:
        said = _("It is larger than %(most)d MB, so its pages carry no stamp. Keep this sheet with it.")
        raise CannotStamp(said % {"most": MOST_BYTES // 1_000_000})
    most = 2 * size + OUR_BYTES
    with tempfile.TemporaryFile() as said_widths:
        _run("widths", str(MOST_PAGES), stdin=stream, stdout=said_widths, most_bytes=OUR_BYTES)
        said_widths.seek(0)
        widths = [float(one) for one in json.load(said_widths)]
    with tempfile.NamedTemporaryFile(prefix="qsms-stamp-") as laid:
        laid.write(ours(widths))
        laid.flush()
        made = cast(BinaryIO, tempfile.TemporaryFile(prefix="qsms-stamp-"))  # noqa: SIM115 - the caller closes it
        try:
            _run("stamp", laid.name, stdin=stream, stdout=made, most_bytes=most)
        except BaseException:
            made.close()
            raise
    made.seek(0)
    return made


def _run(*words: str, stdin: BinaryIO, stdout: IO[Any], most_bytes: int) -> None:
    stdin.seek(0)
    try:
        status = apart.run(CHILD, *words, stdin=stdin, stdout=stdout, most_bytes=most_bytes, seconds=SECONDS)
    except OSError as error:
        raise CannotStamp(_("Its pages could not be stamped just now. Keep this sheet with it.")) from error
    if status:
        raise CannotStamp(_why(status))


def _why(status: int) -> str:
    if status == child.PROTECTED:
        return _("It is protected with a password, so its pages carry no stamp. Keep this sheet with it.")
    if status == child.TOO_MANY:
        said = _("It has more than %(most)d pages, so they carry no stamp. Keep this sheet with it.")
        return said % {"most": MOST_PAGES}
    return _("It is damaged or made in a way that cannot be stamped. Keep this sheet with it.")

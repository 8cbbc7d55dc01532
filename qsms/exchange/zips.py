"""Guards around zip containers, for workbooks are zips: nothing is unpacked before its size has been judged."""

from __future__ import annotations

import zipfile

from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.sentences import TableError


def check_zip(archive: zipfile.ZipFile, bare: str) -> None:
    """Raise TableError if unpacking would fill memory or disk, or if parts are encrypted.

    The sizes are those the archive states. Python's zipfile never reads a member past its stated size, so an archive
    that lies only gets cut short.
    """
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    steep = any(
        member.file_size > limits.ZIP_RATIO_FROM_BYTES
        and member.file_size > limits.ZIP_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > limits.ZIP_MEMBERS:
        sentence = _(
            "“%(name)s” holds %(count)s parts, far more than a workbook has. Save the table as CSV and try again."
        )
        raise TableError(sentence % {"name": bare, "count": len(members)}, code="zip-bomb")
    if unpacked > limits.UNPACKED_BYTES or steep:
        sentence = _(
            "“%(name)s” would unpack from %(packed)s to %(unpacked)s, which is refused to keep the system safe. "
            "Save the table as CSV, or split it into several files."
        )
        values = {"name": bare, "packed": _megabytes(packed), "unpacked": _megabytes(unpacked)}
        raise TableError(sentence % values, code="zip-bomb")
    if any(member.flag_bits & 1 for member in members):
        sentence = _("“%(name)s” is locked with a password. Take the password off, save it and try again.")
        raise TableError(sentence % {"name": bare}, code="password")


def _megabytes(size: int) -> str:
    if size < 1 << 20:
        return f"{max(1, size >> 10)} KB"
    return f"{size / (1 << 20):.1f} MB" if size < 10 << 20 else f"{size >> 20} MB"

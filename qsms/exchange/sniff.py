"""What a file really is, decided by its content. The name only helps to word the answer."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import filetype
from django.utils.translation import gettext as _

from qsms.exchange import limits
from qsms.exchange.delimiters import find_marks
from qsms.exchange.encodings import check_encoding, find_encoding
from qsms.exchange.sentences import TableError, shown, shown_name
from qsms.exchange.zips import check_zip

Kind = Literal["csv", "xlsx", "xls", "ods", "json"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAMPLE_CHARACTERS = 256 * 1024
# A list of objects, as our own export writes it. Other JSON is no table.
_OBJECTS = re.compile(r"\ufeff?\s*\[\s*\{")
_WEB_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sniffed:
    """What was found. Encoding, delimiter and quote are empty for workbooks; `skip` counts lines that are not table."""

    kind: Kind
    encoding: str = ""
    confidence: float = 1.0
    delimiter: str = ""
    quote: str = ""
    skip: int = 0
    notes: tuple[str, ...] = field(default=())


def sniff(path: Path, *, name: str, encoding: str | None = None, delimiter: str | None = None) -> Sniffed:
    """Say what the file at `path` is. Raises TableError with a sentence for everything that is not a table.

    A chosen `encoding` or `delimiter` is obeyed; without one it is worked out from the content.
    """
    bare = shown_name(name)
    size = path.stat().st_size
    if not size:
        raise TableError(_("“%(name)s” is empty. Choose the file that holds the rows.") % {"name": bare}, code="empty")
    if size > limits.FILE_BYTES:
        sentence = _(
            "“%(name)s” has %(size)s MB; the most that can be read is %(most)s MB. Split it into several files."
        )
        values = {"name": bare, "size": size >> 20, "most": limits.FILE_BYTES >> 20}
        raise TableError(sentence % values, code="too-large")
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"PK"):
        kind = _workbook(path, bare)
        if kind == "ods" and size > limits.WHOLE_FILE_BYTES:
            raise TableError(_too_large_to_hold(bare), code="too-large")
        return Sniffed(kind)
    if head.startswith(_OLE):
        return Sniffed(_old_workbook(path, bare))
    _refuse_binary(head, bare)
    return _text(path, bare, encoding, delimiter)


def _workbook(path: Path, bare: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(archive, bare)
            members = set(archive.namelist())
            mime = archive.read("mimetype")[:100] if "mimetype" in members else b""
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        sentence = _("“%(name)s” is damaged: its end is missing or does not fit. Get the file again, or save it anew.")
        raise TableError(sentence % {"name": bare}, code="damaged") from error
    if "xl/workbook.xml" in members:
        return "xlsx"
    if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.bin" in members:
        what = _("a binary Excel workbook (.xlsb)")
    elif any(member.startswith("word/") for member in members) or b"opendocument.text" in mime:
        what = _("a text document")
    elif any(member.startswith("ppt/") for member in members) or b"opendocument.presentation" in mime:
        what = _("a presentation")
    elif any(member.endswith(".numbers") or member.startswith("Index/") for member in members):
        what = _("an Apple Numbers file")
    elif any(member.startswith("xl/") for member in members):
        what = _("an Excel workbook without its main part, so it is damaged")
    else:
        sentence = _("“%(name)s” is a zip archive. Unpack it and choose the table inside.")
        raise TableError(sentence % {"name": bare}, code="zip")
    raise _not_a_table(bare, what, code="other-document")


def _old_workbook(path: Path, bare: str) -> Kind:
    """Old Office files share one container; the names of its parts, in UTF-16, say which program wrote it."""
    if path.stat().st_size > limits.WHOLE_FILE_BYTES:
        raise TableError(_too_large_to_hold(bare), code="too-large")
    data = path.read_bytes()
    if _part("EncryptedPackage") in data:
        sentence = _("“%(name)s” is locked with a password. Open it, take the password off, save it and try again.")
        raise TableError(sentence % {"name": bare}, code="password")
    if _part("Workbook") in data or _part("Book") in data:
        return "xls"
    what = _("a text document") if _part("WordDocument") in data else _("an old Office file, but not a workbook")
    raise _not_a_table(bare, what, code="other-document")


def _part(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\x00\x00"


def _too_large_to_hold(bare: str) -> str:
    sentence = _(
        "“%(name)s” is larger than %(most)s MB, too much for this format. Save it as .xlsx or CSV and try again."
    )
    return sentence % {"name": bare, "most": limits.WHOLE_FILE_BYTES >> 20}


def _not_a_table(bare: str, what: str, *, code: str) -> TableError:
    sentence = _("“%(name)s” is %(what)s, not a table. Save the table as .xlsx or CSV and choose that file.")
    return TableError(sentence % {"name": bare, "what": what}, code=code)


def _refuse_binary(head: bytes, bare: str) -> None:
    if head.startswith(b"%PDF"):
        raise _not_a_table(bare, _("a PDF document"), code="pdf")
    if head.startswith(b"{\\rtf"):
        raise _not_a_table(bare, _("a text document"), code="other-document")
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff")):
        return
    known = filetype.guess(head)
    # Some of filetype's signatures are plain letters ("BM", "MZ"), with which a table may well begin.
    if known is not None and not (
        known.extension in {"bmp", "exe", "Z", "ps"} and head[:2048].isascii() and b"\x00" not in head
    ):
        kinds = {
            "image": _("a picture"),
            "video": _("a video"),
            "audio": _("a sound recording"),
            "font": _("a font"),
        }
        archives = {"gz", "bz2", "7z", "rar", "xz", "tar", "zst", "lz", "lz4", "Z"}
        if known.extension in archives:
            sentence = _("“%(name)s” is a packed archive (%(kind)s). Unpack it and choose the table inside.")
            raise TableError(sentence % {"name": bare, "kind": known.extension}, code="zip")
        what = kinds.get(known.mime.split("/")[0], _("a %(kind)s file") % {"kind": known.extension})
        raise _not_a_table(bare, what, code="binary")
    control = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a\x1b" for byte in head)
    zeros = head.count(0)
    # Half zeros is UTF-16 without a mark; a stray control byte is a row's problem, not the file's.
    if control > max(8, 0.05 * len(head)) and not 0.3 * len(head) < zeros < 0.6 * len(head):
        raise _not_a_table(bare, _("a program's own data"), code="binary")


def _text(path: Path, bare: str, encoding: str | None, delimiter: str | None) -> Sniffed:
    confidence, notes = 1.0, tuple[str, ...]()
    if encoding:
        codec = check_encoding(encoding)
        if codec == "utf-8":
            codec = "utf-8-sig"
    else:
        found = find_encoding(path)
        codec, confidence, notes = found.name, found.confidence, found.notes
    sample = _sample(path, codec, bare)
    if _OBJECTS.match(sample):
        return Sniffed("json", codec, confidence, notes=notes)
    _refuse_markup(sample, bare)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '\r\n"'):
        sentence = _("“%(mark)s” cannot separate cells. Choose one character, such as a comma or a semicolon.")
        raise TableError(sentence % {"mark": shown(delimiter)}, code="delimiter")
    lines = sample.splitlines(keepends=True)
    if len(sample) >= _SAMPLE_CHARACTERS and len(lines) > 1:
        lines.pop()
    marks = find_marks(lines, delimiter)
    return Sniffed("csv", codec, confidence, marks.delimiter, marks.quote, int(marks.hinted), notes)


def _sample(path: Path, codec: str, bare: str) -> str:
    errors = "replace" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    try:
        with io.TextIOWrapper(path.open("rb"), codec, errors, newline="") as file:
            return file.read(_SAMPLE_CHARACTERS)
    except UnicodeError as error:
        sentence = _("“%(name)s” cannot be read as %(codec)s. Choose another encoding, or save the file as UTF-8.")
        raise TableError(sentence % {"name": bare, "codec": codec}, code="encoding") from error


def _refuse_markup(sample: str, bare: str) -> None:
    start = sample[:4096].lstrip("\ufeff \t\r\n")
    if not start:
        raise TableError(
            _("“%(name)s” holds no text. Choose the file that holds the rows.") % {"name": bare}, code="empty"
        )
    if _WEB_PAGE.match(start):
        raise _not_a_table(bare, _("a web page"), code="html")
    if re.match(r"<svg\b", start) or (start.startswith("<?xml") and "<svg" in start):
        raise _not_a_table(bare, _("a drawing (SVG)"), code="svg")
    if start.startswith("<?xml"):
        if "urn:schemas-microsoft-com:office:spreadsheet" in start:
            raise _not_a_table(bare, _("an Excel 2003 XML file"), code="xml")
        raise _not_a_table(bare, _("an XML file"), code="xml")
    if re.match(r"\[\s*[\[{\"]|\{\s*\"", start):
        raise _not_a_table(bare, _("a JSON file"), code="json")

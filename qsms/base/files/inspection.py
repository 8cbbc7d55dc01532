"""What a file from outside really is, and whether it may be kept."""

from __future__ import annotations

import codecs
import re
import tempfile
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

import filetype
from django.conf import settings
from django.utils.translation import gettext as _

from qsms.base.files import pdf, pictures, rtf
from qsms.base.files.archives import RUNNABLE, zip_media_type
from qsms.base.files.kinds import MEGABYTE, Kind, kinds
from qsms.base.files.names import clean_name, split_extension
from qsms.base.files.refusal import Refused, macros, program, protected
from qsms.base.storage import digest

CHUNK_BYTES = 1024 * 1024
HEAD_BYTES = 64 * 1024
SPOOL_BYTES = 4 * MEGABYTE

# Joined here, so that this file itself is not reported by a scanner.
TEST_VIRUS = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COMPOUND_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "__substg1.0_": "application/vnd.ms-outlook",
}
# How a browser tells a web page from its first letters; blanks, comments and an XML declaration may stand before.
LEAD = r"(?:\ufeff|\s|<\?xml[^>]*>|<!--.*?-->)*"
WEB_PAGE = re.compile(
    LEAD + r"<(?:!doctype\s+html|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|img|object"
    r"|embed|form|meta|link|base)[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
DRAWING = re.compile(LEAD + r"(?:<!doctype\s+svg[^>]*>)?" + LEAD + r"<(?:\w+:)?svg[\s>/]", re.IGNORECASE | re.DOTALL)
SAME_AS = {
    "image/heif": "image/heic",
    "audio/wav": "audio/x-wav",
    "video/x-m4v": "video/mp4",
    "image/apng": "image/png",
}
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file. With a `refusal` it must not be kept; a `note` is shown to whoever added it."""

    name: str
    size: int
    sha256: str = ""
    media_type: str = "application/octet-stream"
    label: str = ""
    extension_ok: bool = True
    safe_to_inline: bool = False
    refusal: str = ""
    note: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the file may be kept."""
        return not self.refusal


def inspect(stream: BinaryIO, claimed_name: str | None) -> FileFacts:
    """All facts about the file in `stream`, decided by its content. Leaves a seekable stream at its start.

    Damaged PDFs and pictures are accepted, because evidence is not always whole, but never shown inline. Web pages,
    programs, macros and archives that hide something are refused.
    """
    name = clean_name(claimed_name)
    limit = settings.FILE_LIMIT_MB * MEGABYTE
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        if stream.seekable():
            readable = stream
        else:
            readable = cast(BinaryIO, spool)
            _copy_up_to(stream, readable, limit + 1)
        facts = FileFacts(name=name, size=readable.seek(0, 2))
        try:
            # Before anything is read: a sparse file of a terabyte costs nothing to send to the size check.
            _check_size(facts, limit, _("any file"))
            readable.seek(0)
            facts = replace(facts, sha256=digest(readable))
            kind = _kind_of(readable, name)
            _check_size(facts, kind.limit_bytes, kind.label)
            facts = _with_content(facts, kind, readable)
        except Refused as refused:
            facts = replace(facts, refusal=str(refused))
        readable.seek(0)
        return facts


def _kind_of(stream: BinaryIO, name: str) -> Kind:
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    extension = split_extension(name)[1]
    if TEST_VIRUS in head[:4096]:
        raise Refused(_("This file is a known test virus. It was not kept."))
    if extension in kinds().programs or head.startswith(RUNNABLE):
        raise program(name)
    media_type = _media_type(stream, head, name, extension)
    kind = kinds().by_media_type.get(media_type)
    if kind is None:
        raise Refused(
            _("“%(name)s” is of a kind that is not accepted. Add a PDF, a picture, a text, or an office document.")
            % {"name": name}
        )
    return kind


def _media_type(stream: BinaryIO, head: bytes, name: str, extension: str) -> str:
    if head.startswith(rtf.START):
        rtf.check(stream, name)
        return "application/rtf"
    text = _as_text(head)
    if text is None and b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith(b"PK"):
        return zip_media_type(stream, name)
    if head.startswith(COMPOUND):
        return _compound_media_type(stream, name)
    if text is None or head.startswith((b"%PDF-", b"GIF8")):
        found = filetype.guess(head)
        media_type = found.mime if found else "application/octet-stream"
        return SAME_AS.get(media_type, media_type)
    return _text_media_type(text, name, extension)


def _text_media_type(text: str, name: str, extension: str) -> str:
    by_name = kinds().text_by_extension.get(extension)
    if DRAWING.match(text):
        return "image/svg+xml"
    # A text that begins with a tag is still a text when its name says so: it is handed out as one, never sniffed.
    if WEB_PAGE.match(text) and (by_name is None or by_name.media_type == "application/xml"):
        raise Refused(
            _("“%(name)s” holds a web page. Web pages are not accepted. Print it to a PDF and add that.")
            % {"name": name}
        )
    return by_name.media_type if by_name else "text/plain"


def _as_text(head: bytes) -> str | None:
    """The beginning as text; None when it holds what no text holds."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
        return None if NO_TEXT.search(text) else text
    try:
        # A logger's escape codes do not make a text anything else, but no text holds a zero byte.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
        return None if "\0" in text else text
    except UnicodeDecodeError:
        text = head.decode("latin-1")
        return None if NO_TEXT.search(text) else text


def _compound_media_type(stream: BinaryIO, name: str) -> str:
    """Which of the older office files this is, by the names of the streams inside."""
    stream.seek(0)
    content = stream.read(settings.FILE_LIMIT_MB * MEGABYTE)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise protected(name)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise macros(name)
    for inner, media_type in COMPOUND_STREAMS.items():
        if inner.encode("utf-16-le") in content:
            return media_type
    return "application/x-ole-storage"


def _with_content(facts: FileFacts, kind: Kind, stream: BinaryIO) -> FileFacts:
    stem, extension = split_extension(facts.name)
    extension_ok = extension in kind.extensions
    note = doubt = ""
    name = facts.name
    if not extension_ok:
        # Only a known extension is a false claim; "minutes.v2" has none that means anything.
        name = clean_name(f"{stem if extension in kinds().known_extensions else facts.name}.{kind.extensions[0]}")
        note = _("“%(name)s” was renamed to “%(new)s” to fit its content (%(kind)s).") % {
            "name": facts.name,
            "kind": kind.label,
            "new": name,
        }
    if kind.media_type == "application/pdf":
        doubt = pdf.doubt(stream)
    elif kind.inline:
        doubt = pictures.doubt(stream, kind.media_type)
    return replace(
        facts,
        name=name,
        media_type=kind.media_type,
        label=kind.label,
        extension_ok=extension_ok,
        safe_to_inline=kind.inline and not doubt,
        note=" ".join(part for part in (note, doubt) if part),
    )


def _check_size(facts: FileFacts, limit_bytes: int, label: str) -> None:
    if not facts.size:
        raise Refused(_("“%(name)s” is empty. Choose the file again.") % {"name": facts.name})
    if facts.size > limit_bytes:
        raise Refused(
            _("“%(name)s” is too large. The limit is %(limit)d MB (%(kind)s). Make it smaller or split it.")
            % {"name": facts.name, "kind": label, "limit": limit_bytes // MEGABYTE}
        )


def _copy_up_to(source: BinaryIO, target: BinaryIO, limit: int) -> None:
    while limit > 0 and (chunk := source.read(min(CHUNK_BYTES, limit))):
        target.write(chunk)
        limit -= len(chunk)

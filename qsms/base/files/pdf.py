"""PDF documents: whether they may be shown, and the same document without traces of its author."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

from qsms.base.files.jpeg import without_app_segments
from qsms.base.files.spool import spooled

if TYPE_CHECKING:
    from pypdf import PdfWriter

TAIL_BYTES = 2048
CHUNK_BYTES = 1024 * 1024
OVERLAP_BYTES = 32
# Names can be written in other ways too; the viewer's own walls stand behind this first look.
ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|RichMedia|EmbeddedFiles?|XFA|GoToE|SubmitForm|ImportData)(?=[\s/<(\[\d])"
)
TRACES = ("/Metadata", "/PieceInfo", "/LastModified")


def doubt(stream: BinaryIO) -> str:
    """Why this PDF is not shown in the browser; empty when nothing speaks against it."""
    stream.seek(0)
    if not stream.read(5).startswith(b"%PDF-"):
        return _("Something stands before the beginning of this PDF. It is offered for download only.")
    size = stream.seek(0, 2)
    stream.seek(max(0, size - TAIL_BYTES))
    tail = stream.read()
    if b"%%EOF" not in tail or b"startxref" not in tail:
        return _("This PDF is incomplete and cannot be opened. It is kept as it is; add it again if you can.")
    stream.seek(0)
    before = b""
    while chunk := stream.read(CHUNK_BYTES):
        if ACTIVE.search(before + chunk):
            return _("This PDF holds active content. It is offered for download only.")
        before = chunk[-OVERLAP_BYTES:]
    return ""


def stripped(stream: BinaryIO) -> BinaryIO | None:
    """A copy without author, dates, producer, XMP, names in annotations and data in photos; None if that fails."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    stream.seek(0)
    try:
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted:
            return None
        # Page by page instead of a clone: what no page uses (old revisions, attached files) stays behind.
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        writer.metadata = None
        for thing in tuple(writer._objects):
            _clean(thing, writer)
        with spooled() as output:
            writer.write(output)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        # A broken PDF makes the library fail in many ways; each of them means: not cleaned, so not accepted.
        return None
    return output


def _clean(thing: object, writer: PdfWriter) -> None:
    from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, NameObject, NullObject, StreamObject

    if not isinstance(thing, DictionaryObject):
        return
    for key in TRACES:
        trace = thing.pop(NameObject(key), None)
        # The writer writes all it holds, referred to or not, so the thing itself has to go as well.
        if isinstance(trace, IndirectObject):
            writer._objects[trace.idnum - 1] = NullObject()
    if thing.get("/Type") == "/Annot" or ("/Subtype" in thing and "/Rect" in thing):
        for key in ("/T", "/M", "/CreationDate", "/NM"):
            # A form field's /T is its own name, not that of a person.
            if not (key == "/T" and "/FT" in thing):
                thing.pop(NameObject(key), None)
    if isinstance(thing, StreamObject) and not isinstance(thing, ContentStream):
        filters = thing.get("/Filter")
        if filters == "/DCTDecode" or filters == ["/DCTDecode"]:
            thing._data = without_app_segments(thing._data)

"""The program that reads one file: `child.py MEDIA_TYPE LIMIT < file > words`.

It is run on its own under limits (apart/limits.py), never imported by the server for what it reads.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

OFFICE = "application/vnd.openxmlformats-officedocument."


class Enough(Exception):
    """As many words were written as were asked for."""


def pdf(stream: io.BytesIO) -> Iterator[str]:
    """The text of each page."""
    from pypdf import PdfReader

    for page in PdfReader(stream).pages:
        yield page.extract_text()


def docx(stream: io.BytesIO) -> Iterator[str]:
    """Paragraphs and tables in their order."""
    from docx import Document
    from docx.table import Table

    for block in Document(stream).iter_inner_content():
        if isinstance(block, Table):
            yield from ("\t".join(cell.text for cell in row.cells) for row in block.rows)
        else:
            yield block.text


def xlsx(stream: io.BytesIO) -> Iterator[str]:
    """Each row of each sheet, cells apart by tabs."""
    from openpyxl import load_workbook

    for sheet in load_workbook(stream, read_only=True, data_only=True).worksheets:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            if any(cell is not None for cell in row):
                yield "\t".join("" if cell is None else str(cell) for cell in row)


def pptx(stream: io.BytesIO) -> Iterator[str]:
    """What stands on each slide, and its notes."""
    from pptx import Presentation

    for slide in Presentation(stream).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text
            if getattr(shape, "has_table", False):
                yield from ("\t".join(cell.text for cell in row.cells) for row in shape.table.rows)
        if slide.has_notes_slide:
            yield slide.notes_slide.notes_text_frame.text


def odf(stream: io.BytesIO) -> Iterator[str]:
    """Headings and paragraphs of an OpenDocument file, wherever they stand."""
    from odfdo import Document

    body = Document(stream).body
    for element in body.get_elements("//text:h | //text:p"):
        yield str(element.text_recursive)


def text(stream: io.BytesIO) -> Iterator[str]:
    """A text as it is, in whatever letters it was written."""
    from charset_normalizer import from_bytes

    raw = stream.read()
    try:
        yield raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(raw[:200_000]).best()
        yield raw.decode(best.encoding if best is not None else "latin-1", errors="replace")


READERS: dict[str, Callable[[io.BytesIO], Iterator[str]]] = {
    "application/pdf": pdf,
    f"{OFFICE}wordprocessingml.document": docx,
    f"{OFFICE}spreadsheetml.sheet": xlsx,
    f"{OFFICE}presentationml.presentation": pptx,
    "application/vnd.oasis.opendocument.text": odf,
    "application/vnd.oasis.opendocument.presentation": odf,
    "application/vnd.oasis.opendocument.spreadsheet": odf,
    "text/plain": text,
    "text/csv": text,
    "application/json": text,
    "application/xml": text,
    "application/yaml": text,
}


def write(pieces: Iterator[str], out: Any, limit: int) -> None:
    """The words, at most `limit` bytes of them, flushed as they come: what was read before a failure counts."""
    written = 0
    for piece in pieces:
        line = f"{piece.rstrip()}\n".replace("\x00", "").encode("utf-8", "replace")
        out.write(line[: limit - written])
        written += len(line)
        if written >= limit:
            raise Enough
    out.flush()


def main() -> int:
    """0 all of it was read, 3 there was more than the limit, anything else it could not be read."""
    media_type, limit = sys.argv[1], int(sys.argv[2])
    raw = io.BytesIO(sys.stdin.buffer.read())
    try:
        write(READERS[media_type](raw), sys.stdout.buffer, limit)
    except Enough:
        sys.stdout.buffer.flush()
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The program that reads one file: `child.py MEDIA_TYPE LIMIT < file > words`.

It is run on its own under limits (apart/limits.py), never imported by the server for what it reads.
"""

from __future__ import annotations

import codecs
import io
import re
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


class Rich:
    """A text in rich text format, read piece by piece: groups nest, and some of them are not for people."""

    # A control word with its number, a byte in hex, a control sign, a brace, plain bytes; anything at all after that.
    PIECE = re.compile(
        rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|.",
        re.DOTALL,
    )
    SILENT = frozenset({
        "fonttbl", "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "rsidtbl", "filetbl", "info",
        "pict", "object", "fldinst", "generator", "themedata", "colorschememapping", "datastore", "latentstyles",
        "xmlnstbl", "bkmkstart", "bkmkend",
    })  # fmt: skip
    BREAKS = frozenset({"par", "line", "row", "sect", "page"})
    LETTERS = {
        "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
        "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ",
    }  # fmt: skip
    SIGNS = {"~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}"}

    def __init__(self, raw: bytes) -> None:
        self.raw, self.at, self.codec = raw, 0, "cp1252"
        # Of the group one is in: whether nothing of it is said, and how many bytes stand in for a letter.
        self.silent, self.instead = False, 1
        self.outer: list[tuple[bool, int]] = []
        # What is said so far on this line, bytes that are not letters yet, and bytes to skip after a letter.
        self.said: list[str] = []
        self.waiting = bytearray()
        self.owed = 0

    def lines(self) -> Iterator[str]:
        """Each paragraph."""
        while (piece := self.PIECE.match(self.raw, self.at)) is not None:
            self.at = piece.end()
            word, number, code, sign, brace, plain = (part.decode("latin-1") if part else "" for part in piece.groups())
            if word in self.BREAKS:
                if not self.silent:
                    yield self.line()
            elif word:
                self.word(word, int(number or 0), given=bool(number))
            elif sign:
                self.sign(sign)
            elif brace:
                self.brace(brace)
            else:
                self.bytes(bytes.fromhex(code) if code else plain.encode("latin-1"))
        yield self.line()

    def line(self) -> str:
        """What was said since the last one, halves of letters put together."""
        self.letter("")
        whole = "".join(self.said).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self.said.clear()
        return whole

    def word(self, word: str, number: int, *, given: bool) -> None:
        if word in self.SILENT:
            self.silent = True
        elif word in self.LETTERS:
            self.letter(self.LETTERS[word])
        elif word == "u" and given:
            self.letter(chr(number & 0xFFFF))
            self.owed = self.instead
        elif word == "uc":
            self.instead = max(number, 0)
        elif word == "bin":
            self.at += max(number, 0)
        elif word == "ansicpg":
            self.codec = self.named(number)

    def sign(self, sign: str) -> None:
        if sign == "*":
            # What a reader of an older day does not know, it leaves out; so do we.
            self.silent = True
        elif sign in self.SIGNS:
            self.letter(self.SIGNS[sign])

    def brace(self, brace: str) -> None:
        self.letter("")
        self.owed = 0
        if brace == "{":
            self.outer.append((self.silent, self.instead))
        elif self.outer:
            self.silent, self.instead = self.outer.pop()

    def bytes(self, raw: bytes) -> None:
        kept = raw[self.owed :]
        self.owed = max(0, self.owed - len(raw))
        if not self.silent:
            self.waiting += kept

    def letter(self, letter: str) -> None:
        """Say a letter, after what waits to become letters."""
        if self.waiting:
            self.said.append(self.waiting.decode(self.codec, "replace"))
            self.waiting.clear()
        if letter and not self.silent:
            self.said.append(letter)

    @staticmethod
    def named(page: int) -> str:
        """The codec of a code page, or that of western Windows."""
        name = {65001: "utf-8", 10000: "mac_roman"}.get(page, f"cp{page}")
        try:
            return codecs.lookup(name).name
        except LookupError:
            return "cp1252"


def rtf(stream: io.BytesIO) -> Iterator[str]:
    """Paragraphs of a text in rich text format, without what is for programs."""
    return Rich(stream.read()).lines()


READERS: dict[str, Callable[[io.BytesIO], Iterator[str]]] = {
    "application/pdf": pdf,
    f"{OFFICE}wordprocessingml.document": docx,
    f"{OFFICE}spreadsheetml.sheet": xlsx,
    f"{OFFICE}presentationml.presentation": pptx,
    "application/vnd.oasis.opendocument.text": odf,
    "application/vnd.oasis.opendocument.presentation": odf,
    "application/vnd.oasis.opendocument.spreadsheet": odf,
    "application/rtf": rtf,
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

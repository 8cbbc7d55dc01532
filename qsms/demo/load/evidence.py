"""Small real files for reports and actions, made on the spot: pictures, notes, tables, a page."""

from __future__ import annotations

import io
from functools import lru_cache
from random import Random
from typing import BinaryIO

from PIL import Image, ImageDraw

SIZE = (320, 240)
GROUNDS = ((88, 96, 105), (120, 113, 100), (70, 84, 92), (133, 126, 118))
THINGS = ((201, 76, 52), (222, 178, 60), (64, 118, 156), (92, 140, 88))
DIFFERENT = 24


def picture(rng: Random) -> BinaryIO:
    """A picture of something on a hard floor, as a JPEG."""
    return io.BytesIO(_picture(rng.randrange(DIFFERENT)))


@lru_cache(maxsize=DIFFERENT)
def _picture(number: int) -> bytes:
    rng = Random(number)  # noqa: S311 - sample data, nothing secret
    image = Image.new("RGB", SIZE, rng.choice(GROUNDS))
    pen = ImageDraw.Draw(image)
    for line in range(0, SIZE[0], 64):
        pen.line((line, 0, line + 30, SIZE[1]), fill=(160, 160, 155), width=2)
    left, top = rng.randrange(40, 140), rng.randrange(40, 100)
    box = (left, top, left + rng.randrange(70, 140), top + rng.randrange(50, 110))
    draw = rng.choice((pen.ellipse, pen.rectangle))
    draw(box, fill=rng.choice(THINGS), outline=(30, 30, 30), width=3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def note(title: str, text: str) -> BinaryIO:
    """A short text."""
    return io.BytesIO(f"{title}\n\n{text}\n".encode())


def file(name: str, title: str, text: str, rng: Random) -> BinaryIO:
    """A file of the kind that its name promises, with this text in it."""
    kind = name.rpartition(".")[2]
    if kind in ("jpg", "jpeg"):
        return picture(rng)
    if kind == "pdf":
        return io.BytesIO(_page(title, text))
    if kind == "xlsx":
        return io.BytesIO(_workbook(title, text))
    if kind == "csv":
        return io.BytesIO(f"what,value\r\n{title.replace(',', ' ')},1\r\n{text.replace(',', ' ')},1\r\n".encode())
    return note(title, text)


def _page(title: str, text: str) -> bytes:
    """A page of PDF by hand: one font, a title and a line of text."""
    plain = [line.encode("latin-1", "replace").replace(b"\\", b"").replace(b"(", b"[").replace(b")", b"]")
             for line in (title, text)]  # fmt: skip
    words = b"BT /F1 14 Tf 60 780 Td (%s) Tj /F1 10 Tf 0 -24 Td (%s) Tj ET" % (plain[0], plain[1])
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
    ]
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(out)


def _workbook(title: str, text: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("What", "Where it stands"), (title, text)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

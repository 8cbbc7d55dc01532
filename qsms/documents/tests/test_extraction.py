"""The words of files of every kind, and files that are made to harm."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable

import pytest

from qsms.documents import extraction
from qsms.documents.apart import limits
from qsms.documents.extraction import child

OFFICE = child.OFFICE
WORD, BOOK, SLIDES = (
    f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet", f"{OFFICE}presentationml.presentation",
)  # fmt: skip
ODT = "application/vnd.oasis.opendocument.text"
CONTENT = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


# Fonts, a field, a picture, letters by code page, by number with a stand-in, and in two halves; a table; raw bytes.
RICH = rb"""{\rtf1\ansi\ansicpg1250\uc1{\fonttbl{\f0 Arial;}}{\*\generator Writer;}{\info{\author Somebody}}
{\header In the head\par}\b Turn\b0  the coupl\'ecng\par {\field{\*\fldinst HYPERLINK "http://x.test"}{\fldrslt here}}
\line{\pict\bin6 }}{{\a\par 0a0b}\u937?  12 \{mm\}\u-10179?\u-8704?\cell\uc2\u8364\'80\'80 5\row{\object gone}
Fin\emdash }}}"""
RICH_SAYS = "In the head\nTurn the couplěng\nhere\nΩ  12 {mm}\U0001f600\t€ 5\nFin—"


def docx() -> bytes:
    from docx import Document

    made, out = Document(), io.BytesIO()
    made.add_paragraph("Turn the coupling to the stop.")
    made.add_table(1, 2).rows[0].cells[1].text = "Ø 12 mm"
    made.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    from openpyxl import Workbook

    made, out = Workbook(), io.BytesIO()
    made.active.append(["coupling", 12, None])
    made.save(out)
    return out.getvalue()


def pptx() -> bytes:
    from pptx import Presentation

    made, out = Presentation(), io.BytesIO()
    made.slides.add_slide(made.slide_layouts[5]).shapes.title.text = "The coupling"
    made.save(out)
    return out.getvalue()


def odt() -> bytes:
    from odfdo import Document, Paragraph

    made, out = Document("text"), io.BytesIO()
    made.body.append(Paragraph("Turn the coupling."))
    made.save(out)
    return out.getvalue()


def pdf() -> bytes:
    """A page with one line, written by hand."""
    drawn = b"BT /F1 12 Tf 20 50 Td (Turn the coupling) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    out, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def of(raw: bytes, media_type: str, **limits: float) -> extraction.Extracted:
    with tempfile.TemporaryFile() as stream:
        stream.write(raw)
        stream.seek(0)
        return extraction.extract(stream, media_type, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "media_type", "said"),
    [
        (docx, WORD, "Turn the coupling to the stop.\n\tØ 12 mm"), (xlsx, BOOK, "coupling\t12"),
        (pptx, SLIDES, "The coupling"), (odt, ODT, "Turn the coupling."),
        (pdf, "application/pdf", "Turn the coupling"), (lambda: RICH, "application/rtf", RICH_SAYS),
        ("Kupplung größer".encode, "text/plain", "Kupplung größer"),
        (lambda: "Kupplung größer, schön, und süß.".encode("latin-1"), "text/plain", "Kupplung größer"),
    ],
)  # fmt: skip
def test_the_words_of_a_file(make: Callable[[], bytes], media_type: str, said: str) -> None:
    found = of(make(), media_type)
    assert said in found.text
    assert found.remark == ""


def word_with(document: bytes) -> bytes:
    """A Word file whose text is this, however that was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, document if name == "word/document.xml" else good.read(name))
    return out.getvalue()


def entities() -> bytes:
    """Ten names, each ten times the one before: a billion laughs."""
    names = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = CONTENT.format("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>")
    return word_with(f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "laugh laugh">{names}]>{text}'.encode())


def bomb() -> bytes:
    """A small file that becomes one of more than its reader may hold."""
    blank = b" " * (1 << 24)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad:
        bad.writestr("[Content_Types].xml", b"<Types/>")
        with bad.open("word/document.xml", "w", force_zip64=True) as part:
            for _times in range(limits.MEMORY_BYTES // len(blank)):
                part.write(blank)
    return out.getvalue()


def outside() -> bytes:
    """A text that asks for a file of this machine."""
    text = CONTENT.format("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>")
    return word_with(f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{text}'.encode())


@pytest.mark.parametrize(
    "raw", [b"{" * 9, b"}" * 9, b"{\\rtf1\\bin99999 x", b"\\", b"{\\rtf1\\ansicpg7 \\'zz\\u", RICH[:90]]
)
def test_a_torn_rich_text_is_read_as_far_as_it_goes(raw: bytes) -> None:
    assert of(raw, "application/rtf").remark == ""


@pytest.mark.parametrize("make", [entities, bomb, outside, lambda: b"PK\x03\x04 torn", lambda: b""])
def test_a_file_that_is_made_to_harm_harms_nobody(make: Callable[[], bytes]) -> None:
    found = of(make(), WORD)
    assert "root:" not in found.text
    assert len(found.text) < 2_000_000


def test_what_takes_too_long_or_is_too_long_ends() -> None:
    assert of(docx(), WORD, seconds=0.01).remark.startswith("Its words could not be read")
    cut = of(b"word " * 100_000, "text/plain", most_bytes=1000)
    assert (len(cut.text), cut.remark[:16]) == (1000, "It is very long:")
    assert of(b"\x00\x01", "video/mp4").text == ""

"""The controlled copy of an uploaded file: each page of a PDF says what it belongs to; what takes no stamp says why."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdf
import pytest
from django.test import Client
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    RectangleObject,
    TextStringObject,
)

from qsms.base import moment
from qsms.documents import copies, stamping, writing
from qsms.documents.models import Document, Revision
from qsms.records.errors import Refused
from tests.cast import Cast

from .makers import document, effective, revision
from .test_extraction import docx, pdf

FOOT = "PRO-001, revision 1, in effect since 2 Mar 2026, as of 2 Mar 2026 09:00 UTC. Uncontrolled when printed."
RESTS = b"q 0 0 5 5 re W n BT /F1 9 Tf 20 80 Td (Left open) Tj ET"


def changed(change: Callable[[pypdf.PdfWriter], None], pages: int = 1) -> bytes:
    """A PDF of so many pages, after somebody changed it."""
    made, out = pypdf.PdfWriter(), io.BytesIO()
    for _page in range(pages):
        made.add_page(pypdf.PdfReader(io.BytesIO(pdf())).pages[0])
    change(made)
    made.write(out)
    return out.getvalue()


def turned(made: pypdf.PdfWriter) -> None:
    """Pages turned every way, one of them cropped, one whose drawing ends in the middle."""
    for page, turn in zip(made.pages, (0, 90, 180, 270, 0, 0), strict=True):
        page.rotate(turn)
    made.pages[4].cropbox = RectangleObject((10, 20, 190, 90))
    torn = DecodedStreamObject()
    torn.set_data(RESTS)
    made.pages[5][NameObject("/Contents")] = ArrayObject([made._add_object(torn)])


def armed(made: pypdf.PdfWriter) -> None:
    """A page with a program, one that runs when the page opens, and a note that stays."""
    page, script = (
        made.pages[0],
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x")},
    )
    made._root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(script)})
    note = {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject(FloatObject(n) for n in (0, 0, 9, 9)),
            NameObject("/A"): DictionaryObject(script)}  # fmt: skip
    # A link that leads on to the program, written within the page itself.
    link = DictionaryObject({NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://x.test"),
                             NameObject("/Next"): DictionaryObject(script)})  # fmt: skip
    chained = DictionaryObject(note) | {NameObject("/A"): link}
    page[NameObject("/Annots")] = ArrayObject([made._add_object(DictionaryObject(note)), DictionaryObject(chained)])


def held(cast: Cast, raw: bytes, name: str = "checklist.pdf") -> Document:
    draft = revision(cast, document(cast), body="")
    writing.bring_file(cast.actor("quality"), draft.pk, io.BytesIO(raw), name=name)
    return effective(cast, draft)


def flat(made: pypdf.PdfWriter) -> None:
    made.pages[0].mediabox = made.pages[0].cropbox = RectangleObject((0, 0, 1e9, 0.001))


def copy_of(cast: Cast, one: Document) -> tuple[list[str], pypdf.PdfReader]:
    """The words of each page of its controlled copy."""
    now = Revision.everywhere.select_related("file").get(pk=one.effective_id)
    with copies.controlled_copy(cast.actor("quality"), one, now, moment.now()) as made:
        paper = pypdf.PdfReader(io.BytesIO(made.read()))
    return [" ".join(page.extract_text().split()) for page in paper.pages], paper


def test_every_page_says_what_it_belongs_to_however_it_is_turned(cast: Cast) -> None:
    one = held(cast, changed(turned, pages=6))
    [sheet, *pages], paper = copy_of(cast, one)
    assert "Its pages follow. Each says at the foot what it belongs to." in sheet
    assert "Director Person" in sheet
    assert f"{FOOT} Page 1 of 7" in sheet
    assert len(pages) == 6
    for n, (words, page) in enumerate(zip(pages, paper.pages[1:], strict=True), start=2):
        assert "Left open" in words if n == 7 else "Turn the coupling" in words
        assert f"{FOOT} Page {n} of 7" in words
        # There is more of the page, and nothing of what it said lies under the foot.
        assert page.mediabox == page.cropbox
        size = sorted((float(page.mediabox.width), float(page.mediabox.height)))
        assert size[0] in (70, 100) or size[0] > 100
        assert size[0] * size[1] > (180 * 70 if n == 6 else 200 * 100)
    # A page that is turned has its foot on the side that is down as one sees it, upright.
    drawn = paper.pages[2].get_contents()
    assert drawn is not None
    assert re.fullmatch(rb"q /Page Do Q q 0 1 -1 0 2\d\d(\.\d+)? 0 cm /Foot Do Q", drawn.get_data().strip())
    # The same moment gives the same bytes, as a pack needs it.
    assert copy_of(cast, one)[1].stream.read() == paper.stream.read()


def test_what_runs_is_not_in_the_copy(cast: Cast) -> None:
    one = held(cast, changed(armed))
    client = Client()
    client.force_login(cast.account("quality"))
    page = client.get(f"/documents/read/{one.number}/").content.decode()
    assert f'href="/documents/read/{one.number}/copy.pdf"' in page
    assert "Each page says its number, revision and day at the foot." in page
    file, copy = (client.get(f"/documents/read/{one.number}/{name}") for name in ("file/", "copy.pdf"))
    assert b"/OpenAction" in file.getvalue()
    assert file["Content-Disposition"].startswith("attachment"), "what runs is never shown"
    assert copy["Content-Disposition"].startswith("inline")
    assert copy["Content-Security-Policy"] == file["Content-Security-Policy"].removesuffix("; sandbox")
    raw = copy.getvalue()
    assert b"/JavaScript" not in raw
    assert b"/AA" not in raw
    assert b"/OpenAction" not in raw
    notes = pypdf.PdfReader(io.BytesIO(raw)).pages[1].annotations
    assert notes is not None
    kept = [one.get_object().get("/A") for one in notes]  # type: ignore[union-attr]
    assert kept == [None, {"/S": "/URI", "/URI": "http://x.test"}], "a link is none of it"
    client.force_login(cast.account("outsider"))
    assert client.get(f"/documents/read/{one.number}/copy.pdf").status_code == 404


@pytest.mark.parametrize(
    ("raw", "name", "why"),
    [
        (docx, "form.docx", "It is no PDF (Word document), so its pages carry no stamp."),
        (lambda: changed(lambda made: made.encrypt("secret")), "a.pdf", "It is protected with a password"),
        (lambda: changed(flat), "a.pdf", "It is damaged"),
        (lambda: pdf()[:300] + b"%%EOF", "a.pdf", "It is damaged or made in a way that cannot be stamped."),
        (lambda: changed(lambda _made: None, pages=3), "a.pdf", "It has more than 2 pages"),
    ],
)  # fmt: skip
def test_what_cannot_be_stamped_is_a_sheet_that_says_why(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, raw: Callable[[], bytes], name: str, why: str
) -> None:
    monkeypatch.setattr(stamping.running, "MOST_PAGES", 2)
    one = held(cast, raw(), name)
    pages, _paper = copy_of(cast, one)
    assert len(pages) == 1
    for said in (why, "Keep this sheet with it.", name, "Director Person", FOOT):
        assert said in pages[0], said


def test_a_file_that_differs_from_what_was_signed_gives_no_copy(cast: Cast) -> None:
    one = held(cast, pdf())
    Revision.everywhere.filter(pk=one.effective_id).update(content_hash="0" * 64)
    with pytest.raises(Refused, match="not what was signed"):
        copy_of(cast, one)

"""A trace pack brings what stands behind a clause: of a document what people work to, of a question what it found."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote

import pypdf
import pytest

from qsms.base import moment
from qsms.documents import distributing, writing
from qsms.documents.models import Document, Revision
from qsms.documents.tests import makers as documents
from qsms.documents.tests.test_extraction import docx
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.standards import asking, standing
from qsms.standards.binding import Given
from qsms.standards.models import Adoption
from qsms.standards.outputs import question
from qsms.standards.outputs.pack import MOST_BYTES, Pack
from qsms.standards.tests.makers import ISO_9001, adopted, bound
from tests.cast import Cast
from tests.contract import factory

pytestmark = pytest.mark.django_db
CLAUSE = "7.5.2"
HOSTILE = '../<b>con "form".docx'


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            unquote(value) for name, value in attrs if name == "href" and value and not value.startswith("#")
        ]


def pack(
    cast: Cast, adoption: Adoption, who: str = "quality", why: str = "", room: int = MOST_BYTES
) -> zipfile.ZipFile:
    draft = io.BytesIO()
    actor = cast.actor(who)
    made = Pack(standing.of(actor, adoption), CLAUSE, actor, moment.now(), confidential_why=why, room_bytes=room)
    made.write(draft)
    archive = zipfile.ZipFile(draft)
    links = _Links()
    links.feed(archive.read("index.html").decode())
    assert {*links.found, "index.html"} == {*archive.namelist()}, "each file is led to, and each link leads to a file"
    return archive


def words(archive: zipfile.ZipFile, name: str) -> str:
    pages = pypdf.PdfReader(io.BytesIO(archive.read(name))).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def filed(cast: Cast, title: str, name: str, content: bytes) -> Document:
    """A form in effect that is a file."""
    draft = documents.revision(cast, documents.document(cast, title=title), body="")
    writing.bring_file(cast.actor("quality"), draft.pk, io.BytesIO(content), name=name)
    return documents.effective(cast, draft)


def test_a_document_comes_as_what_people_work_to_and_as_its_file(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001)
    written = documents.effective(cast, documents.revision(cast, documents.document(cast, title="Servicing")))
    form = filed(cast, "Inspection form", HOSTILE, content := docx())
    for record in (written, form):
        bound(cast, record, ISO_9001, CLAUSE)
    # What is being written shows nothing yet.
    documents.revision(cast, written, body="## Not yet\n\nAnother word.")
    archive = pack(cast, adoption)

    copy = words(archive, f"files/{written.number}/01 {written.code} 1.pdf")
    for said in ("Clean both halves", "Revision 1, in effect since 2 Mar 2026", "Director Person", "SHA-256"):
        assert said in copy, said
    assert "Another word" not in copy
    place = f"files/{form.number}/"
    assert [name for name in archive.namelist() if name.startswith(place)] == [
        f"{place}01 {form.code} 1.pdf", f"{place}02 _b_con _form_.docx",
    ]  # fmt: skip
    assert archive.read(f"{place}02 _b_con _form_.docx") == content
    index = archive.read("index.html").decode()
    assert f"Controlled copy of {form.code}, revision 1" in index
    assert "<b>con" not in index

    small = pack(cast, adoption, room=100)
    assert [name for name in small.namelist() if name.startswith("files/")] == []
    assert small.read("index.html").decode().count("the pack would be too large") == 3

    # What is not what was signed does not go out as a copy, and the index says so.
    Revision.everywhere.filter(pk=written.effective_id).update(body="Changed")
    torn = pack(cast, adoption)
    assert f"files/{written.number}/01 {written.code} 1.pdf" not in torn.namelist()
    assert "is not what was signed" in torn.read("index.html").decode()


def test_a_confidential_document_stays_in_the_house_with_all_that_belongs_to_it(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001)
    held = filed(cast, "Who sits where", "seats.docx", docx())
    bound(cast, held, ISO_9001, CLAUSE)
    Record.everywhere.filter(pk=held.pk).update(confidential=True)
    assert pack(cast, adoption).namelist() == ["index.html"]
    assert pack(cast, adoption, "director", why="For the inspector").namelist() == ["index.html"]
    names = pack(cast, adoption, why="For the inspector").namelist()
    assert [name.partition("/")[0] for name in names] == ["records", "files", "files", "index.html"]


def test_a_revision_comes_with_its_copy_while_people_work_to_it(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001)
    first = documents.revision(cast, documents.document(cast))
    held = documents.effective(cast, first)
    bound(cast, first, ISO_9001, CLAUSE)
    copy = f"files/{first.number}/01 {held.code} 1.pdf"
    assert copy in pack(cast, adoption).namelist()
    documents.effective(cast, documents.revision(cast, held))
    assert copy not in pack(cast, adoption).namelist()


def test_a_question_comes_with_what_it_found_for_whoever_takes_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    adoption = adopted(cast, ISO_9001)
    for number in (CLAUSE, "7.5.3"):
        asking.ask(cast.actor("quality"), Reference(ISO_9001, number), "reports.received", {"months": 6}, Given())
    quality = cast.actor("quality")
    seen = [factory.make(quality, "report", word=f"Spill {n}", site=cast.sites["LKF"]) for n in range(3)]
    secret = factory.make(quality, "report", word="Kept close", fixed={"confidential": True}, site=cast.sites["LKF"])
    archive = pack(cast, adoption)
    assert archive.namelist() == ["questions/01.pdf", "index.html"], "asked once, however many clauses it stands behind"
    page = words(archive, "questions/01.pdf")
    for said in ("Reports received in the last 6 months", "4 found", "2 Mar 2026", "How many months back 6", "Site Any",
                 "1 of them is confidential: it counts and is not listed.", *(one.number for one in seen)):  # fmt: skip
        assert said in page, said
    assert "Kept close" not in page
    assert secret.number not in page
    assert "Shows all of it, 4 found" in archive.read("index.html").decode()
    assert "3 found" in words(pack(cast, adoption, "director"), "questions/01.pdf"), "a secret one is not theirs"

    monkeypatch.setattr(question, "MOST_LISTED", 2)
    page = words(pack(cast, adoption, "director"), "questions/01.pdf")
    assert "These are the newest 2 of 3." in page
    assert [one.number in page for one in seen] == [False, True, True]


def test_whoever_reads_a_document_without_its_record_takes_along_what_they_read(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001)
    held = documents.effective(cast, documents.revision(cast, documents.document(cast)))
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    bound(cast, held, ISO_9001, CLAUSE)
    draft = io.BytesIO()
    Pack(standing.of(cast.actor("quality"), adoption), CLAUSE, cast.actor("reporter"), moment.now()).write(draft)
    assert zipfile.ZipFile(draft).namelist() == [f"files/{held.number}/01 {held.code} 1.pdf", "index.html"]

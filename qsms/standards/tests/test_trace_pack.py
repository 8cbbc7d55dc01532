"""The trace pack of a clause, asked for on its page and opened as whoever gets it would."""

from __future__ import annotations

import io
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote

import openpyxl
import pypdf
import pytest
from django.test import Client

from qsms.base.jobs.work import next_queued, take, work_on
from qsms.base.models import Job
from qsms.records import attachments, history, services
from qsms.records.models import Record
from qsms.standards import standing
from qsms.standards.models import Adoption
from qsms.standards.outputs import packing
from qsms.standards.outputs.pack import Pack
from tests.cast import Cast

from . import makers
from .conftest import Login
from .makers import AS9100, ISO_9001, day

HOSTILE = '<script>alert(1)</script> & "7.1"'


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture
def finding(cast: Cast) -> Record:
    """One record bound to ISO 9001 7.1.5.2, with two files of the same hostile name; AS9100D is adopted beside it."""
    makers.adopted(cast, ISO_9001)
    makers.adopted(cast, AS9100)
    record = makers.action(cast, title=HOSTILE)
    for content in (b"First words", b"Second words"):
        attachments.add(
            cast.actor("quality"), record.pk, io.BytesIO(content), name="../../etc/con.txt", note="<b>1</b>"
        )
    makers.bound(cast, record, ISO_9001, "7.1.5.2", as_of=day(2026))
    return record


def packed(client: Client, adoption: str, clause: str, **given: str) -> tuple[zipfile.ZipFile, str]:
    """The pack as it is downloaded, and the address of its page."""
    asked = client.post(f"/standards/adopted/{adoption}/outputs/", {"clause": clause, **given})
    assert asked.status_code == 302, asked.content.decode()
    assert "Waiting for its turn" in makers.text(client, asked["Location"])
    while (job_id := next_queued()) is not None and take(job_id, "test"):
        work_on(job_id, "test")
    assert "is ready" in makers.text(client, asked["Location"])
    answer = client.get(f"{asked['Location']}file/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert archive.testzip() is None
    return archive, asked["Location"]


def test_the_pack_of_one_clause_opens_cleanly(cast: Cast, login: Login, finding: Record) -> None:
    page = makers.text(login("quality"), f"/standards/clause/{ISO_9001}/7.1.5/")
    assert 'href="/standards/adopted/STD-2026-0001/outputs/?clause=7.1.5"' in page
    archive, url = packed(login("quality"), "STD-2026-0001", "7.1.5")
    pdf = f"records/{finding.number}.pdf"
    files = [f"files/{finding.number}/01 _con.txt", f"files/{finding.number}/02 _con.txt"]
    assert archive.namelist() == [pdf, *files, "index.html"]
    assert [archive.read(name) for name in files] == [b"First words", b"Second words"]
    text = pypdf.PdfReader(io.BytesIO(archive.read(pdf))).pages[0].extract_text()
    assert HOSTILE in " ".join(text.split())

    index = archive.read("index.html").decode()
    links = _Links()
    links.feed(index)
    assert {unquote(link) for link in links.found if not link.startswith("#")} == {pdf, *files}
    assert not links.tags & {"script", "link", "img", "iframe"}, "nothing that is fetched or run"
    for part in ("7.1.5.2", "Covered.", "Fresh evidence shows all of it.", "Shows all of it, as of 1 Jan 2026, Fresh"):
        assert part in index
    assert "7.1.6" not in index

    [newest] = history.entries(Adoption.everywhere.get(number="STD-2026-0001"), limit=1)
    assert (newest.verb, newest.detail) == (packing.PACKED, {"what": "7.1.5"})
    assert login("safety").get(url).status_code == 404, "a pack is for whoever asked for it"
    assert login("safety").get(f"{url}file/").status_code == 404


def test_what_counts_by_way_of_another_standard_comes_along(cast: Cast, login: Login, finding: Record) -> None:
    archive, _url = packed(login("quality"), "STD-2026-0002", "7.1.5.2")
    assert f"records/{finding.number}.pdf" in archive.namelist()
    assert "ISO 9001:2015 7.1.5.2" in archive.read("index.html").decode()


def test_the_page_counts_the_records_that_are_in_the_zip(cast: Cast, login: Login, finding: Record) -> None:
    """One record behind three clauses is one, as a PDF and as a count."""
    makers.bound(cast, finding, ISO_9001, "7.1.5.1")
    makers.bound(cast, finding, ISO_9001, "7.2")
    makers.bound(cast, makers.action(cast, title="Another one"), ISO_9001, "7.2")
    archive, url = packed(login("quality"), "STD-2026-0001", "7")
    assert sum(name.startswith("records/") for name in archive.namelist()) == 2
    assert "The pack with 2 records is ready." in makers.text(login("quality"), url)


def test_the_same_moment_gives_the_same_bytes_and_what_is_too_large_is_told(cast: Cast, finding: Record) -> None:
    actor, adoption = cast.actor("quality"), Adoption.everywhere.get(number="STD-2026-0001")
    at = finding.opened_at

    def made(room: int) -> bytes:
        draft = io.BytesIO()
        assert Pack(standing.of(actor, adoption), "7.1.5.2", actor, at, room_bytes=room).write(draft) == 1
        return draft.getvalue()

    assert made(1000) == made(1000)
    small = zipfile.ZipFile(io.BytesIO(made(12)))
    assert [name for name in small.namelist() if name.startswith("files/")] == [f"files/{finding.number}/01 _con.txt"]
    assert small.read("index.html").decode().count("the pack would be too large") == 1


def test_what_the_asker_does_not_see_is_not_in_it(cast: Cast, login: Login) -> None:
    adoption = makers.adopted(cast, ISO_9001)
    seen = makers.action(cast, title="Open to all", site=cast.sites["LKF"])
    hidden = makers.action(cast, title="Kept close", confidential=True)
    for record in (seen, hidden):
        makers.bound(cast, record, ISO_9001, "9.2.1")
    director, draft = cast.actor("director"), io.BytesIO()
    found = standing.of(director, adoption)
    Pack(found, "9.2", director, seen.opened_at).write(draft)
    archive = zipfile.ZipFile(draft)
    whole = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith(".pdf")).decode()
    assert f"records/{seen.number}.pdf" in archive.namelist()
    assert "Open to all" in whole
    assert "Kept close" not in whole
    assert hidden.number not in whole


def test_a_clause_that_is_not_there_is_said_so(login: Login, cast: Cast) -> None:
    adoption = makers.adopted(cast, ISO_9001)
    answer = login("quality").post(f"/standards/adopted/{adoption.number}/outputs/", {"clause": "99"})
    assert answer.status_code == 422
    assert "There is no requirement “99” in this standard" in answer.content.decode()
    assert not Job.objects.exists()


def test_confidential_records_leave_the_house_by_choice_and_for_a_reason_alone(
    cast: Cast, login: Login, finding: Record
) -> None:
    adoption = Adoption.everywhere.get(number="STD-2026-0001")
    secret = makers.action(cast, title="Head against the flap edge", confidential=True)
    attachments.add(cast.actor("quality"), secret.pk, io.BytesIO(b"Who it was"), name="who.txt", note="")
    makers.bound(cast, secret, ISO_9001, "7.1.5.2", note="Ask the head of the ramp")
    # An open record that came of the confidential one.
    child = services.create(
        cast.actor("quality"), "action",
        {"title": "Pad the flap edge", "description": "Foam", "site": cast.sites["LKF"], "owner": cast.owner},
        raised_from=secret,
    )  # fmt: skip
    makers.bound(cast, child, ISO_9001, "7.1.5.2")
    client, page = login("quality"), "/standards/adopted/STD-2026-0001/outputs/"
    assert "1 confidential record that you may see stands behind this standard." in makers.text(client, page)
    before = standing.of(cast.actor("quality"), adoption).coverage.tally
    for given in ({}, {"confidential": "take"}, {"confidential": "take", "reason": "so"}):
        answer = client.post(page, {"clause": "7.1.5", **given})
        assert answer.status_code == 422, given
    assert not Job.objects.exists()

    archive, _url = packed(client, "STD-2026-0001", "7.1.5", confidential="leave")
    index, whole = archive.read("index.html").decode(), all_text(archive)
    assert "One confidential record is left out." in index
    assert "A confidential record, left out of this pack" in index
    assert not any(secret.number in name for name in archive.namelist())
    for part in (secret.number, secret.title, "head of the ramp", "Who it was"):
        assert part not in whole, part
    assert child.number in whole
    assert not [one for one in history.entries(secret) if one.verb == packing.WENT_OUT]

    why = "For the inspector, who asked to see the ramp accidents."
    archive, _url = packed(client, "STD-2026-0001", "7.1.5", confidential="take", reason=why)
    index = archive.read("index.html").decode()
    assert f"records/{secret.number}.pdf" in archive.namelist()
    assert "This pack holds one confidential record." in index
    assert index.count('<b class="mark">Confidential</b>') == 1
    assert why in index
    [newest] = history.entries(secret, limit=1)
    assert (newest.verb, newest.reason) == (packing.WENT_OUT, why)
    [newest] = history.entries(adoption, limit=1)
    assert (newest.verb, newest.reason) == (packing.PACKED, why)

    book = client.get("/standards/adopted/STD-2026-0001/statement/?format=xlsx").content
    said = "\n".join(
        str(cell) for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.values for cell in row if cell
    )
    assert "A confidential record" in said
    assert secret.number not in said
    assert secret.title not in said
    assert standing.of(cast.actor("quality"), adoption).coverage.tally == before


def all_text(archive: zipfile.ZipFile) -> str:
    """Everything in a pack, paper read as text."""
    found = []
    for name in archive.namelist():
        content = archive.read(name)
        pages = pypdf.PdfReader(io.BytesIO(content)).pages if name.endswith(".pdf") else []
        found += [page.extract_text() for page in pages] or [content.decode(errors="replace")]
    return " ".join("\n".join(found).split())

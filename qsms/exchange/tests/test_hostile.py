"""Files and values that mean harm or are broken: a clear sentence, nothing half-loaded, no crash, nothing alive."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qsms.exchange.guard import unguarded
from qsms.exchange.models import ImportRun
from qsms.exchange.values import to_text
from qsms.records.models import Record
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import SignIn
from .shared import need, shared_data, shared_files
from .test_exports import exported

# A few of each kind, for machines without the reference files.
PAYLOADS = [
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% debug %}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'; DROP TABLE records_record; --",
    "Ω≈ç√∫˜µ≤≥÷ 田中さん 👾 ﷽",
    "\u202etest\u202c\u200b",
    "%s%n%x %(text)s {0} ${HOME}",
    "../../etc/passwd\x00",
    "-1e100",
]


def strings() -> list[str]:
    """The payloads, and those of the reference files where they are at hand."""
    found = list(PAYLOADS)
    folder = shared_data()
    if folder is not None:
        found += json.loads((folder / "bad-input" / "blns.json").read_text("utf-8"))
        for name in ("xss_payloads_first400.txt", "csv_injection_payloads.txt"):
            found += (folder / "bad-input" / name).read_text("utf-8", "replace").splitlines()
    return list(dict.fromkeys(text for text in found if text.strip()))


class Living(HTMLParser):
    """Notes what of a page would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")
        if tag in ("iframe", "object", "embed") or (tag == "script" and not dict(attrs).get("src")):
            self.found.append(tag)
        if tag == "img" and dict(attrs).get("src") == "x":
            self.found.append("img")


def alive(page: str) -> list[str]:
    reader = Living()
    reader.feed(page)
    return reader.found


@pytest.fixture
def safety(keeper: Cast, sign_in: SignIn) -> Client:
    return sign_in("safety")


def test_every_string_is_kept_shown_and_exported_as_text(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    texts = strings()
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["Title", "Fuel", "Spilled on", "How it was cleaned", "Airport reference"])
    for number, text in enumerate(texts):
        # Every tenth row names a fuel that does not exist, so that the page of the check quotes it.
        fuel = text if number % 10 == 0 else "jet"
        writer.writerow([f"{number} {text}"[:240], fuel, "2026-01-01", text, f"K-{number}"])
    file = SimpleUploadedFile("<img src=x onerror=alert(1)>.csv", table.getvalue().encode("utf-8", "replace"))
    columns = safety.post("/r/spill/import/", {"file": file})["Location"]
    assert alive(safety.get(columns).content.decode()) == []
    fields = ("title", "fuel", "spilled_on", "cleaned", "reference")
    here = safety.post(columns, {"by": "hand", "do": "check", **{f"to-{n}": name for n, name in enumerate(fields)}})[
        "Location"
    ]
    work_off()
    run = ImportRun.objects.get()
    assert run.rows == len(texts)
    assert run.bad >= len(texts) // 10
    page = safety.get(here).content.decode()
    assert "&lt;script&gt;alert(" in page
    assert alive(page) == []
    safety.post(here + "start/", {"skip_bad": "1"})
    work_off()
    assert alive(safety.get(here).content.decode()) == []
    run.refresh_from_db()
    assert run.made == run.new > 0.8 * len(texts)

    kept = dict(Spill.objects.values_list("reference", "cleaned"))
    items = {
        item["reference"]: item["cleaned"]
        for item in json.loads(exported(keeper.organisation.pk, keeper.actor("safety"), "spill", "json"))
    }
    sheet = exported(keeper.organisation.pk, keeper.actor("safety"), "spill", "csv").decode("utf-8-sig")
    guarded = {row["Airport reference"]: row["How it was cleaned"] for row in csv.DictReader(io.StringIO(sheet))}
    for reference, stored in kept.items():
        text = texts[int(reference.removeprefix("K-"))]
        # A lone surrogate cannot be sent, a zero byte cannot be stored, and an apostrophe before a formula is taken for
        # the guard of a spreadsheet; everything else is as it was typed.
        sent = unguarded(text.encode("utf-8", "replace").decode()).replace("\x00", "")
        assert _plain(stored) == _plain(to_text(sent)), text
        assert _plain(items[reference]) == _plain(stored)
        assert not re.match(r"[=+\-@\t\r]", guarded[reference]), text
        assert _plain(guarded[reference].removeprefix("'")) == _plain(stored.removeprefix("'"))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


@pytest.mark.one_engine(
    "Files are hostile to their readers; the strings that are hostile to a database have a test above."
)
@pytest.mark.parametrize("path", shared_files("bad-input/*.*", "bad-input/csv-spectrum/csvs/*", "spreadsheets/*"))
def test_every_hostile_file_gets_a_sentence_or_a_page(
    keeper: Cast, safety: Client, work_off: Callable[[], int], path: Path
) -> None:
    need(path)
    answer = safety.post("/r/report/import/", {"file": SimpleUploadedFile(path.name, path.read_bytes())})
    page = answer.content.decode()
    if answer.status_code == 422:
        [sentence] = re.findall(r'role="alert"[^>]*>.*?<p>(.*?)</p>', page, re.DOTALL)
        assert len(sentence) > 30
        assert sentence.endswith(".")
        assert "Error" not in sentence
        assert not ImportRun.objects.exists()
        return
    columns = answer["Location"]
    page = safety.get(columns).content.decode()
    assert alive(page) == []
    count = len(set(re.findall(r'name="to-(\d+)"', page)))
    fields = dict(zip((f"to-{n}" for n in range(count)), ("title", "narrative", "external_id"), strict=False))
    sent = safety.post(columns, {"by": "hand", "do": "check", **fields})
    if sent.status_code == 422:
        assert "No column goes to" in sent.content.decode()
        return
    work_off()
    here = sent["Location"]
    answer = safety.get(here)
    assert answer.status_code == 200
    assert alive(answer.content.decode()) == []
    run = ImportRun.objects.get()
    assert run.state in ("checked", "failed"), run.error
    if run.state == "failed":
        assert run.error.endswith(".")
    assert not Record.objects.exists()
    # All or nothing, as it is asked for: a table with bad rows brings none of the others.
    safety.post(here + "start/")
    work_off()
    run.refresh_from_db()
    assert Record.objects.count() == (run.new if run.state == "done" else 0)
    assert run.state != "done" or not run.bad


@pytest.mark.parametrize("name", ["../../evil.csv", "a\x00b.csv", "\u202efdp.csv", "CON", "x" * 300 + ".csv"])
def test_names_of_files_are_only_shown(keeper: Cast, safety: Client, name: str) -> None:
    file = SimpleUploadedFile("plain.csv", b"Title,Fuel\nDrip,jet\n")
    file._name = name  # type: ignore[attr-defined]
    columns = safety.post("/r/spill/import/", {"file": file})["Location"]
    page = safety.get(columns).content.decode()
    assert "\u202e" not in page
    assert "\x00" not in page
    [run] = ImportRun.objects.all()
    assert "/" not in run.name
    assert len(run.name) <= 80


def test_a_file_that_breaks_off_in_the_middle_leaves_nothing(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    good = "".join(f"Drip {n},jet,2026-01-01\n" for n in range(400))
    text = "Title,Fuel,Spilled on\n" + good + '"never closed,jet,2026-01-01\n' + good
    columns = safety.post("/r/spill/import/", {"file": SimpleUploadedFile("cut.csv", text.encode())})["Location"]
    fields = {"to-0": "title", "to-1": "fuel", "to-2": "spilled_on"}
    here = safety.post(columns, {"by": "hand", "do": "check", **fields})["Location"]
    work_off()
    page = safety.get(here).content.decode()
    assert "The quotation mark opened in row 402 (line 402) is never closed" in page
    assert "Nothing of it was kept." in page
    assert safety.post(here + "start/").status_code in (302, 422)
    work_off()
    assert not Record.objects.exists()

"""An import through its pages, without script: from the file to the result."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from qsms.base.models import Job
from qsms.exchange.models import ImportRun, SavedMapping
from qsms.records.history import entries
from qsms.records.models import Record
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import SignIn

HEAD = "Ref,What happened,Fuel,Spilled on,Stn,Owner,Status,Strange\n"
GOOD = (
    "R-1,Fuel under the wing,Jet A-1,14/1/2026,LKF,reporter@larkfield.test,Found,x\n"
    "R-2,Leak at the hose,avgas,3/1/2026,Stavnes,,Closed,\n"
)
BAD = "R-3,Cap loose,beer,14/1/2026,LKF,,Found,\nR-4,,jet,31/2/2026,XYZ,,Nowhere,\nR-1,Once more,jet,14/1/2026,,,,\n"


def upload(client: Client, *texts: str, kind: str = "spill") -> str:
    """Send tables; the address one is led to."""
    files = [SimpleUploadedFile(f"log-{n}.csv", text.encode()) for n, text in enumerate(texts, 1)]
    answer = client.post(f"/r/{kind}/import/", {"file": files})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def chosen(**more: str) -> dict[str, str]:
    return {
        "by": "hand",
        "do": "check",
        "order": "DMY",
        "to-0": "reference",
        "to-1": "title",
        "to-2": "fuel",
        "to-3": "spilled_on",
        "to-4": "site",
        "to-5": "owner",
        "to-6": "state",
        "to-7": "",
        **more,
    }


@pytest.fixture
def safety(keeper: Cast, sign_in: SignIn) -> Client:
    return sign_in("safety")


def test_a_table_becomes_records(keeper: Cast, safety: Client, work_off: Callable[[], int]) -> None:
    page = safety.get("/r/spill/import/").content.decode()
    assert "Import fuel spills" in page
    assert "Airport reference" in page
    # Before anything is sent: how much goes in all at once, and what becomes of more.
    assert "Up to 10,000 rows go in all at once or not at all." in page
    columns = upload(safety, HEAD + GOOD)
    page = safety.get(columns).content.decode()
    assert "log-1.csv" in page
    # Suggested by name: everything but the title, which this list calls otherwise.
    assert page.count(" selected>") >= 6
    assert "5 of 8 columns matched" in page or "6 of 8 columns matched" in page

    answer = safety.post(columns, chosen())
    here = answer["Location"]
    assert "Waiting for its turn" in safety.get(here).content.decode()
    assert work_off() == 1
    page = safety.get(here).content.decode()
    assert "2 rows, checked in" in page
    assert "Import 2 rows" in page
    assert not Record.objects.exists()

    assert safety.post(here + "start/")["Location"] == here
    assert safety.post(here + "start/").status_code == 302
    assert work_off() == 1
    page = safety.get(here).content.decode()
    assert "See them" in page
    first, second = Spill.objects.order_by("reference")
    assert (first.title, first.fuel, str(first.spilled_on)) == ("Fuel under the wing", "jet", "2026-01-14")
    assert first.site == keeper.sites["LKF"]
    assert first.owner == keeper.reporter
    assert (second.state, second.site, str(second.spilled_on)) == ("closed", keeper.sites["STV"], "2026-01-03")
    assert second.closed_at is None, "closed elsewhere, on a day that the table does not tell"
    [made] = entries(first)
    assert made.verb == "imported"
    assert made.actor == "Safety Person"
    run = ImportRun.objects.get()
    assert made.detail["import"] == run.pk
    assert (made.detail["file"], made.detail["row"]) == ("log-1.csv", 2)


def test_rows_with_errors_are_told_and_left_out_or_keep_all_out(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    columns = upload(safety, HEAD + GOOD + BAD)
    here = safety.post(columns, chosen())["Location"]
    work_off()
    page = safety.get(here).content.decode()
    assert "“beer” is not one of the choices. Write one of: Jet A-1, Avgas 100LL." in page
    assert "“31/2/2026” does not exist: Feb 2026 has no day 31. Correct the date." in page
    assert "“XYZ” is not known here. Write one of: Larkfield, Stavnes, Dormant." in page
    assert "This cell is empty, but it is needed. Fill it in." in page
    assert 'class="cell-bad"' in page
    repeated = safety.get(here + "?show=repeated").content.decode()
    assert "“R-1” stands already in row 2. It is imported once." in repeated

    refused = safety.post(here + "start/")
    assert refused.status_code == 422
    assert "2 rows cannot be imported as they are, so none is." in refused.content.decode()
    safety.post(here + "start/", {"skip_bad": "1"})
    work_off()
    assert Record.objects.count() == 2
    page = safety.get(here).content.decode()
    assert "2 rows stayed out." in page

    mend = b"".join(safety.get(here + "to-mend.csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "Row,What to mend,Ref,What happened" in mend
    assert mend.count("\r\n") == 3
    book = b"".join(safety.get(here + "to-mend.xlsx"))  # type: ignore[arg-type]
    assert book.startswith(b"PK")
    # Mended, the file itself is sent back; its columns are matched as before, for the added ones feed nothing.
    mended = mend.replace("beer", "jet").replace("R-4,,jet,31/2/2026,XYZ,,Nowhere", "R-4,Drip,jet,1/2/2026,LKF,,Found")
    columns = upload(safety, mended)
    page = safety.get(columns).content.decode()
    fields = ["", "", *(chosen()[f"to-{n}"] for n in range(8))]
    here = safety.post(columns, chosen(**{f"to-{n}": name for n, name in enumerate(fields)}))["Location"]
    work_off()
    safety.post(here + "start/")
    work_off()
    assert Record.objects.count() == 4


def test_the_same_layout_is_matched_by_itself_and_the_same_file_is_told(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    here = safety.post(upload(safety, HEAD + GOOD), chosen())["Location"]
    work_off()
    safety.post(here + "start/")
    work_off()
    columns = upload(safety, HEAD + GOOD)
    page = safety.get(columns).content.decode()
    assert "Matched as in your import of log-1.csv on 2 Mar 2026." in page
    here = safety.post(columns, chosen())["Location"]
    work_off()
    page = safety.get(here).content.decode()
    assert "This very file was imported on 2 Mar 2026." in page
    assert "There is no row to import." in page
    assert safety.post(here + "start/").status_code == 422
    safety.post(columns, {"do": "forget"})
    assert not SavedMapping.objects.exists()


def test_choices_without_sense_are_told_and_kept(keeper: Cast, safety: Client) -> None:
    columns = upload(safety, HEAD + GOOD)
    answer = safety.post(columns, chosen(**{"to-1": "", "to-5": "reference"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "all go to “Airport reference”, which takes one of them." in page
    answer = safety.post(columns, chosen(**{"to-1": ""}))
    assert "No column goes to “Title”, which every record needs." in answer.content.decode()
    assert not Job.objects.exists()


def test_how_the_file_is_read_can_be_chosen(keeper: Cast, safety: Client, work_off: Callable[[], int]) -> None:
    columns = upload(safety, "Our list of spills\n\n" + HEAD + GOOD)
    assert safety.post(columns, {"do": "read", "head": "x"}).status_code == 422
    assert safety.post(columns, {"do": "read", "head": "4", "delimiter": ";"}).status_code == 302
    page = safety.get(columns).content.decode()
    assert 'value="4"' in page
    safety.post(columns, {"do": "read", "head": "3", "delimiter": ","})
    here = safety.post(columns, chosen())["Location"]
    work_off()
    assert "Import 2 rows" in safety.get(here).content.decode()


def test_several_files_come_in_together(keeper: Cast, safety: Client, work_off: Callable[[], int]) -> None:
    more = HEAD + "R-2,The same,jet,1/1/2026,,,,\nR-9,Another,jet,1/1/2026,,,,\n"
    columns = upload(safety, HEAD + GOOD, more)
    here = safety.post(columns, chosen())["Location"]
    work_off()
    page = safety.get(here).content.decode()
    assert "“R-2” stands already in log-1.csv, row 3." in page
    safety.post(here + "start/")
    work_off()
    assert sorted(Spill.objects.values_list("reference", flat=True)) == ["R-1", "R-2", "R-9"]
    columns = upload(safety, HEAD + GOOD, "a,b\n1,2\n")
    answer = safety.post(columns, chosen())
    assert answer.status_code == 422
    assert "“log-2.csv” has other columns than “log-1.csv”. Import it by itself." in answer.content.decode()


def test_nobody_without_the_right_gets_near(keeper: Cast, safety: Client, sign_in: SignIn, settings: Settings) -> None:
    settings.LOGIN_URL = "/sign-in/"
    columns = upload(safety, HEAD + GOOD)
    here = columns.removesuffix("columns/")
    for name in ("reporter", "other_site_auditor", "outsider", "administrator"):
        client = sign_in(name)
        expected = 200 if name == "outsider" else 404
        assert client.get("/r/spill/import/").status_code == expected, name
        for address in (columns, here, here + "to-mend.csv"):
            assert client.get(address).status_code == 404, (name, address)
        for address in ("start/", "stop/", "check/"):
            assert client.post(here + address).status_code == 404, (name, address)
        if name == "outsider":
            assert "log-1.csv" not in client.get("/r/spill/import/").content.decode()
    assert Client().get("/r/spill/import/").status_code == 302
    # Somebody whose reach ends at a site imports, and sees the own imports only.
    assert sign_in("site_owner").get(here).status_code == 404
    assert sign_in("quality").get(columns).status_code == 200


def test_somebody_of_one_site_imports_for_that_site_only(
    keeper: Cast, sign_in: SignIn, work_off: Callable[[], int]
) -> None:
    client = sign_in("site_owner")
    here = client.post(upload(client, HEAD + GOOD), chosen())["Location"]
    work_off()
    page = client.get(here).content.decode()
    assert "You may import for your own site only. Name your site in this row." in page
    client.post(here + "start/", {"skip_bad": "1"})
    work_off()
    assert [record.site_id for record in Record.objects.all()] == [keeper.sites["LKF"].pk]


def test_an_import_can_be_stopped_before_it_begins(keeper: Cast, safety: Client, work_off: Callable[[], int]) -> None:
    here = safety.post(upload(safety, HEAD + GOOD), chosen())["Location"]
    safety.post(here + "stop/")
    page = safety.get(here).content.decode()
    assert "It was stopped." in page
    assert "Nothing of it was kept." in page
    safety.post(here + "check/")
    assert work_off() == 1
    assert "Import 2 rows" in safety.get(here).content.decode()


def test_a_page_that_polls_is_told_to_load_the_next_one(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    here = safety.post(upload(safety, HEAD + GOOD), chosen())["Location"]
    polling = {"HX-Request": "true"}
    assert 'id="work"' in safety.get(here, headers=polling).content.decode()
    work_off()
    assert safety.get(here, headers=polling)["HX-Refresh"] == "true"


def test_no_file_and_no_table_are_told(keeper: Cast, safety: Client) -> None:
    answer = safety.post("/r/spill/import/")
    assert answer.status_code == 422
    assert "No file was chosen." in answer.content.decode()
    pdf = SimpleUploadedFile("table.csv", b"%PDF-1.7 ...")
    answer = safety.post("/r/spill/import/", {"file": pdf})
    assert answer.status_code == 422
    assert "“table.csv” is a PDF document, not a table." in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_the_empty_table_has_columns_that_match_themselves(
    keeper: Cast, safety: Client, work_off: Callable[[], int]
) -> None:
    template = b"".join(safety.get("/r/spill/import/template.csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    names = template.strip().split(",")
    row = {"Title": "Drip", "Fuel": "jet", "Spilled on": "2026-01-02"}
    columns = upload(safety, template + ",".join(row.get(name, "") for name in names) + "\n")
    page = safety.get(columns).content.decode()
    assert f"{len(names)} of {len(names)} columns matched" in page


def test_a_workbook_goes_the_same_way(keeper: Cast, safety: Client, work_off: Callable[[], int]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for line in (HEAD + GOOD).splitlines():
        book.active.append(line.split(","))
    draft = io.BytesIO()
    book.save(draft)
    file = SimpleUploadedFile("log.xlsx", draft.getvalue())
    columns = safety.post("/r/spill/import/", {"file": file})["Location"]
    here = safety.post(columns, chosen())["Location"]
    work_off()
    safety.post(here + "start/")
    work_off()
    assert Record.objects.count() == 2

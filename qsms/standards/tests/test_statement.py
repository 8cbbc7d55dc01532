"""The statement of compliance, read back from the files that people get."""

from __future__ import annotations

import io

import openpyxl
import pypdf
import pytest
from django.test import Client

from qsms.rules.frameworks import Reference
from qsms.standards import adopting, asking
from qsms.standards.binding import Given
from qsms.standards.models import Adoption
from tests.cast import Cast

from . import makers
from .conftest import Login
from .makers import AS9100, ISO_9001

HOSTILE = '=cmd|x #read("/etc/passwd") $ \\ *'


@pytest.fixture
def adoption(cast: Cast) -> Adoption:
    """ISO 9001 with one record behind 7.1.5.2, and design left out."""
    made = makers.adopted(cast, ISO_9001, site=cast.sites["LKF"])
    makers.bound(cast, makers.action(cast, title=HOSTILE), ISO_9001, "7.1.5.2")
    adopting.exclude(cast.actor("quality"), made.pk, "8.3", "We build to the drawings of others and design nothing.")
    return made


def content(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return answer.content


def test_the_pdf_says_what_stands_why_and_as_of_when(cast: Cast, login: Login, adoption: Adoption) -> None:
    made = content(login("quality"), f"/standards/adopted/{adoption.number}/statement/")
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement of compliance: ISO 9001:2015, Quality management systems, Requirements"
    assert f"drawn up by {cast.quality.name}" in text
    assert text.count(f"Page {len(reader.pages)} of {len(reader.pages)}") == 1
    assert "We build to the drawings of others" in text
    assert "7.1.5.2" in text
    assert "Fresh evidence shows all of it." in text
    assert '#read("/etc/passwd") $ \\ *' in text


def test_the_workbook_has_every_requirement_and_runs_nothing(login: Login, adoption: Adoption) -> None:
    made = content(login("quality"), f"/standards/adopted/{adoption.number}/statement/?format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["Requirements", "Evidence", "Left out", "About"]
    rows = {row[0]: row for row in book["Requirements"].iter_rows(min_row=2, values_only=True)}
    assert list(rows) == list(adopting.library.find(adoption.organisation_id, ISO_9001).rule.by_number)
    assert rows["7.1.5.2"][2:4] == ("Requirement", "Covered")
    assert rows["3"][2:4] == ("Heading", None), "nothing to assess, so no state"
    assert HOSTILE in str(rows["7.1.5.2"][5])
    assert (rows["8.3.4"][3], rows["8.3.4"][7]) == (
        "Not applicable",
        "We build to the drawings of others and design nothing.",
    )
    assert {cell.data_type for row in book["Evidence"].iter_rows() for cell in row} == {"s"}


def test_nobody_takes_it_away_without_the_right_or_from_elsewhere(login: Login, adoption: Adoption) -> None:
    path = f"/standards/adopted/{adoption.number}/statement/"
    assert login("outsider").get(path).status_code == 404
    assert login("reporter").get(path).status_code == 404
    assert login("site_owner").get(path).status_code == 403


@pytest.mark.usefixtures("adoption")
def test_what_counts_through_the_crosswalk_and_what_a_question_finds_are_told(cast: Cast, login: Login) -> None:
    other = makers.adopted(cast, AS9100, site=cast.sites["LKF"])
    asked = {"task": "action.start", "months": 12}
    asking.ask(cast.actor("quality"), Reference(AS9100, "10.2.1"), "tasks.done", asked, Given())
    made = content(login("quality"), f"/standards/adopted/{other.number}/statement/?format=xlsx")
    rows = {row[0]: row for row in openpyxl.load_workbook(io.BytesIO(made))["Requirements"].values}
    assert HOSTILE in str(rows["7.1.5.2"][6])
    assert "done in time: 0 of 0" in str(rows["10.2.1"][5])

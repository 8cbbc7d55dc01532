"""A table of clauses comes in whole or not at all, from the command line and from the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qsms.rules.data_files import DataError
from qsms.standards import bringing, clause_sheet
from qsms.standards.models import Edition
from tests.cast import Cast

from .makers import text

Login = Callable[[str], Client]
GOOD = b"Clause,Title,Requirement,Assessable\n1,General,,no\n1.1,Tell us,Tell us of every change,\n1.2,Show us,,\n"
ABOUT = {"code": "acme", "edition": "2", "title": "Acme supplier rules"}


def test_rows_become_a_tree_and_faults_name_their_row() -> None:
    found = clause_sheet.read(GOOD, "rules.csv", ABOUT)
    assert [(one.number, one.parent, one.assessable) for one in found.requirements] == [
        ("1", "", False), ("1.1", "1", True), ("1.2", "1", True),
    ]  # fmt: skip
    assert found.by_number["1.1"].intent == "Tell us of every change"
    bad = GOOD + b"1.2,Again,,\n,No number,,\n1.4,,,\n"
    with pytest.raises(DataError) as caught:
        clause_sheet.read(bad, "rules.csv", ABOUT)
    assert [str(one) for one in caught.value.sentences] == [
        "Row 5: “1.2” is there already. Keep one of the two.",
        "Row 6: the number is missing. Write it, such as 7.1.5.",
        "Row 7: the title is missing.",
    ]
    with pytest.raises(DataError, match="no column “title”"):
        clause_sheet.read(b"Clause,Words\n1,x\n2,y\n", "rules.csv", ABOUT)
    with pytest.raises(DataError, match="code and the edition"):
        bringing.read(GOOD, {}, bringing.Naming(), name="rules.csv")


def test_a_file_is_looked_at_first_and_then_brought_in(cast: Cast, login: Login) -> None:
    client, path = login("quality"), "/standards/bring/"
    assert path in text(client, "/standards/")
    wrong = {**ABOUT, "publisher": "Acme", "file": SimpleUploadedFile("rules.csv", GOOD + b",x,,\n")}
    answer = client.post(path, wrong)
    assert answer.status_code == 422
    assert "Row 5: the number is missing." in answer.content.decode()
    assert not Edition.everywhere.filter(organisation=cast.organisation).exists()
    taken = {**wrong, "code": "iso-9001", "edition": "2015"}
    answer = client.post(path, {**taken, "file": SimpleUploadedFile("rules.csv", GOOD)})
    assert answer.status_code == 422
    assert "came with the program. Give yours another code or edition." in answer.content.decode()
    assert 'name="kept"' not in answer.content.decode(), "what cannot come in is not offered"
    answer = client.post(path, {**wrong, "file": SimpleUploadedFile("rules.csv", GOOD)})
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert "2 requirements." in page
    assert not Edition.everywhere.filter(organisation=cast.organisation).exists(), "only looked at"
    kept = page.split('name="kept" value="')[1].split('"')[0]
    assert client.post(path, {"kept": kept + "x"}).status_code == 404
    assert client.post(path, {"kept": kept}).headers["Location"] == "/standards/edition/acme/2/"
    assert Edition.everywhere.get(organisation=cast.organisation).title == "Acme supplier rules"
    assert "Tell us" in text(client, "/standards/edition/acme/2/")
    assert login("executive").get(path).status_code == 403

"""What leaves the rooms of documents, training and impact as a file of data leaves a deed: who took how much of what.

The doors come from the routes. Any that answers with a table or with data is held to this, tomorrow's too.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from qsms.base import moment
from qsms.documents import distributing
from qsms.documents.tests.makers import document, effective, revision
from qsms.org.models import Person
from qsms.records.models import Deed
from qsms.training import starters
from qsms.training.tests import makers as training
from tests.cast import Cast

from . import doors
from .conftest import KINDS
from .test_query_counts import signed_in

pytestmark = pytest.mark.django_db
ROOMS = ("/documents/", "/training/", "/impact/")
# What people read is no table: pages, pictures, copies and certificates on paper.
READ = ("text/html", "application/pdf", "image/", "application/json")
KNOWN = {
    "/documents/readers/<number>/export/", "/training/matrix/export/", "/training/matrix/gaps/export/",
    "/training/matrix/roles/export/", "/training/matrix/leavers/export/", "/training/content/<number>/file/",
}  # fmt: skip


@pytest.fixture
def numbers(cast: Cast) -> list[str]:
    """A document that somebody was given, a course with a text, and a training record of somebody who left."""
    held = effective(cast, revision(cast, document(cast)))
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    [course] = starters.add(cast.actor("quality"), ["quality-basics"])
    training.asked(cast, course)
    kept = training.held(cast, course, "colleague")
    Person.objects.filter(pk=cast.colleague.pk).update(is_active=False, left_on=moment.now().date())
    return [held.number, course.number, kept.number]


def files_of(client: Client, door: doors.Door, numbers: list[str], query: str = "") -> list[tuple[str, Any]]:
    """The files of data behind a door, whichever of the records it is about."""
    found = []
    for number in numbers if door.parts else [""]:
        answer = client.get(door.filled({"number": number, "name": "none.png"}) + query)
        body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        kind = answer.headers.get("Content-Type", "text/html")
        if answer.status_code == 200 and not kind.startswith(READ):
            found.append((kind, body))
    return found


def test_every_file_of_data_leaves_a_deed(cast: Cast, numbers: list[str]) -> None:
    client, told = signed_in(cast, "quality"), set()
    for door in doors.every():
        if not door.path.startswith(ROOMS) or not door.parts <= {"number", "name"}:
            continue
        for query in ("", "?format=xlsx"):
            before = Deed.everywhere.filter(verb="exported").count()
            files = files_of(client, door, numbers, query)
            deeds = list(Deed.everywhere.filter(verb="exported").order_by("pk")[before:])
            assert len(deeds) == len(files), f"{door.path}{query}: {len(files)} files and {len(deeds)} deeds"
            for (kind, body), deed in zip(files, deeds, strict=True):
                told.add(door.path)
                assert (deed.actor_id, deed.subject, deed.record_id) == (cast.quality.pk, "organisation", None)
                assert (deed.detail["form"] == "xlsx") == ("spreadsheet" in kind)
                assert deed.detail["what"]
                assert deed.detail["kind"] in KINDS
                if kind.startswith("text/csv"):
                    lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
                    assert deed.detail["rows"] == len(lines) - 1 > 0, door.path
                    assert list(deed.detail["columns"]) == lines[0]
    assert told >= KNOWN


def test_the_deed_says_what_it_was_narrowed_to(cast: Cast, numbers: list[str]) -> None:
    client, site = signed_in(cast, "quality"), cast.sites["LKF"]
    for path, narrowed in (
        (f"/training/matrix/export/?site={site.pk}&gaps=1", {"Site": "Larkfield", "People": "who lack something"}),
        (f"/training/matrix/gaps/export/?site={site.pk}", {"Site": "Larkfield"}),
        (f"/training/matrix/roles/export/?site={site.pk}&kind=course", {"Site": "Larkfield", "Kind": "Course"}),
        (f"/training/matrix/leavers/export/?site={site.pk}&due=1",
         {"Site": "Larkfield", "Records": "may be disposed of"}),
        (f"/documents/readers/{numbers[0]}/export/?revision=1", {"Document": "PRO-001", "Revision": "1"}),
    ):  # fmt: skip
        b"".join(client.get(path))  # type: ignore[arg-type]
        assert Deed.everywhere.filter(verb="exported").latest("pk").detail["filters"] == narrowed, path


def test_who_may_not_take_it_leaves_no_deed(cast: Cast, numbers: list[str]) -> None:
    for who in ("reporter", "site_owner"):
        client = signed_in(cast, who)
        for path in KNOWN:
            for number in numbers:
                assert client.get(path.replace("<number>", number)).status_code in (403, 404), (who, path)
    assert not Deed.everywhere.filter(verb="exported").exists()

"""Pages of rooms that ask much, filled: how many statements they cost, and that more rows cost no more."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.base import moment
from qsms.documents import distributing
from qsms.documents.models import Document
from qsms.documents.tests.makers import document, effective, revision
from qsms.org import names
from qsms.org import services as org
from qsms.org.models import Role
from qsms.training import waiving
from qsms.training.tests import makers as training
from tests.cast import Cast

from .test_query_counts import COUNTS, cost, signed_in


@pytest.fixture
def office(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A quality manager's browser."""
    monkeypatch.setattr(names, "SECONDS", 3600)
    return signed_in(keeper, "quality")


def procedure(cast: Cast) -> Document:
    """A procedure in effect that two roles work to."""
    made = document(cast)
    for role in ("process_owner", "auditor"):
        held = Role.objects.get(organisation=cast.organisation, code=role)
        distributing.add_rule(cast.actor("quality"), made.pk, role_id=held.pk)
    return effective(cast, revision(cast, made))


def check(client: Client, pages: dict[str, str], before: dict[str, int] | None = None) -> dict[str, int]:
    """What these pages cost, by what they are called: as much as is allowed, and no more than before."""
    found = {path: cost(client, address) for path, address in pages.items()}
    assert {path: n for path, n in found.items() if n > COUNTS["filled"][path]} == {}
    if before is not None:
        assert found == before
    return found


def ask_much(cast: Cast, n: int, read: Document) -> None:
    """So many courses, documents to be read and people who hold some of it."""
    for one in range(n):
        course = training.course(cast, f"Course {n} {one}", months=12)
        training.asked(cast, course)
        training.asked(cast, course, "auditor", site_id=cast.sites["STV"].pk)
        training.asked(cast, training.course(cast, f"Read {n} {one}", course_kind="reading", document=read.pk))
        training.held(cast, course, "reporter", days_ago=100 * one)
        person = org.add_person(cast.organisation, name=f"Member {n} {one}", email=f"m{n}{one}@larkfield.test")
        cast.people[f"member {n} {one}"] = person
        training.held(cast, course, f"member {n} {one}")
        until = moment.now().date().replace(year=2027)
        row = waiving.ask(cast.actor("quality"), course.pk, cast.owner.pk, reason="On leave", until=until)
        waiving.decide(cast.actor("safety"), row.pk, approve=True)


def test_matrix_and_gaps(cast: Cast, office: Client) -> None:
    read = procedure(cast)
    pages = {path: path for path in COUNTS["filled"] if path.startswith("/training/")}
    ask_much(cast, 2, read)
    few = check(office, pages)
    ask_much(cast, 6, read)
    check(office, pages, few)

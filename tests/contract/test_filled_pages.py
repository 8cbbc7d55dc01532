"""Pages of rooms that ask much, filled: how many statements they cost, and that more rows cost no more."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.test import Client

from qsms.base import moment
from qsms.documents import distributing
from qsms.documents.models import Document
from qsms.documents.tests.makers import document, effective, revision
from qsms.impact import asking, touching
from qsms.impact.asking import Wish
from qsms.org import names
from qsms.org import services as org
from qsms.org.models import Role
from qsms.records import services
from qsms.records.models import Deed
from qsms.standards import shipped
from qsms.standards.models import PART_5
from qsms.standards.tests import makers as adopted
from qsms.training import waiving
from qsms.training.tests import makers as training
from qsms.ui.record import head as heads
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


def check(client: Client, number: str, paths: Iterable[str], before: dict[str, int] | None = None) -> dict[str, int]:
    """What these pages cost: as much as is allowed, and no more than before."""
    found = {path: cost(client, path.format(number=number)) for path in paths}
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
    paths = [path for path in COUNTS["filled"] if path.startswith("/training/")]
    ask_much(cast, 2, read)
    few = check(office, "", paths)
    ask_much(cast, 6, read)
    check(office, "", paths, few)


def hang_on(cast: Cast, made: Document, n: int) -> None:
    """So many hazards, documents, courses, requirements and questions that hang on a document, and questions to it."""
    quality = cast.actor("quality")
    clauses = [one.number for one in shipped.frameworks()[adopted.ISO_9001].requirements if one.assessable]
    for one in range(n):
        hazard = services.create(quality, "hazard", {
            "title": f"Hazard {n} {one}", "description": "Told", "site": cast.sites["LKF"], "owner": cast.owner,
        })  # fmt: skip
        services.link(quality, made.pk, hazard.pk, "relates")
        services.link(quality, made.pk, document(cast, title=f"Document {n} {one}").pk, "relates")
        course = training.course(cast, f"Course {n} {one}", document=made.pk, site=cast.sites["LKF"])
        for role in ("process_owner", "auditor"):
            training.asked(cast, course, role)
        services.link(quality, training.course(cast, f"Linked {n} {one}").pk, made.pk, "trains")
        adopted.bound(cast, made, adopted.ISO_9001, clauses[n + one])
        asking.ask(quality, touching.of_record(quality, made), Wish("It is read weekly", {hazard.pk}))
        asking.ask(quality, touching.of_record(quality, hazard), Wish("It is read weekly", {made.pk}))


def test_what_hangs_on_a_document(cast: Cast, office: Client) -> None:
    adopted.adopted(cast, adopted.ISO_9001)
    made = procedure(cast)
    adopted.adopted(cast, adopted.AS9100)
    draft = revision(cast, made, summary="The next one")
    page = "/impact/?record={number}"
    # Nothing hangs on this one, so that somebody is asked by name.
    check(office, revision(cast, document(cast, title="Alone")).number, [page])
    paths = ("/r/document/{number}/tab/impact/", page)
    # A history longer than what a page reads of it.
    hang_on(cast, made, 3)
    assert Deed.everywhere.filter(record_id=made.pk).count() > heads.DEEDS
    few, of_revision = check(office, made.number, paths), check(office, draft.number, [page])
    hang_on(cast, made, 5)
    check(office, made.number, paths, few)
    check(office, draft.number, [page], of_revision)


def test_whom_a_document_reaches(cast: Cast, office: Client) -> None:
    made = procedure(cast)
    draft = revision(cast, made, summary="The next one")
    paths = ("/r/document/{number}/tab/distribution/", "/documents/reach/{number}/", "/documents/give/{number}/")

    def more(n: int) -> tuple[dict[str, int], dict[str, int]]:
        for one in range(n):
            person = org.add_person(cast.organisation, name=f"Reader {n} {one}", email=f"r{n}{one}@larkfield.test")
            distributing.add_rule(cast.actor("quality"), made.pk, person_id=person.pk, why="Works there")
        return check(office, made.number, paths), check(office, draft.number, ("/r/revision/{number}/",))

    few = more(2)
    assert more(6) == few


def test_a_declaration(cast: Cast, office: Client) -> None:
    adopted.adopted(cast, PART_5)
    given = {"title": "Part 135", "certificate_kind": "part_135", "statement": "I declare it.", "owner": cast.quality}
    made = services.create(cast.actor("quality"), "declaration", given)
    shown = adopted.action(cast)
    paths = ("/r/declaration/{number}/",)

    def fill(numbers: list[str], others: list[str]) -> None:
        for number in numbers:
            adopted.bound(cast, shown, PART_5, number)
        for key in others:
            adopted.adopted(cast, key)
            adopted.bound(cast, shown, key, "7.2")
        services.create(cast.actor("quality"), "declaration", {**given, "title": f"Another, {numbers[0]}"})
        services.link(cast.actor("quality"), made.pk, adopted.action(cast, f"Work on {numbers[0]}").pk, "relates")

    fill(["5.21(a)(1)", "5.23(a)(1)"], [adopted.ISO_9001])
    few = check(office, made.number, paths)
    fill(["5.21(a)(2)", "5.25(a)", "5.51(a)", "5.51(b)"], [adopted.ISO_14001, adopted.AS9100])
    check(office, made.number, paths, few)

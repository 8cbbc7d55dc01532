"""Reading, making and changing records over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from qsms.records.models import Deed, Record
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import GIVEN, Program

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


def test_a_record_is_made_read_and_changed(keeper: Cast, program: Programs) -> None:
    safety = program("safety")
    body = {**GIVEN, "litres": 12.5, "site": keeper.sites["LKF"].pk, "disciplines": ["safety", "environment"],
            "owner": keeper.owner.pk}  # fmt: skip
    made = safety.post("spill/", body)
    assert made.status_code == 201, made.json()
    assert made["Location"] == "/api/v1/spill/SPL-2026-0001/"
    assert made["ETag"] == '"1"'
    read = safety.get(made["Location"])
    assert read.json() == made.json()
    assert read.json() | {"id": 0, "opened_at": "", "changed_at": ""} == {
        "kind": "spill", "id": 0, "number": "SPL-2026-0001", "title": "Fuel under the wing", "state": "found",
        "phase": "open", "disciplines": ["safety", "environment"], "risk_class": 0, "risk_cell": "",
        "site": {"id": keeper.sites["LKF"].pk, "name": "Larkfield"}, "unit": None, "process": None,
        "owner": {"id": keeper.owner.pk, "name": "Owner Person"},
        "raised_by": {"id": keeper.safety.pk, "name": "Safety Person"}, "opened_at": "", "closed_at": None,
        "due_on": None, "due_at": None, "confidential": False, "version": 1, "changed_at": "", "fuel": "jet",
        "litres": "12.5", "spilled_on": "2026-02-20", "cleaned": "", "checker": None, "reference": "",
    }  # fmt: skip
    changed = safety.patch(made["Location"] + "?reason=Typo", {"title": "Fuel on stand 4"}, If_Match=made["ETag"])
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert changed.json()["title"] == "Fuel on stand 4"
    assert Deed.everywhere.filter(verb="edited").get().reason == "Typo"


def test_what_was_read_can_be_sent_back(program: Programs, spill: Make, keeper: Cast) -> None:
    made = spill(owner=keeper.owner, disciplines=5, litres="2.5", checker=keeper.colleague)
    read = program("safety").get(f"spill/{made.pk}/").json()
    fields = ("title", "fuel", "litres", "spilled_on", "site", "owner", "disciplines", "due_on", "checker")
    answer = program("safety").patch(f"spill/{made.pk}/", {name: read[name] for name in fields}, If_Match='"1"')
    assert (answer.status_code, answer.json()) == (200, read)


def test_a_record_that_the_caller_has_already_is_not_sent_again(program: Programs, spill: Make) -> None:
    made, safety = spill(), program("safety")
    first = safety.get(f"spill/{made.number}/")
    again = safety.get(f"spill/{made.number}/", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert safety.get(f"spill/{made.number}/", If_None_Match='"7"').status_code == 200
    assert program("outsider").get(f"spill/{made.number}/", If_None_Match=first["ETag"]).status_code == 404
    head = safety("HEAD", f"spill/{made.number}/")
    assert (head.status_code, head["ETag"], head.content) == (200, '"1"', b"")


def test_a_change_names_the_version_it_starts_from(program: Programs, spill: Make) -> None:
    made, safety = spill(), program("safety")
    path = f"spill/{made.number}/"
    without = safety.patch(path, {"title": "A"})
    assert (without.status_code, without.json()["type"]) == (428, "urn:openqsms:problem:version-missing")
    assert safety.patch(path, {"title": "A"}, If_Match="*").status_code == 400
    assert safety.patch(path, {"title": "A"}, If_Match='"9"').status_code == 412
    assert safety.patch(path, {"title": "A"}, If_Match='"1"').status_code == 200
    # Another field is merged, the same field clashes and both sides are told.
    assert program("quality").patch(path, {"reference": "X-1"}, If_Match='"1"').json()["version"] == 3
    clash = program("quality").patch(path, {"title": "B", "litres": "3"}, If_Match='"1"')
    assert (clash.status_code, clash["ETag"]) == (412, '"3"')
    assert clash.json()["clash"] == {"title": {"mine": "B", "theirs": "A"}}
    assert clash.json()["changed_by"] == "Safety Person"
    made.refresh_from_db()
    assert (made.title, made.reference, made.litres) == ("A", "X-1", None)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"title": 5}, "title", "“5” is not text"),
    ({"title": None}, "title", "is empty"),
    ({"title": "x" * 251}, "title", "250"),
    ({"fuel": "kerosene"}, "fuel", "kerosene"),
    ({"litres": [1]}, "litres", "One value"),
    ({"litres": "two dozen"}, "litres", "two dozen"),
    ({"litres": True}, "litres", "One value"),
    ({"spilled_on": "2026-02-31"}, "spilled_on", "2026-02-31"),
    ({"spilled_on": 20260231}, "spilled_on", "not text"),
    ({"site": "Larkfield"}, "site", "not an id"),
    ({"site": 2**62}, "site", "does not exist"),
    ({"site": -1}, "site", "does not exist"),
    ({"site": 2**80}, "site", "not an id"),
    ({"owner": 999999}, "owner", "does not exist"),
    ({"disciplines": ["money"]}, "disciplines", "safety, quality"),
    ({"disciplines": 5}, "disciplines", "safety, quality"),
    ({"state": "closed"}, "state", "cannot be set here"),
    ({"version": 7}, "version", "cannot be set here"),
    ({"organisation": 1}, "organisation", "cannot be set here"),
    ({"colour": "red"}, "colour", "cannot be set here"),
]


@pytest.mark.parametrize(("given", "field", "words"), WRONG)
def test_values_that_cannot_be_taken_are_told_by_field(
    program: Programs, spill: Make, given: dict[str, Any], field: str, words: str
) -> None:
    made, safety = spill(), program("safety")
    answers = (safety.post("spill/", {**GIVEN, **given}), safety.patch(f"spill/{made.pk}/", given, If_Match='"1"'))
    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert words in answer.json()["errors"][field]
    assert Record.everywhere.count() == 1


def test_another_organisations_people_and_sites_cannot_be_named(keeper: Cast, program: Programs) -> None:
    theirs = keeper.outsider.pk
    answer = program("safety").post("spill/", {**GIVEN, "owner": theirs})
    unknown = program("safety").post("spill/", {**GIVEN, "owner": 999999})
    assert answer.status_code == unknown.status_code == 422
    assert answer.json()["errors"] == unknown.json()["errors"]


def test_a_closed_record_is_not_changed(program: Programs, spill: Make, keeper: Cast) -> None:
    made, safety = spill(), program("safety")
    assert safety.post(f"spill/{made.pk}/moves/void/", {"reason": "Twice"}).status_code == 200
    answer = safety.patch(f"spill/{made.pk}/", {"title": "A"}, If_Match='"2"')
    handed = safety.post(f"spill/{made.pk}/assign/", {"person": keeper.quality.pk})
    for one in (answer, handed):
        assert one.status_code == 403
        assert one.json()["reasons"] == [f"{made.number} is closed. Open it again to change it."]


def test_an_owner_is_given_by_who_may(keeper: Cast, program: Programs, spill: Make) -> None:
    made = spill()
    answer = program("safety").post(f"spill/{made.pk}/assign/", {"person": keeper.colleague.pk, "reason": "Knows it"})
    assert answer.json()["owner"] == {"id": keeper.colleague.pk, "name": "Colleague Person"}
    assert program("colleague").post(f"spill/{made.pk}/assign/", {"person": keeper.owner.pk}).status_code == 403
    for wrong in ({}, {"person": 2**70}, {"person": "me"}, {"person": keeper.outsider.pk}):
        assert program("safety").post(f"spill/{made.pk}/assign/", wrong).status_code == 422


def test_queries_do_not_grow_with_the_rows(
    program: Programs, spill: Make, keeper: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _n in range(3):
        made = spill(owner=keeper.owner)
    safety = program("safety")
    safety.get("spill/")
    with django_assert_num_queries(5):  # token, grants; ids, rows, people
        assert len(safety.get("spill/").json()["items"]) == 3
    with django_assert_num_queries(4):  # token, grants; row, people
        safety.get(f"spill/{made.number}/")

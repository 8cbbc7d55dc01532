"""The same request twice at the same moment, and one record changed by many: threads with their own connections."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qsms.records.models import Record
from tests.cast import Cast
from tests.harness.together import at_once
from tests.newtype.models import Spill

from .conftest import GIVEN, Program, token_of


def test_a_key_sent_again_answers_with_the_same_record(program: Callable[[str], Program]) -> None:
    safety = program("safety")
    first, second = (safety.post("spill/", GIVEN, Idempotency_Key="abc-1") for _n in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first["Location"] == second["Location"]
    other = safety.post("spill/", {**GIVEN, "title": "Another"}, Idempotency_Key="abc-1")
    assert (other.status_code, other.json()["errors"][""][:24]) == (422, "This key was used before")
    assert program("quality").post("spill/", GIVEN, Idempotency_Key="abc-1")["Location"] != first["Location"]
    action = {"title": "Fuel under the wing", "description": "x", "action_kind": "correction"}
    assert safety.post("action/", action, Idempotency_Key="abc-1").json()["kind"] == "action"
    assert Record.everywhere.filter(kind="spill").count() == 2


@pytest.mark.usefixtures("real_db")
def test_one_key_from_several_threads_makes_one_record(keeper: Cast) -> None:
    token = token_of(keeper.safety)
    Program(token).get("me/")  # the first use is noted, so that the threads differ in nothing
    answers = at_once(*[lambda: Program(token).post("spill/", GIVEN, Idempotency_Key="same") for _n in range(4)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Record.everywhere.count() == 1


@pytest.mark.usefixtures("real_db")
def test_of_many_changes_of_one_version_one_wins(keeper: Cast, spill: Callable[..., Spill]) -> None:
    made, token = spill(), token_of(keeper.safety)
    Program(token).get("me/")
    path = f"spill/{made.number}/"
    answers = at_once(
        *[lambda n=n: Program(token).patch(path, {"title": f"Title {n}"}, If_Match='"1"') for n in range(4)]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    [won] = [answer for answer in answers if answer.status_code == 200]
    made.refresh_from_db()
    assert (made.version, made.title) == (2, won.json()["title"])
    for lost in answers:
        if lost is not won:
            assert lost.json()["clash"]["title"]["theirs"] == made.title

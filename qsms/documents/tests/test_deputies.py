"""A deputy's signature names both, and a route that asks for two people gets two."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from qsms.documents import effect, naming, routing
from qsms.documents.models import Document, Step
from qsms.documents.two_people import is_free
from qsms.org import services as org
from qsms.org.errors import OrgError
from qsms.org.models import Delegation, Person
from qsms.records import audience, history, moves, tasks
from qsms.records.errors import Refused
from qsms.records.models import Task
from tests.cast import Cast
from tests.harness.clock import START as NOW

from .makers import again, document, revision, second_quality_manager, sent, sign, signer


def lend(cast: Cast, giver: str, taker: str) -> Delegation:
    return org.delegate(
        cast.people[giver], cast.people[taker], starts_on=NOW.date(), ends_on=NOW.date(), reason="Leave"
    )


@given(st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(1, 4)), max_size=4), st.integers(1, 4))
def test_by_way_of_a_deputy_nobody_has_a_part_in_two_steps(hands: list[tuple[int, int | None]], by: int) -> None:
    for lent_by in (None, 1, 2, 3, 4):
        parts = [{one for one in hand if one is not None} & {by, lent_by} for hand in hands]
        if is_free(hands, by, lent_by):
            assert lent_by is None or not any(parts)
            assert not any(part and hand[1] is not None for part, hand in zip(parts, hands, strict=True))
        else:
            assert any(parts)
    assert is_free([], by, 1)
    assert is_free([(by, None)], by, None), "two roles of one's own"


@pytest.mark.django_db
def test_the_deputy_is_named_with_whom_they_stood_in_for_and_signs_once(cast: Cast) -> None:
    one = sent(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    lend(cast, "director", "quality")
    sign(cast, "quality", one, "review")
    # The quality manager has reviewed it: their being the director's deputy does not make them its approver.
    assert routing.turns(cast.actor("quality"), again(one)) == []
    with pytest.raises(Refused, match="its route asks for two people"):
        moves.move(cast.actor("quality"), one.pk, "approve", proof=signer(cast, "quality"))
    assert not [task for task in tasks.mine(cast.actor("quality")) if task.record.pk == one.pk]
    lend(cast, "director", "colleague")
    routing.ask(cast.actor("safety"), again(one))
    assert [task.code for task in tasks.mine(cast.actor("colleague")) if task.record.pk == one.pk] == ["approve"]
    sign(cast, "colleague", one)

    step = Step.everywhere.get(revision_id=one.pk, kind="approve")
    assert (step.done_by_id, step.done_for_id) == (cast.colleague.pk, cast.director.pk)
    names = f"{cast.colleague.name} for {cast.director.name}"
    told = {entry.verb: (entry.actor, entry.for_person) for entry in history.entries(again(one))}
    assert told["move.approve"] == (cast.colleague.name, cast.director.name)
    assert told["move.review"] == (cast.quality.name, ""), "in a role of their own"
    effect.run(cast.organisation.pk)
    held = Document.everywhere.get(pk=one.document_id)
    client = Client()
    client.force_login(cast.account("safety"))
    for path in (f"/r/revision/{one.number}/tab/route/", f"/r/revision/{one.number}/tab/history/"):
        assert names in client.get(path).content.decode(), path
    listed = client.get(f"/api/v1/revision/{one.number}/history/").json()
    assert cast.director.name in str(listed)
    paper = PdfReader(io.BytesIO(client.get(f"/documents/read/{held.number}/copy.pdf").getvalue()))
    assert names in " ".join("".join(page.extract_text() for page in paper.pages).split())


@pytest.mark.django_db
def test_who_left_lends_nothing_any_more(cast: Cast) -> None:
    record = revision(cast, document(cast, "safety"), "safety")
    lend(cast, "director", "colleague")
    assert "department_director" in cast.actor("colleague").roles
    assert cast.colleague.pk in audience.who_sees(record)
    Person.objects.filter(pk=cast.director.pk).update(is_active=False)
    assert "department_director" not in cast.actor("colleague").roles
    assert cast.colleague.pk not in audience.who_sees(record)


@pytest.mark.django_db
def test_who_stands_in_for_an_author_is_not_waited_for(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety")
    lend(cast, "safety", "quality")
    with pytest.raises(Refused, match="wrote it or stands in for who did"):
        moves.move(cast.actor("safety"), one.pk, "send")
    [missing] = naming.missing(again(one))
    assert cast.quality.pk not in dict(naming.candidates(again(one), missing.kind))
    second_quality_manager(cast)
    sent(cast, one, "safety")
    assert [task.code for task in tasks.mine(cast.actor("quality_2")) if task.record.pk == one.pk] == ["review"]
    assert not [task for task in tasks.mine(cast.actor("quality")) if task.record.pk == one.pk]


@pytest.mark.django_db
def test_who_comes_second_is_told_who_signed(cast: Cast) -> None:
    second_quality_manager(cast)
    held: Document | None = document(cast, "safety", document_type="form")
    assert held is not None
    one = sent(cast, revision(cast, held, "safety"), "safety")
    moves.move(cast.actor("quality_2"), one.pk, "approve", proof=signer(cast, "quality_2"))
    with pytest.raises(Refused, match="Second Quality Manager has signed it already"):
        moves.move(cast.actor("quality"), one.pk, "approve", proof=signer(cast, "quality"))


@pytest.mark.django_db
def test_a_delegation_ends_within_a_year_and_is_given_once(cast: Cast) -> None:
    def until(days: int) -> Delegation:
        last = NOW.date() + dt.timedelta(days=days)
        return org.delegate(cast.director, cast.colleague, starts_on=NOW.date(), ends_on=last, reason="Leave")

    with pytest.raises(OrgError, match="a year at most"):
        until(367)
    until(366)
    with pytest.raises(OrgError, match="acts for you in these days already"):
        until(10)


@pytest.mark.django_db
def test_who_signed_did_their_task_and_the_others_are_asked_no_more(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety")
    second_quality_manager(cast)
    sent(cast, one, "safety")
    sign(cast, "quality_2", one, "review")
    ended = Task.everywhere.filter(record_id=one.pk, code="review")
    assert dict(ended.values_list("person_id", "withdrawn")) == {
        cast.people["quality_2"].pk: False, cast.quality.pk: True,
    }  # fmt: skip

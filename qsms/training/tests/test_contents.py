"""The text of courses: starter courses taken, kept or changed, and written piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qsms.records import moves, services
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Deed
from qsms.rules import course_file
from qsms.rules.courses import Course as Text
from qsms.rules.courses import Kind
from qsms.training import contents, drafting, editing, learning, starters
from qsms.training.models import Content, Course
from qsms.training.starters import Stand
from tests.cast import Cast

CODE = "environmental-awareness"


@pytest.fixture
def course(cast: Cast) -> Course:
    [made] = starters.add(cast.actor("quality"), [CODE])
    return made


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Text:
    """The product comes with a newer text of the course."""
    data = course_file.to_dict(starters.shipped()[CODE]) | {"summary": "Better than ever.", "version": "2"}
    text = course_file.from_dict(data)
    brought: Mapping[str, Text] = MappingProxyType({**starters.shipped(), CODE: text})
    digests = {**starters.sources(), CODE: "f" * 64}

    def bring() -> None:
        monkeypatch.setattr(starters, "shipped", lambda: brought)
        monkeypatch.setattr(starters, "sources", lambda: digests)

    bring()
    return text


def stand(cast: Cast) -> Stand:
    return next(one.stand for one in starters.listed(cast.actor("quality")) if one.text.code == CODE)


def text_of(course: Course) -> Text:
    content = contents.newest(course.pk)
    assert content is not None
    return contents.text_of(content)


def rename(cast: Cast, course: Course, was: int) -> Content:
    return editing.change(cast.actor("quality"), course, was, editing.outline({"summary": "Our own words."}))


def test_starter_courses_become_courses_of_the_organisation_once(cast: Cast) -> None:
    made = starters.add(cast.actor("quality"), list(starters.shipped()))
    assert len(made) == 7
    assert {one.state for one in made} == {"in_use"}
    assert {one.months for one in made} == {24, 36}
    assert starters.add(cast.actor("safety"), list(starters.shipped())) == []
    assert {one.stand for one in starters.listed(cast.actor("quality"))} == {Stand.SAME}
    with pytest.raises(Refused, match="You may not set up courses"):
        starters.add(cast.actor("reporter"), [CODE])


def test_what_is_as_it_came_follows_the_product(cast: Cast, course: Course, request: pytest.FixtureRequest) -> None:
    assert not starters.is_behind()
    newer = request.getfixturevalue("newer")
    assert starters.is_behind()
    assert stand(cast) is Stand.BEHIND
    assert starters.ship() == 1
    assert text_of(course) == newer
    assert stand(cast) is Stand.SAME
    assert not starters.is_behind()
    assert starters.ship() == 0


def test_what_was_changed_here_is_never_written_over(
    cast: Cast, course: Course, request: pytest.FixtureRequest
) -> None:
    rename(cast, course, 1)
    assert stand(cast) is Stand.EDITED
    newer = request.getfixturevalue("newer")
    assert not starters.is_behind()
    assert starters.ship() == 0
    assert text_of(course).summary == "Our own words."
    assert stand(cast) is Stand.NEWER
    content = starters.take_newer(cast.actor("quality"), CODE)
    assert (content.revision, contents.text_of(content)) == (3, newer)
    assert Content.everywhere.get(course=course, revision=2).definition["summary"] == "Our own words."
    with pytest.raises(Refused, match="no newer text"):
        starters.take_newer(cast.actor("quality"), CODE)


def test_what_an_own_course_begins_with_is_written_over_before_anybody_takes_it(cast: Cast) -> None:
    keeper = cast.actor("quality")
    made = services.create(keeper, "course", {"title": "De-icing here"})
    assert isinstance(made, Course)
    content = contents.put(keeper, made.pk, contents.first_text(made), was=0)
    assert contents.text_of(content).drawn == 1
    assert Deed.everywhere.filter(record=made, verb=contents.CHANGED).exists()
    [section] = contents.text_of(content).sections

    def shut() -> None:
        with pytest.raises(Refused, match="holds what it began with"):
            moves.move(keeper, made.pk, "release")
        with pytest.raises(Refused, match="is being written"):
            learning.begin(keeper, made.number)
        assert contents.can_be_taken([made.pk]) == set()

    shut()
    values = {"title": "Fluids", "content": "Type I is heated.", "draw": 1, "basis": "", "example": None}
    editing.change(keeper, made, 1, editing.section(section.key, values))
    shut()
    own = editing.question(section.key, "first-question", "Is type I heated?", [], {1}, "It is.")
    editing.change(keeper, made, 2, own)
    moves.move(keeper, made.pk, "release")
    assert learning.begin(keeper, made.number).unread
    assert contents.can_be_taken([made.pk]) == {made.pk}


def test_pieces_are_changed_as_a_whole_and_the_quicker_one_wins(cast: Cast, course: Course) -> None:
    actor = cast.actor("quality")
    key = text_of(course).sections[0].key
    editing.change(actor, course, 1, editing.question(key, "", "Which drum?", ["Red", "Blue", "Any"], {1, 2}, "Both."))
    question = text_of(course).questions["which-drum"]
    assert (question.kind, question.right) == (Kind.MULTIPLE, {1, 2})
    editing.change(actor, course, 2, editing.question(key, "which-drum", "Is it red?", [], {2}, "It is blue."))
    assert text_of(course).questions["which-drum"].kind is Kind.TRUE_FALSE
    with pytest.raises(Invalid, match="Somebody changed this course"):
        editing.change(actor, course, 2, editing.without_question(key, "which-drum"))
    editing.change(actor, course, 3, editing.without_question(key, "which-drum"))
    values = {"title": "Noise", "content": "Keep it down.", "draw": 0, "basis": "", "example": None}
    editing.change(actor, course, 4, editing.section("", values))
    editing.change(actor, course, 5, editing.section_up("noise"))
    assert [one.key for one in text_of(course).sections][-2:] == ["noise", "chain"]
    with pytest.raises(Invalid, match="1 questions are to be drawn, but there are only 0"):
        editing.change(actor, course, 6, editing.section("noise", values | {"draw": 1}))
    editing.change(actor, course, 6, editing.without_section("noise"))
    assert Content.everywhere.filter(course=course).count() == 7
    with pytest.raises(Refused, match="You may not change this course"):
        editing.change(cast.actor("director"), course, 7, editing.outline({"minutes": 5}))


@pytest.fixture
def client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.account("quality"))
    return client


def test_a_question_is_written_on_its_page(cast: Cast, course: Course, client: Client) -> None:
    url = reverse("training:bank-new", args=[course.number, "spill"])
    given = {"was": "1", "text": "Where is the kit?", "explanation": "By door 3.", "option_1": "Door 3"}
    faulty = client.post(url, given)
    assert faulty.status_code == 422
    assert "Write at least two options." in faulty.content.decode()
    given |= {"option_3": "Nowhere", "right_1": "on"}
    assert client.post(url, given).status_code == 303
    working = drafting.of(course)
    assert working is not None
    made = working.text.questions["where-is-the-kit"]
    assert "where-is-the-kit" not in text_of(course).questions, "nobody reads a draft"
    assert (made.kind, made.options, made.right) == (Kind.SINGLE, ("Door 3", "Nowhere"), {1})
    stale = client.post(url, given | {"text": "Where is the second kit?"})
    assert "Somebody changed this course while you were writing" in stale.content.decode()
    assert "Where is the second kit?" in stale.content.decode(), "nothing that was written is lost"


def test_the_text_leaves_as_a_file_and_comes_back(cast: Cast, course: Course, client: Client) -> None:
    taken = client.get(reverse("training:content-file", args=[course.number]))
    assert course_file.read_course(taken.content) == text_of(course)
    url = reverse("training:content-bring", args=[course.number])
    broken = client.post(url, {"was": "1", "file": SimpleUploadedFile("c.yaml", b"code: x\nsections: []\n")})
    assert "“sections” is missing" in broken.content.decode()
    changed = taken.content.replace(b"minutes: 30", b"minutes: 31")
    assert client.post(url, {"was": "1", "file": SimpleUploadedFile("c.yaml", changed)}).status_code == 303
    working = drafting.of(course)
    assert working is not None
    assert (working.text.minutes, text_of(course).minutes) == (31, 30)
    assert b"minutes: 31" in client.get(reverse("training:content-file", args=[course.number])).content

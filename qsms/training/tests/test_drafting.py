"""The text of a course in use is worked on as a draft, and published as a revision that takes nothing from anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from qsms.base import moment
from qsms.notify.models import News
from qsms.org.models import Role
from qsms.org.services import EVERYBODY
from qsms.records import moves, outbox, tasks
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Deed
from qsms.rules import course_changes
from qsms.rules.course_changes import Changes
from qsms.training import contents, drafting, editing, learning, quizzes, readings, starters
from qsms.training.models import Content, Course, Holding, Requirement, TextDraft
from tests.cast import Cast

from .test_learning import all_read, browser, fill, tried

pytestmark = pytest.mark.django_db
CODE = "environmental-awareness"


@pytest.fixture
def course(cast: Cast) -> Course:
    [made] = starters.add(cast.actor("quality"), [CODE])
    role = Role.objects.get(organisation=cast.organisation, code=EVERYBODY)
    Requirement.everywhere.create(organisation=cast.organisation, course=made, role=role, at=moment.now())
    return made


@pytest.fixture
def keeper(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.account("quality"))
    return client


def renamed(cast: Cast, course: Course, mark: str, words: str = "Our own words.") -> None:
    drafting.change(cast.actor("quality"), course.pk, mark, editing.changed(editing.outline({"summary": words})))


def working(course: Course) -> drafting.Working:
    found = drafting.of(course)
    assert found is not None
    return found


def test_what_differs_is_told_by_section_and_question() -> None:
    text = starters.shipped()[CODE]
    first, second, *rest = text.sections
    assert course_changes.between(text, text).are_none
    asked = replace(second.questions[0], explanation="Otherwise.")
    new = replace(second, key="new", title="New one", questions=())
    after = replace(
        text, minutes=5,
        sections=(*rest, replace(first, content="Otherwise."), replace(second, questions=(asked,), draw=1), new),
    )  # fmt: skip
    found = course_changes.between(text, after)
    assert (found.added, found.removed) == (("New one",), ())
    assert set(found.changed) == {first.title, second.title}
    assert (found.is_reordered, found.outline) == (True, True)
    assert (found.questions_removed, found.questions_changed) == (len(second.questions) - 1, 1)
    back = course_changes.between(after, text)
    assert (back.removed, back.questions_added) == (("New one",), len(second.questions) - 1)
    only_order = course_changes.between(text, replace(text, sections=text.sections[::-1]))
    assert only_order == Changes(is_reordered=True)


def test_nobody_reads_a_draft_and_publishing_takes_nothing_away(cast: Cast, course: Course) -> None:
    quality = cast.actor("quality")
    all_read(cast, course)
    assert tried(cast, course).passed
    all_read(cast, course, "colleague")
    attempt = quizzes.start(cast.actor("colleague"), course.number)
    paper = quizzes.paper(attempt)
    renamed(cast, course, "1")
    renamed(cast, course, "1.1", "Our own words, better.")
    assert Content.everywhere.filter(course=course).count() == 1
    assert learning.of(cast.actor("colleague"), course.number).text == starters.shipped()[CODE]
    with pytest.raises(Invalid, match="Somebody changed this course"):
        renamed(cast, course, "1")
    with pytest.raises(Invalid, match="Say what is different"):
        drafting.publish(quality, course.pk, "1.2", " ")
    with pytest.raises(Invalid, match="was changed since you looked"):
        drafting.publish(quality, course.pk, "1.1", "Better words")
    with pytest.raises(Refused, match="You may not change this course"):
        drafting.publish(cast.actor("director"), course.pk, "1.2", "Better words")
    made = drafting.publish(quality, course.pk, "1.2", "Better words")
    assert (made.revision, contents.text_of(made).summary) == (2, "Our own words, better.")
    assert Deed.everywhere.get(record=course, verb=contents.CHANGED, reason="Better words").detail["revision"] == 2
    # The attempt that ran ends in the revision it began with, and counts; who had passed that one still has.
    assert quizzes.paper(quizzes.of(cast.actor("colleague"), course.number, attempt.number)) == paper
    fill(cast, attempt, "colleague")
    assert quizzes.hand_in(cast.actor("colleague"), course.number, attempt.number).passed
    held = Holding.everywhere.filter(course=course, state="held")
    assert set(held.values_list("holder_id", "attempt__content__revision")) == {
        (cast.reporter.pk, 1), (cast.colleague.pk, 1),
    }  # fmt: skip
    with pytest.raises(Refused, match="no draft of its text any more"):
        drafting.publish(quality, course.pk, "1.2", "Again")


def test_a_draft_yields_to_what_was_published_meanwhile_and_to_what_it_began_with(cast: Cast, course: Course) -> None:
    quality = cast.actor("quality")
    renamed(cast, course, "1")
    editing.change(quality, course, 1, editing.outline({"minutes": 7}))
    with pytest.raises(Invalid, match="Revision 2 was published since this draft was begun"):
        drafting.publish(quality, course.pk, "1.1", "Better words")
    drafting.drop(quality, course.pk)
    assert working(course).mark == "2"
    first_words = {"title": "New", "content": str(contents.FIRST_WORDS), "draw": 0}
    drafting.change(quality, course.pk, "2", editing.changed(editing.section("", first_words)))
    with pytest.raises(Invalid, match="holds what a text begins with"):
        drafting.publish(quality, course.pk, "2.1", "A new section")
    drafting.drop(quality, course.pk)
    # What nobody takes has no draft: each change is the next revision.
    moves.move(quality, course.pk, "retire", reason="No longer taught")
    Course.everywhere.filter(pk=course.pk).update(state="draft", phase=0)
    renamed(cast, course, "2")
    assert working(course).mark == "3"
    assert not TextDraft.everywhere.exists()


def test_whoever_is_half_way_keeps_what_did_not_change_and_is_told(cast: Cast, course: Course, keeper: Client) -> None:
    quality, colleague = cast.actor("quality"), cast.actor("colleague")
    first, second, third, *_rest = starters.shipped()[CODE].sections
    tasks.give(quality, course, readings.TAKE, "Take it", person_id=cast.colleague.pk)
    for one in (first, second):
        learning.read(colleague, course.number, one.key, 1)
    given = {"title": second.title, "content": "In other words.", "draw": second.draw}
    drafting.change(quality, course.pk, "1", editing.changed(editing.section(second.key, given)))
    page = keeper.get(reverse("training:content-publish", args=[course.number])).content.decode()
    assert "1 person is in the middle of it" in page
    made = drafting.publish(quality, course.pk, working(course).mark, "Better words")
    outbox.deliver()
    said = f"“{course.title}” was revised while you were taking it. What did not change stays read."
    assert [one.text for one in News.everywhere.filter(person=cast.colleague, topic="training")] == [said]
    # Nothing was opened since: what is the same is read all the same.
    assert learning.of(colleague, course.number).read == {first.key}
    # The old words were on the screen, so the new ones are not read; what is the same in both is.
    assert learning.read(colleague, course.number, second.key, 1).read == {first.key}
    assert learning.read(colleague, course.number, third.key, 1).read == {first.key, third.key}
    assert second.key in learning.read(colleague, course.number, second.key, made.revision).read
    assert third.key in learning.read(colleague, course.number, "gone-since", 1).read
    client = browser(cast, "colleague")
    lesson = reverse("training:lesson", args=[course.number, first.key])
    assert 'name="revision" value="2"' in client.get(lesson).content.decode()
    moved = client.post(reverse("training:lesson", args=[course.number, "gone-since"]), {"revision": "1"}, follow=True)
    assert "was revised while you read" in moved.content.decode()


def test_the_pages_lead_from_the_draft_to_the_revision(cast: Cast, course: Course, keeper: Client) -> None:
    home = reverse("training:content", args=[course.number])
    section = working(course).text.sections[0]
    given = {
        "was": "1", "title": section.title, "content": "## Oil\n\n**Never** down the drain.", "draw": section.draw,
        "basis": "", "example": "", "place": "",
    }  # fmt: skip
    preview = reverse("training:content-preview", args=[course.number])
    seen = keeper.post(preview, {**given, "part": "1"}).content.decode()
    assert "<strong>Never</strong> down the drain." in seen
    assert not TextDraft.everywhere.exists()
    assert keeper.post(reverse("training:section", args=[course.number, section.key]), given).status_code == 303
    page = keeper.get(home).content.decode()
    assert "This is a draft. People read revision 1 until you publish it." in page
    assert f"Reads otherwise: {section.title}." in page
    publish = reverse("training:content-publish", args=[course.number])
    assert 'value="1.1"' in keeper.get(publish).content.decode()
    assert keeper.post(publish, {"was": "1.1", "why": ""}).status_code == 422
    assert keeper.post(publish, {"was": "1.1", "why": "The drain"}).status_code == 303
    assert "This is a draft." not in keeper.get(home).content.decode()
    # What the preview showed is what people read.
    reader = Client()
    reader.force_login(cast.account("reporter"))
    lesson = reader.get(reverse("training:lesson", args=[course.number, section.key])).content.decode()
    drawn = seen.partition('<div class="lesson">')[2].partition("</div>")[0]
    assert f'<div class="lesson after">{drawn}</div>' in lesson
    all_read(cast, course)
    tried(cast, course)
    held = Holding.everywhere.get(course=course)
    assert "<dt>Text passed</dt><dd>revision 2</dd>" in keeper.get(f"/r/holding/{held.number}/").content.decode()
    drop = reverse("training:content-drop", args=[course.number])
    assert keeper.post(drop).status_code == 403, "there is no draft any more"
    for path in (publish, drop):
        assert reader.get(path).status_code == 404
    assert reader.post(preview, given).status_code == 404

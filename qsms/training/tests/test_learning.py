"""Taking a course alone: read, tried, marked once, passed into a training record; left and gone on with."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from qsms.base import moment
from qsms.org.models import Role
from qsms.org.services import EVERYBODY
from qsms.records import scope, tasks
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Deed
from qsms.training import contents, holdings, learning, quizzes, starters
from qsms.training.models import Attempt, Content, Course, Holding, Progress, Requirement
from tests.cast import Cast

CODE = "quality-basics"


@pytest.fixture
def course(cast: Cast) -> Course:
    """A starter course in use, asked of everybody: the people at Larkfield who only have the common role among them."""
    [made] = starters.add(cast.actor("quality"), [CODE])
    role = Role.objects.get(organisation=cast.organisation, code=EVERYBODY)
    Requirement.everywhere.create(organisation=cast.organisation, course=made, role=role, at=moment.now())
    return made


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def all_read(cast: Cast, course: Course, name: str = "reporter") -> None:
    for section in contents.text_of(_content(course)).sections:
        learning.read(cast.actor(name), course.number, section.key, _content(course).revision)


def _content(course: Course) -> Content:
    found = contents.newest(course.pk)
    assert found is not None
    return found


def fill(cast: Cast, attempt: Attempt, name: str = "reporter", *, wrong: int = 0) -> None:
    """Answer every question rightly, but the first `wrong` ones."""
    for place, asked in enumerate(quizzes.paper(attempt), start=1):
        right = asked.question.right if place > wrong else set(asked.order) - asked.question.right
        shown = [at for at, option in enumerate(asked.order, start=1) if option in right]
        quizzes.keep(cast.actor(name), attempt.content.course.number, attempt.number, place, shown)


def tried(cast: Cast, course: Course, name: str = "reporter", *, wrong: int = 0) -> Attempt:
    attempt = quizzes.start(cast.actor(name), course.number)
    fill(cast, attempt, name, wrong=wrong)
    return quizzes.hand_in(cast.actor(name), course.number, attempt.number)


def test_who_passes_has_a_training_record_and_the_round_is_over(cast: Cast, course: Course) -> None:
    reporter = cast.actor("reporter")
    with pytest.raises(Refused, match="Read all sections first"):
        quizzes.start(reporter, course.number)
    tasks.give(cast.actor("quality"), course, holdings.TAKE, "Take it", person_id=cast.reporter.pk)
    assert [one.code for one in tasks.mine(reporter)] == [holdings.TAKE]
    all_read(cast, course)
    attempt = tried(cast, course)
    assert tasks.mine(reporter) == [], "what waited for them is done"
    assert (attempt.passed, attempt.score, attempt.pass_mark) == (True, 100, 80)
    held = Holding.everywhere.get(attempt=attempt)
    assert (held.holder_id, held.course_id, held.state, held.source) == (cast.reporter.pk, course.pk, "held", "quiz")
    assert held.ends_on is not None
    assert scope.sees(reporter, held), "whoever holds it sees it"
    mine = learning.of(reporter, course.number)
    assert mine.finished
    with pytest.raises(Refused, match="You have passed"):
        quizzes.start(reporter, course.number)
    deed = Deed.everywhere.get(verb=quizzes.HANDED_IN)
    assert deed.detail["score"] == 100


def test_handing_in_twice_marks_once_and_later_answers_change_nothing(cast: Cast, course: Course) -> None:
    all_read(cast, course)
    first = tried(cast, course, wrong=1)
    again = quizzes.hand_in(cast.actor("reporter"), course.number, first.number)
    fill(cast, again)
    last = quizzes.hand_in(cast.actor("reporter"), course.number, first.number)
    assert (last.marked_at, last.score, last.answers) == (first.marked_at, first.score, first.answers)
    assert Holding.everywhere.filter(course=course).count() == 1


def test_a_paper_is_handed_in_only_when_every_question_has_an_answer(cast: Cast, course: Course) -> None:
    all_read(cast, course)
    attempt = quizzes.start(cast.actor("reporter"), course.number)
    count = len(quizzes.paper(attempt))
    quizzes.keep(cast.actor("reporter"), course.number, attempt.number, 1, [1])
    with pytest.raises(Refused, match=f"{count - 1} still have no answer"):
        quizzes.hand_in(cast.actor("reporter"), course.number, attempt.number)


def test_attempts_wait_run_out_and_are_given_anew_by_somebody_else(cast: Cast, course: Course) -> None:
    reporter, keeper = cast.actor("reporter"), cast.actor("quality")
    with time_machine.travel(moment.now(), tick=False) as clock:
        all_read(cast, course)
        for left in (2, 1, 0):
            assert not tried(cast, course, wrong=5).passed
            assert learning.of(reporter, course.number).standing.left == left
            with pytest.raises(Refused, match="waiting time" if left else "All attempts are used"):
                quizzes.start(reporter, course.number)
            clock.shift(dt.timedelta(hours=13))
        assert [person.pk for person, _score in learning.used_up(course, _content(course))] == [cast.reporter.pk]
        with pytest.raises(Refused, match="You may not"):
            learning.let_again(cast.actor("director"), course.number, cast.reporter.pk, "please")
        learning.let_again(keeper, course.number, cast.reporter.pk, "Read it with her on Tuesday")
        assert len(learning.of(reporter, course.number).unread) == 6, "it is read once more first"
        all_read(cast, course)
        assert tried(cast, course).passed
    assert Attempt.everywhere.filter(person=cast.reporter).count() == 4


def test_a_passed_course_is_taken_again_when_it_is_due_and_not_before(cast: Cast, course: Course) -> None:
    reporter = cast.actor("reporter")
    with time_machine.travel(moment.now(), tick=False) as clock:
        all_read(cast, course)
        assert tried(cast, course).passed
        with pytest.raises(Refused, match="not due again yet"):
            learning.again(reporter, course.number)
        clock.shift(dt.timedelta(days=36 * 30))
        assert len(learning.again(cast.actor("reporter"), course.number).unread) == 6
        all_read(cast, course)
        assert tried(cast, course).passed
    assert Holding.everywhere.filter(course=course).count() == 2


def test_a_new_text_lets_readers_go_on_and_a_running_quiz_ends_in_its_own(cast: Cast, course: Course) -> None:
    reporter = cast.actor("reporter")
    all_read(cast, course)
    attempt = quizzes.start(reporter, course.number)
    before = quizzes.paper(attempt)
    data = dict(Content.everywhere.get(course=course).definition)
    data["sections"][1]["content"] += "\n\nOne more thing."
    del data["sections"][0]["questions"][0]
    contents.put(cast.actor("quality"), course.pk, contents.checked(data), was=1)
    mine = learning.begin(reporter, course.number)
    assert mine.content.revision == 2
    assert [section.key for section in mine.unread] == [data["sections"][1]["key"]]
    assert mine.open_attempt == attempt
    assert quizzes.start(reporter, course.number) == attempt
    assert quizzes.paper(quizzes.of(reporter, course.number, attempt.number)) == before
    fill(cast, attempt)
    assert quizzes.hand_in(reporter, course.number, attempt.number).passed
    assert learning.of(reporter, course.number).finished


def test_nobody_reaches_the_attempt_or_the_course_of_others(cast: Cast, course: Course) -> None:
    all_read(cast, course)
    attempt = tried(cast, course)
    with pytest.raises(NotVisible):
        quizzes.of(cast.actor("quality"), course.number, attempt.number)
    with pytest.raises(NotVisible):
        learning.of(cast.actor("outsider"), course.number)
    for path in (
        reverse("training:learn", args=[course.number]),
        reverse("training:quiz-result", args=[course.number, attempt.number]),
        reverse("training:content", args=[course.number]),
    ):
        assert browser(cast, "outsider").get(path).status_code == 404, path
    assert browser(cast, "reporter").get(reverse("training:content", args=[course.number])).status_code in (403, 404)


def pages_of_a_quiz(client: Client, course: Course, attempt: Attempt) -> Mapping[str, str]:
    args: list[Any] = [course.number, attempt.number]
    count = len(quizzes.paper(attempt))
    paths = [reverse("training:question", args=[*args, place]) for place in range(1, count + 1)]
    paths += [reverse("training:quiz-check", args=args), reverse("training:learn", args=[course.number])]
    return {path: client.get(path).content.decode() for path in paths}


def test_no_page_says_which_answer_is_right_before_the_paper_is_marked(cast: Cast, course: Course) -> None:
    """The page of a question is the same whichever option is right: only shown places and texts stand in it."""
    all_read(cast, course)
    attempt = quizzes.start(cast.actor("reporter"), course.number)
    client = browser(cast, "reporter")
    shown = pages_of_a_quiz(client, course, attempt)
    for asked in quizzes.paper(attempt):
        assert not any(asked.question.explanation[:40] in page for page in shown.values())
    token = re.compile(r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"|nonce="[^"]+"')
    # The same paper with every answer moved: nothing in the pages may follow the answers.
    turned = dict(Content.everywhere.get(pk=attempt.content_id).definition)
    for section in turned["sections"]:
        for row in section["questions"]:
            if row.get("kind") == "true_false":
                row["right"] = not row["right"]
            elif row.get("kind", "single") == "single":
                row["right"] = row["right"] % len(row["options"]) + 1
    Content.everywhere.filter(pk=attempt.content_id).update(definition=turned, checksum="turned")
    after = pages_of_a_quiz(client, course, attempt)
    assert {path: token.sub("", page) for path, page in shown.items()} == {
        path: token.sub("", page) for path, page in after.items()
    }


def test_the_pages_lead_from_the_first_section_to_the_record(cast: Cast, course: Course) -> None:
    client = browser(cast, "reporter")
    home = reverse("training:learn", args=[course.number])
    assert "0 of 6 read" in client.get(home).content.decode()
    assert Progress.everywhere.count() == 0, "a look writes nothing"
    url = re.search(r'btn-main" href="([^"]+)"', client.get(home).content.decode()).group(1)  # type: ignore[union-attr]
    for _section in range(6):
        assert client.get(url).status_code == 200
        url = client.post(url, {"revision": "1"}).headers["Location"]
    assert url == home
    assert "6 of 6 read" in client.get(home).content.decode()
    url = client.post(reverse("training:quiz-begin", args=[course.number])).headers["Location"]
    missed = client.post(url)
    assert missed.status_code == 422
    assert "Nothing is chosen" in missed.content.decode()
    attempt = Attempt.everywhere.get(person=cast.reporter)
    fill(cast, attempt)
    url = client.post(reverse("training:quiz-check", args=[course.number, attempt.number])).headers["Location"]
    told = client.get(url).content.decode()
    assert "12 of 12 right, 100 %" in told
    assert Holding.everywhere.get(attempt=attempt).number in told


def test_whoever_has_yet_to_pass_is_not_told_what_to_tick(cast: Cast, course: Course) -> None:
    all_read(cast, course)
    failed = tried(cast, course, wrong=5)
    client = browser(cast, "reporter")
    url = reverse("training:quiz-result", args=[course.number, failed.number])
    page = client.get(url)
    wrong = [line for line in page.context["lines"] if not line["marked"].is_right]
    assert len(wrong) == 5
    for line in wrong:
        told = {option["text"] for option in line["options"] if option["word"]}
        assert told == {line["marked"].question.options[one - 1] for one in line["marked"].chosen}
        assert str(escape(line["marked"].question.explanation)) not in page.content.decode()
        assert line["url"] in page.content.decode(), "It leads to what teaches it."
    with time_machine.travel(moment.now() + dt.timedelta(hours=13), tick=False):
        tried(cast, course)
    page = client.get(url)
    assert all(line["explained"] for line in page.context["lines"]), "Whoever has passed reads it all."


def test_questions_asked_of_a_page_do_not_grow_with_the_course(
    cast: Cast, course: Course, django_assert_max_num_queries: Any
) -> None:
    all_read(cast, course)
    attempt = tried(cast, course)
    client = browser(cast, "reporter")
    for path in (
        reverse("training:learn", args=[course.number]),
        reverse("training:lesson", args=[course.number, "tools"]),
        reverse("training:quiz-result", args=[course.number, attempt.number]),
    ):
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200


def test_the_keeper_sees_who_is_stuck_in_as_many_questions_for_many(
    cast: Cast, course: Course, django_assert_num_queries: Any
) -> None:
    content = _content(course)
    contents.text_of(content)
    for n, name in enumerate(("reporter", "colleague", "owner"), start=1):
        with time_machine.travel(moment.now(), tick=False) as clock:
            all_read(cast, course, name)
            for _attempt in range(3):
                tried(cast, course, name, wrong=5)
                clock.shift(dt.timedelta(hours=13))
        with django_assert_num_queries(3):
            assert len(learning.used_up(course, content)) == n

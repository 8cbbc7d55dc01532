"""Trying the quiz of a course: drawn once, kept answer by answer, handed in once, and worth a training record.

What is shown before an attempt is marked says nothing of which answer is right: options are known by the place in which
they are shown, and the answers are kept as places of the file.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import NotVisible, Refused
from qsms.rules import quiz
from qsms.rules.courses import Kind
from qsms.rules.quiz import Asked

from . import contents, holdings, learning, standing
from .models import Attempt, Progress

HANDED_IN = "quiz_handed_in"
SEED_BITS = 63


def paper(attempt: Attempt) -> tuple[Asked, ...]:
    """The questions of an attempt, in the order and with the options as they were shown."""
    return quiz.draw(contents.text_of(attempt.content), str(attempt.seed))


def start(actor: Actor, number: str, *, seed: int | None = None) -> Attempt:
    """Begin the quiz, or go on with the one that was begun; `seed` only where the paper must be a known one.

    Raises NotVisible, Refused.
    """
    with write_transaction():
        mine = learning.begin(actor, number)
        # Two taps at once: the second waits here and finds what the first began.
        Progress.everywhere.select_for_update().get(content=mine.content, person_id=actor.person_id)
        mine = learning.of(actor, number)
        if mine.open_attempt is not None:
            return mine.open_attempt
        learning.refuse_unless_in_use(mine.course)
        if mine.unread:
            raise Refused([_("Read all sections first. “%(title)s” is next.") % {"title": mine.unread[0].title}])
        if not mine.standing.may_start:
            raise Refused([str(mine.standing.reason)])
        numbers = Attempt.everywhere.filter(content__course=mine.course, person_id=actor.person_id)
        last = numbers.order_by("-number").values_list("number", flat=True).first() or 0
        attempt = Attempt(
            organisation_id=mine.course.organisation_id, content=mine.content, person_id=actor.person_id,
            number=last + 1, seed=secrets.randbits(SEED_BITS) if seed is None else seed, begun_at=moment.now(),
        )  # fmt: skip
        attempt.save(force_insert=True)
    return attempt


def of(actor: Actor, number: str, attempt_number: int) -> Attempt:
    """One of the actor's own attempts at a course. Raises NotVisible."""
    rows = Attempt.everywhere.filter(
        organisation_id=actor.organisation_id, content__course__number=number, number=attempt_number,
        person_id=actor.person_id or 0,
    )  # fmt: skip
    found = rows.select_related("content__course").first()
    if found is None:
        raise NotVisible
    return found


def shown_as_chosen(asked: Asked, attempt: Attempt) -> frozenset[int]:
    """The shown places of what was chosen so far, counted from 1."""
    chosen = attempt.answers.get(asked.question.key, ())
    return frozenset(place for place, option in enumerate(asked.order, start=1) if option in chosen)


def answered(attempt: Attempt) -> int:
    """How many questions of the paper have an answer."""
    return sum(bool(attempt.answers.get(asked.question.key)) for asked in paper(attempt))


def keep(actor: Actor, number: str, attempt_number: int, place: int, shown: Collection[int]) -> Attempt:
    """Keep the answer to the question at a place of the paper, given as shown places. What is marked stays as it is.

    Raises NotVisible.
    """
    with write_transaction():
        attempt = _locked(actor, number, attempt_number)
        asked = _at(attempt, place)
        wanted = sorted({asked.order[one - 1] for one in shown if 1 <= one <= len(asked.order)})
        if asked.question.kind is not Kind.MULTIPLE:
            wanted = wanted[:1]
        if attempt.marked_at is None and wanted:
            attempt.answers = {**attempt.answers, asked.question.key: wanted}
            attempt.save(update_fields=["answers"])
    return attempt


def _locked(actor: Actor, number: str, attempt_number: int) -> Attempt:
    found = of(actor, number, attempt_number)
    row = Attempt.everywhere.select_for_update().get(pk=found.pk)
    row.content = found.content
    return row


def _at(attempt: Attempt, place: int) -> Asked:
    asked = paper(attempt)
    if not 1 <= place <= len(asked):
        raise NotVisible
    return asked[place - 1]


def result(attempt: Attempt) -> quiz.Result:
    """What a paper came to, with each question's mark."""
    answers: Mapping[str, Collection[int]] = attempt.answers
    return quiz.mark(paper(attempt), answers, contents.text_of(attempt.content).quiz)


def may_see_right_answers(attempt: Attempt) -> bool:
    """Whether the right answers are shown with the result: to whoever has passed."""
    if attempt.passed:
        return True
    passed = Attempt.everywhere.filter(content__course=attempt.content.course, person_id=attempt.person_id, passed=True)
    return passed.exists()


def hand_in(actor: Actor, number: str, attempt_number: int) -> Attempt:
    """Hand the paper in. It is marked once; handing it in again shows the same result. Who passes gets the record.

    Raises NotVisible, Refused.
    """
    with write_transaction():
        attempt = _locked(actor, number, attempt_number)
        if attempt.marked_at is not None:
            return attempt
        missing = len(paper(attempt)) - answered(attempt)
        if missing:
            raise Refused([_("Answer every question first. %(n)d still have no answer.") % {"n": missing}])
        found = result(attempt)
        attempt.marked_at, attempt.score, attempt.passed = moment.now(), found.percent, found.passed
        attempt.pass_mark = found.pass_percent
        attempt.save(update_fields=["marked_at", "score", "passed", "pass_mark"])
        course = attempt.content.course
        detail = {"course": course.pk, "attempt": attempt.number, "score": found.percent, "passed": found.passed}
        history.write(actor, None, history.Act(HANDED_IN, detail=detail), subject=f"person:{attempt.person_id}")
        if found.passed:
            rows = Progress.everywhere.filter(content__course=course, person_id=attempt.person_id, finished_at=None)
            rows.update(finished_at=attempt.marked_at)
            holdings.award(actor, course, [attempt.person_id], standing.today_of(actor), attempt=attempt)
    return attempt

"""The courses of the airline that people take alone: taken from the product, one made its own, some under way."""

from __future__ import annotations

import datetime as dt

from qsms.demo.shapes import ToldQuiz
from qsms.org.actor import Actor
from qsms.training import contents, editing, learning, quizzes, starters
from qsms.training.models import Course

from .world import Stage

# Days before the present on which the courses were taken over, and on which one of them got an example of their own.
TAKEN_OVER, OUR_OWN = 50, 43
OURS = "sms-everybody"
EXAMPLE = {
    "place": "Ramp",
    "text": (
        "In March a loader at stand 14 saw that chocks of two sizes hung on one hook. Nobody had mixed them up yet. "
        "He wrote three lines. Now each size has a hook of its own colour, at all our stations."
    ),
}
# Who is how far with which course: by post, so many days ago. “tried” stands for a first attempt that was not enough.
UNDER_WAY = (
    ("safety_manager", "internal-auditor-basics", 9, "reading"),
    ("accountable_executive", "accountable-executive", 6, "answering"),
    ("quality_manager", "confidential-reporting", 3, "tried"),
)


# How many quizzes a quick load tells, and how long after a try that was not enough the next one follows.
FEW, NEXT_TRY = 4, dt.timedelta(hours=26)


def plan(stage: Stage, *, few: bool) -> None:
    """Let the quality manager take the courses over, some people begin, and some pass."""
    stage.timeline.at(stage.now - dt.timedelta(days=TAKEN_OVER, hours=-1), lambda: _take_over(stage))
    stage.timeline.at(stage.now - dt.timedelta(days=OUR_OWN, hours=-2), lambda: _make_ours(stage))
    for post, code, days, how in UNDER_WAY:
        begun = stage.now - dt.timedelta(days=days, hours=-3)
        stage.timeline.at(begun, lambda post=post, code=code, how=how: _take(stage, post, code, how))  # type: ignore[misc]
    for told in stage.library.quizzes[:FEW] if few else stage.library.quizzes:
        begun = stage.moment(told.at, stage.world.site_of(told.who))
        stage.timeline.at(begun, lambda told=told: _read(stage, told.who, told.course))  # type: ignore[misc]
        for number, missed in enumerate(told.missed):
            # Fifty minutes of reading come before the first try.
            at = begun + dt.timedelta(minutes=50) + number * NEXT_TRY
            stage.timeline.at(at, lambda told=told, missed=missed: _try(stage, told, missed))  # type: ignore[misc]


def _keeper(stage: Stage) -> Actor:
    return stage.world.actor(stage.world.lead("quality"))


def _take_over(stage: Stage) -> None:
    starters.add(_keeper(stage), list(starters.shipped()))


def _course(stage: Stage, code: str) -> Course:
    return Course.everywhere.get(organisation=stage.world.organisation, code=code)


def _make_ours(stage: Stage) -> None:
    text = starters.shipped()[OURS]
    first = text.sections[0]
    values = {
        "title": first.title, "content": first.content, "draw": first.draw, "basis": first.basis, "example": EXAMPLE,
    }  # fmt: skip
    editing.change(_keeper(stage), _course(stage, OURS), 1, editing.section(first.key, values))


def _take(stage: Stage, post: str, code: str, how: str) -> None:
    who = stage.world.holder(post)
    _read(stage, who, code, sections=2 if how == "reading" else None)
    actor, number = stage.world.actor(who), _course(stage, code).number
    if how == "reading":
        return
    rng = stage.rng("quiz", code)
    attempt = quizzes.start(actor, number, seed=rng.getrandbits(quizzes.SEED_BITS))
    asked = contents.text_of(attempt.content).drawn
    for place in range(1, asked // 2 + 1 if how == "answering" else asked + 1):
        quizzes.keep(actor, number, attempt.number, place, [1])
    if how == "tried":
        quizzes.hand_in(actor, number, attempt.number)


def _read(stage: Stage, who: str, code: str, *, sections: int | None = None) -> None:
    course = _course(stage, code)
    content = contents.newest(course.pk)
    assert content is not None
    for section in starters.shipped()[code].sections[:sections]:
        learning.read(stage.world.actor(who), course.number, section.key, content.revision)


def _try(stage: Stage, told: ToldQuiz, missed: int) -> None:
    """Somebody answers the whole paper, so many questions of it wrongly, and hands it in."""
    actor, number = stage.world.actor(told.who), _course(stage, told.course).number
    rng = stage.rng("quiz", told.course, told.who, missed)
    attempt = quizzes.start(actor, number, seed=rng.getrandbits(quizzes.SEED_BITS))
    asked = quizzes.paper(attempt)
    wrong = set(rng.sample(range(len(asked)), missed))
    for place, one in enumerate(asked):
        right = {shown for shown, option in enumerate(one.order, 1) if option in one.question.right}
        others = sorted(set(range(1, len(one.order) + 1)) - right)
        quizzes.keep(actor, number, attempt.number, place + 1, others[:1] if place in wrong else right)
    quizzes.hand_in(actor, number, attempt.number)

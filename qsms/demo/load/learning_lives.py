"""The courses of the airline that people take alone: taken from the product, one made its own, some under way."""

from __future__ import annotations

import datetime as dt

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


def plan(stage: Stage) -> None:
    """Let the quality manager take the courses over, and some people begin."""
    stage.timeline.at(stage.now - dt.timedelta(days=TAKEN_OVER, hours=-1), lambda: _take_over(stage))
    stage.timeline.at(stage.now - dt.timedelta(days=OUR_OWN, hours=-2), lambda: _make_ours(stage))
    for post, code, days, how in UNDER_WAY:
        begun = stage.now - dt.timedelta(days=days, hours=-3)
        stage.timeline.at(begun, lambda post=post, code=code, how=how: _take(stage, post, code, how))  # type: ignore[misc]


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
    actor = stage.world.actor(stage.world.holder(post))
    number = _course(stage, code).number
    sections = [one.key for one in starters.shipped()[code].sections]
    for key in sections[:2] if how == "reading" else sections:
        learning.read(actor, number, key)
    if how == "reading":
        return
    rng = stage.rng("quiz", code)
    attempt = quizzes.start(actor, number, seed=rng.getrandbits(quizzes.SEED_BITS))
    asked = contents.text_of(attempt.content).drawn
    for place in range(1, asked // 2 + 1 if how == "answering" else asked + 1):
        quizzes.keep(actor, number, attempt.number, place, [1])
    if how == "tried":
        quizzes.hand_in(actor, number, attempt.number)

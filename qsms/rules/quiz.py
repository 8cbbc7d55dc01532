"""A quiz: drawn from the bank by a seed, marked against it, and taken again only when the rule of the course allows.

The order of everything comes from a digest of the seed, not from a random generator: the same seed gives the same
paper in every version of Python, so that an attempt can be shown again years later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from qsms.rules.courses import Course, Kind, Question, QuizRule
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

PERCENT = 100
T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """A question on a paper, with the places of its options in the order in which they are shown."""

    question: Question
    order: tuple[int, ...]


@dataclass(frozen=True)
class Marked:
    """A question with what was chosen and the credit it got, 0 to 1."""

    question: Question
    chosen: frozenset[int]
    credit: Fraction

    @property
    def is_right(self) -> bool:
        return self.credit == 1


@dataclass(frozen=True)
class Result:
    """What a paper came to."""

    marked: tuple[Marked, ...]
    pass_percent: int

    @property
    def points(self) -> Fraction:
        return sum((each.credit for each in self.marked), Fraction())

    @property
    def percent(self) -> int:
        """Rounded down, so that nobody reads 80 % and failed at 80 %."""
        return int(self.points * PERCENT / len(self.marked))

    @property
    def passed(self) -> bool:
        return self.points * PERCENT >= self.pass_percent * len(self.marked)


@dataclass(frozen=True)
class Attempt:
    """A finished attempt."""

    finished_at: datetime
    passed: bool


@dataclass(frozen=True)
class Standing:
    """Whether the next attempt may begin, and if not, why. No `left` means no limit."""

    left: int | None
    opens_at: datetime | None
    may_start: bool
    reason: Sentence | None = None


def draw(course: Course, seed: str) -> tuple[Asked, ...]:
    """The paper of a seed: from each section as many questions as it says, sections in their order."""
    paper: list[Asked] = []
    for section in course.sections:
        chosen = _shuffled(section.questions, lambda each: each.key, seed, "question")[: section.draw]
        if not course.quiz.shuffle:
            chosen = [each for each in section.questions if each in chosen]
        paper += [Asked(each, _order(each, seed, course.quiz)) for each in chosen]
    return tuple(paper)


def credit(question: Question, chosen: Collection[int], *, partial: bool = False) -> Fraction:
    """What an answer is worth. With partial credit, each wrong choice takes back one right one; never below 0."""
    picked = frozenset(chosen)
    if not picked <= set(range(1, len(question.options) + 1)):
        raise ValueError(f"question {question.key} has no such option: {sorted(picked)}")
    if picked == question.right:
        return Fraction(1)
    if not partial or question.kind is not Kind.MULTIPLE:
        return Fraction()
    gained = len(picked & question.right) - len(picked - question.right)
    return Fraction(max(gained, 0), len(question.right))


def mark(paper: Iterable[Asked], answers: Mapping[str, Collection[int]], rule: QuizRule) -> Result:
    """The result of a paper. A question without an answer gets no credit; answers to others are not looked at."""
    marked = []
    for asked in paper:
        chosen = frozenset(answers.get(asked.question.key, ()))
        worth = credit(asked.question, chosen, partial=rule.partial_credit)
        marked.append(Marked(asked.question, chosen, worth))
    if not marked:
        raise ValueError("a paper without questions has no result")
    return Result(tuple(marked), rule.pass_percent)


def standing(rule: QuizRule, finished: Sequence[Attempt], now: datetime, *, granted: int = 0) -> Standing:
    """Whether another attempt may begin after those finished, with `granted` attempts on top of the rule's."""
    left = None if rule.attempts is None else max(rule.attempts + granted - len(finished), 0)
    if any(each.passed for each in finished):
        return Standing(left, None, False, _("You have passed this quiz."))
    if left == 0:
        return Standing(0, None, False, _("All attempts are used. Ask the course manager for another one."))
    opens_at = None
    if finished and rule.wait_hours:
        opens_at = max(each.finished_at for each in finished) + timedelta(hours=rule.wait_hours)
        if now < opens_at:
            return Standing(left, opens_at, False, _("There is a waiting time between attempts. Use it to read again."))
    return Standing(left, opens_at, True)


def _order(question: Question, seed: str, rule: QuizRule) -> tuple[int, ...]:
    places = range(1, len(question.options) + 1)
    if question.keep_order or question.kind is Kind.TRUE_FALSE or not rule.shuffle:
        return tuple(places)
    return tuple(_shuffled(places, str, seed, "option", question.key))


def _shuffled(items: Iterable[T], name: Callable[[T], str], seed: str, *about: str) -> list[T]:
    def rank(item: T) -> bytes:
        return hashlib.sha256("\n".join([seed, *about, name(item)]).encode()).digest()

    return sorted(items, key=rank)

"""Courses that people take by themselves: sections to read, a bank of questions, and the rule of the quiz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


TRUE, FALSE = 1, 2  # The places of the two options of a true-or-false question.


@dataclass(frozen=True)
class Question:
    """One question. Options are known by their place in the file, counted from 1; `right` are the right places."""

    key: str
    kind: Kind
    text: str
    options: tuple[str, ...]
    right: frozenset[int]
    explanation: str
    keep_order: bool = False


@dataclass(frozen=True)
class Example:
    """A short story from the work, with the place it happens in."""

    place: str
    text: str


@dataclass(frozen=True)
class Section:
    """A part that is read in one go, with its questions; `draw` of them come into a quiz."""

    key: str
    title: str
    content: str
    questions: tuple[Question, ...]
    draw: int
    example: Example | None = None
    basis: str = ""


@dataclass(frozen=True)
class QuizRule:
    """What it takes to pass. No `attempts` means no limit; `partial_credit` is for questions with several answers."""

    pass_percent: int
    attempts: int | None = None
    wait_hours: int = 0
    partial_credit: bool = False
    shuffle: bool = True


@dataclass(frozen=True)
class Course:
    """A whole course in one version. No `validity_months` means that what was learnt does not expire."""

    code: str
    version: str
    title: str
    summary: str
    audience: str
    minutes: int
    quiz: QuizRule
    sections: tuple[Section, ...]
    validity_months: int | None = None
    clauses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # numbers by the key of their framework

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question of the bank by its key."""
        return {question.key: question for section in self.sections for question in section.questions}

    @property
    def drawn(self) -> int:
        """How many questions a quiz has."""
        return sum(section.draw for section in self.sections)

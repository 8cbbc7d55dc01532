"""Frameworks as values: an edition of a standard or regulation as a tree of requirements in our own words.

A requirement is named by edition and number together: 10.1 of one edition need not be 10.1 of the next. Numbers and
short titles are facts; what a requirement asks for is paraphrase, because most standards' text is copyright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _


class FrameworkMisuse(ValueError):
    """A requirement that a framework does not have; the sentence says what was looked for and where."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Status(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Subject(StrEnum):
    """What an edition is about."""

    QUALITY = "quality"
    ENVIRONMENT = "environment"
    HEALTH_AND_SAFETY = "health_and_safety"
    AVIATION_SAFETY = "aviation_safety"
    INFORMATION_SECURITY = "information_security"


class Confidence(StrEnum):
    """How far the numbers and titles were checked, from the text itself to a doubt that the reader must settle."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    BACKGROUND = "background"
    DOUBTFUL = "doubtful"


class Documented(StrEnum):
    """What a requirement asks to have in writing: a document that is kept up, or a record that is kept."""

    MAINTAIN = "maintain"
    RETAIN = "retain"


class BaseKind(StrEnum):
    """How an edition stands to the one that it is written against."""

    REVISES = "revises"
    SUPPLEMENTS = "supplements"


class Change(StrEnum):
    """What became of a requirement of the base: kept, kept with more or other content, moved, or new here."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    RENUMBERED = "renumbered"
    EXTENDED = "extended"


@dataclass(frozen=True)
class Base:
    """The edition that this one revises or supplements, as “code/edition”, and the numbers that it does not keep."""

    framework: str
    kind: BaseKind
    leaves_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """One clause or paragraph; `addition` is what a supplement asks beyond the base, `was` where it stood there."""

    number: str
    title: str
    parent: str = ""
    intent: str = ""
    addition: str = ""
    evidence: str = ""
    documented: tuple[Documented, ...] = ()
    applies_when: str = ""
    assessable: bool = True
    confidence: Confidence | None = None
    note: str = ""
    change: Change = Change.NEW
    was: tuple[str, ...] = ()


@dataclass(frozen=True)
class Framework:
    """One edition with its requirements in reading order, every parent before its children.

    `dates` hold what is known, as text: “2026-04” says the month and no more.
    """

    code: str
    edition: str
    title: str
    publisher: str
    status: Status
    basis: str
    confidence: Confidence
    confidence_note: str
    dates: Mapping[str, str] = field(hash=False)
    requirements: tuple[Requirement, ...]
    base: Base | None = None
    subject: Subject | None = None

    @property
    def key(self) -> str:
        """Code and edition in one: “iso-9001/2015”."""
        return f"{self.code}/{self.edition}"

    @property
    def begins(self) -> str:
        """From when it holds, as far as that is known: the later day of those that its publisher names, as text that
        sorts; empty where none is."""
        known = ("applicable_on", "effective_on", "published_on", "adopted_on")
        return next((self.dates[name] for name in known if name in self.dates), "")

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day: it has begun, and is neither a draft nor left behind by then."""
        text = day.isoformat()
        stays = self.status is Status.IN_FORCE or (
            self.status is Status.SUPERSEDED and text < self.dates.get("superseded_on", "")
        )
        return stays and self.begins <= text

    @property
    def follows(self) -> str:
        """The key of the edition that this one revises; empty for none."""
        return self.base.framework if self.base is not None and self.base.kind is BaseKind.REVISES else ""

    @cached_property
    def by_number(self) -> Mapping[str, Requirement]:
        """Every requirement by its number."""
        return {each.number: each for each in self.requirements}

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for each in self.requirements:
            found.setdefault(each.parent, []).append(each.number)
        return {parent: tuple(numbers) for parent, numbers in found.items()}

    def requirement(self, number: str) -> Requirement:
        """The requirement of that number; raises `FrameworkMisuse` when this edition has none."""
        try:
            return self.by_number[number]
        except KeyError:
            raise FrameworkMisuse(
                _("%(framework)s has no requirement “%(number)s”.", framework=self.key, number=number)
            ) from None

    def children(self, number: str = "") -> tuple[str, ...]:
        """The numbers right under one; of the whole tree without an argument."""
        return self._children.get(number, ())

    def ancestors(self, number: str) -> Iterator[str]:
        """The numbers above one, the nearest first."""
        above = self.requirement(number).parent
        while above:
            yield above
            above = self.by_number[above].parent

    def subtree(self, number: str) -> Iterator[str]:
        """The number and all below it, in reading order."""
        yield number
        for child in self.children(number):
            yield from self.subtree(child)


@dataclass(frozen=True, order=True)
class Reference:
    """One requirement of one edition."""

    framework: str
    number: str

    def __str__(self) -> str:
        return f"{self.framework} {self.number}"


_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_STEP = re.compile(r"(?:\.[^.()\s]+|\([^()]*\)|\s.*)$")


def reading_order(number: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which 8.2 comes before 8.10, and 8.5.1 before 8.5.1.1."""
    return tuple((0, int(token), "") if token.isdigit() else (1, 0, token.lower()) for token in _TOKEN.findall(number))


def numbers_above(number: str) -> Iterator[str]:
    """The numbers that one would stand under, the nearest first: 5.21(a)(1), then 5.21(a), 5.21 and 5."""
    while (step := _STEP.search(number)) and step.start():
        number = number[: step.start()]
        yield number

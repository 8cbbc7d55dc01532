"""What the index is asked for, as a tree that either engine writes in its own words."""

from __future__ import annotations

from dataclasses import dataclass

from .words import Query


class Expression:
    """A condition on the words of a document."""


@dataclass(frozen=True, slots=True)
class Word(Expression):
    """A word of the text, or of number and title only."""

    text: str
    begins: bool = False
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Phrase(Expression):
    """Words side by side."""

    words: tuple[str, ...]
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Mark(Expression):
    """A word of scope."""

    text: str


@dataclass(frozen=True, slots=True)
class All(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without(Expression):
    """The first, but not the second."""

    part: Expression
    left_out: Expression


def of_query(query: Query, *, in_title: bool = False) -> Expression:
    """Everything that was typed, anywhere or in number and title."""
    parts: list[Expression] = [Word(word, in_title=in_title) for word in query.words]
    parts += [Phrase(phrase, in_title) for phrase in query.phrases]
    if query.prefix:
        parts.append(Word(query.prefix, begins=True, in_title=in_title))
    return All(tuple(parts))

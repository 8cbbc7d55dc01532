"""What differs between two texts, line by line and word by word, without a database."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

# Longer texts are compared by lines alone: words would take a time that grows with their square.
MOST_WORDS = 600
WORDS = re.compile(r"\s+|\w+|[^\w\s]")
ABOUT = 3


class Change(Enum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line: as they were, taken away, or put in."""

    text: str
    change: Change = Change.SAME


@dataclass(frozen=True, slots=True)
class Row:
    """A line of both texts side by side; SKIPPED stands for `skipped` lines that are the same in both."""

    change: Change
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    skipped: int = 0


def compare(old: str, new: str, *, about: int = ABOUT) -> list[Row]:
    """Both texts side by side: every line that differs with `about` lines around it."""
    before, after = old.splitlines(), new.splitlines()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            rows += [Row(Change.SAME, (Piece(line),), (Piece(line),)) for line in before[i1:i2]]
        else:
            rows += _differing(before[i1:i2], after[j1:j2])
    return list(_shortened(rows, about))


def _differing(old: list[str], new: list[str]) -> Iterator[Row]:
    both = min(len(old), len(new))
    for before, after in zip(old[:both], new[:both], strict=True):
        yield _by_words(before, after)
    for line in old[both:]:
        yield Row(Change.REMOVED, (Piece(line, Change.REMOVED),))
    for line in new[both:]:
        yield Row(Change.ADDED, (), (Piece(line, Change.ADDED),))


def _by_words(old: str, new: str) -> Row:
    before, after = WORDS.findall(old), WORDS.findall(new)
    if not old.strip() or not new.strip() or len(before) + len(after) > MOST_WORDS:
        return Row(Change.CHANGED, (Piece(old, Change.REMOVED),), (Piece(new, Change.ADDED),))
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        kept = tag == "equal"
        if i2 > i1:
            left.append(Piece("".join(before[i1:i2]), Change.SAME if kept else Change.REMOVED))
        if j2 > j1:
            right.append(Piece("".join(after[j1:j2]), Change.SAME if kept else Change.ADDED))
    return Row(Change.CHANGED, tuple(left), tuple(right))


def _shortened(rows: list[Row], about: int) -> Iterator[Row]:
    """The rows with long runs of the same lines left out, but for some around each difference."""
    near = {
        i for at, row in enumerate(rows) if row.change is not Change.SAME for i in range(at - about, at + about + 1)
    }
    skipped = 0
    for at, row in enumerate(rows):
        if at in near:
            if skipped:
                yield Row(Change.SKIPPED, skipped=skipped)
            skipped = 0
            yield row
        else:
            skipped += 1
    if skipped:
        yield Row(Change.SKIPPED, skipped=skipped)


def counts(rows: list[Row]) -> tuple[int, int]:
    """How many lines were put in or changed, and how many were taken away."""
    added = sum(row.change in (Change.ADDED, Change.CHANGED) for row in rows)
    return added, sum(row.change is Change.REMOVED for row in rows)

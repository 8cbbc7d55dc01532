"""Pure rules of this room: the lines of a hazard's threats and consequences, and finding one of them again."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

# How alike a reworded line must be to count as the same one; below it, somebody has to say where a control stands.
ALIKE = 0.72


def lines(text: str) -> list[str]:
    """The lines of a text without the empty ones; a line that is written twice counts once."""
    return list(dict.fromkeys(plain for line in text.splitlines() if (plain := " ".join(line.split()))))


def same_line(words: str, among: Sequence[str]) -> int | None:
    """Which of these lines has these words: the very line, or else the one reworded line that is like no other.

    None when there is none. A slip that was mended does not tear a control off its path; another threat does.
    """
    wanted = _folded(words)
    folded = [_folded(line) for line in among]
    if wanted in folded:
        return folded.index(wanted)
    likeness = [difflib.SequenceMatcher(None, wanted, line).ratio() for line in folded]
    best = max(likeness, default=0.0)
    return likeness.index(best) if best >= ALIKE and likeness.count(best) == 1 else None


def _folded(words: str) -> str:
    return " ".join(words.split()).casefold().rstrip(".")


def wrapped(text: str, letters: int, lines: int) -> tuple[str, ...]:
    """The text in at most so many lines of so many letters, with an ellipsis where it is cut."""
    found: list[str] = []
    for word in text.split():
        if found and len(found[-1]) + 1 + len(word) <= letters:
            found[-1] += f" {word}"
        elif len(found) < lines:
            found.append(word if len(word) <= letters else f"{word[: letters - 1]}…")
        else:
            found[-1] = f"{found[-1][: letters - 1].rstrip(' ,;')}…"
            return tuple(found)
    return tuple(found)

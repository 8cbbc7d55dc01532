"""Words: how text is cut into them, for the index and for what somebody types.

Both engines get words that are cut and folded here, so that they find the same records and nothing that is typed can
be read as an operator. Letters lose their accents: “Søren” is found by “soren”.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"[^\W_]+")
# A record's number as people write it: REP-2026-0318, DOC-0412.
NUMBER = re.compile(r"(?<![^\W_])[a-z]{2,8}(?:[-/.]\d+)+(?![^\W_])")
QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
# Letters that Unicode does not take apart into a plain one and an accent.
PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})
LONGEST_WORD = 60
LONGEST_QUERY = 300
MOST_WORDS = 12
# Shorter beginnings would match nearly everything and cost the most.
SHORTEST_PREFIX = 3


def fold(text: str) -> str:
    """The text in small plain letters."""
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in parted if unicodedata.category(sign) != "Mn")
    return bare.casefold().translate(PLAIN)


def cut(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    return [word[:LONGEST_WORD] for word in TOKEN.findall(fold(text))]


def indexed(text: str) -> list[str]:
    """The words of a text as the index holds them: cut, then each number in it once more as one word.

    The parts of a number stand in nearly every record; looking for all three of them would read half of the index.
    """
    return [*cut(text), *(join(found[0]) for found in NUMBER.finditer(fold(text)))]


def join(number: str) -> str:
    """A number as one word: “rep-2026-0318” is “rep20260318”."""
    return "".join(TOKEN.findall(number))[:LONGEST_WORD]


def number_words(number: str) -> list[str]:
    """The words under which a record's own number is found: also by its last part without leading zeros."""
    parts = cut(number)
    bare = parts[-1].lstrip("0") if parts else ""
    return [*indexed(number), bare] if bare and bare != parts[-1] else indexed(number)


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed: every one of `words`, every phrase, and a word that begins with `prefix`."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    prefix: str = ""
    # The parts of a number that is looked for as one word: to be marked where they are found.
    parts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases or self.prefix)

    @property
    def known(self) -> frozenset[str]:
        """The folded words that are looked for as a whole."""
        said = (*self.words, *self.parts, self.prefix, *(one for phrase in self.phrases for one in phrase))
        return frozenset(word for word in said if word)


def parse(text: str) -> Query:
    """Read what was typed. The last word is taken as a beginning, unless a space or a quotation mark ends it."""
    text = text[:LONGEST_QUERY]
    phrases: list[tuple[str, ...]] = []
    loose = ""
    end = 0
    for quoted in QUOTED.finditer(text):
        phrases.append(tuple(cut(quoted[1])))
        loose += text[end : quoted.start()] + " "
        end = quoted.end()
    loose = fold(loose + text[end:])
    numbers = [found[0] for found in NUMBER.finditer(loose)]
    typing = bool(TOKEN.fullmatch(loose[-1:])) and not (numbers and loose.endswith(numbers[-1]))
    words = [word[:LONGEST_WORD] for word in TOKEN.findall(NUMBER.sub(" ", loose))]
    prefix = words.pop() if typing and words and len(words[-1]) >= SHORTEST_PREFIX else ""
    words += [phrase[0] for phrase in phrases if len(phrase) == 1]
    kept = tuple(dict.fromkeys([*map(join, numbers), *words]))[:MOST_WORDS]
    parts = tuple(part for number in numbers for part in cut(number))
    return Query(kept, tuple(phrase for phrase in phrases if len(phrase) > 1)[:MOST_WORDS], prefix, parts)


def holds_phrase(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether the words of a text hold these words side by side."""
    return f" {' '.join(phrase)} " in f" {' '.join(words)} "


def places(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where each word of a text stands as it is written, and what it is when folded."""
    if text.isascii():
        # A small letter takes the place of a large one, so that the text is folded once and not word by word.
        for found in TOKEN.finditer(text.lower()):
            yield found.start(), found.end(), [found[0][:LONGEST_WORD]]
        return
    for found in TOKEN.finditer(text):
        yield found.start(), found.end(), cut(found[0])

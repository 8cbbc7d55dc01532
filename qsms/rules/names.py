"""Warnings before a text is published: what in it may tell who, which aircraft, which flight or which day it was.

Rules over words, no model: it finds what is written in the usual ways and says so; a person decides.

Limits. Text wholly in capitals gives only marks (registrations, dates, addresses) and the names given as known. A
surname alone is found only after a title or a verb such as “told”, or when it is given as known. Names in lower case,
nicknames, misspelt names, and what points to somebody without a name (“the only woman on nights”) are not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from qsms.rules.marks import Found, just_before, marks
from qsms.rules.name_words import NameWords, shipped_words
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _

CAPITALISED = r"(?:(?:Mc|Mac|O['’])[A-Z][a-z]+|[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Þ]?[a-zà-öø-ÿ]+)*)"
NAME_LIKE = re.compile(
    rf"(?<![\w-]){CAPITALISED}(?:\s+(?:[A-Z]\.\s*)?(?:(?:van|von|de|der|da|al)\s+)*{CAPITALISED})*(?!\w)"
)
INITIALS = re.compile(rf"(?<![\w.&/-])((?:[A-Z]\.\s?){{1,3}})(?={CAPITALISED})({CAPITALISED})")
PART = re.compile(CAPITALISED)
TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
NAME_GAP = re.compile(r"[.'’]?\s*")
SHORTEST_PART = 3
# “Technician B. Nothing else”: letters that stand for people already left out.
PLACEHOLDER = re.compile(r"\b[ABCDXYZ]\.\s*$")
SCOTS_OR_IRISH = re.compile(r"(?:Mc|Mac|O['’])[A-Z]")
NO_SURNAME = re.compile(r"(?:tion|sion|ment|ness|ity|ical|ance|ence|ology|able|ible)s?$")
ABBREVIATED = frozenset({"Mr", "Mrs", "Ms", "Dr", "Prof", "Capt", "Sgt", "Lt"})
RANKS = frozenset({"F/O", "FO", "CA", "SO", "S/O"})
WORD_BEFORE = re.compile(r"([\w/]+)[.,:]?\s*$")
SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s*|[\n\r•–]\s*|[\"“(]\s*)$")
MOSTLY_CAPITALS = 0.6


class Kind(StrEnum):
    """What a span may give away."""

    KNOWN = "known_name"
    PERSON = "person"
    INITIALS = "initials"
    EMAIL = "email"
    PHONE = "phone"
    EMPLOYEE = "employee_number"
    REGISTRATION = "registration"
    FLIGHT = "flight"
    DATE = "exact_date"


@dataclass(frozen=True)
class Span:
    """A piece of text from `start` to before `end`, what it may be, and what to do about it.

    Not `sure`: only two capitalised words beside each other, which may as well be a place or a product.
    """

    start: int
    end: int
    text: str
    kind: Kind
    sure: bool
    sentence: Sentence


def warnings(text: str, known: Iterable[str] = (), words: NameWords | None = None) -> list[Span]:
    """Every span that may identify somebody, in the order of the text, none overlapping another.

    `known` are full names of the organisation's people: the full name is found in any case, each of its parts (three
    letters or more) where it is written with a capital.
    """
    words = words or shipped_words()
    found = [*_known(text, known, words), *marks(text, words)]
    if not _in_capitals(text):
        found += [*_initials(text, words), *_persons(text, words)]
    kept: list[Found] = []
    for each in found:
        # Earlier finders are surer; among their own kind the text's order decides.
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    kept.sort(key=lambda each: each.start)
    return [
        Span(each.start, each.end, text[each.start : each.end], Kind(each.kind), each.sure, _sentence(each, text))
        for each in kept
    ]


def _known(text: str, known: Iterable[str], words: NameWords) -> Iterator[Found]:
    names: dict[str, list[list[str]]] = {}
    parts: set[str] = set()
    for name in known:
        tokens = TOKEN.findall(name)
        if len(tokens) > 1:
            names.setdefault(tokens[0].lower(), []).append([token.lower() for token in tokens])
        parts |= {token for token in tokens if len(token) >= SHORTEST_PART and token[0].isupper()}
    shouted = {part.upper() for part in parts}
    here = [(match.start(), match.end(), match.group()) for match in TOKEN.finditer(text)] if parts else []
    position = 0
    while position < len(here):
        length = _full_name(here, position, names, text)
        start, end, word = here[position]
        if length:
            yield Found(start, here[position + length - 1][1], "known_name")
        elif (word in parts or word in shouted) and not _everyday(text, start, word, words):
            yield Found(start, end, "known_name")
        position += max(length, 1)


def _full_name(here: list[tuple[int, int, str]], at: int, names: dict[str, list[list[str]]], text: str) -> int:
    """How many words from here on are a known full name; the longest wins."""
    best = 0
    for name in names.get(here[at][2].lower(), ()):
        run = here[at : at + len(name)]
        same = [word.lower() for _start, _end, word in run] == name
        gaps = (text[one[1] : two[0]] for one, two in pairwise(run))
        if same and all(NAME_GAP.fullmatch(gap) for gap in gaps):
            best = max(best, len(name))
    return best


def _everyday(text: str, start: int, word: str, words: NameWords) -> bool:
    """Whether a part of a name is an everyday word in a place where everyday words have a capital."""
    common = word.title() in words.everyday_names or word.title() in words.not_names
    return common and (word.isupper() or _begins_sentence(text, start))


def _initials(text: str, words: NameWords) -> Iterator[Found]:
    matches = list(INITIALS.finditer(text))
    listed = _list_letters(match.group(1) for match in matches)
    for match in matches:
        initials, surname = match.group(1), match.group(2)
        if len(initials.strip()) == len("A."):
            before = WORD_BEFORE.search(just_before(text, match.start()))
            thing = before is not None and before.group(1).lower() in words.lettered_things
            if thing or initials[0] in listed:
                continue
        if not _is_word(surname, words):
            yield Found(match.start(), match.end(), "initials")


def _list_letters(initials: Iterable[str]) -> set[str]:
    """The letters of a list: A., B., C. and so on in one text are steps, not people."""
    seen = {each[0] for each in initials}
    listed: set[str] = set()
    if {"A", "B"} <= seen:
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if letter not in seen:
                break
            listed.add(letter)
    return listed


def _persons(text: str, words: NameWords) -> Iterator[Found]:
    for match in NAME_LIKE.finditer(text):
        parts = [(match.start() + part.start(), part.group()) for part in PART.finditer(match.group())]
        if any(word in words.place_words for _position, word in parts):
            if parts[0][1] in words.given_names:
                yield _found(parts, sure=False)
            continue
        yield from _names_in(text, parts, words)


def _names_in(text: str, parts: list[tuple[int, str]], words: NameWords) -> Iterator[Found]:
    """Names in a row of capitalised words: cut at words that are no names, judge each run that is left."""
    run: list[tuple[int, str]] = []
    cue = _cue_before(text, parts[0][0], words)
    last = parts[0][0]
    for position, word in parts:
        if cue and PLACEHOLDER.search(text[last:position]):
            cue = False
        last = position
        if not _is_word(word, words):
            run.append((position, word))
            continue
        yield from _judge(text, run, cue, words)
        run = []
        cue = word in words.titles
    yield from _judge(text, run, cue, words)


def _is_word(word: str, words: NameWords) -> bool:
    """Whether a capitalised word is an ordinary one, in the singular or the plural."""
    return any(each in words.not_names or each in words.titles for each in (word, word.removesuffix("s")))


def _judge(text: str, run: list[tuple[int, str]], cue: bool, words: NameWords) -> Iterator[Found]:
    if not run:
        return
    begins = _begins_sentence(text, run[0][0])
    given = [index for index, (_position, word) in enumerate(run) if _without_accents(word) in words.given_names]
    if given:
        first = given[0]
        alone = len(run) - first == 1
        if not (alone and not cue and run[first][1] in words.everyday_names and (begins or first > 0)):
            yield _found(run[first:])
    elif cue or any(SCOTS_OR_IRISH.match(word) for _position, word in run):
        yield _found(run)
    elif len(run) > 1 and not begins and not any(NO_SURNAME.search(word) for _position, word in run):
        yield _found(run, sure=False)


def _without_accents(word: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))


def _found(run: list[tuple[int, str]], *, sure: bool = True) -> Found:
    return Found(run[0][0], run[-1][0] + len(run[-1][1]), "person", sure)


def _cue_before(text: str, position: int, words: NameWords) -> bool:
    ahead = just_before(text, position)
    before = WORD_BEFORE.search(ahead)
    if before is None:
        return False
    word, after = before.group(1), ahead[before.end(1) :].strip()
    if after:
        return after == "." and word in ABBREVIATED
    return word.capitalize() in words.titles or word.lower() in words.name_cues or word in RANKS


def _begins_sentence(text: str, position: int) -> bool:
    return SENTENCE_START.search(just_before(text, position)) is not None


def _in_capitals(text: str) -> bool:
    letters = [each for each in text if each.isalpha()]
    return bool(letters) and sum(each.isupper() for each in letters) / len(letters) > MOSTLY_CAPITALS


def _sentence(found: Found, text: str) -> Sentence:
    given = text[found.start : found.end]
    if not found.sure:
        return _("“%(text)s” may be a person's name. If it is, write the role instead.", text=given)
    return {
        "known_name": _("“%(text)s” is the name of a person here. Write the role instead.", text=given),
        "person": _("“%(text)s” looks like a person's name. Write the role instead.", text=given),
        "initials": _("“%(text)s” looks like a person's name. Write the role instead.", text=given),
        "email": _("“%(text)s” is an e-mail address. Leave it out.", text=given),
        "phone": _("“%(text)s” looks like a telephone number. Leave it out.", text=given),
        "employee_number": _("“%(text)s” looks like a personal number. Leave it out.", text=given),
        "registration": _("“%(text)s” looks like an aircraft registration. Write the type instead.", text=given),
        "flight": _("“%(text)s” looks like a flight number. Write “a flight” instead.", text=given),
        "exact_date": _("“%(text)s” is an exact date. Write the month or the season instead.", text=given),
    }[found.kind]

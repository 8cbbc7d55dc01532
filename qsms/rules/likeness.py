"""Which earlier reports may tell of the same event, with reasons that a person can check.

Two reports are alike when they share rare terms: words, and words with their number such as “cart 3” or “stand 14”.
Rare means rare among the candidates, so the trade's everyday words count little. Titles, place and date then lift or
lower what the words say; alone they never make a suggestion. Same input, same answer: nothing is learnt or drawn.

The reasons quote words of both texts. Show them only to somebody who may read both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import exp, log, sqrt
from pathlib import Path
from sys import intern

from rapidfuzz import fuzz, process

from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _
from qsms.rules.sentences import say_many as ngettext

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
STOP = frozenset((Path(__file__).parent / "data" / "stop_words.txt").read_text(encoding="utf-8").split())
SHORTEST = 3
FEWEST_SHARED = 2
BACKGROUND = 10
TERMS_SHOWN = 4
TYPING_SLIP = 88
LOOKED_AT_TWICE = 20
# Enough for one report of the triage queue. Reports speak in the same words, so each word is kept once.
KEPT_TEXTS = 320
WEIGHT_TEXT, WEIGHT_TITLE = 0.7, 0.3
PLACE_ALIKE = 85.0
SAME_WORDS = 0.97
DAYS_OF_MEMORY = 45.0
# One event is often reported on its day or the next ones; what lies further apart speaks against it.
DAYS_CLOSE = 3
WEEKS_FROM, MONTHS_FROM, YEARS_FROM = 21, 90, 730


@dataclass(frozen=True)
class Account:
    """What somebody wrote: the parts of a report that likeness looks at."""

    key: str
    title: str
    body: str = ""
    place: str = ""
    on: date | None = None
    # The site, in whatever way the caller knows it: two that are told and differ are two places.
    site: str = ""


@dataclass(frozen=True)
class Likeness:
    """One suggestion: how alike (0 to 1), why, and what speaks against it."""

    key: str
    score: float
    reasons: tuple[Sentence, ...]
    differs: tuple[Sentence, ...] = ()


def alike(new: Account, candidates: Sequence[Account], *, limit: int = 5, at_least: float = 0.15) -> list[Likeness]:
    """The candidates that may tell of the same event, the likeliest first; equal scores stay in order of their keys."""
    mine = _terms_of(new)
    theirs = {each.key: _terms_of(each) for each in candidates if each.key != new.key}
    weight = _weights(mine, theirs.values())
    own_weight = sum(weight[term] for term in mine)
    if not own_weight:
        return []
    first: list[tuple[float, Account]] = []
    for each in candidates:
        terms = theirs.get(each.key)
        if not terms:
            continue
        shared = sum(weight[term] for term in mine.keys() & terms.keys())
        total = sum(weight.get(term, 0.0) for term in terms)
        first.append((shared / sqrt(own_weight * total) if total else 0.0, each))
    first.sort(key=lambda pair: (-pair[0], pair[1].key))
    found = []
    for _overlap, each in first[: max(LOOKED_AT_TWICE, limit)]:
        if len(mine.keys() & theirs[each.key].keys()) < FEWEST_SHARED:
            continue
        suggestion = _judged(new, each, mine, theirs[each.key], weight, own_weight)
        if suggestion.score >= at_least:
            found.append(suggestion)
    found.sort(key=lambda suggestion: (-suggestion.score, suggestion.key))
    return found[:limit]


def _judged(
    new: Account,
    other: Account,
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    weight: Mapping[str, float],
    own_weight: float,
) -> Likeness:
    common = _common(mine, theirs)
    total = sum(weight.get(term, 0.0) for term in theirs)
    text = min(sum(weight[term] for term in common) / sqrt(own_weight * total), 1.0) if total else 0.0
    base = text
    if new.title and other.title:
        title = fuzz.token_set_ratio(new.title.lower(), other.title.lower()) / 100
        # Title likeness counts only as far as rare words are shared: most titles look a little alike.
        base = WEIGHT_TEXT * text + WEIGHT_TITLE * title * min(1.0, 3 * text)
    place = False if new.site and other.site and new.site != other.site else _same_place(new.place, other.place)
    days = abs((new.on - other.on).days) if new.on and other.on else None
    lift = 1.0
    if place is not None:
        lift += 0.25 if place else -0.2
    if days is not None:
        lift += 0.3 * exp(-days / DAYS_OF_MEMORY) - 0.1
    score = min(base * lift, 1.0)
    return Likeness(
        other.key,
        round(score, 4),
        tuple(_reasons(mine, common, weight, text, place, days)),
        tuple(_differences(new, theirs, weight, place, days)),
    )


def _reasons(
    mine: Mapping[str, str],
    common: Iterable[str],
    weight: Mapping[str, float],
    text: float,
    place: bool | None,
    days: int | None,
) -> Iterable[Sentence]:
    if text >= SAME_WORDS:
        yield _("Written in the same words")
    else:
        told = _told(mine, common, weight)
        if told:
            yield _("Both speak of: %(terms)s", terms=", ".join(told))
    close = days is not None and days <= DAYS_CLOSE
    if place and days is not None and close:
        yield _same_day_and_place(days)
    elif place:
        yield _("Same place")
    elif days is not None and close:
        yield _apart(days)


def _same_day_and_place(days: int) -> Sentence:
    if days == 0:
        return _("Same place, same day")
    return _("Same place, %(apart)s", apart=_apart(days))


def _apart(days: int) -> Sentence:
    if days == 0:
        return _("Same day")
    if days < WEEKS_FROM:
        return ngettext("%(count)s day apart", "%(count)s days apart", days)
    if days < MONTHS_FROM:
        return ngettext("%(count)s week apart", "%(count)s weeks apart", round(days / 7))
    if days < YEARS_FROM:
        return ngettext("%(count)s month apart", "%(count)s months apart", round(days / 30.44))
    return ngettext("%(count)s year apart", "%(count)s years apart", round(days / 365.25))


def _differences(
    new: Account, theirs: Mapping[str, str], weight: Mapping[str, float], place: bool | None, days: int | None
) -> Iterable[Sentence]:
    titled = _terms(new.title)
    absent = [term for term in titled if term not in theirs and term in weight]
    numbered = {part for term in absent if " " in term for part in term.split(" ")}
    rare = sorted((term for term in absent if term not in numbered), key=lambda term: (-weight[term], term))[:2]
    if rare:
        yield _("Not spoken of there: %(terms)s", terms=", ".join(titled[term] for term in titled if term in rare))
    if place is False:
        yield _("Another place")
    if days is not None and days > DAYS_CLOSE:
        yield _apart(days)


def _told(mine: Mapping[str, str], common: Iterable[str], weight: Mapping[str, float]) -> list[str]:
    """The rarest shared terms as they were written, in the order of the new text; “cart 3” stands for its words."""
    shared = set(common)
    inside = {part for term in shared if " " in term for part in term.split(" ")}
    rarest = sorted((term for term in shared if term not in inside), key=lambda term: (-weight[term], term))
    kept = set(rarest[:TERMS_SHOWN])
    return [written for term, written in mine.items() if term in kept]


def _common(mine: Mapping[str, str], theirs: Mapping[str, str]) -> set[str]:
    """The terms that both have, counting a long word with a typing slip as the same word."""
    common = mine.keys() & theirs.keys()
    spare = [term for term in theirs if term not in common and _may_be_misspelt(term)]
    if spare:
        for term in mine:
            if term not in common and _may_be_misspelt(term):
                near = process.extractOne(term, spare, scorer=fuzz.ratio, score_cutoff=TYPING_SLIP)
                if near is not None:
                    common.add(term)
    return common


def _may_be_misspelt(term: str) -> bool:
    return len(term) > 5 and term.isalpha()


def _same_place(one: str, other: str) -> bool | None:
    """Whether two places are the same; None where one is not told. Numbers must agree: stand 14 is not stand 15."""
    first, second = one.strip().lower(), other.strip().lower()
    if not first or not second:
        return None
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    return first == second or fuzz.token_sort_ratio(first, second) >= PLACE_ALIKE


def _weights(mine: Mapping[str, str], theirs: Iterable[Mapping[str, str]]) -> dict[str, float]:
    """The rarer a term among the candidates, the more it counts; a small number of candidates says little."""
    seen: Counter[str] = Counter()
    number = 0
    for terms in theirs:
        number += 1
        seen.update(terms.keys())

    def weight(count: int) -> float:
        return log((number + BACKGROUND) / (count + 0.5)) ** 2

    known = {term: weight(count) for term, count in seen.items()}
    # A word that only the new text has counts like one seen once: nobody knows yet how rare it is.
    return {**known, **{term: known.get(term, weight(1)) for term in mine}}


def _terms_of(account: Account) -> dict[str, str]:
    return _terms(f"{account.title}. {account.body}")


@lru_cache(maxsize=KEPT_TEXTS)
def _terms(text: str) -> dict[str, str]:
    """The terms of a text by their common form, each with how it was first written; the order is the text's."""
    found: dict[str, str] = {}
    before = ""
    for word in WORD.findall(text):
        word, form = intern(word), intern(word.lower())
        if form in STOP:
            before = ""
        elif form.isdigit():
            if before:
                found.setdefault(f"{before} {form}", f"{found[before].lower()} {word}")
            before = ""
        elif len(form) < SHORTEST and form.isalpha():
            before = ""
        else:
            before = intern(_singular(form))
            if before not in found:
                found[before] = form if word.istitle() else word
    return found


def _singular(form: str) -> str:
    if form.endswith("ies") and len(form) > 5:
        return form[:-3] + "y"
    if form.endswith("s") and not form.endswith(("ss", "us", "is")) and len(form) > SHORTEST:
        return form[:-1]
    return form

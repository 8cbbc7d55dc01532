"""Finding records by text, within what the actor may see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.records.listing import Listing
from qsms.records.models import Record
from qsms.records.paging import BadPageKey, Page
from qsms.records.registry import RecordType

from . import documents, expressions, marks, words
from .engines import engine
from .expressions import All, Any, Expression, Without, Word

NUMBER = re.compile(r"(?=.*\d)[^\W_][\w./-]*[-./][\w./-]*", re.ASCII)
NUMBERS_LOOKED_AT = 200
COUNT_CAP = 1000
# A filter that no mark stands for is checked on this many hits at most, the newest ones.
LOOKED_AT = 20_000
FIRST_CHUNK, LARGEST_CHUNK = 200, 2000


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for and where: the text, and what narrows it."""

    text: str
    kinds: Collection[str] | None = None
    phase: str = ""  # open, done, void; anything else is all
    # Each holds the bits of lenses of which a record concerns at least one.
    lenses: Sequence[int] = ()
    sites: Sequence[int] = ()
    # Any other condition on the record or, with one kind, its own columns: looked at on the newest 20,000 hits.
    where: Q | None = None
    # Of titles that hold it, those of open records come first: for a short list that is chosen from.
    open_first: bool = False

    @property
    def query(self) -> words.Query:
        return words.parse(self.text)

    def marks(self, actor: Actor) -> list[Expression] | None:
        """What the index filters by; None when the actor may see nothing of it."""
        reach = marks.reach(actor, self.kinds)
        return None if reach is None else [reach, *marks.narrowed(self.phase, self.lenses, self.sites)]


@dataclass(slots=True)
class Hits:
    """How many records match, counted up to a cap, and how many of each kind when the cap was not reached."""

    total: int = 0
    capped: bool = False
    by_kind: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.total:,}{'+' if self.capped else ''}"


def find(
    actor: Actor,
    text: str,
    *,
    kinds: Collection[str] | None = None,
    phase: str = "",
    lenses: Sequence[int] = (),
    sites: Sequence[int] = (),
    where: Q | None = None,
    limit: int = 50,
    after: str = "",
) -> Page:
    """Ids of the records that hold what was typed: by number first, then by title, then the others; newest first.

    Whatever is typed, nothing is raised and nothing outside the actor's scope is found. Raises BadPageKey when
    `after` was not given out by this search.
    """
    return page(actor, Search(text, kinds, phase, lenses, sites, where), limit=limit, after=after)


def page(actor: Actor, search: Search, *, limit: int = 50, after: str = "") -> Page:
    """`find` for a search that is already put together."""
    segment, last = _read_key(after)
    query = search.query
    limits = search.marks(actor)
    if not query or limits is None:
        return Page([])
    numbered = _by_number(actor, search)
    start = numbered.index(last) + 1 if segment == "n" and last in numbered else 0 if not segment else len(numbered)
    found = numbered[start : start + limit + 1]
    keys = [f"n{pk}" for pk in found]
    in_title = expressions.of_query(query, in_title=True)
    anywhere = expressions.of_query(query)
    titled: dict[str, Expression] = {"t": All((in_title, *limits))}
    if search.open_first:
        still_open = All(tuple(marks.narrowed("open")))
        titled = {"o": All((in_title, *limits, still_open)), "t": Without(All((in_title, *limits)), still_open)}
    parts = {**titled, "b": Without(All((anywhere, *limits)), in_title)}
    for name, wanted in parts.items():
        if len(found) <= limit and SEGMENTS.index(segment) <= SEGMENTS.index(name):
            before = last if segment == name else None
            more = _scan(search, query, wanted, before, limit + 1 - len(found), frozenset(numbered))
            found += more
            keys += [f"{name}{pk}" for pk in more]
    return Page(found[:limit], keys[limit - 1] if len(found) > limit else "")


# In this order: hits by number, in number and title of what is open, of the rest, anywhere.
SEGMENTS = ("", "n", "o", "t", "b")


def _read_key(after: str) -> tuple[str, int | None]:
    if not after:
        return "", None
    segment, last = after[0], after[1:]
    if segment not in SEGMENTS or not (last.isascii() and last.isdecimal()) or len(last) > 18:
        raise BadPageKey(after)
    return segment, int(last)


def _scan(
    search: Search, query: words.Query, wanted: Expression, before: int | None, limit: int, but: frozenset[int]
) -> list[int]:
    phrases = () if engine().knows_phrases else query.phrases
    if search.where is None and not phrases and not but:
        return engine().ids(wanted, before=before, limit=limit)
    found: list[int] = []
    looked_at, size = 0, max(limit, FIRST_CHUNK)
    while len(found) < limit and looked_at < LOOKED_AT:
        ids = engine().ids(wanted, before=before, limit=size)
        kept = _holding(_meeting([pk for pk in ids if pk not in but], search), phrases)
        found += [pk for pk in ids if pk in kept]
        if len(ids) < size:
            break
        looked_at += size
        before, size = ids[-1], LARGEST_CHUNK
    return found[:limit]


def _meeting(ids: Sequence[int], search: Search) -> set[int]:
    """Those of the ids that meet the condition beyond the marks."""
    if search.where is None or not ids:
        return set(ids)
    one = registry.get(next(iter(search.kinds))) if search.kinds and len(search.kinds) == 1 else None
    rows = (one.model if one else Record).everywhere.filter(search.where, pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _holding(ids: set[int], phrases: Sequence[tuple[str, ...]]) -> set[int]:
    """Those whose text holds every phrase."""
    if not phrases or not ids:
        return ids
    kinds = Record.everywhere.filter(pk__in=ids).values_list("pk", "kind")
    held = set()
    for pk, record in documents.children(kinds).items():
        texts = documents.words_of(record)
        if all(any(words.holds_phrase(text, phrase) for text in texts) for phrase in phrases):
            held.add(pk)
    return held


def _by_number(actor: Actor, search: Search) -> list[int]:
    """The newest records whose number begins with what was typed; none unless that looks like a number.

    Looks at 200 numbers at most, so that “REP-2026” costs no more than the whole number.
    """
    text = search.text.strip().upper()
    if len(text) > 40 or not NUMBER.fullmatch(text):
        return []
    numbers = Record.everywhere.filter(
        organisation_id=actor.organisation_id, number__gte=text, number__lt=text + "\U0010ffff"
    ).order_by("-number")
    ids = [pk for pk, number in numbers.values_list("pk", "number")[:NUMBERS_LOOKED_AT] if number.startswith(text)]
    if not ids:
        return []
    limits = search.marks(actor) or []
    seen = engine().among(ids, All(tuple(limits)))
    kept = _meeting([pk for pk in ids if pk in seen], search)
    return [pk for pk in ids if pk in kept]


def count(actor: Actor, search: Search, *, cap: int = COUNT_CAP) -> Hits:
    """How many records match, up to `cap`, and of which kinds: two queries, whatever the number of kinds."""
    query, limits = search.query, search.marks(actor)
    if not query or limits is None:
        return Hits()
    wanted = All((expressions.of_query(query), *limits))
    if search.where is None and not query.phrases:
        hits = engine().some(wanted, cap + 1)
    else:
        hits = _scan(search, query, wanted, None, cap + 1, frozenset())
    ids = {*hits, *_by_number(actor, search)}
    if len(ids) > cap:
        return Hits(cap, True)
    kinds = Counter(Record.everywhere.filter(pk__in=ids).values_list("kind", flat=True))
    return Hits(len(ids), False, dict(kinds))


def in_list(actor: Actor, one: Listing, limit: int) -> list[int]:
    """The newest records of a list's kind that hold the list's text and meet its filters."""
    search = Search(one.text, [one.sheet.kind], one.phase, one.lenses, one.sites, one.beyond or None)
    return page(actor, search, limit=limit).ids


def in_title(actor: Actor, text: str, kinds: Collection[str], limit: int) -> list[int]:
    """The newest records of these kinds whose number and title hold what was typed: one look at the index."""
    search = Search(text, kinds)
    query, limits = search.query, search.marks(actor)
    if not query or limits is None:
        return []
    return _scan(search, query, All((expressions.of_query(query, in_title=True), *limits)), None, limit, frozenset())


RARE = 300
WORDS_WEIGHED = 40
WORDS_USED = 12
SHORTEST_TELLING = 4


def candidates(actor: Actor, kind: str, text: str, *, limit: int = 200) -> list[int]:
    """The newest records of a kind that share rare words with a text, as far as the actor may see them.

    For the rule that judges likeness, which is too dear for every record: a word in more than 300 of them tells
    little. A record that holds the text itself is among them: leave it out by its id.
    """
    reach = marks.reach(actor, [kind])
    if reach is None:
        return []
    told = [word for word in dict.fromkeys(words.cut(text)) if len(word) >= SHORTEST_TELLING or word.isdecimal()]
    told.sort(key=len, reverse=True)
    told = told[: 2 * WORDS_WEIGHED]
    common = engine().common(told, RARE)
    weighed = [word for word in told if word not in common][:WORDS_WEIGHED]
    counts = engine().counts([All((Word(word), reach)) for word in weighed], RARE + 1)
    # A word of one record only is the text's own, or shared with one: keep it, it tells the most.
    rare = sorted((n, word) for word, n in zip(weighed, counts, strict=True) if 0 < n <= RARE)[:WORDS_USED]
    if not rare:
        return []
    shared = Any(tuple(Word(word) for _n, word in rare))
    return engine().ids(All((shared, reach)), before=None, limit=limit)


def visible_records(actor: Actor, ids: Sequence[int]) -> list[Record]:
    """These records in this order, without what is of their kind; the plain scope has the last word on who sees what.

    The number of queries does not grow with that of kinds.
    """
    seen = scope.seen_of(actor, ids)
    return [seen[pk] for pk in ids if pk in seen]


def bodies(records: Sequence[Record]) -> dict[int, str]:
    """The long texts of these records as they were written, which the index does not keep; one query for all kinds."""
    by_kind: dict[str, list[int]] = {}
    for record in records:
        by_kind.setdefault(record.kind, []).append(record.pk)
    sheets = [sheet for kind in by_kind if (sheet := registry.get(kind)).search_fields]
    if not sheets:
        return {}
    widest = max(len(sheet.search_fields) for sheet in sheets)
    parts = [_body_fields(sheet, by_kind[sheet.kind], widest) for sheet in sheets]
    found = {}
    for pk, kind, *values in parts[0].union(*parts[1:], all=True):
        sheet = registry.get(kind)
        names = ["record_id", *sheet.search_fields]
        # Only what was read: an own `search_body` that looks at more asks for it by itself.
        record = sheet.model.from_db(DEFAULT_DB_ALIAS, names, [pk, *values[: len(sheet.search_fields)]])
        found[pk] = sheet.search_body(record)
    return found


def _body_fields(
    sheet: RecordType, ids: Sequence[int], width: int
) -> QuerySet[Record, tuple[int, str, *tuple[str, ...]]]:
    """Key, kind and long texts of some records of one kind, filled up to so many columns."""
    texts = [Cast(name, TextField()) for name in sheet.search_fields]
    texts += [Cast(Value(""), TextField())] * (width - len(texts))
    kind = Cast(Value(sheet.kind), TextField())
    return sheet.model.everywhere.filter(pk__in=ids).order_by().values_list("pk", kind, *texts)

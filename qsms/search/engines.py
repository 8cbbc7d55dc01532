"""The two engines of full-text search side by side: their index, how they are asked, how a document is written.

SQLite: FTS5 over the document table (external content), kept by triggers, which know the old text that its delete
command needs. PostgreSQL: a text vector with GIN, built from the words themselves: no parser, no positions.
Neither is ever ranked: that costs more than the whole answer, and the newest is what people look for.

In both, a mark begins with “=” and a word of number and title stands once more with “~”, so that hits in the title
need not be picked out of all hits. Words that people type are letters and digits, so neither can be typed.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any as Anything

from django.db import connection

from .expressions import All, Any, Expression, Mark, Phrase, Without, Word

TABLE = "search_searchdocument"
# PostgreSQL: how many documents are looked through one by one at most, and for how long their number is remembered.
LONGEST_WALK = 20_000
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Document:
    """What is written for a record: words of number and title, of the long text, and marks."""

    record_id: int
    title: Sequence[str]
    body: Sequence[str]
    marks: Sequence[str]

    def signs(self) -> Iterator[str]:
        """What nobody can type: the marks, and the words of number and title in their order."""
        yield from (f"={mark}" for mark in self.marks)
        yield from (f"~{word}" for word in self.title)


class Engine(ABC):
    """What search asks of an engine."""

    # Whether phrases are matched by the index; otherwise their words are, and the text is looked at afterwards.
    knows_phrases: bool
    # Statements that put the index beside the table, and that take it away.
    install: Sequence[str]
    remove: Sequence[str]

    @abstractmethod
    def put(self, documents: Sequence[Document]) -> None:
        """Write these documents, new or changed; the same one again costs next to nothing."""

    @abstractmethod
    def add_marks(self, record_id: int, marks: Sequence[str]) -> None:
        """Add marks to a document that is there."""

    @abstractmethod
    def clear(self) -> None:
        """Throw every document away, and a broken index with them."""

    @abstractmethod
    def settle(self) -> None:
        """After many documents at once: let the engine learn what it holds."""

    @abstractmethod
    def ids(self, wanted: Expression, *, before: int | None, limit: int) -> list[int]:
        """Records that match, newest first, older than `before`."""

    @abstractmethod
    def some(self, wanted: Expression, limit: int) -> list[int]:
        """Records that match, in no order: for counting up to a cap."""

    @abstractmethod
    def among(self, ids: Sequence[int], wanted: Expression) -> set[int]:
        """Those of the ids that match."""

    @abstractmethod
    def counts(self, wanted: Sequence[Expression], cap: int) -> list[int]:
        """How many match each of these, counted up to `cap`."""

    @abstractmethod
    def common(self, words: Sequence[str], cap: int) -> set[str]:
        """Those of the words that the engine knows, without counting, to stand in more than `cap` documents."""

    @abstractmethod
    def match(self, wanted: Expression) -> str:
        """The expression as the engine reads it. Words are letters and digits only, so quotation marks hold them."""


def engine() -> Engine:
    """The engine of the database in use."""
    return ENGINES[connection.vendor]


def _query(statement: str, values: Iterable[Anything]) -> list[Anything]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


def _do(statement: str, values: Sequence[Anything]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)


def _flat(documents: Sequence[Document], columns: int) -> str:
    return ", ".join([f"({', '.join(['%s'] * columns)})"] * len(documents))


class Sqlite(Engine):
    """FTS5. Phrases are matched by the index, because it keeps the places of words."""

    knows_phrases = True
    _new = "INSERT INTO search_index(rowid, title, body, scope) VALUES (new.record_id, new.title, new.body, new.scope)"
    _old = (
        "INSERT INTO search_index(search_index, rowid, title, body, scope) "
        "VALUES ('delete', old.record_id, old.title, old.body, old.scope)"
    )
    install = (
        "CREATE VIRTUAL TABLE search_index USING fts5(title, body, scope, "
        f"content='{TABLE}', content_rowid='record_id', "
        "tokenize=\"unicode61 remove_diacritics 2 tokenchars '=~'\", prefix='3', columnsize=0)",
        f"CREATE TRIGGER search_added AFTER INSERT ON {TABLE} BEGIN {_new}; END",
        f"CREATE TRIGGER search_changed AFTER UPDATE ON {TABLE} BEGIN {_old}; {_new}; END",
        f"CREATE TRIGGER search_removed AFTER DELETE ON {TABLE} BEGIN {_old}; END",
    )
    remove = (
        "DROP TRIGGER IF EXISTS search_added",
        "DROP TRIGGER IF EXISTS search_changed",
        "DROP TRIGGER IF EXISTS search_removed",
        "DROP TABLE IF EXISTS search_index",
    )

    def put(self, documents: Sequence[Document]) -> None:
        rows = [
            value
            for one in documents
            for value in (one.record_id, " ".join(one.title), " ".join(one.body), " ".join(one.signs()))
        ]
        _do(
            f"INSERT INTO {TABLE} (record_id, title, body, scope) VALUES {_flat(documents, 4)} "
            "ON CONFLICT (record_id) DO UPDATE SET title = excluded.title, body = excluded.body, "
            f"scope = excluded.scope WHERE {TABLE}.title <> excluded.title OR {TABLE}.body <> excluded.body "
            f"OR {TABLE}.scope <> excluded.scope",
            rows,
        )

    def add_marks(self, record_id: int, marks: Sequence[str]) -> None:
        rows = _query(f"SELECT scope FROM {TABLE} WHERE record_id = %s", [record_id])
        known = {word for (scope,) in rows for word in scope.split()}
        fresh = [f"={mark}" for mark in marks if f"={mark}" not in known]
        if fresh:
            _do(f"UPDATE {TABLE} SET scope = scope || ' ' || %s WHERE record_id = %s", [" ".join(fresh), record_id])

    def clear(self) -> None:
        for statement in (*self.remove, f"DELETE FROM {TABLE}", *self.install):
            _do(statement, [])

    def settle(self) -> None:
        _do("INSERT INTO search_index(search_index) VALUES ('optimize')", [])

    def ids(self, wanted: Expression, *, before: int | None, limit: int) -> list[int]:
        older = "" if before is None else "AND rowid < %s "
        values = [self.match(wanted), *([] if before is None else [before]), limit]
        rows = _query(
            f"SELECT rowid FROM search_index WHERE search_index MATCH %s {older}ORDER BY rowid DESC LIMIT %s", values
        )
        return [row[0] for row in rows]

    def some(self, wanted: Expression, limit: int) -> list[int]:
        return self.ids(wanted, before=None, limit=limit)

    def among(self, ids: Sequence[int], wanted: Expression) -> set[int]:
        marks = ", ".join(["%s"] * len(ids))
        statement = f"SELECT rowid FROM search_index WHERE search_index MATCH %s AND rowid IN ({marks})"
        return {row[0] for row in _query(statement, [self.match(wanted), *ids])}

    def counts(self, wanted: Sequence[Expression], cap: int) -> list[int]:
        one = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH %s LIMIT %s)"
        return _counts(one, [self.match(each) for each in wanted], cap)

    def common(self, words: Sequence[str], cap: int) -> set[str]:
        return set()

    def match(self, wanted: Expression) -> str:
        match wanted:
            case Word(text, begins, in_title):
                return f'"{"~" if in_title else ""}{text}"{" *" if begins else ""}'
            case Phrase(words, in_title):
                return f'"{" ".join(f"~{word}" if in_title else word for word in words)}"'
            case Mark(text):
                return f'"={text}"'
            case All(parts):
                return f"({' AND '.join(map(self.match, parts))})"
            case Any(parts):
                return f"({' OR '.join(map(self.match, parts))})"
            case Without(part, left_out):
                return f"({self.match(part)} NOT {self.match(left_out)})"
        raise TypeError(wanted)


class Postgres(Engine):
    """A text vector without places: half the size, and nothing is ranked; phrases are looked for in the text."""

    knows_phrases = False
    _counted: tuple[float, float] | None = None
    install = (
        f"ALTER TABLE {TABLE} ADD COLUMN words tsvector NOT NULL DEFAULT ''",
        # Without fine statistics a rare word is taken for a common one and the whole table is walked.
        f"ALTER TABLE {TABLE} ALTER COLUMN words SET STATISTICS 1000",
        f"CREATE INDEX search_words ON {TABLE} USING gin (words)",
    )
    remove = ("DROP INDEX IF EXISTS search_words", f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS words")

    def put(self, documents: Sequence[Document]) -> None:
        marks = ", ".join(["(%s, '', '', '', array_to_tsvector(string_to_array(%s, ' ')))"] * len(documents))
        _do(
            f"INSERT INTO {TABLE} (record_id, title, body, scope, words) VALUES {marks} "
            "ON CONFLICT (record_id) DO UPDATE SET words = EXCLUDED.words "
            f"WHERE {TABLE}.words IS DISTINCT FROM EXCLUDED.words",
            [value for one in documents for value in (one.record_id, self._lexemes(one))],
        )

    @staticmethod
    def _lexemes(one: Document) -> str:
        # One string: the driver takes far longer over an array of as many words.
        return " ".join({*one.title, *one.body, *one.signs()})

    def add_marks(self, record_id: int, marks: Sequence[str]) -> None:
        _do(
            f"UPDATE {TABLE} SET words = words || array_to_tsvector(%s::text[]) "
            "WHERE record_id = %s AND NOT words @@ %s::tsquery",
            [[f"={mark}" for mark in marks], record_id, self.match(All(tuple(Mark(mark) for mark in marks)))],
        )

    def clear(self) -> None:
        _do(f"DELETE FROM {TABLE}", [])

    def settle(self) -> None:
        _do(f"ANALYZE {TABLE}", [])

    def ids(self, wanted: Expression, *, before: int | None, limit: int) -> list[int]:
        match = self.match(wanted)
        walk = self._walk(match, limit)
        if walk:
            found = self._newest(match, before, limit, walk)
            if len(found) == limit:
                return found
        older = "" if before is None else "AND record_id < %s "
        # With a sum in the order the planner begins with the words and never walks the whole key for a rare one.
        rows = _query(
            f"SELECT record_id FROM {TABLE} WHERE words @@ %s::tsquery {older}ORDER BY record_id + 0 DESC LIMIT %s",
            [match, *([] if before is None else [before]), limit],
        )
        return [row[0] for row in rows]

    def _walk(self, match: str, limit: int) -> int:
        """How many of the newest documents to look through before the index is asked; 0 when the index is cheaper.

        The index fetches every match, m; a walk from the newest looks at limit / share documents, limit * n / m.
        """
        [[plan]] = _query(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {TABLE} WHERE words @@ %s::tsquery", [match])
        matches = plan[0]["Plan"]["Plan Rows"]
        expected = limit * self._size() / max(matches, 1)
        return int(min(4 * expected, LONGEST_WALK)) if expected < matches else 0

    def _newest(self, match: str, before: int | None, limit: int, walk: int) -> list[int]:
        newest = f"(SELECT max(record_id) + 1 FROM {TABLE})"
        # A key beyond the newest record would put the walk where nothing is.
        end = newest if before is None else f"LEAST(%s, {newest})"
        values = [] if before is None else [before, before]
        # OFFSET 0 keeps the planner from asking the index all the same.
        rows = _query(
            f"SELECT record_id FROM (SELECT record_id, words FROM {TABLE} WHERE record_id < {end} "
            f"AND record_id >= {end} - %s ORDER BY record_id DESC OFFSET 0) AS newest "
            "WHERE words @@ %s::tsquery LIMIT %s",
            [*values, walk, match, limit],
        )
        return [row[0] for row in rows]

    def _size(self) -> float:
        """How many documents there are, as the database last counted; asked once a minute."""
        now = time.monotonic()
        if self._counted is None or self._counted[0] < now:
            [[documents]] = _query("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [TABLE])
            self._counted = (now + SECONDS, max(documents, 0))
        return self._counted[1]

    def some(self, wanted: Expression, limit: int) -> list[int]:
        rows = _query(f"SELECT record_id FROM {TABLE} WHERE words @@ %s::tsquery LIMIT %s", [self.match(wanted), limit])
        return [row[0] for row in rows]

    def among(self, ids: Sequence[int], wanted: Expression) -> set[int]:
        statement = f"SELECT record_id FROM {TABLE} WHERE record_id = ANY(%s) AND words @@ %s::tsquery"
        return {row[0] for row in _query(statement, [list(ids), self.match(wanted)])}

    def counts(self, wanted: Sequence[Expression], cap: int) -> list[int]:
        one = f"SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE words @@ %s::tsquery LIMIT %s) AS found"
        return _counts(one, [self.match(each) for each in wanted], cap)

    def common(self, words: Sequence[str], cap: int) -> set[str]:
        rows = _query(
            "SELECT known.word FROM pg_stats, pg_class, "
            "unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, share) "
            "WHERE schemaname = current_schema() AND tablename = %s AND attname = 'words' "
            f"AND pg_class.oid = '{TABLE}'::regclass AND known.word = ANY(%s) AND share * reltuples > %s",
            [TABLE, list(words), cap],
        )
        return {row[0] for row in rows}

    def match(self, wanted: Expression) -> str:
        match wanted:
            case Word(text, begins, in_title):
                return f"'{'~' if in_title else ''}{text}'{':*' if begins else ''}"
            case Phrase(words, in_title):
                return self.match(All(tuple(Word(word, in_title=in_title) for word in words)))
            case Mark(text):
                return f"'={text}'"
            case All(parts):
                return f"({' & '.join(map(self.match, parts))})"
            case Any(parts):
                return f"({' | '.join(map(self.match, parts))})"
            case Without(part, left_out):
                return f"({self.match(part)} & !{self.match(left_out)})"
        raise TypeError(wanted)


def _counts(one: str, matches: Sequence[str], cap: int) -> list[int]:
    if not matches:
        return []
    rows = _query(" UNION ALL ".join([f"SELECT {place}, ({one})" for place in range(len(matches))]),
                  [value for match in matches for value in (match, cap)])  # fmt: skip
    return [n for _place, n in sorted(rows)]


ENGINES: dict[str, Engine] = {"sqlite": Sqlite(), "postgresql": Postgres()}

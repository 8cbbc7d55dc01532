"""The check of an import: every row read, mapped, built and judged. Nothing is written but what was found."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

from django.utils.translation import gettext as _

from qsms.exchange import dates, kinds, limits, shelf, staging
from qsms.exchange.building import Builder, Made
from qsms.exchange.error_file import ErrorFile
from qsms.exchange.mappings import BoundMapping, FieldProblem, ImportMapping, RowErrors, make_mapping
from qsms.exchange.models import ImportRun
from qsms.exchange.recognising import known_keys, known_numbers, number_of
from qsms.exchange.sentences import shown
from qsms.exchange.table import Row, Table
from qsms.org.actor import Actor
from qsms.records import registry

# Says how far the work is: rows done, rows in all as far as known, and a sentence.
Tell = Callable[[int, int | None, str], None]
SHOWN_COLUMNS = 4


@dataclass(slots=True)
class Found:
    """What a check found, in the columns of the run of the same names."""

    rows: int = 0
    new: int = 0
    known: int = 0
    repeated: int = 0
    bad: int = 0
    warned: int = 0
    # The first of each, and the columns that they show in the order of the file.
    problems: dict[str, Any] = field(default_factory=lambda: {"bad": [], "warned": [], "repeated": [], "columns": []})
    staged_hash: str = ""
    error_hash: str = ""
    check_seconds: float = 0


@dataclass(slots=True)
class _Judged:
    row: Row
    values: dict[str, Any]
    made: Made | None
    problems: list[FieldProblem]


def mapping_of(run: ImportRun, one: dict[str, Any]) -> ImportMapping:
    """The mapping by which this file of the run is read: a shipped one, or the one a person made."""
    if one["mapping"]:
        return kinds.shipped(run.kind)[one["mapping"]]
    return make_mapping(run.mapping, run.name)


def order_of(table: Table, bound: BoundMapping, builder: Builder) -> dates.Order | None:
    """The order of day, month and year that the date columns of a table agree on, as far as their first rows show."""
    columns = {
        bound.column_of(part.name)
        for part in bound.mapping.fields
        if part.name in builder.targets and builder.targets[part.name].how in ("date", "moment")
    } - {""}
    if not columns:
        return None
    rows = table.first(limits.SAMPLE_ROWS)
    found = {order for column in columns if (order := dates.date_order_of(row.get(column) for row in rows))}
    return found.pop() if len(found) == 1 else None


def check(run: ImportRun, actor: Actor, tell: Tell) -> Found:
    """Judge every row of the run's files. Raises TableError when a file proves unreadable from some row on."""
    began = time.monotonic()
    with ExitStack() as held:
        paths = [held.enter_context(shelf.lying_at(one["hash"])) for one in run.files]
        tables = [shelf.table_of(one, path) for one, path in zip(run.files, paths, strict=True)]
        staged = held.enter_context(tempfile.TemporaryFile())
        mend = held.enter_context(tempfile.TemporaryFile())
        judge = _Judge(run, actor, tables, staged, mend, tell)
        found = judge.run_all()
        judge.errors.close()
        found.staged_hash = shelf.keep(staged) if found.new else ""
        found.error_hash = shelf.keep(mend) if found.bad else ""
    found.check_seconds = round(time.monotonic() - began, 2)
    return found


class _Judge:
    def __init__(
        self, run: ImportRun, actor: Actor, tables: list[Table], staged: IO[bytes], mend: IO[bytes], tell: Tell
    ) -> None:
        self.sheet = registry.get(run.kind)
        self.found = Found()
        self.errors = ErrorFile(mend, tables)
        self._run = run
        self._actor = actor
        self._tables = tables
        self._staged = staged
        self._tell = tell
        # Keys seen so far and the row they stood in: a short hash, so that a million keys fit in memory.
        self._seen: dict[bytes, tuple[int, int]] = {}
        totals = [table.total for table in tables]
        self._total = sum(total or 0 for total in totals) if all(total is not None for total in totals) else None

    def run_all(self) -> Found:
        for place, (one, table) in enumerate(zip(self._run.files, self._tables, strict=True)):
            bound = mapping_of(self._run, one).bind(table.columns.names)
            builder = Builder(self._actor, self._run.kind, order=self._order(table, bound))
            builder.check_fields([part.name for part in bound.mapping.fields])
            for chunk in _chunks(table.rows(), limits.STEP_ROWS):
                self._take(place, bound, builder, [self._judge(bound, builder, row) for row in chunk])
                self._tell(self.found.rows, self._total, _("Checking %(file)s") % {"file": table.name})
        return self.found

    def _order(self, table: Table, bound: BoundMapping) -> dates.Order | None:
        chosen: Any = self._run.date_order
        return chosen or order_of(table, bound, Builder(self._actor, self._run.kind))

    def _judge(self, bound: BoundMapping, builder: Builder, row: Row) -> _Judged:
        problems = [FieldProblem("", problem.column, problem.sentence) for problem in row.problems if problem.damaged]
        values: dict[str, Any] = {}
        made = None
        try:
            values = bound.apply(row)
        except RowErrors as errors:
            problems += errors.problems
            problems += _named(bound, builder.faults(errors.values))
        if not problems:
            made = builder.make(values)
            values |= made.dates
            problems = _named(bound, made.errors)
        return _Judged(row, values, made, problems)

    def _take(self, place: int, bound: BoundMapping, builder: Builder, judged: list[_Judged]) -> None:
        keys = {id(one): builder.key_of(one.made.record) for one in judged if one.made and one.made.record}
        here = self._actor.organisation_id
        known = known_keys(self.sheet, here, [key for key in keys.values() if key])
        numbers = known_numbers(
            self.sheet, here, [number_of(one.values) for one in judged], newest=self._run.newest_before
        )
        for one in judged:
            self.found.rows += 1
            key = keys.get(id(one))
            # What is here already is not written again, so nothing that the room says against a second one matters.
            if one.made is not None and (key in known or number_of(one.values) in numbers):
                self.found.known += 1
                continue
            if one.problems:
                self._complain(place, bound, one)
                continue
            if key and (earlier := self._seen_before(key, place, one.row.number)):
                self.found.repeated += 1
                self._show("repeated", place, bound, one.row, [self._repeats(bound, key, earlier)])
                continue
            self.found.new += 1
            staging.write(self._staged, staging.Staged(place, one.row.number, one.values))
            self._count_standing(one)
            odd = [FieldProblem("", problem.column, problem.sentence) for problem in one.row.problems]
            odd += _named(bound, one.made.told) if one.made is not None else []
            if odd:
                self.found.warned += 1
                self._show("warned", place, bound, one.row, odd)

    def _count_standing(self, one: _Judged) -> None:
        """How the rows will stand, where the kind leaves that to the file."""
        if one.made is None or one.made.record is None or not kinds.of(self._run.kind).stands:
            return
        stands = self.found.problems.setdefault("stands", {})
        stands[one.made.record.state] = stands.get(one.made.record.state, 0) + 1

    def _seen_before(self, key: str, place: int, number: int) -> tuple[int, int] | None:
        mark = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=12).digest()
        earlier = self._seen.setdefault(mark, (place, number))
        return None if earlier == (place, number) else earlier

    def _repeats(self, bound: BoundMapping, key: str, earlier: tuple[int, int]) -> FieldProblem:
        place, number = earlier
        where = _("row %(n)d") % {"n": number}
        if len(self._tables) > 1:
            where = _("%(file)s, row %(n)d") % {"file": self._tables[place].name, "n": number}
        sentence = _("“%(key)s” stands already in %(where)s. It is imported once.") % {
            "key": shown(key),
            "where": where,
        }
        return FieldProblem(self.sheet.import_key, bound.column_of(self.sheet.import_key), sentence)

    def _complain(self, place: int, bound: BoundMapping, one: _Judged) -> None:
        notes = [problem for problem in one.row.problems if problem.code == "note"]
        if notes:
            # A line of text under the table is no row of it, and no reason to refuse those above.
            self.found.warned += 1
            left_out = FieldProblem("", "", notes[0].sentence + " " + _("It is left out."))
            self._show("warned", place, bound, one.row, [left_out])
            return
        self.found.bad += 1
        self._show("bad", place, bound, one.row, one.problems)
        sentences = [f"{shown(p.column, 80)}: {p.sentence}" if p.column else p.sentence for p in one.problems]
        self.errors.add(self._tables[place], one.row, sentences)

    def _show(self, what: str, place: int, bound: BoundMapping, row: Row, problems: Sequence[FieldProblem]) -> None:
        listed = self.found.problems[what]
        if len(listed) >= limits.SHOWN_PROBLEMS:
            return
        used = [column for part in bound.mapping.fields if (column := bound.column_of(part.name))]
        columns = list(dict.fromkeys([*(p.column for p in problems if p.column), *used]))[:SHOWN_COLUMNS]
        cells = {name: shown(row.get(name), 80) for name in columns}
        known = set(self.found.problems["columns"]) | set(columns)
        order = row.columns.positions
        self.found.problems["columns"] = sorted(known, key=lambda name: order.get(name, len(order)))
        what_is_wrong = [[problem.column, problem.sentence] for problem in problems]
        listed.append({"file": place, "row": row.number, "cells": cells, "wrong": what_is_wrong})


def _named(bound: BoundMapping, errors: dict[str, str]) -> list[FieldProblem]:
    return [FieldProblem(name, bound.column_of(name), sentence) for name, sentence in errors.items()]


def _chunks(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk

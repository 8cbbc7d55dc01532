"""Queries that every request makes: their SQL is built once and run with new values each time.

Building a query costs Django three to five times what running it costs the database. For the few queries that stand
in the way of every page and every API call that is worth saving; everywhere else a plain query reads better.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Row = tuple[Any, ...]
Build = Callable[..., QuerySet[Any, Any]]


class Several:
    """A value of a prepared query that is a list of at most so many whole numbers, for an `__in`.

    What is asked for is filled up with its last number, so that one text of SQL serves every length.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    def filled(self, given: Iterable[int]) -> list[int]:
        numbers = list(given)
        if not 0 < len(numbers) <= self.most:
            raise ValueError(f"{len(numbers)} values for a query prepared for 1 to {self.most}.")
        return numbers + numbers[-1:] * (self.most - len(numbers))


class Prepared:
    """A query over named values: `Prepared(build, person=int)` and then `.rows(person=12)` or `.objects(person=12)`.

    `build` takes the values by name and returns a query; which rows it finds may depend on the values, its SQL must
    not: no None, no branches, and lists only as `Several`. Values are whole numbers, texts, dates or moments.
    """

    def __init__(self, build: Build, **kinds: type | Several) -> None:
        self._build = build
        self._kinds = kinds
        self._made: dict[str, _Statement] = {}

    def rows(self, **values: Any) -> list[Row]:
        """The rows for these values, as `values_list` would give them."""
        return self._statement().rows(values)

    def objects(self, **values: Any) -> list[Any]:
        """The instances for these values, with what `select_related` and `annotate` put on them."""
        return self._statement().objects(values)

    def _statement(self) -> _Statement:
        # Another engine writes other SQL; a process may meet both only in tests.
        made = self._made.get(connection.vendor)
        if made is None:
            made = self._made[connection.vendor] = _Statement(self._build, self._kinds)
        return made


class _Statement:
    def __init__(self, build: Build, kinds: dict[str, type | Several]) -> None:
        self.several = {name: kind for name, kind in kinds.items() if isinstance(kind, Several)}
        stand_ins = {name: _stand_in(kind, n) for n, (name, kind) in enumerate(kinds.items())}
        query = build(**stand_ins)
        compiler: Any = query.query.get_compiler(connection=connection)
        self.sql, given = compiler.as_sql()
        by_stand_in: dict[Any, tuple[str, int]] = {}
        for name, value in stand_ins.items():
            for n, one in enumerate(value if isinstance(value, list) else [value]):
                by_stand_in[_adapted(one)] = (name, n)
        # A place is either a named value (of several: the one at this position) or one that the query itself holds.
        self.places = [(*by_stand_in.get(_hashable(value), ("", 0)), value) for value in given]
        lacking = set(kinds) - {name for name, _n, _value in self.places}
        if lacking:
            raise ValueError(f"The query does not use {', '.join(sorted(lacking))}.")
        columns: Sequence[Any] = [one[0] for one in compiler.select[: compiler.col_count]]
        self.converters = list(compiler.get_converters(columns).items())
        of_values = query._iterable_class is not ModelIterable
        self.shape = None if of_values else _Shape(compiler)

    def rows(self, values: dict[str, Any]) -> list[Row]:
        for name, several in self.several.items():
            values[name] = several.filled(values[name])
        given = [
            _adapted(values[name][n] if name in self.several else values[name]) if name else own
            for name, n, own in self.places
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def objects(self, values: dict[str, Any]) -> list[Any]:
        if self.shape is None:
            raise TypeError("A query of values has no instances: ask for its rows.")
        return [self.shape.instance(row) for row in self.rows(values)]

    def _converted(self, row: Row) -> Row:
        made = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                made[place] = convert(made[place], expression, connection)
        return tuple(made)


class _Shape:
    """How the columns of a row become an instance, those that it points at, and its annotations."""

    def __init__(self, compiler: Any) -> None:
        info = compiler.klass_info
        self.model = info["model"]
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.names = [one[0].target.attname for one in compiler.select[self.start : self.end]]
        # The stubs are of the next Django, which takes one argument more.
        self.pointed_at = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
        self.annotations = list((compiler.annotation_col_map or {}).items())

    def instance(self, row: Row) -> Any:
        made = self.model.from_db(connection.alias, self.names, row[self.start : self.end])
        for one in self.pointed_at:
            one.populate(row, made)
        for name, place in self.annotations:
            setattr(made, name, row[place])
        return made


def _stand_in(kind: type | Several, n: int) -> Any:
    """A value that nobody would write into a query, to find the place again where the real one belongs."""
    if isinstance(kind, Several):
        return [-(2_000_003 + 1000 * n + one) for one in range(kind.most)]
    if kind is int:
        return -(1_000_003 + n)
    if kind is str:
        return f"\x01{n}\x01"
    if kind is dt.date:
        return dt.date(1, 1, 1) + dt.timedelta(days=n)
    if kind is dt.datetime:
        return dt.datetime(1, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=n)
    raise TypeError(f"{kind.__name__} cannot be given to a prepared query.")


def _adapted(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str | dt.date) else None

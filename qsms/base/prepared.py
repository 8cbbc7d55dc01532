"""Queries that every request makes: their SQL is built once and run with new values each time.

Building a query costs Django three to five times what running it costs the database. For the few queries that stand
in the way of every page and every API call that is worth saving; everywhere else a plain query reads better.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Row = tuple[Any, ...]
Build = Callable[..., QuerySet[Any, Any]]


class Prepared:
    """A query over named values: `Prepared(build, person=int)` and then `.rows(person=12)`.

    `build` takes the values by name and returns a `values_list` query; which rows it finds may depend on the values,
    its SQL must not: no lists, no None, no branches. Values are whole numbers, texts or dates.
    """

    def __init__(self, build: Build, **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._made: dict[str, _Statement] = {}

    def rows(self, **values: Any) -> list[Row]:
        """The rows for these values, as `values_list` would give them."""
        # Another engine writes other SQL; a process may meet both only in tests.
        made = self._made.get(connection.vendor)
        if made is None:
            made = self._made[connection.vendor] = _Statement(self._build, self._kinds)
        return made.rows(values)


class _Statement:
    def __init__(self, build: Build, kinds: dict[str, type]) -> None:
        stand_ins = {name: _stand_in(kind, n) for n, (name, kind) in enumerate(kinds.items())}
        compiler = build(**stand_ins).query.get_compiler(connection=connection)
        self.sql, given = compiler.as_sql()
        by_stand_in = {_adapted(value): name for name, value in stand_ins.items()}
        # A place is either a named value or one that the query itself holds.
        self.places = [(by_stand_in.get(_hashable(value)), value) for value in given]
        lacking = set(kinds) - {name for name, _value in self.places}
        if lacking:
            raise ValueError(f"The query does not use {', '.join(sorted(lacking))}.")
        columns: Sequence[Any] = [one[0] for one in compiler.select[: compiler.col_count]]
        self.converters = list(compiler.get_converters(columns).items())

    def rows(self, values: dict[str, Any]) -> list[Row]:
        given = [own if name is None else _adapted(values[name]) for name, own in self.places]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Row) -> Row:
        made = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                made[place] = convert(made[place], expression, connection)
        return tuple(made)


def _stand_in(kind: type, n: int) -> Any:
    """A value that nobody would write into a query, to find the place again where the real one belongs."""
    if kind is int:
        return -(1_000_003 + n)
    if kind is str:
        return f"\x01{n}\x01"
    if kind is dt.date:
        return dt.date(1, 1, 1) + dt.timedelta(days=n)
    raise TypeError(f"{kind.__name__} cannot be given to a prepared query.")


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str | dt.date) else None

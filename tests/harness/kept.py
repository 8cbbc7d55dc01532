"""What many tests begin with is made once by the product's own verbs; for the others its rows are put back.

Rows are read and written past the models, so that everything comes back as it stood: what triggers and search have
written, columns that no model names. Each engine has its own way of doing that quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from qsms.org import names

Table = tuple[str, Sequence[str]]
Lines = Sequence[Any]


class Kept:
    """The rows that `make` added to the database."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._before = _rows()
        make()
        self.added: dict[Table, Lines] = {}
        for table, old in self._before.items():
            lines = _read(table)
            lost = old.difference(lines)
            # Such a change would not come back with the rows.
            assert not lost, f"Rows of {table[0]} that were there before were changed: {lost}"
            if added := [line for line in lines if line not in old]:
                self.added[table] = added

    def fits(self) -> bool:
        """Whether the database is as it was before: rows that point at others by number need them there."""
        return _rows() == self._before

    def put_back(self) -> None:
        """Write the rows into a database that has none of them."""
        with transaction.atomic():
            for table, lines in self.added.items():
                _write(table, lines)


class Ground:
    """The rows that are there before the first test: what migrations and the shipped data of the rooms have made."""

    def __init__(self) -> None:
        self._rows = {table: lines for table in _tables() if (lines := _read(table))}

    def put_back(self) -> None:
        """Write them again where there are none."""
        with transaction.atomic():
            for table, lines in self._rows.items():
                if not _read(table):
                    _write(table, lines)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """No test knows places of the one before: rows that are rolled back or put back send no signal to forget them."""
    names.forget()


def _tables() -> list[Table]:
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            return [(name, ()) for name in connection.introspection.table_names(cursor)]
        # What a full-text index keeps for itself is written by its triggers.
        kinds = {row[1]: row[2] for row in cursor.execute("PRAGMA table_list") if row[0] == "main"}
        names = [name for name, kind in kinds.items() if kind == "table" and not name.startswith("sqlite_")]
        return [
            (name, tuple(row[1] for row in cursor.execute(f"PRAGMA table_info({_quoted([name])})"))) for name in names
        ]


def _rows() -> dict[Table, set[Any]]:
    return {table: set(_read(table)) for table in _tables()}


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _read(table: Table) -> Lines:
    name, columns = table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT {_quoted(columns)} FROM {_quoted([name])}")
            return cursor.fetchall()
        with cursor.copy(f"COPY {_quoted([name])} TO STDOUT") as copy:
            return b"".join(copy).splitlines(keepends=True)


def _write(table: Table, lines: Lines) -> None:
    name, columns = table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {_quoted([name])} ({_quoted(columns)}) VALUES ({places})", lines)
            return
        with cursor.copy(f"COPY {_quoted([name])} FROM STDIN") as copy:
            copy.write(b"".join(lines))

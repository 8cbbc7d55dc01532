"""One migration a room stands in for all that came before: tables are the same whichever way they came to be."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tests.harness import older, schema
from tests.harness.installation import TOP, Install, Installation, NewDatabase

Key = tuple[str, str]

# An older version: some rooms short of a few migrations, of which one rebuilds a table and one mends rows.
OLDER = (
    "actions.0001_start", "documents.0004_named_signers", "exchange.0001_imports", "notify.0002_folded",
    "reports.0003_form_source", "risk.0006_shipped_source", "standards.0007_declaration_basis", "training.0003_readers",
)  # fmt: skip
FORGET_REPLACEMENTS = "DELETE FROM django_migrations WHERE name LIKE '%squashed%'"


@pytest.mark.one_engine("has each engine by itself")
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def test_older_tables_become_those_of_a_fresh_database(
    engine: str, tmp_path: Path, install: Install, request: pytest.FixtureRequest
) -> None:
    old = Installation(tmp_path / "old")
    old.home.mkdir()
    if engine == "postgresql":
        new_database: NewDatabase = request.getfixturevalue("new_database")
        old.variables["DATABASE_URL"] = new_database()
        fresh = schema.of_server(new_database(with_tables=True))
    else:
        fresh = schema.of_file(install(tmp_path / "fresh").home / "qsms.sqlite3")
    words = [sys.executable, "-m", "tests.harness.older", *OLDER]
    environment = {**old.environment(), "DJANGO_SETTINGS_MODULE": "qsms.config.settings"}
    subprocess.run(words, env=environment, cwd=TOP, check=True, timeout=600)
    before = _schema(old)
    assert before.keys() < fresh.keys()
    assert old.run("migrate").stdout.endswith(" migrations applied.\n")
    assert _schema(old) == fresh
    # An installation that has all the old ones and has never heard of those that replace them.
    _tell(old, FORGET_REPLACEMENTS)
    assert old.run("migrate").stdout == "The database is up to date.\n"
    assert _schema(old) == fresh


def _schema(installation: Installation) -> schema.Schema:
    if address := installation.variables.get("DATABASE_URL"):
        return schema.of_server(address)
    return schema.of_file(installation.home / "qsms.sqlite3")


def _tell(installation: Installation, statement: str) -> None:
    connect: Any = sqlite3.connect
    if address := installation.variables.get("DATABASE_URL"):
        connect = psycopg.connect
    with connect(address or installation.home / "qsms.sqlite3") as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()
    connection.close()


class Applied:
    """A loader of a database that has these migrations."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys: dict[Key, object] = {}
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: dict(self.keys))
        loader: Any = MigrationLoader(None)
        loader.connection = object()
        self.loader = loader
        monkeypatch.setattr(self.loader, "load_disk", lambda: None)

    def pending(self, *keys: Key) -> list[Key]:
        """What is left to do where exactly these have been applied, in the order in which it is done."""
        self.keys = dict.fromkeys(keys)
        self.loader.build_graph()
        self.loader.check_consistent_history(self.loader.connection)
        left: list[Key] = []
        for leaf in self.loader.graph.leaf_nodes():
            plan = self.loader.graph.forwards_plan(leaf)
            left += [key for key in plan if key not in self.loader.applied_migrations and key not in left]
        return left


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Applied:
    return Applied(monkeypatch)


def histories(n: int) -> Iterator[list[Key]]:
    """Orders in which the single migrations may have been applied: often one room runs ahead of the others."""
    graph = older.without_replacements(MigrationLoader(None, replace_migrations=False)).graph
    needs = {key: {parent.key for parent in graph.node_map[key].parents} for key in graph.nodes}
    draw = random.Random(2026)
    for _ in range(n):
        order: list[Key] = []
        while len(order) < len(needs):
            free = sorted(key for key in needs if key not in order and needs[key].issubset(order))
            order.append(draw.choice(free if draw.random() < 0.5 else free[:2]))
        yield order


def test_whatever_has_been_applied_the_rest_follows_in_its_order(applied: Applied) -> None:
    replaced = {key: set(one.replaces) for key, one in applied.loader.disk_migrations.items() if one.replaces}
    for order in histories(8):
        for cut in range(0, len(order) + 1, 3):
            done = set(order[:cut])
            pending = applied.pending(*done)
            # Of a room that has none of them, the one that stands in for them; of any other, those that it lacks.
            standing_in = {key for key, keys in replaced.items() if not keys & done}
            covered = {one for key in standing_in for one in replaced[key]}
            assert set(pending) == standing_in | (set(order[cut:]) - covered)
            have = set(applied.loader.applied_migrations)
            for key in pending:
                assert {parent.key for parent in applied.loader.graph.node_map[key].parents} <= have
                have.add(key)
    assert applied.pending(*order) == []

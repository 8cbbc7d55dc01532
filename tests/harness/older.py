"""Tables as an older version of the product left them, by its single migrations, not those that replace them.

`python -m tests.harness.older ROOM.MIGRATION...` makes them in an installation that has none yet. Each room that is
named gets its own up to there; any other gets all.
"""

from __future__ import annotations

import sys
from typing import Any

import django
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from qsms.base import garbage


def single_migrations() -> MigrationExecutor:
    """Runs those of the product and of the libraries below it, without the ones that replace others."""
    executor = MigrationExecutor(connection)
    executor.loader = without_replacements(MigrationLoader(connection, replace_migrations=False))
    return executor


def without_replacements(loader: MigrationLoader) -> MigrationLoader:
    """What names a migration that replaces others as the one before it has the last of those before it."""
    for key, one in loader.disk_migrations.items():
        if one.replaces:
            loader.graph.remove_replacement_node(key, one.replaces)
    return loader


def go_back_to(room: str, migration: str) -> Any:
    """Undo what came later in this room; the models of that time."""
    executor = single_migrations()
    executor.migrate([(room, migration)])
    return executor.loader.project_state([(room, migration)]).apps


def make(named: dict[str, str]) -> None:
    """One room after the other, with the models of the room and of what it stands on: no other can change its tables,
    and drawing models is nearly all that the old migrations take."""
    executor = single_migrations()
    executor.recorder.ensure_schema()
    graph, applied = executor.loader.graph, dict[tuple[str, str], None]()
    for room, last in graph.leaf_nodes():
        plan = graph.forwards_plan((room, named.get(room, last)))
        below = {key[0] for key in plan}
        state = executor.loader.project_state([key for key in applied if key[0] in below])
        for key in plan:
            if key not in applied:
                state = executor.apply_migration(state, graph.nodes[key])
                applied[key] = None


if __name__ == "__main__":
    django.setup()
    with garbage.looked_for_seldom():
        make(dict(word.split(".") for word in sys.argv[1:]))

"""Migrations that only create tables, for a database that has none of them yet.

Django draws the models that a migration works with anew after each of its operations, and with them every model that
hangs together with the one that changed; here that is nearly all of them. A fresh database spent nine tenths of its
time on that. Tables of one room need each other only as they all stand in the end, so they are drawn once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import migrations
from django.db.migrations.operations.base import Operation

# What works with the final models: a table is created with everything that it gets, and Python runs after all tables.
ALLOWED = (migrations.CreateModel, migrations.RunPython)


class NewTables(migrations.Migration):
    """Creates all its tables, in whatever order they point at each other, from models drawn once."""

    def apply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        """As Django does it, but for the drawing."""
        self._check()
        project_state.__dict__.pop("apps", None)
        after = self.mutate_state(project_state, preserve=False)
        for operation in self._described(self.operations, schema_editor, collect_sql):
            operation.database_forwards(self.app_label, schema_editor, after, after)
        return after

    def unapply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        """Takes them away again, the last first."""
        self._check()
        before = project_state.clone()
        before.__dict__.pop("apps", None)
        with_them = self.mutate_state(before)
        for operation in self._described(reversed(self.operations), schema_editor, collect_sql):
            operation.database_backwards(self.app_label, schema_editor, with_them, before)
        return project_state

    def _check(self) -> None:
        wrong = [one.describe() for one in self.operations if not isinstance(one, ALLOWED)]
        if wrong:
            raise ImproperlyConfigured(f"{self} creates tables and can do nothing else to them: {'; '.join(wrong)}.")

    def _described(self, operations: Iterable[Operation], schema_editor: Any, collect_sql: bool) -> Iterable[Operation]:
        """Each operation; where the statements are only told (`sqlmigrate`), with a word on it before them."""
        for operation in operations:
            if collect_sql:
                schema_editor.collected_sql.append(f"-- {operation.describe()}")
                if not operation.reduces_to_sql:
                    schema_editor.collected_sql.append("-- This cannot be told in SQL.")
                    continue
            yield operation

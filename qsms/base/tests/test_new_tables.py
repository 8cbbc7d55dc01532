"""Tables that are made together: each points at what comes after it as well, and they go as they came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from qsms.base.new_tables import NewTables


def _fill(apps: Any, _editor: Any) -> None:
    """Python meets all the models."""
    hen = apps.get_model("base", "NewHen").objects.create()
    apps.get_model("base", "NewEgg").objects.create(hen=hen)


def _key() -> Any:
    return models.BigAutoField(primary_key=True)


class HenAndEgg(NewTables):
    operations = [
        migrations.CreateModel(
            "NewHen", [("id", _key()), ("egg", models.ForeignKey("base.NewEgg", models.SET_NULL, null=True))]
        ),
        migrations.CreateModel("NewEgg", [("id", _key()), ("hen", models.ForeignKey("base.NewHen", models.CASCADE))]),
        migrations.RunPython(_fill, migrations.RunPython.noop),
    ]


HEN_AND_EGG = HenAndEgg("0001_hen_and_egg", "base")


@pytest.fixture
def tables(real_db: None) -> Iterator[ProjectState]:
    """The tables of both; the models after them."""
    with connection.schema_editor() as editor:
        after = HEN_AND_EGG.apply(ProjectState(), editor)
    yield after
    with connection.schema_editor() as editor:
        HEN_AND_EGG.unapply(ProjectState(), editor)
    assert not _there() & {"base_newhen", "base_newegg"}


def _there() -> set[str]:
    return set(connection.introspection.table_names())


def test_they_point_at_each_other_and_go_again(tables: ProjectState) -> None:
    assert {"base_newhen", "base_newegg"} <= _there()
    egg = tables.apps.get_model("base", "NewEgg").objects.get()
    egg.hen.egg = egg
    egg.hen.save()
    with connection.cursor() as cursor:
        keys = [connection.introspection.get_relations(cursor, name) for name in ("base_newhen", "base_newegg")]
    assert [{column: to[1] for column, to in one.items()} for one in keys] == [
        {"egg_id": "base_newegg"}, {"hen_id": "base_newhen"},
    ]  # fmt: skip


def test_what_it_would_do_can_be_read(real_db: None) -> None:
    with connection.schema_editor(collect_sql=True) as editor:
        HEN_AND_EGG.apply(ProjectState(), editor, collect_sql=True)
    told = "\n".join(editor.collected_sql)
    assert "-- Create model NewEgg" in told
    assert 'CREATE TABLE "base_newegg"' in told
    assert "-- This cannot be told in SQL." in told


def test_it_changes_no_table_that_is_there() -> None:
    class Later(NewTables):
        operations = [migrations.AddField("NewHen", "name", models.CharField(max_length=10))]

    for way in ("apply", "unapply"):
        with pytest.raises(ImproperlyConfigured, match="Add field name to NewHen"):
            getattr(Later("0002_later", "base"), way)(ProjectState(), None)

"""A large database from a small one: every record copied with all that belongs to it, by the database itself.

Making a million records through the services takes an hour and shows nothing about reading them. The copies of a record
get the keys right after it, so what is old, new, open or rare keeps its place and its share.
"""

from __future__ import annotations

from collections.abc import Callable

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from qsms.base.gate import write_transaction
from qsms.records.models import Record, Tally

Model = type[models.Model]
CHUNK = 20_000
# The first key of a copy: beyond every key of the seed, which makes far fewer rows.
FIRST_KEY = 10_000_000


def grow(factor: int, tell: Callable[[int, int], None]) -> None:
    """Turn each record into `factor` records; tallies follow, outbox and idempotency keys do not.

    `tell(done, total)` hears of progress in tables. The copies differ from the first one in key and number only.
    """
    belonging = _belonging()
    for done, (model, links) in enumerate(belonging.items()):
        tell(done, len(belonging))
        _copy(model, links, factor)
    with write_transaction(), connection.cursor() as cursor:
        Tally.objects.update(n=models.F("n") * factor)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(belonging)):
            cursor.execute(statement)


def _belonging() -> dict[Model, list[str]]:
    """Every model that hangs on a record, directly or not, and its columns that hold a key which changes."""
    found: dict[Model, list[str]] = {Record: ["id"]}
    before = 0
    while len(found) > before:
        before = len(found)
        for model in apps.get_models():
            columns = [
                field.column
                for field in model._meta.local_concrete_fields
                if isinstance(field, models.ForeignKey) and field.remote_field.model in found
            ]
            if columns and model is not Record:
                key = str(model._meta.pk.column)
                found[model] = [key, *(column for column in columns if column != key)]
    return {model: columns for model, columns in found.items() if model._base_manager.exists()}


def _copy(model: Model, changing: list[str], factor: int) -> None:
    table = model._meta.db_table
    key = changing[0]
    quote = connection.ops.quote_name
    columns = columns_of(table)
    least, most = model._base_manager.aggregate(a=models.Min("pk"), b=models.Max("pk")).values()
    chosen = ", ".join(_value(column, changing, factor) for column in columns)
    copies = " UNION ALL ".join(f"SELECT {n} AS copy" for n in range(1, factor))
    # Rows that belong to no record, such as deeds of the organisation, stay single.
    links = changing if model is Record or model._meta.pk.is_relation else changing[1:]
    belongs = " OR ".join(f"{quote(column)} IS NOT NULL" for column in links)
    statement = (
        f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) SELECT {chosen} FROM {quote(table)}, "  # noqa: S608
        f"({copies}) AS copies WHERE {quote(key)} BETWEEN %s AND %s AND ({belongs}) ORDER BY {quote(key)}, copy"
    )
    step = max(1, CHUNK // factor)
    for start in range(least, most + 1, step):
        with write_transaction(), connection.cursor() as cursor:
            cursor.execute(statement, [start, min(start + step - 1, most)])


def columns_of(table: str) -> list[str]:
    """The names of a table's columns, as the database has them."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _value(column: str, changing: list[str], factor: int) -> str:
    name = connection.ops.quote_name(column)
    if column in changing:
        return f"{FIRST_KEY} + {name} * {factor} + copy"
    # Of news as well, which nobody is told twice.
    if column in ("number", "key"):
        return f"{name} || '-' || copy"
    return name

"""History cannot be altered: triggers on both engines refuse update and delete of deeds, changes and signatures.

Row level on SQLite; statement level plus truncate on PostgreSQL, which costs nothing measurable on inserts.
"""

from __future__ import annotations

from typing import Any

TABLES = ("records_deed", "records_change", "records_signature")

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION qsms_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
END $$
"""


def protect(vendor: str) -> list[str]:
    """The statements that put the triggers in place on this engine."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
            for table in TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        POSTGRES_FUNCTION,
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION qsms_append_only()"
            for table in TABLES
        ),
    ]


def unprotect(vendor: str) -> list[str]:
    """The statements that take them away again: for the reverse migration and for emptying a test database."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in TABLES for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in TABLES]


def run(statements: list[str], connection: Any) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

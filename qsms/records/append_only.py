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


def lacking(connection: Any) -> list[tuple[str, str]]:
    """The guards that are not in place, as (trigger, table): gone, switched off, or made to do nothing."""
    if connection.vendor == "sqlite":
        wanted = {statement.split()[2]: statement for statement in protect("sqlite")}
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = {name: " ".join(sql.split()) for name, sql in cursor.fetchall()}
        return [
            (name, statement.split(" ON ")[1].split()[0])
            for name, statement in wanted.items()
            if found.get(name) != " ".join(statement.split())
        ]
    body = POSTGRES_FUNCTION.split("$$")[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgenabled IN ('O', 'A') AND p.proname = 'qsms_append_only' AND p.prosrc = %s",
            [body],
        )
        armed = dict(cursor.fetchall())
    return [
        (f"{table}_append_only", table) for table in TABLES if armed.get(f"{table}_append_only", 0) & REFUSED != REFUSED
    ]


# What PostgreSQL calls "before update, delete or truncate" in a trigger's type.
REFUSED = 2 | 8 | 16 | 32

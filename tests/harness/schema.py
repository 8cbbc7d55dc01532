"""What stands in a database besides its rows, as lines that can be compared, by table.

Columns are told without their order. No statement goes by it, and SQLite puts a column that points at its own table
last whenever it has to make the table anew.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

Schema = dict[str, list[str]]

# What PostgreSQL tells of them itself.
POSTGRES = (
    """
    SELECT c.relname, format('column %s %s %s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
    """,
    """
    SELECT conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT tgrelid::regclass::text, format('%s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger
    WHERE NOT tgisinternal
    """,
    """
    SELECT '', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT '', format('%s %s', relkind, relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT '', 'extension ' || extname FROM pg_extension
    """,
)


def of_server(address: str) -> Schema:
    """What stands in this database of a PostgreSQL server."""
    found: Schema = {}
    with psycopg.connect(address) as connection:
        for statement in POSTGRES:
            for table, line in connection.execute(statement.encode()):
                found.setdefault(table, []).append(line)
    return {table: sorted(lines) for table, lines in found.items()}


def of_file(path: Path) -> Schema:
    """What stands in this file of SQLite, told by the statements that make it."""
    found: Schema = {}
    with closing(sqlite3.connect(path)) as connection:
        for kind, name, table, statement in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            lines = found.setdefault(table, [])
            plain = " ".join((statement or "").split())
            if kind == "table" and plain.startswith("CREATE TABLE"):
                lines += _parts(plain[plain.index("(") + 1 : plain.rindex(")")])
            else:
                lines.append(f"{kind} {name} {plain}")
    return {table: sorted(lines) for table, lines in found.items()}


def _parts(body: str) -> list[str]:
    """Columns and constraints of a table: what stands between commas that are in no bracket and in no text."""
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"'[^']*'|[(),]", body):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
        elif found[0] == "," and not depth:
            parts.append(body[start : found.start()].strip())
            start = found.end()
    return [*parts, body[start:].strip()]

"""Record numbers such as AUD-2026-0042: allotted from a counter row, unique for ever, never reused."""

from __future__ import annotations

from django.db import connection

from qsms.org.models import Organisation

from .models import Counter

PATTERN = "{prefix}-{year}-{n:04d}"

UPSERT = """
INSERT INTO {table} (organisation_id, kind, year, value) VALUES (%s, %s, %s, %s)
ON CONFLICT (organisation_id, kind, year) DO UPDATE SET value = {table}.value + EXCLUDED.value
RETURNING value
"""


def take(organisation_id: int, kind: str, year: int, amount: int = 1) -> range:
    """The next `amount` values of the counter. Outside a transaction they are taken for good at once.

    On PostgreSQL a create calls this before its own transaction, so that the counter row is not held while the
    record is written; a create that is refused afterwards leaves a gap, never a second use.
    """
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT.format(table=table), [organisation_id, kind, year, amount])
        last = int(cursor.fetchone()[0])
    return range(last - amount + 1, last + 1)


def pattern_of(organisation: Organisation, kind: str) -> str:
    """How this organisation writes the numbers of a kind."""
    return str(organisation.number_patterns.get(kind) or PATTERN)


def word(pattern: str, prefix: str, year: int, value: int) -> str:
    """One number in words. Raises ValueError when the pattern names something else than prefix, year and n."""
    try:
        return pattern.format(prefix=prefix, year=year, n=value)
    except (KeyError, IndexError) as error:
        raise ValueError(f"The number pattern “{pattern}” names {error}. Write it with prefix, year and n.") from error

"""The names of all time zones. The standard library looks through its folders for them whenever it is asked."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Looked for once in the life of a process."""
    return frozenset(available_timezones())

"""What time it is, asked in one place, so that sample data can be made to happen in the past.

Rules take the time as an argument; services ask here and pass it down.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_set: ContextVar[datetime | None] = ContextVar("qsms_moment", default=None)


def now() -> datetime:
    """The present instant in UTC, or the one that `at` has set."""
    return _set.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Everything inside the block happens at this instant. For sample data and takeovers of old records only."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    token = _set.set(instant)
    try:
        yield
    finally:
        _set.reset(token)

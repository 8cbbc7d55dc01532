"""Rows that passed the check, one JSON line each: what the import then writes is what the check has shown."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import IO, Any, NamedTuple

from qsms.exchange.shelf import shelf


class Staged(NamedTuple):
    """One row: which file of the import, its number there, and the values that its mapping made."""

    file: int
    row: int
    values: dict[str, Any]


def write(target: IO[bytes], staged: Staged) -> None:
    """Add a row."""
    target.write(json.dumps(staged, ensure_ascii=False, default=_plain).encode("utf-8", "replace") + b"\n")


def read(sha256: str, start: int = 0) -> Iterator[Staged]:
    """The staged rows from the one with this place on."""
    with shelf().open(sha256) as stream, io.BufferedReader(stream, 1 << 20) as lines:  # type: ignore[type-var]
        for line in islice(lines, start, None):
            yield Staged(*json.loads(line))


def _plain(value: object) -> object:
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} cannot be staged")

"""A place for a file that is being made: in memory while small, then on disk, and gone when it is closed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

SPOOL_BYTES = 4 * 1024 * 1024


@contextmanager
def spooled() -> Iterator[BinaryIO]:
    """A stream to write to. After the block it stands at its start, for the caller to read and close."""
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES))  # noqa: SIM115 - outlives the block
    try:
        yield stream
        stream.seek(0)
    except BaseException:
        stream.close()
        raise

"""Where files of imports and exports lie for some weeks: uploads, rows to import or mend, finished exports."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from qsms.base import storage
from qsms.exchange import limits
from qsms.exchange.readers import open_table
from qsms.exchange.sentences import shown_name
from qsms.exchange.table import Table

AREA = "exchange"


def shelf() -> storage.Store:
    """The store of these files: apart from attachments, because they are cleared away in time."""
    return storage.store(AREA)


def take_in(stream: BinaryIO, name: str) -> tuple[dict[str, Any], Table]:
    """Keep an uploaded file that is a table: what an import notes of it, and the table. What is no table, or too large,
    is not kept. Raises TableError or storage.TooLarge."""
    one: dict[str, Any] = {"name": shown_name(name), "mapping": ""}
    with tempfile.NamedTemporaryFile(prefix="qsms-") as draft:
        size = 0
        while chunk := stream.read(storage.CHUNK_BYTES):
            size += len(chunk)
            if size > limits.FILE_BYTES:
                raise storage.TooLarge(limits.FILE_BYTES)
            draft.write(chunk)
        draft.flush()
        table = table_of(one, Path(draft.name))
        one |= {"hash": keep(draft), "size": size}
    return one, table


def keep(draft: IO[bytes]) -> str:
    """Keep what was written to `draft`; its hash."""
    draft.flush()
    draft.seek(0)
    return shelf().put(cast(BinaryIO, draft)).sha256


@contextmanager
def lying_at(sha256: str) -> Iterator[Path]:
    """A path under which the file can be read: its own where it lies on this machine, else that of a copy."""
    with shelf().open(sha256) as stream:
        name = getattr(stream, "name", None)
        if isinstance(name, str) and Path(name).is_file():
            yield Path(name)
            return
        with tempfile.NamedTemporaryFile(prefix="qsms-") as copy:
            shutil.copyfileobj(stream, copy)
            copy.flush()
            yield Path(copy.name)


def table_of(one: dict[str, Any], path: Path) -> Table:
    """The file `one` of an import, opened the way it was chosen to be read. Raises TableError."""
    return open_table(
        path,
        name=one["name"],
        sheet=one.get("sheet") or None,
        encoding=one.get("encoding") or None,
        delimiter=one.get("delimiter") or None,
        head=one.get("head"),
    )

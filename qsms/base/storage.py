"""Where files lie: by the hash of their content, each content once, whole or not at all.

`store()` gives the store of this installation. Callers know only the Store interface, so that another place for files
can be put behind it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from qsms.base.atomic_files import PRIVATE_FILE, private_folder, sync_folder

CHUNK_BYTES = 1024 * 1024
HASH = re.compile(r"[0-9a-f]{64}")
READ_ONLY = 0o440


class TooLarge(ValueError):
    """More was sent than may be kept. Nothing was kept."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            _("The file is larger than %(limit)d MB. Make it smaller or split it.")
            % {"limit": limit_bytes // (1024 * 1024)}
        )


class NotStored(LookupError):
    """No file with this hash is in the store."""

    def __init__(self, sha256: str) -> None:
        super().__init__(_("The file %(hash)s… is not in the store. Restore it from a backup.") % {"hash": sha256[:12]})


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store took in."""

    sha256: str
    size: int


class Store(Protocol):
    """What every place for files can do."""

    def put(self, stream: BinaryIO, *, limit_bytes: int | None = None) -> Stored:
        """Keep what the stream gives from where it stands. Once this returns, the content survives a crash."""

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream, to be closed by the caller. Raises NotStored."""

    def has(self, sha256: str) -> bool:
        """Whether the content is here."""

    def verify(self, sha256: str) -> bool:
        """Whether the content is here and still has this hash."""

    def remove(self, sha256: str) -> None:
        """Drop the content; nothing happens when it is not here. The caller knows that nobody refers to it."""

    def old(self, older_than_seconds: float) -> Iterator[str]:
        """The hashes of all content that nobody has put for so long."""

    def remove_old(self, sha256: str, older_than_seconds: float) -> bool:
        """Drop the content unless somebody put it again since; whether it went."""

    def sweep(self, older_than_seconds: float) -> int:
        """Drop the drafts of writers that were killed. Gives their number."""


class LocalStore:
    """Files in a folder: sha256/ab/cd/abcd…, written beside and moved into place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: BinaryIO, *, limit_bytes: int | None = None) -> Stored:
        """Keep the stream's content. Two writers of the same content end with one file and no error."""
        draft = private_folder(self.folder / "drafts") / secrets.token_hex(16)
        try:
            stored = _copy(stream, draft, limit_bytes)
            final = self._path(stored.sha256)
            # A file of another size is one that the disk lost a part of: the fresh copy mends it.
            if not _touched(final, stored.size):
                private_folder(final.parent)
                draft.replace(final)
                sync_folder(final.parent)
        finally:
            draft.unlink(missing_ok=True)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream. Raises NotStored."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotStored(sha256) from None

    def has(self, sha256: str) -> bool:
        """Whether the content is here."""
        return self._path(sha256).is_file()

    def verify(self, sha256: str) -> bool:
        """Whether the content is here and still has this hash; reads all of it."""
        try:
            with self.open(sha256) as stream:
                return digest(stream) == sha256
        except NotStored:
            return False

    def remove(self, sha256: str) -> None:
        """Drop the content; nothing happens when it is not here."""
        self._path(sha256).unlink(missing_ok=True)

    def old(self, older_than_seconds: float) -> Iterator[str]:
        """The hashes of all content that nobody has put for so long."""
        oldest = time.time() - older_than_seconds
        for path in (self.folder / "sha256").glob("??/??/*"):
            if HASH.fullmatch(path.name) and _put_at(path) < oldest:
                yield path.name

    def remove_old(self, sha256: str, older_than_seconds: float) -> bool:
        """Drop the content unless somebody put it again since; whether it went.

        It is moved aside before it is judged: a writer who puts it meanwhile either has made it young by then, and it
        comes back, or finds it gone and writes it anew.
        """
        final, aside = self._path(sha256), private_folder(self.folder / "drafts") / secrets.token_hex(16)
        try:
            final.rename(aside)
        except FileNotFoundError:
            return False
        if _put_at(aside) < time.time() - older_than_seconds:
            aside.unlink()
            return True
        aside.replace(final)
        return False

    def sweep(self, older_than_seconds: float) -> int:
        """Drop the drafts of writers that were killed. Gives their number."""
        oldest, dropped = time.time() - older_than_seconds, 0
        for draft in (self.folder / "drafts").glob("*"):
            if _put_at(draft) < oldest:
                draft.unlink(missing_ok=True)
                dropped += 1
        return dropped

    def _path(self, sha256: str) -> Path:
        if not HASH.fullmatch(sha256):
            raise ValueError(f"“{sha256}” is not a SHA-256 hash. Write 64 small hexadecimal digits.")
        return self.folder / "sha256" / sha256[:2] / sha256[2:4] / sha256


def store(area: str = "files") -> Store:
    """The store of this installation. What is kept for a while only lies in an area of its own, so that clearing it
    can never take a file that something lasting refers to by the same content."""
    home: Path = settings.HOME
    return LocalStore(home / area)


def digest(stream: BinaryIO) -> str:
    """The SHA-256 of what the stream gives from where it stands."""
    running = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        running.update(chunk)
    return running.hexdigest()


def _touched(final: Path, size: int) -> bool:
    """Whether the content lies there whole; it counts as put now, so that a sweep leaves it alone."""
    try:
        os.utime(final)
        return final.stat().st_size == size
    except FileNotFoundError:
        return False


def _put_at(path: Path) -> float:
    """When the file was last put, as a time stamp; now if it has gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _copy(stream: BinaryIO, draft: Path, limit_bytes: int | None) -> Stored:
    running, size = hashlib.sha256(), 0
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if limit_bytes is not None and size > limit_bytes:
                raise TooLarge(limit_bytes)
            running.update(chunk)
            file.write(chunk)
        file.flush()
        os.fchmod(file.fileno(), READ_ONLY)
        os.fsync(file.fileno())
    return Stored(running.hexdigest(), size)

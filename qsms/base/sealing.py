"""Sealed values: encrypted with the key of their programme, bound to the place where they stand.

A programme is whatever is opened and shredded together (the confidential reports of one organisation, one ASAP
memorandum). Its key file is the only way back: `shred` destroys it, and everything sealed under it, in every backup
of the database, stays closed for good. Who may open, and that each opening is written down, is the records floor's.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from qsms.base.atomic_files import PRIVATE_FILE, private_folder, sync_folder, write_once

PROGRAMME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
FORMAT = 1
NONCE_BYTES = 12
HEAD_BYTES = 3


class SealError(Exception):
    """A value cannot be sealed or opened. The text is fit for people and says nothing of the content."""


class KeyShredded(SealError):
    """The programme's key was destroyed on purpose."""

    def __init__(self) -> None:
        super().__init__(_("The key of this programme was destroyed. What it sealed cannot be opened again."))


class CannotOpen(SealError):
    """The sealed value is damaged, stands in another place than it was sealed for, or its key is missing."""

    def __init__(self) -> None:
        super().__init__(
            _("This sealed value does not open here: it was changed or moved, or its key is missing. Check the backup.")
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands. It opens nowhere else, so nobody can copy it into a record that he may open."""

    organisation_id: int
    record_id: int
    field: str

    def bytes_with(self, programme: str, version: int) -> bytes:
        """The place as associated data, unambiguous whatever the names hold."""
        return json.dumps(
            [FORMAT, programme, version, self.organisation_id, self.record_id, self.field], ensure_ascii=True
        ).encode()


@dataclass(frozen=True, slots=True)
class _Keys:
    index: bytes
    versions: dict[int, bytes]

    @property
    def newest(self) -> int:
        return max(self.versions)

    def dump(self) -> bytes:
        return json.dumps(
            {"index": _text(self.index), "versions": {str(n): _text(key) for n, key in self.versions.items()}}
        ).encode()


def seal(programme: str, plain: str, place: Place) -> bytes:
    """Encrypt `plain` for this place with the newest key, which is made at the first use of the programme."""
    keys = _keys(programme, make=True)
    head = bytes([FORMAT]) + keys.newest.to_bytes(2, "big")
    nonce = secrets.token_bytes(NONCE_BYTES)
    cipher = AESGCM(keys.versions[keys.newest])
    return head + nonce + cipher.encrypt(nonce, plain.encode(), place.bytes_with(programme, keys.newest))


def unseal(programme: str, sealed: bytes, place: Place) -> str:
    """The text that was sealed for this place. Raises CannotOpen or KeyShredded."""
    keys = _keys(programme)
    version = sealed_version(sealed)
    if version not in keys.versions:
        raise CannotOpen
    nonce, body = sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], sealed[HEAD_BYTES + NONCE_BYTES :]
    try:
        plain = AESGCM(keys.versions[version]).decrypt(nonce, body, place.bytes_with(programme, version))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error
    return plain.decode()


def sealed_version(sealed: bytes) -> int:
    """Which version of the key sealed this value. Older versions in the key file open what they sealed."""
    if len(sealed) <= HEAD_BYTES + NONCE_BYTES or sealed[0] != FORMAT:
        raise CannotOpen
    return int.from_bytes(sealed[1:HEAD_BYTES], "big")


def shred(programme: str) -> None:
    """Destroy the key for good. The name is not used again: sealing and opening under it raise KeyShredded.

    Copies of the key file in backups have to be destroyed by whoever keeps them.
    """
    with _alone(programme):
        write_once(_tombstone(programme), b"")
        path = _path(programme)
        # A process killed while it wrote a key leaves its draft behind: that is a key as well.
        for copy in (path, *path.parent.glob(f".{path.name}.*")):
            _destroy(copy)
        sync_folder(path.parent)


def blind_index(programme: str, value: str) -> str:
    """A stable mark for `value`, useless without the key: finds "the reports of this person" without storing who.

    It hangs on no version of the key. Equal values have equal marks within a programme, so put the organisation
    into the value where a programme spans several.
    """
    keys = _keys(programme, make=True)
    derived = HKDF(SHA256(), 32, salt=None, info=f"qsms blind index {programme}".encode()).derive(keys.index)
    return hmac.new(derived, value.encode(), hashlib.sha256).hexdigest()


def _folder() -> Path:
    home: Path = settings.HOME
    return home / "keys"


def _path(programme: str) -> Path:
    if not PROGRAMME.fullmatch(programme):
        raise ValueError(f"“{programme}” is not a programme name. Use small letters, digits and dashes.")
    return _folder() / f"{programme}.key"


def _tombstone(programme: str) -> Path:
    return _path(programme).with_suffix(".shredded")


def _keys(programme: str, *, make: bool = False) -> _Keys:
    # Read at each use instead of kept in memory: after a shred no process can still open anything.
    path = _path(programme)
    if _tombstone(programme).exists():
        raise KeyShredded
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        if not make:
            raise CannotOpen from None
        with _alone(programme):
            if _tombstone(programme).exists():
                raise KeyShredded from None
            fresh = _Keys(secrets.token_bytes(32), {1: AESGCM.generate_key(bit_length=256)})
            raw = write_once(path, fresh.dump())
    try:
        read = json.loads(raw)
        return _Keys(_bytes(read["index"]), {int(n): _bytes(key) for n, key in read["versions"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if _tombstone(programme).exists():
            raise KeyShredded from error
        raise SealError(
            _("The key file “%(name)s” cannot be read. Restore it from the backup of the keys.") % {"name": path.name}
        ) from error


@contextmanager
def _alone(programme: str) -> Iterator[None]:
    """One process at a time changes the key of a programme."""
    private_folder(_folder())
    lock = _path(programme).with_suffix(".lock")
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _destroy(path: Path) -> None:
    with suppress(FileNotFoundError):
        # Overwriting helps on plain disks only; on flash and copy-on-write disks removal is all one can do.
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

"""The one file that a backup is: a compressed tar of database, files and keys, closed by a manifest.

The manifest comes last: an archive that was cut off has none, and is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from qsms.base.console import Refused
from qsms.config.home import SQLITE

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE_MEMBER = "database.sqlite3"
POSTGRES_MEMBER = "database.pgdump"
HOME_FOLDER = "home"

# Made again at the next start, or of no use elsewhere.
LEFT_OUT = ("static", "logs", "migrate.lock", "serve.lock")
KEPT_ASIDE = "before-restore-"
OWN_FOLDERS = (KEPT_ASIDE, ".restore-")


@dataclass
class Manifest:
    """What an archive holds, and from which program, database and moment."""

    created_at: str
    program: str
    database: str
    migrations: dict[str, str]
    format: int = FORMAT
    members: dict[str, dict[str, Any]] = field(default_factory=dict)


class _Counting(io.RawIOBase):
    """Hands on what it reads from `source` and remembers its hash."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def home_files(home: Path) -> list[Path]:
    """Every file under `home` that belongs into a backup, in a steady order."""
    files = []
    for entry in sorted(home.iterdir()):
        # The database is copied by its own means; beside it lie its log and the locks of its writers.
        if entry.name in LEFT_OUT or entry.name.startswith((SQLITE.name, *OWN_FOLDERS)):
            continue
        files += [entry] if entry.is_file() else sorted(path for path in entry.rglob("*") if path.is_file())
    return [path for path in files if not path.is_symlink()]


class Writer:
    """Writes an archive; whoever leaves the `with` by an error leaves no file behind."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.draft = path.with_name(f"{path.name}.part")
        self.manifest = manifest

    def __enter__(self) -> Writer:
        handle = os.open(self.draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(handle, "wb")
        self.tar = tarfile.open(fileobj=self.file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT)
        return self

    def add(self, name: str, path: Path) -> None:
        """Adds the file at `path` under `name`."""
        with path.open("rb") as source:
            member = self.tar.gettarinfo(arcname=name, fileobj=source)
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            counting = _Counting(source)
            self.tar.addfile(member, counting)  # type: ignore[arg-type]
        self.manifest.members[name] = {"size": member.size, "sha256": counting.digest.hexdigest()}

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            text = json.dumps(asdict(self.manifest), indent=1).encode()
            member = tarfile.TarInfo(MANIFEST)
            member.size = len(text)
            self.tar.addfile(member, io.BytesIO(text))
        self.tar.close()
        if kind is None:
            self.file.flush()
            os.fsync(self.file.fileno())
        self.file.close()
        if kind is None:
            self.draft.rename(self.path)
        else:
            self.draft.unlink()


def unpack(path: Path, folder: Path, tell: Callable[[int], None] = lambda read: None) -> Manifest:
    """Unpacks the archive at `path` into the empty `folder` and proves every file by the manifest.

    `tell` hears, again and again, how many bytes of the archive are read.

    Refuses, with a sentence, an archive that is cut off, changed, made by a newer program, or that holds anything
    but plain files inside its own folder.
    """
    seen: dict[str, dict[str, Any]] = {}
    manifest: Manifest | None = None
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:gz") as tar:
            for member in tar:
                source = _plain_file(tar, member, path)
                if member.name == MANIFEST:
                    manifest = _read_manifest(source.read(), path)
                else:
                    seen[member.name] = _write(source, folder / member.name, member.mode, lambda: tell(raw.tell()))
    except FileNotFoundError as error:
        raise Refused(f"There is no file “{path}”.") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"“{path}” cannot be read as a backup: {error}. Take another archive.") from error
    if manifest is None:
        raise Refused(
            f"“{path}” ends before its manifest: it was cut off while it was written or copied. Copy it again."
        )
    for name in sorted({*seen, *manifest.members}):
        if seen.get(name) != manifest.members.get(name):
            raise Refused(f"“{name}” in “{path}” is not what the manifest says. The archive was changed or damaged.")
    return manifest


def _plain_file(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> IO[bytes]:
    parts = PurePosixPath(member.name)
    source = tar.extractfile(member) if member.isreg() else None
    if source is None or parts.is_absolute() or ".." in parts.parts:
        raise Refused(f"“{path}” holds “{member.name}”, which no backup holds. Do not use it.")
    return source


def _read_manifest(text: bytes, path: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise Refused(f"The manifest of “{path}” cannot be read. It was not written by `qsms backup`.") from error
    if manifest.format > FORMAT:
        raise Refused(
            f"“{path}” was written by OpenQSMS {manifest.program}, which is newer. Install that version first."
        )
    return manifest


def _write(source: IO[bytes], target: Path, mode: int, after_each: Callable[[], None]) -> dict[str, Any]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    counting = _Counting(source)
    size = 0
    with target.open("xb") as file:
        while block := counting.read(1 << 20):
            size += file.write(block)
            after_each()
    target.chmod(mode & 0o700)
    return {"size": size, "sha256": counting.digest.hexdigest()}

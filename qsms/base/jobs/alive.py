"""Whether a worker lives: it holds a lock on a file of its own, which the kernel drops when the process dies."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from qsms.base.atomic_files import PRIVATE_FILE, private_folder


@contextmanager
def living() -> Iterator[str]:
    """A name for a worker, held alive while the block runs."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]
    name = f"{host}-{os.getpid()}-{secrets.token_hex(6)}"
    private_folder(_folder())
    path = _path(name)
    draft = path.with_suffix(".draft")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        # Locked before it gets its name: nobody may see it without its lock and take the worker for dead.
        fcntl.flock(handle, fcntl.LOCK_EX)
        draft.rename(path)
        yield name
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def is_alive(name: str) -> bool | None:
    """True or false for a worker on this machine; None when it has left no trace here, so it may run elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        return None
    try:
        handle = os.open(_path(name), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def forget_the_dead() -> None:
    """Remove what killed workers left, once their jobs have been dealt with."""
    for path in _folder().glob("*.alive"):
        if is_alive(path.stem) is False:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    home: Path = settings.HOME
    return home / "run"


def _path(name: str) -> Path:
    return _folder() / f"{name}.alive"

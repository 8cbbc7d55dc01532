"""The write gate: on SQLite every writer passes one door, in turn, before it begins its transaction.

SQLite lets one transaction write at a time, and the others poll for the lock with growing pauses, so that an unlucky
one starves for seconds. A queue before the transaction keeps the worst wait near (writers x one transaction). It
serves only if every writer uses it: `write_transaction()` is the one way in which the product opens a transaction
that writes. PostgreSQL needs no gate and gets none.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import OperationalError, connections, transaction
from django.utils.translation import gettext as _

LIMIT_SECONDS = 20.0
FIRST_PAUSE = 0.0002
LONGEST_PAUSE = 0.004


class GateBusy(OperationalError):
    """The gate did not open in time: somebody holds a write transaction far too long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            _("The database was busy with other changes for %(seconds)d seconds. Nothing was saved. Try again.")
            % {"seconds": seconds}
        )


class _Queue:
    """A lock that is granted strictly in the order of asking, among the threads of this process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for the turn; false when it did not come within `seconds`."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=max(0.0, seconds)):
            return True
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        # The turn was handed over between the time-out and the guard: it is ours after all.
        return True

    def leave(self) -> None:
        """Hand the lock to the one who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Gate:
    """One door for all threads and processes that write to the same database file.

    Threads of a process queue in memory; the first of each process then competes through two locked files. Whoever
    holds "turn" is next at "gate", so a process that has just left cannot take the gate again before one that was
    already waiting. The kernel drops the locks of a process that dies, kill -9 included. A gate without a path (a
    database in memory) orders the threads only.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._queue = _Queue()
        self._mine = threading.local()

    @property
    def held(self) -> bool:
        """Whether this thread is inside."""
        return bool(getattr(self._mine, "depth", 0))

    def enter(self, seconds: float = LIMIT_SECONDS) -> None:
        """Wait for the turn and go in; a thread that is inside may enter again. Raises GateBusy after `seconds`."""
        depth: int = getattr(self._mine, "depth", 0)
        if not depth:
            deadline = time.monotonic() + seconds
            if not self._queue.take(seconds):
                raise GateBusy(seconds)
            try:
                self._mine.handle = self._lock_files(deadline, seconds)
            except BaseException:
                self._queue.leave()
                raise
        self._mine.depth = depth + 1

    def leave(self) -> None:
        """Go out once; the outermost call opens the gate for the next one."""
        self._mine.depth -= 1
        if not self._mine.depth:
            handle: int | None = self._mine.handle
            self._mine.handle = None
            try:
                if handle is not None:
                    _unlock(handle)
            finally:
                self._queue.leave()

    def _lock_files(self, deadline: float, seconds: float) -> int | None:
        if self.path is None:
            return None
        turn = _lock(self.path.with_name(f"{self.path.name}.turn"), deadline, seconds)
        try:
            return _lock(self.path.with_name(f"{self.path.name}.gate"), deadline, seconds)
        finally:
            _unlock(turn)


def _lock(path: Path, deadline: float, seconds: float) -> int:
    # A handle of its own for every entry: locks belong to the open file, so a handle kept from before a fork, or
    # shared by two threads, would let both in.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    pause = FIRST_PAUSE
    try:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            # Polling keeps the wait bounded, which a blocking lock cannot be; being next is kept by the turn file.
            if time.monotonic() > deadline:
                raise GateBusy(seconds)
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
    except BaseException:
        os.close(handle)
        raise


def _unlock(handle: int) -> None:
    try:
        # Said aloud, because closing alone keeps the lock while a forked child still has the same open file.
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


_gates: dict[Path | str, Gate] = {}
_gates_guard = threading.Lock()


def _forget_gates() -> None:
    global _gates_guard
    _gates_guard = threading.Lock()
    _gates.clear()


# A child of a fork has only the forking thread: a queue that another thread held would stay shut for ever.
os.register_at_fork(after_in_child=_forget_gates)


def gate_of(using: str = "default") -> Gate | None:
    """The gate of a database; None where the engine needs none."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    in_memory = name == ":memory:" or "mode=memory" in name
    key: Path | str = name if in_memory else Path(name).resolve()
    with _gates_guard:
        if key not in _gates:
            _gates[key] = Gate(key if isinstance(key, Path) else None)
        return _gates[key]


@contextmanager
def write_transaction(using: str = "default", *, seconds: float = LIMIT_SECONDS) -> Iterator[None]:
    """A transaction that may write: all of it is kept, or nothing.

    Nested uses become savepoints of the outer one. What was registered with `transaction.on_commit` runs after the
    gate is open again, so slow followers hold nobody up. Raises GateBusy when the turn does not come in `seconds`.
    """
    # Inside a transaction the database's own write lock is already ours. To wait for the gate then would be a
    # deadlock with whoever is inside it and waits for the database.
    gate = None if connections[using].in_atomic_block else gate_of(using)
    if gate is None:
        with transaction.atomic(using=using):
            yield
        return
    gate.enter(seconds)
    leave = _once(gate.leave)
    try:
        with transaction.atomic(using=using):
            transaction.on_commit(leave, using=using)
            yield
    finally:
        leave()


def _once(act: Callable[[], None]) -> Callable[[], None]:
    done = False

    def call() -> None:
        nonlocal done
        if not done:
            done = True
            act()

    return call

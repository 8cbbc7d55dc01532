"""A parent process that keeps its children alive and takes them along when it ends."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from qsms.base.console import note
from qsms.cli import told

Work = Callable[[], int | None]

# A worker that dies at once is started again only after this many seconds, so that a fault does not eat the machine.
QUICK_DEATH = 5.0
PR_SET_PDEATHSIG = 1


def in_child(work: Work, meanwhile: Callable[[], object]) -> int:
    """Does `work` in a process of its own, which gives back all memory, and returns its exit code.

    This process does `meanwhile` at the same time, on a core of its own where there is one.
    """
    child = os.fork()
    if child == 0:
        _leave(work)
    meanwhile()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _leave(work: Work) -> None:
    """Ends this process with what `work` returns, without running what the parent left to be done at exit."""
    code: object = 1
    try:
        code = work()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


@dataclass
class Child:
    """One process that is to run: what it does, and when it was or will be started."""

    name: str
    work: Work
    pid: int = 0
    started: float = field(default_factory=time.monotonic)
    start_at: float = 0.0


class Supervisor:
    """Runs children, each started again when it ends, until a signal asks to stop."""

    def __init__(self, stop_seconds: float) -> None:
        self.stop_seconds = stop_seconds
        self.children: list[Child] = []
        self.signals = 0
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        # Without a handler of Python's the end of a child would not wake the select below.
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def keep(self, name: str, work: Work) -> None:
        """Starts a child that does `work`, and again whenever it ends."""
        child = Child(name, work)
        self.children.append(child)
        self._start(child)

    def watch(self, meanwhile: Callable[[], bool]) -> None:
        """Returns when a signal asked to stop and all children have ended.

        Calls `meanwhile` between looks at the children, often as long as it returns True.
        """
        often = True
        while not self.signals:
            waiting = any(not child.pid for child in self.children)
            select.select([self._reader], [], [], 0.05 if often else 1.0 if waiting else None)
            self._drain()
            self._reap()
            if often and not self.signals:
                often = meanwhile()
        self._stop()

    def _asked(self, *_: object) -> None:
        self.signals += 1

    def _drain(self) -> None:
        try:
            os.read(self._reader, 4096)
        except BlockingIOError:
            return

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        child.pid = os.fork()
        if child.pid:
            return
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        # Ctrl-C reaches every process of a terminal's group; here the parent alone decides how to stop.
        os.setsid()
        _die_with_parent()
        _leave(lambda: told(f"qsms serve: {child.name}", child.work))

    def _reap(self) -> None:
        """Notes who has ended, and starts them again."""
        for child in self.children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
                lived = time.monotonic() - child.started
                child.start_at = time.monotonic() + (QUICK_DEATH if lived < QUICK_DEATH else 0)
                if not self.signals:
                    note(f"The {child.name} has ended; it is started again.")
            if not child.pid and not self.signals and time.monotonic() >= child.start_at:
                self._start(child)

    def _stop(self) -> None:
        """Asks the children to end; who has not within `stop_seconds`, or at a second signal, is killed."""
        asked_before = self.signals
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + self.stop_seconds
        while any(child.pid for child in self.children):
            for child in self.children:
                if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                    child.pid = 0
            if time.monotonic() > deadline or self.signals > asked_before:
                self._signal_all(signal.SIGKILL)
            select.select([self._reader], [], [], 0.1)
            self._drain()

    def _signal_all(self, number: signal.Signals) -> None:
        for child in self.children:
            if child.pid:
                # A child leads a session of its own, so its own children go along.
                os.killpg(child.pid, number) if number == signal.SIGKILL else os.kill(child.pid, number)


def _die_with_parent() -> None:
    """Asks Linux to end this process when the parent is killed without a chance to say so; elsewhere does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

"""The real server in a process of its own: started as people start it, measured from outside."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    port: int
    pid: int
    started_in: float

    def memory_mib(self) -> float:
        """The proportional set size of the server and everything it started; 0 where the system does not tell."""
        return sum(_pss(pid) for pid in _family(self.pid)) / 1024


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Running]:
    """Start `qsms serve` on a free port and stop it afterwards; time to the first answer is measured."""
    port = _free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "qsms.cli", "serve"],
        env={**os.environ, **environment, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Running(port, process.pid, _first_answer(process, port, began))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _first_answer(process: subprocess.Popen[bytes], port: int, began: float) -> float:
    while time.monotonic() - began < START_LIMIT:
        if process.poll() is not None:
            raise RuntimeError("The server ended while it was starting. Run `qsms serve` to see why.")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sign-in/")
            if connection.getresponse().status < 500:
                return time.monotonic() - began
        time.sleep(0.01)
    raise RuntimeError(f"The server gave no page within {START_LIMIT:.0f} seconds.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        born = [int(child) for child in children.read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(one for child in born for one in _family(child))]


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)

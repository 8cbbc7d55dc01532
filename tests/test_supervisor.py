"""The parent of the server's processes: starts again who died, kills who will not end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]

HEAD = """
import os, signal, sys, time
from qsms.site.supervisor import Supervisor, in_child
supervisor = Supervisor(1)
"""

Run = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs a script in which a `supervisor` is at hand, and makes an end of it after the test."""
    running = []

    def start(script: str) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", HEAD + textwrap.dedent(script)],
                cwd=TOP,
                env={**os.environ, "PYTHONPATH": str(TOP)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


LASTING = """
    def last():
        print(os.getpid(), flush=True)
        time.sleep(60)
    supervisor.keep("lasting one", last)
    print(supervisor.watch(lambda: False), flush=True)
"""


def test_a_child_that_dies_is_started_again(run: Run) -> None:
    process = run("import qsms.site.supervisor as s\ns.QUICK_DEATH = 0" + textwrap.dedent(LASTING))
    first = int(line(process))
    os.kill(first, signal.SIGKILL)
    second = int(line(process))
    assert second != first
    process.send_signal(signal.SIGTERM)
    assert line(process) == "None"
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)
    assert "The lasting one has ended; it is started again." in process.communicate(timeout=10)[1]


def test_a_child_that_will_not_end_is_killed(run: Run) -> None:
    process = run("""
        def stay():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print(os.getpid(), flush=True)
            time.sleep(60)
        supervisor.keep("stubborn one", stay)
        print(supervisor.watch(lambda: False), flush=True)
    """)
    stubborn = int(line(process))
    process.send_signal(signal.SIGTERM)
    assert line(process) == "None"
    with pytest.raises(ProcessLookupError):
        os.kill(stubborn, 0)


def test_ctrl_c_in_a_terminal_reaches_the_parent_alone(run: Run) -> None:
    process = run(LASTING)
    assert os.getpgid(int(line(process))) != os.getpgid(process.pid)


def test_work_in_a_child_gives_its_exit_code(run: Run) -> None:
    process = run(
        "done = []; works = (lambda: 7, lambda: None, lambda: sys.exit(3), lambda: 1 / 0);"
        "print(*(in_child(work, meanwhile=lambda: done.append(1)) for work in works), len(done))"
    )
    assert line(process) == "7 0 3 1 4"

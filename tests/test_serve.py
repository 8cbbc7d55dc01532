"""`qsms serve`: it answers before it says so, keeps its workers alive, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qsms.site import serve
from tests.harness.installation import Install, Installation, free_port


@pytest.fixture(scope="module")
def migrated(install: Install, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One installation for all tests of this file."""
    return install(tmp_path_factory.mktemp("serve") / "home", {"PORT": str(free_port())})


def get(installation: Installation, path: str) -> int:
    # A worker that died at once is started again after five seconds; until then the call waits.
    caller = http.client.HTTPConnection("127.0.0.1", int(installation.variables["PORT"]), timeout=30)
    try:
        caller.request("GET", path)
        return caller.getresponse().status
    finally:
        caller.close()


def soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return sorted(child for child, parent in pairs if parent == pid)


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state) and not state.startswith("Z")


def address_of(server: subprocess.Popen[str]) -> str:
    assert server.stdout
    return server.stdout.readline()


def test_it_serves_and_stops(migrated: Installation) -> None:
    with migrated.serving() as server:
        assert (
            address_of(server)
            == f"OpenQSMS answers at http://localhost:{migrated.variables['PORT']} (Ctrl-C stops it).\n"
        )
        assert get(migrated, "/healthz") == 200
        # Two web workers and the job worker.
        family = children(server.pid)
        assert len(family) == 3

        archive = migrated.home.parent / "while-running.tar.gz"
        assert migrated.run("backup", archive).returncode == 0
        refused = migrated.run("restore", archive, "--force")
        assert (refused.returncode, refused.stderr) == (
            3,
            f"qsms restore: A server is running on {migrated.home}. Stop it first.\n",
        )

        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=40) == 0
        assert not any(map(alive, family))


def test_styles_come_compressed_and_may_be_kept(migrated: Installation) -> None:
    # As at the very first start, when they are collected while the pages are loaded.
    shutil.rmtree(migrated.home / "static", ignore_errors=True)
    with migrated.serving() as server:
        address_of(server)
        names = json.loads((migrated.home / "static" / "staticfiles.json").read_text())["paths"]
        caller = http.client.HTTPConnection("127.0.0.1", int(migrated.variables["PORT"]), timeout=10)
        caller.request("GET", f"/static/{names['ui/app.css']}", headers={"Accept-Encoding": "gzip"})
        answer = caller.getresponse()
        assert (answer.status, answer.getheader("Content-Encoding")) == (200, "gzip")
        assert "immutable" in str(answer.getheader("Cache-Control"))
        caller.close()


def test_no_answer_waits_for_the_caller_to_confirm_its_head() -> None:
    with serve.listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        taken, _address = listener.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_said_at_once(migrated: Installation) -> None:
    with socket.create_server(("127.0.0.1", int(migrated.variables["PORT"]))):
        done = migrated.run("serve")
    port = int(migrated.variables["PORT"])
    assert done.returncode == 3
    assert done.stderr == (
        f"qsms serve: Cannot listen at 127.0.0.1 port {port}: address already in use. "
        f"Stop what uses it, or choose another port: PORT={port + 1}.\n"
    )


def test_a_worker_that_dies_is_started_again_and_nobody_is_refused_meanwhile(migrated: Installation) -> None:
    with migrated.serving() as server:
        address_of(server)
        before = children(server.pid)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert get(migrated, "/healthz") == 200
        assert soon(lambda: len(children(server.pid)) == 3)
        assert not set(before) & set(children(server.pid))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux tells a child that its parent is gone")
def test_a_killed_parent_takes_everything_along(migrated: Installation) -> None:
    with migrated.serving() as server:
        address_of(server)
        family = children(server.pid)
        server.kill()
        server.wait()
        assert soon(lambda: not any(map(alive, family)))
    with socket.create_server(("127.0.0.1", int(migrated.variables["PORT"]))):
        pass

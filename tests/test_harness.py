"""The harness keeps its word: closed network, known clock, a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from qsms.site.postgres import find_program
from tests.harness.clock import START
from tests.harness.network import NetworkRefused

TOP = Path(__file__).parents[1]


def test_another_machine_cannot_be_reached() -> None:
    with pytest.raises(NetworkRefused, match=r"“203\.0\.113\.1”"):
        socket.create_connection(("203.0.113.1", 80), timeout=1)
    with pytest.raises(NetworkRefused, match=r"“example\.org”"):
        socket.getaddrinfo("example.org", 80)


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as line,
    ):
        assert line.getpeername() == server.getsockname()


def test_every_test_starts_at_the_same_moment(clock: time_machine.Traveller) -> None:
    assert datetime.now(UTC) == START
    clock.shift(timedelta(days=3))
    assert datetime.now(UTC) == START + timedelta(days=3)


def test_waiting_is_real() -> None:
    before = time.monotonic()
    time.sleep(0.01)
    assert time.monotonic() - before >= 0.01


@pytest.mark.real_clock
def test_the_real_time_is_there_for_whoever_asks() -> None:
    assert datetime.now(UTC) > START + timedelta(days=30)


def test_state_lies_in_a_temporary_folder() -> None:
    assert settings.HOME.parent == Path(tempfile.gettempdir())
    assert settings.HOME != TOP / "var"


@pytest.mark.pg
@pytest.mark.django_db
def test_the_postgresql_leg_runs_on_postgresql() -> None:
    assert connection.vendor == "postgresql"


@pytest.mark.pg
def test_a_cluster_is_removed_even_when_its_owner_is_killed() -> None:
    if find_program("initdb") is None:
        pytest.skip("PostgreSQL's server programs are not on this machine")
    show = "import os, time; print(os.environ['QSMS_TEST_DATABASE_URL'], flush=True); time.sleep(60)"
    environment = {name: value for name, value in os.environ.items() if name != "QSMS_TEST_DATABASE_URL"}
    owner = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.postgres", sys.executable, "-c", show],
        cwd=TOP,
        env={**environment, "PYTHONPATH": str(TOP)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert owner.stdout
    folder = Path(owner.stdout.readline().strip().partition("host=")[2])
    assert (folder / "data" / "postmaster.pid").exists()
    os.killpg(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()

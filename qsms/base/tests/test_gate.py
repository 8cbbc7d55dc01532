import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from qsms.base import env
from qsms.base.gate import Gate, GateBusy, gate_of, write_transaction

TOP = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from qsms.base.gate import Gate
gate = Gate(Path(sys.argv[1]))
gate.enter()
print("inside", flush=True)
time.sleep(60)
"""


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A second database: a real SQLite file with the settings of production."""
    alias = "gate_probe"
    settings = {**connections.settings["default"], **env.database("", tmp_path / "probe.sqlite3"), "CONN_MAX_AGE": 0}
    connections.settings[alias] = settings
    with django_db_blocker.unblock():
        with connections[alias].cursor() as cursor:
            cursor.execute("create table line (id integer primary key, writer integer)")
        yield alias
        connections[alias].close()
    del connections[alias]
    del connections.settings[alias]


def count(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("select count(*) from line")
        return int(cursor.fetchone()[0])


def write(alias: str, writer: int) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("insert into line (writer) values (%s)", [writer])


def write_and_fail(alias: str, writer: int) -> None:
    with write_transaction(alias):
        write(alias, writer)
        raise ZeroDivisionError


def wait_for_queue(gate: Gate, length: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while len(gate._queue._waiting) != length:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def hold_in_another_process(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "inside\n"
    return holder


def test_eight_writers_lose_nothing(database: str) -> None:
    each, errors = 40, list[BaseException]()
    start = threading.Barrier(8)

    def writer(number: int) -> None:
        try:
            start.wait()
            for _ in range(each):
                with write_transaction(database):
                    for _line in range(5):
                        write(database, number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections[database].close()

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(database) == 8 * each * 5


def test_writers_go_in_by_the_order_in_which_they_asked(database: str) -> None:
    """Whoever is inside and asks again at once goes to the end of the queue."""
    gate = gate_of(database)
    assert gate is not None
    entered: list[int] = []

    def writer(number: int) -> None:
        with write_transaction(database):
            entered.append(number)
        connections[database].close()

    gate.enter()
    threads = [threading.Thread(target=writer, args=(number,)) for number in range(8)]
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        wait_for_queue(gate, waiting)
    gate.leave()
    writer(8)
    for thread in threads:
        thread.join()
    assert entered == list(range(9))


def test_a_failed_transaction_keeps_nothing_and_opens_the_gate(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database, 1)
    gate = gate_of(database)
    assert gate is not None
    assert not gate.held
    with write_transaction(database):
        write(database, 2)
    assert count(database) == 1


def test_a_nested_use_is_a_savepoint(database: str) -> None:
    with write_transaction(database):
        write(database, 1)
        with pytest.raises(ZeroDivisionError):
            write_and_fail(database, 2)
    assert count(database) == 1


def test_followers_of_the_commit_run_with_the_gate_open_and_may_write(database: str) -> None:
    gate = gate_of(database)
    assert gate is not None
    seen: list[bool] = []

    def follow() -> None:
        seen.append(gate.held)
        with write_transaction(database):
            write(database, 2)

    with write_transaction(database):
        write(database, 1)
        transaction.on_commit(follow, using=database)
        assert gate.held
    assert seen == [False]
    assert count(database) == 2


def test_inside_an_ungated_transaction_it_does_not_wait_for_the_gate(database: str) -> None:
    """Else: the one inside the gate waits for the database, the one inside the database for the gate."""
    gate = gate_of(database)
    assert gate is not None
    entered, leave = threading.Event(), threading.Event()

    def holder() -> None:
        gate.enter()
        entered.set()
        leave.wait(10)
        gate.leave()

    thread = threading.Thread(target=holder)
    thread.start()
    entered.wait(10)
    with transaction.atomic(using=database), write_transaction(database, seconds=0.01):
        write(database, 1)
    leave.set()
    thread.join()
    assert count(database) == 1


def test_the_same_thread_may_enter_again_another_may_not(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "db")
    gate.enter()
    gate.enter(0)
    gate.leave()
    refused: list[bool] = []

    def other() -> None:
        try:
            gate.enter(0.05)
        except GateBusy as error:
            refused.append("Nothing was saved" in str(error))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert refused == [True]
    gate.leave()
    assert not gate.held
    gate.enter(0)
    gate.leave()


def test_another_process_waits_and_kill_9_of_the_holder_frees_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "db"
    holder = hold_in_another_process(path)
    gate = Gate(path)
    try:
        with pytest.raises(GateBusy):
            gate.enter(0.05)
        os.kill(holder.pid, signal.SIGKILL)
        gate.enter(5)
        gate.leave()
    finally:
        holder.kill()
        holder.communicate()


def test_postgresql_gets_no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")
    assert gate_of() is None


def test_a_forked_child_starts_with_an_open_queue(database: str) -> None:
    gate = gate_of(database)
    assert gate is not None
    read, send = os.pipe()
    gate.enter()
    child = os.fork()
    if child == 0:
        os.write(send, b"new" if gate_of(database) is not gate else b"old")
        os._exit(0)
    os.waitpid(child, 0)
    gate.leave()
    assert os.read(read, 3) == b"new"
    os.close(read)
    os.close(send)

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus, default_task_backend
from django_tasks.exceptions import TaskResultDoesNotExist
from pytest_django import Settings

from qsms.base import context
from qsms.base.jobs import Stopped, alive, ask_to_stop, clearing, periodic, progress
from qsms.base.jobs.running import Running
from qsms.base.jobs.work import LOST_AFTER, STUCK_AFTER, next_queued, note_progress, recover, take, work_on
from qsms.base.jobs.worker import Worker
from qsms.base.models import Job, Periodic
from qsms.base.tests import job_samples

TOP = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(settings: Settings, home: Path) -> None:
    """Jobs wait for a worker."""
    settings.TASKS = {"default": {"BACKEND": "qsms.base.jobs.backend.JobBackend"}}


@pytest.fixture
def at_once(settings: Settings, home: Path) -> None:
    """Jobs run when they are enqueued."""
    settings.TASKS = {"default": {"BACKEND": "qsms.base.jobs.backend.JobBackend", "OPTIONS": {"immediate": True}}}


def only_job() -> Job:
    return Job.objects.get()


@pytest.mark.usefixtures("queue")
def test_a_job_runs_for_the_organisation_and_person_who_asked() -> None:
    with context.entered(context.Context(organisation_id=5, actor_id=7, request_id="r-1")):
        result = job_samples.add.enqueue(2, other=3)
    assert result.status == TaskResultStatus.READY
    assert (only_job().kind, only_job().state) == ("add", "queued")
    assert Worker("w").do_next_job()
    job = only_job()
    assert str(job.pk) == result.id
    assert (job.state, job.done, job.total, job.percent, job.sentence) == ("done", 1, 1, 100, "Adding")
    assert job.result == {"sum": 5, "organisation": 5, "actor": 7, "request": "r-1"}
    assert job.result_file == "f" * 64
    assert job.is_over
    assert job.ended_at is not None
    result.refresh()
    assert result.return_value == job.result
    assert not Worker("w").do_next_job()


@pytest.mark.usefixtures("at_once")
def test_at_once_means_that_it_is_done_when_enqueue_returns() -> None:
    result = job_samples.add.enqueue(2, 3)
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.return_value == only_job().result


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("sentence", "Row 4 has no date. Add one and load the file again."),
        ("invalid", "Row 4 has no date. Row 5 neither."),
        ("fault", "Tell your administrator the number"),
        ("exit", "Tell your administrator the number"),
    ],
)
def test_a_failed_job_keeps_a_sentence_and_nothing_half_done(
    how: str, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "qsms.jobs"):
        result = job_samples.fail.enqueue(how)
    assert result.status == TaskResultStatus.FAILED
    job = only_job()
    assert (job.state, job.done, job.total, job.sentence) == ("failed", 3, 10, "Reading rows")
    assert error in job.error
    assert "secret" not in job.error
    assert not Periodic.objects.exists()


@pytest.mark.usefixtures("queue")
def test_oldest_first_and_later_means_later() -> None:
    later = job_samples.add.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(1, 1)
    first = job_samples.add.enqueue(1, 1)
    job_samples.add.enqueue(1, 1)
    assert next_queued() == int(first.id)
    Job.objects.filter(pk=int(later.id)).update(run_after=timezone.now() - timedelta(seconds=1))
    assert next_queued() == int(later.id)


@pytest.mark.usefixtures("queue")
def test_one_job_is_taken_by_one_worker() -> None:
    job_id = int(job_samples.add.enqueue(1, 1).id)
    assert take(job_id, "one")
    assert not take(job_id, "other")
    assert only_job().worker == "one"


@pytest.mark.usefixtures("queue")
def test_a_waiting_job_stops_at_once_and_an_ended_one_not_at_all() -> None:
    job_id = int(job_samples.add.enqueue(1, 1).id)
    assert ask_to_stop(job_id)
    assert only_job().state == "stopped"
    assert not Worker("w").do_next_job()
    assert not ask_to_stop(job_id)


@pytest.mark.usefixtures("queue")
def test_a_running_job_stops_at_its_next_sign_of_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker("w")
    job_id = int(job_samples.count.enqueue(str(tmp_path / "lines"), 100, 0).id)

    def asked_at_three(_seconds: float) -> None:
        assert worker._running is not None
        if worker._running.done == 3:
            assert ask_to_stop(job_id)
        worker.beat()

    monkeypatch.setattr("qsms.base.tests.job_samples.time.sleep", asked_at_three)
    assert worker.do_next_job()
    job = only_job()
    assert (job.state, job.done, job.sentence) == ("stopped", 3, "Counting 3")


def test_no_except_in_a_task_swallows_the_stop() -> None:
    assert not issubclass(Stopped, Exception)


@pytest.mark.usefixtures("queue")
def test_a_worker_that_ends_gives_a_resumable_job_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, worker = tmp_path / "lines", Worker("w")
    job_samples.count.enqueue(str(path), 5, 0)

    def end_at_two(_seconds: float) -> None:
        if worker._running is not None and worker._running.done == 2:
            worker.end()

    monkeypatch.setattr("qsms.base.tests.job_samples.time.sleep", end_at_two)
    worker.do_next_job()
    assert (only_job().state, only_job().done, only_job().attempts) == ("queued", 2, 0)
    monkeypatch.undo()
    Worker("next").do_next_job()
    assert (only_job().state, only_job().result) == ("done", 5)
    # The third was begun twice: its progress had not been heard when the worker ended.
    assert path.read_text().split() == ["1", "2", "3", "3", "4", "5"]


def running_job(task: Any, worker: str, *arguments: object) -> Job:
    job_id = int(task.enqueue(*arguments).id)
    assert take(job_id, worker)
    return Job.objects.get(pk=job_id)


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(("silence", "state"), [(timedelta(0), "running"), (LOST_AFTER, "failed")])
def test_a_worker_elsewhere_is_lost_when_it_is_silent(silence: timedelta, state: str) -> None:
    job = running_job(job_samples.add, "elsewhere", 1, 1)
    Job.objects.update(heartbeat_at=timezone.now() - silence)
    recover()
    job.refresh_from_db()
    assert job.state == state
    assert job.error == ("" if state == "running" else "The server stopped while this was running. Start it again.")


@pytest.mark.usefixtures("queue")
def test_a_living_worker_keeps_its_job_for_long_but_not_for_ever() -> None:
    with alive.living() as name:
        running_job(job_samples.add, name, 1, 1)
        Job.objects.update(heartbeat_at=timezone.now() - 2 * LOST_AFTER)
        assert recover() == 0
        Job.objects.update(heartbeat_at=timezone.now() - STUCK_AFTER)
        assert recover() == 1


@pytest.mark.usefixtures("queue")
def test_a_resumable_job_is_tried_again_but_not_for_ever(tmp_path: Path) -> None:
    job = running_job(job_samples.count, "elsewhere", str(tmp_path / "lines"), 2, 0)
    for attempt in (1, 2, 3):
        Job.objects.update(heartbeat_at=timezone.now() - LOST_AFTER)
        assert recover() == 1
        job.refresh_from_db()
        assert job.attempts == attempt
        if attempt < 3:
            assert job.state == "queued"
            assert take(job.pk, "elsewhere")
    assert job.state == "failed"


@pytest.mark.usefixtures("queue")
def test_a_worker_that_was_thought_lost_cannot_write_over_its_successor() -> None:
    job = running_job(job_samples.add, "old", 1, 1)
    live = Running(job.pk, "old", attempt=1)
    Job.objects.update(state="queued", worker="")
    assert take(job.pk, "new")
    note_progress(live)
    assert live.stop.is_set()
    assert only_job().worker == "new"
    work_on(job.pk, "new")
    assert only_job().state == "done"


@pytest.mark.usefixtures("queue")
def test_an_unknown_task_fails_with_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    job_samples.add.enqueue(1, 1)
    Job.objects.update(task="os.system")
    with caplog.at_level(logging.CRITICAL, "qsms.jobs"):
        Worker("w").do_next_job()
    assert only_job().state == "failed"


@pytest.mark.usefixtures("queue")
def test_asking_for_what_is_not_there() -> None:
    with pytest.raises(TaskResultDoesNotExist):
        default_task_backend.get_result("12345")
    with pytest.raises(TaskResultDoesNotExist):
        default_task_backend.get_result("no number")


def test_progress_outside_a_job_does_nothing() -> None:
    progress(1, 2, "nobody listens")


def test_a_worker_is_alive_exactly_while_it_lives(home: Path) -> None:
    with alive.living() as name:
        assert alive.is_alive(name) is True
        alive.forget_the_dead()
        assert alive.is_alive(name) is True
    assert alive.is_alive(name) is None
    assert alive.is_alive("../secret") is None
    (home / "run" / "dead.alive").touch()
    assert alive.is_alive("dead") is False
    alive.forget_the_dead()
    assert alive.is_alive("dead") is None


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No duties registered but those of the test; gives the list in which they write."""
    monkeypatch.setattr(periodic, "_duties", {})
    return []


def make_due() -> None:
    Periodic.objects.update(next_at=timezone.now())


def test_a_duty_is_done_when_it_is_due(done: list[str]) -> None:
    @periodic.every(60)
    def tick() -> None:
        done.append("tick")

    assert periodic.run_due("w") == 1
    assert periodic.run_due("w") == 0
    make_due()
    assert periodic.run_due("w") == 1
    assert done == ["tick", "tick"]


def test_a_duty_in_hand_is_not_begun_by_another_worker(done: list[str]) -> None:
    @periodic.every(0)
    def tick() -> None:
        done.append("tick")
        # Another worker comes by while this one is at it, also after the hold was prolonged.
        assert periodic.run_due("other") == 0
        make_due()
        periodic.keep(Periodic.objects.get().name, "w")
        assert periodic.run_due("other") == 0

    assert periodic.run_due("w") == 1
    assert done == ["tick"]


def test_a_duty_whose_worker_died_is_taken_over(done: list[str]) -> None:
    @periodic.every(3600)
    def tick() -> None:
        done.append("tick")

    name = periodic.duties()[0].name
    Periodic.objects.create(name=name, holder="dead", next_at=timezone.now() + periodic.LEASE)
    assert periodic.run_due("w") == 0
    make_due()
    assert periodic.run_due("w") == 1


def test_nothing_to_do_writes_nothing(done: list[str], django_assert_num_queries: Callable[[int], Any]) -> None:
    @periodic.every(1, only_if=lambda: False)
    def tick() -> None:
        done.append("tick")

    with django_assert_num_queries(1):
        assert periodic.run_due("w") == 0
    assert done == []


def test_who_had_nothing_to_do_is_asked_again_after_a_part_of_the_interval(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(periodic, "_asked_again_at", {})
    monkeypatch.setattr(time, "monotonic", lambda: now)

    @periodic.every(3600, only_if=lambda: done.append("asked"))
    def tick() -> None:
        done.append("tick")

    for now in (1000.0, 1000.5, 1179.0, 1181.0):  # noqa: B007 the clock reads it
        assert periodic.run_due("w") == 0
    assert done == ["asked", "asked"]


def test_a_failing_duty_does_not_stop_the_others(done: list[str], caplog: pytest.LogCaptureFixture) -> None:
    @periodic.every(60)
    def a_breaks() -> None:
        raise ZeroDivisionError("no exposure")

    @periodic.every(60)
    def b_works() -> None:
        done.append("b")

    with caplog.at_level(logging.CRITICAL, "qsms.jobs"):
        assert periodic.run_due("w") == 2
    assert done == ["b"]
    errors = dict(Periodic.objects.values_list("name", "error"))
    assert [error for name, error in errors.items() if "a_breaks" in name] == ["ZeroDivisionError: no exposure"]
    assert [error for name, error in errors.items() if "b_works" in name] == [""]


def test_a_duty_registered_again_replaces_itself(done: list[str]) -> None:
    def tick() -> None: ...

    periodic.every(1)(tick)
    periodic.every(2)(tick)
    assert [duty.interval for duty in periodic.duties()] == [timedelta(seconds=2)]


SCRIPT = """
import sys
import django
django.setup()
from qsms.base.jobs import worker
from qsms.base.tests import job_samples
what, *rest = sys.argv[1:]
if what == "start":
    job_samples.count.enqueue(rest[0] + ".lines", 30, 0.05)
    worker.main()
elif what == "again":
    job_samples.once.enqueue(rest[0] + ".once", 60)
    worker.main()
"""


class Installation:
    """A real database file and real processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, what: str) -> subprocess.Popen[bytes]:
        given = {
            "PYTHONPATH": str(TOP),
            "QSMS_HOME": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "qsms.config.settings",
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("QSMS_", "DATABASE_URL"))}
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, what, str(self.folder / "out")],
            stderr=subprocess.DEVNULL,
            env={**kept, **given},
        )
        self.processes.append(process)
        return process

    def jobs(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.folder / "qsms.sqlite3")) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("select * from base_job order by id")]


@pytest.fixture
def installation(install: Callable[[Path], Any], tmp_path: Path) -> Iterator[Installation]:
    made = Installation(install(tmp_path / "home").home)
    yield made
    for process in made.processes:
        with process:
            process.kill()


def wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 60
    while text not in (path.read_text().split() if path.exists() else []):
        assert time.monotonic() < deadline, f"{path} never held {text}"
        time.sleep(0.02)


@pytest.mark.one_engine("The installation that is killed has an SQLite of its own.")
def test_after_kill_9_a_resumable_job_goes_on_and_another_one_says_why_it_ended(
    installation: Installation,
) -> None:
    lines_file, once_file = installation.folder / "out.lines", installation.folder / "out.once"
    first = installation.run("start")
    wait_for(lines_file, "25")
    first.send_signal(signal.SIGKILL)
    first.wait()

    second = installation.run("again")
    wait_for(lines_file, "30")
    wait_for(once_file, "begun")
    second.send_signal(signal.SIGKILL)
    second.wait()
    lines = lines_file.read_text().split()
    assert set(lines) == {str(number) for number in range(1, 31)}
    # It went on from the progress noted last instead of starting over.
    assert lines.count("1") == 1

    installation.run("again")
    deadline = time.monotonic() + 60
    while (jobs := installation.jobs())[1]["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (jobs[0]["state"], jobs[0]["result"], jobs[0]["attempts"]) == ("done", "30", 2)
    assert (jobs[1]["state"], jobs[1]["error"]) == (
        "failed",
        "The server stopped while this was running. Start it again.",
    )


def test_jobs_that_ended_long_ago_are_removed_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()

    def job(state: str, days: int | None) -> int:
        ended_at = None if days is None else now - timedelta(days=days)
        made = Job(kind="x", task="x", arguments={}, state=state, ended_at=ended_at)
        made.queued_at = now - timedelta(days=400)
        made.save()
        return made.pk

    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    kept = {job("queued", None), job("running", None), job("done", 89), job("failed", 1)}
    assert not clearing.is_due()
    for state in ("done", "failed", "stopped"):
        job(state, 91)
    assert clearing.is_due()
    assert clearing.clear_jobs() == 3
    assert set(Job.objects.values_list("pk", flat=True)) == kept

"""Taking a job from the queue, doing it, and clearing up after workers that died."""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_tasks.base import Task
from django_tasks.utils import normalize_json

from qsms.base import context
from qsms.base.gate import write_transaction
from qsms.base.jobs import alive
from qsms.base.jobs.running import Interrupted, JobFailed, Running, Stopped, current
from qsms.base.models import Job

LOST_AFTER = timedelta(seconds=90)
STUCK_AFTER = timedelta(minutes=15)
END_TRIES = 5
MOST_ATTEMPTS = 3

log = logging.getLogger("qsms.jobs")


def task_of(path: str) -> Task[Any, Any]:
    """The task under this path. Raises ImportError for anything that is not a task."""
    found = import_string(path)
    if not isinstance(found, Task):
        raise ImportError(f"{path} is not a task")
    return found


def next_queued() -> int | None:
    """The number of the oldest job that may start now."""
    due = Q(run_after=None) | Q(run_after__lte=timezone.now())
    return Job.objects.filter(due, state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True).first()


def take(job_id: int, worker: str) -> bool:
    """Claim a queued job for this worker; false when another one was quicker."""
    now = timezone.now()
    with write_transaction():
        return bool(
            Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
                state=Job.State.RUNNING,
                worker=worker,
                started_at=now,
                heartbeat_at=now,
                attempts=F("attempts") + 1,
                error="",
            )
        )


def work_on(job_id: int, worker: str, *, running: Running | None = None) -> None:
    """Do a job that this worker has taken, and write down how it ended. Never raises for a fault of the task."""
    job = Job.objects.get(pk=job_id)
    live = running or Running(job_id, worker)
    live.attempt, live.is_resumable = job.attempts, _is_resumable(job.task)
    live.resumed_from, live.done, live.total = job.done, job.done, job.total
    token = current.set(live)
    try:
        _end(live, _outcome(job, live))
    finally:
        current.reset(token)


def _outcome(job: Job, live: Running) -> dict[str, Any]:
    """Run the task and say in which columns of the job its end shows."""
    door = context.Context(job.organisation_id, job.requested_by_id, job.request_id, job.pk)
    try:
        with context.entered(door), _own_savepoint():
            arguments = job.arguments
            result = normalize_json(task_of(job.task).call(*arguments["args"], **arguments["kwargs"]))
    except Interrupted:
        # Not counted: the worker was asked to end, the job did nothing to it.
        return {"state": Job.State.QUEUED, "worker": "", "attempts": job.attempts - 1}
    except Stopped:
        return {"state": Job.State.STOPPED}
    except JobFailed as failed:
        return {"state": Job.State.FAILED, "error": str(failed)}
    except ValidationError as invalid:
        return {"state": Job.State.FAILED, "error": " ".join(invalid.messages)}
    except (Exception, SystemExit):
        log.exception("Job %s (%s) failed.", job.pk, job.kind)
        return {"state": Job.State.FAILED, "error": _fault(job.pk)}
    return {"state": Job.State.DONE, "result": result, "result_file": live.result_file}


def _end(live: Running, outcome: dict[str, Any]) -> None:
    if outcome["state"] != Job.State.QUEUED:
        outcome["ended_at"] = timezone.now()
    for tries_left in range(END_TRIES - 1, -1, -1):
        try:
            with write_transaction():
                _still_ours(live).update(**_progress_of(live), **outcome)
        except OperationalError:
            # The work is done: a busy database must not leave it looking unfinished.
            if not tries_left:
                raise
            time.sleep(1)
        else:
            return


def note_progress(live: Running) -> None:
    """Write the newest state of a running job, and hear whether somebody asked to stop it."""
    live.changed = False
    with write_transaction():
        still_ours = _still_ours(live).update(**_progress_of(live))
    if not still_ours or stop_was_asked(live.job_id):
        live.stop.set()


def _still_ours(live: Running) -> QuerySet[Job]:
    # One that was thought lost may have been given to another worker, or to this one once more.
    return Job.objects.filter(pk=live.job_id, state=Job.State.RUNNING, worker=live.worker, attempts=live.attempt)


def _progress_of(live: Running) -> dict[str, Any]:
    return {"done": live.done, "total": live.total, "sentence": live.sentence, "heartbeat_at": timezone.now()}


def stop_was_asked(job_id: int) -> bool:
    """Whether somebody wants this job to end."""
    return Job.objects.filter(pk=job_id).exclude(stop_asked_at=None).exists()


def recover() -> int:
    """Deal with jobs whose worker is gone: a resumable one is queued again, any other fails with a sentence."""
    found = 0
    for job in Job.objects.filter(state=Job.State.RUNNING).only("pk", "worker", "heartbeat_at", "task", "attempts"):
        is_alive = alive.is_alive(job.worker)
        silence = timezone.now() - (job.heartbeat_at or datetime.min.replace(tzinfo=UTC))
        # A living worker may be silent while one long transaction keeps the database, but not for ever.
        patience = {True: STUCK_AFTER, False: timedelta(0), None: LOST_AFTER}[is_alive]
        if silence >= patience:
            found += _give_up(job)
    return found


def _give_up(job: Job) -> int:
    if job.attempts < MOST_ATTEMPTS and _is_resumable(job.task):
        outcome: dict[str, Any] = {"state": Job.State.QUEUED, "worker": ""}
    else:
        outcome = {
            "state": Job.State.FAILED,
            "ended_at": timezone.now(),
            "error": _("The server stopped while this was running. Start it again."),
        }
    with write_transaction():
        # The attempt in the condition: another worker may have recovered and restarted it meanwhile.
        return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, worker=job.worker, attempts=job.attempts).update(
            **outcome
        )


def _is_resumable(path: str) -> bool:
    try:
        return bool(getattr(task_of(path).func, "qsms_resumable", False))
    except ImportError:
        return False


def _own_savepoint() -> AbstractContextManager[Any]:
    # Only in immediate mode is there a transaction around: a task that fails must not spoil it for the caller.
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _fault(job_id: int) -> str:
    return _(
        "This ended because of a fault in the program. Tell your administrator the number %(job)d: "
        "the log of the server says more under it."
    ) % {"job": job_id}

"""What a task may say and ask while it runs as a job."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction

LONGEST_SENTENCE = 300

P = ParamSpec("P")
T = TypeVar("T")


class JobFailed(Exception):
    """Raised by a task that cannot go on. The text is shown to the person: what is wrong, then how to mend it."""


class Stopped(BaseException):
    """Raised inside the task when somebody asked to stop. Not an Exception, so that no `except` swallows it."""


class Interrupted(Stopped):
    """The worker shuts down; the resumable job goes back into the queue."""


@dataclass
class Running:
    """The live side of a job, shared by the thread that works and the one that writes the progress down."""

    job_id: int
    worker: str
    attempt: int = 0
    is_resumable: bool = False
    resumed_from: int = 0
    done: int = 0
    total: int | None = None
    sentence: str = ""
    result_file: str = ""
    changed: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    interrupt: threading.Event = field(default_factory=threading.Event)


current: ContextVar[Running | None] = ContextVar("qsms_running_job", default=None)


def progress(done: int, total: int | None = None, sentence: str = "") -> None:
    """Say how far the work is; call it as often as you like, also inside a transaction.

    Nothing is written here: the worker notes the newest state about once a second from another thread, so that the
    work is neither slowed down nor shown as done before its transaction holds. Raises Stopped when somebody asked
    to stop. Outside a job it does nothing.
    """
    running = current.get()
    if running is None:
        return
    if running.stop.is_set():
        raise Stopped
    if running.interrupt.is_set() and running.is_resumable:
        raise Interrupted
    running.done, running.sentence = done, sentence[:LONGEST_SENTENCE]
    if total is not None:
        running.total = total
    running.changed = True


def keep_file(sha256: str) -> None:
    """Name the stored file that is the result, for the person to download."""
    running = current.get()
    if running is not None:
        running.result_file = sha256


def resumed_from() -> int:
    """The `done` that a resumable job had reached when its worker died; 0 at the first attempt."""
    running = current.get()
    return running.resumed_from if running else 0


def resumable(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a task that may be run again from `resumed_from()` after its worker died. Put it under `@task()`."""
    function.__dict__["qsms_resumable"] = True
    return function


def ask_to_stop(job_id: int) -> bool:
    """Stop a job: at once when it waits, at its next sign of progress when it runs. False when it is over."""
    from qsms.base.models import Job

    now = timezone.now()
    with write_transaction():
        waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
        if waiting.update(
            state=Job.State.STOPPED, stop_asked_at=now, ended_at=now, sentence=_("Stopped before it began.")
        ):
            return True
        return bool(Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(stop_asked_at=now))

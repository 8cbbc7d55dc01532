"""The worker: a process with one thread for jobs, one for periodic duties and one that notes how they are.

`qsms serve` starts `main()` in a process of its own, so that long work takes no time from pages.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from django.db import close_old_connections, connections

from qsms.base.jobs import alive, periodic
from qsms.base.jobs.running import Running
from qsms.base.jobs.work import next_queued, note_progress, recover, stop_was_asked, take, work_on

IDLE_SECONDS = 0.5
BEAT_SECONDS = 1.0
SIGN_OF_LIFE_SECONDS = 15.0
RECOVER_SECONDS = 30.0
GRACE_SECONDS = 25.0
NEVER = float("-inf")

log = logging.getLogger("qsms.jobs")


class Worker:
    """Takes jobs and periodic duties until it is told to end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ending = threading.Event()
        self._told_to_end = False
        self._running: Running | None = None
        self._duty: str | None = None
        self._noted_at = time.monotonic()
        self._recovered_at = NEVER

    def do_next_job(self) -> bool:
        """Do the oldest queued job to its end; false when there was none."""
        # First what a killed worker left: it was begun before anything that waits now.
        if self._recovered_at == NEVER:
            self._recover()
        job_id = next_queued()
        if job_id is None or not take(job_id, self.name):
            return False
        self._running = Running(job_id, self.name)
        self._noted_at = time.monotonic()
        try:
            work_on(job_id, self.name, running=self._running)
        finally:
            self._running = None
        return True

    def do_periodic(self) -> bool:
        """Do the periodic duties that are due, and now and then look for jobs that others left behind."""
        if time.monotonic() - self._recovered_at > RECOVER_SECONDS:
            self._recover()
        try:
            return bool(periodic.run_due(self.name, on_start=self._hold))
        finally:
            self._duty = None

    def beat(self) -> None:
        """Note the progress and give a sign of life; called about once a second."""
        running, duty = self._running, self._duty
        is_time = time.monotonic() - self._noted_at > SIGN_OF_LIFE_SECONDS
        if running is not None:
            if running.changed or is_time:
                note_progress(running)
            elif stop_was_asked(running.job_id):
                running.stop.set()
        if duty is not None and is_time:
            periodic.keep(duty, self.name)
        if is_time:
            self._noted_at = time.monotonic()

    def run(self) -> None:
        """Work until `end`; then let the running job reach its next sign of progress or finish, for a while."""
        threads = [
            threading.Thread(target=self._loop, args=args, daemon=True, name=f"qsms-{args[0].__name__}")
            for args in ((self.do_next_job, IDLE_SECONDS), (self.do_periodic, IDLE_SECONDS), (self._beat, BEAT_SECONDS))
        ]
        for thread in threads:
            thread.start()
        while not self._told_to_end:
            time.sleep(IDLE_SECONDS)
        self.ending.set()
        # Once more, for a job that was begun meanwhile.
        self.end()
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def end(self) -> None:
        """Take nothing new; ask a resumable job to go back into the queue."""
        # No lock is taken for the flag: a signal may arrive while this very thread holds it.
        self._told_to_end = True
        running = self._running
        if running is not None:
            running.interrupt.set()

    def _recover(self) -> None:
        recover()
        alive.forget_the_dead()
        self._recovered_at = time.monotonic()

    def _hold(self, duty: str) -> None:
        self._duty = duty

    def _beat(self) -> bool:
        self.beat()
        return False

    def _loop(self, act: Callable[[], bool], pause: float) -> None:
        try:
            while not self.ending.is_set():
                close_old_connections()
                try:
                    did_something = act()
                except Exception:
                    # Most often a busy or restarting database. What was not done is still queued or due.
                    log.exception("The worker met a fault and goes on.")
                    did_something = False
                if not did_something:
                    self.ending.wait(pause)
        finally:
            connections.close_all()


def main() -> None:
    """Be a worker until SIGTERM or Ctrl-C. Django is set up by the caller."""
    with alive.living() as name:
        worker = Worker(name)

        def end(_signal: int, _frame: FrameType | None) -> None:
            worker.end()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        log.info("Worker %s begins.", name)
        worker.run()

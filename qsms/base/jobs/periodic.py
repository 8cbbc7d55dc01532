"""Duties that recur: outbox delivery, clocks, digests. Each is done by one worker at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from qsms.base.gate import write_transaction

# How long a worker may be silent before another one takes its duty over.
LEASE = timedelta(seconds=60)
LONGEST_ERROR = 500

log = logging.getLogger("qsms.jobs")

Duty = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A duty and how often it is done."""

    name: str
    interval: timedelta
    act: Duty
    only_if: Callable[[], object] | None = None


_duties: dict[str, Recurring] = {}
# Who had nothing to do is asked again after this part of the interval, not at every turn of the worker.
ASKED_AGAIN = 1 / 20
_asked_again_at: dict[str, float] = {}


def every(seconds: float, *, only_if: Callable[[], object] | None = None) -> Callable[[Duty], Duty]:
    """Decorator: do this about every so many seconds, one worker at a time, counted from the beginning of each turn.

    `only_if` is a cheap look whether there is anything to do, so that an idle installation writes nothing; it is asked
    up to twenty times in an interval. A duty that fails is done again at the next turn, so it must bear being repeated.
    """

    def register(act: Duty) -> Duty:
        name = f"{act.__module__}.{act.__qualname__}"
        _duties[name] = Recurring(name, timedelta(seconds=seconds), act, only_if)
        return act

    return register


def duties() -> tuple[Recurring, ...]:
    """All that is registered, by name."""
    return tuple(_duties[name] for name in sorted(_duties))


def run_due(worker: str, *, on_start: Callable[[str], None] | None = None) -> int:
    """Do what is due and held by nobody. Gives the number of duties done; a failing one is logged and noted."""
    from qsms.base.models import Periodic

    due_at = dict(Periodic.objects.values_list("name", "next_at"))
    count = 0
    for duty in duties():
        now = timezone.now()
        if due_at.get(duty.name, now) > now or not _wanted(duty):
            continue
        if _take(duty, worker):
            if on_start is not None:
                on_start(duty.name)
            _do(duty, worker)
            count += 1
    return count


def _wanted(duty: Recurring) -> bool:
    # A look that fails (a table not migrated yet) must not end the worker, nor keep the other duties from their turn.
    if duty.only_if is None:
        return True
    if time.monotonic() < _asked_again_at.get(duty.name, 0):
        return False
    _asked_again_at[duty.name] = time.monotonic() + duty.interval.total_seconds() * ASKED_AGAIN
    try:
        return bool(duty.only_if())
    except Exception:
        log.exception("Whether “%s” has anything to do could not be found out.", duty.name)
        return False


def keep(name: str, worker: str) -> None:
    """Prolong the hold on a duty that is still being done."""
    from qsms.base.models import Periodic

    with write_transaction():
        Periodic.objects.filter(name=name, holder=worker).update(next_at=timezone.now() + LEASE)


def _take(duty: Recurring, worker: str) -> bool:
    from qsms.base.models import Periodic

    now = timezone.now()
    with write_transaction():
        Periodic.objects.get_or_create(name=duty.name, defaults={"next_at": now})
        return bool(
            Periodic.objects.filter(name=duty.name, next_at__lte=now).update(next_at=now + LEASE, holder=worker)
        )


def _do(duty: Recurring, worker: str) -> None:
    from qsms.base.models import Periodic

    began, error = timezone.now(), ""
    try:
        duty.act()
    except Exception as fault:
        log.exception("The periodic duty %s failed.", duty.name)
        error = f"{type(fault).__name__}: {fault}"[:LONGEST_ERROR]
    with write_transaction():
        Periodic.objects.filter(name=duty.name, holder=worker).update(
            next_at=began + duty.interval, holder="", ended_at=timezone.now(), error=error
        )

"""Tasks for the tests; a task has to live in a module, so that a worker finds it by its path."""

from __future__ import annotations

import time
from pathlib import Path

from django.core.exceptions import ValidationError
from django_tasks import task

from qsms.base import context
from qsms.base.jobs import JobFailed, keep_file, progress, resumable, resumed_from
from qsms.base.models import Periodic


@task()
def add(one: int, other: int) -> dict[str, object]:
    progress(1, 1, "Adding")
    keep_file("f" * 64)
    now = context.current()
    return {"sum": one + other, "organisation": now.organisation_id, "actor": now.actor_id, "request": now.request_id}


@task()
def fail(how: str) -> None:
    progress(3, 10, "Reading rows")
    Periodic.objects.create(name="half done", next_at="2026-11-22T00:00Z")
    if how == "sentence":
        raise JobFailed("Row 4 has no date. Add one and load the file again.")
    if how == "invalid":
        raise ValidationError(["Row 4 has no date.", "Row 5 neither."])
    if how == "exit":
        raise SystemExit(1)
    raise ZeroDivisionError("secret detail")


@task()
@resumable
def count(path: str, up_to: int, pause: float) -> int:
    for number in range(resumed_from() + 1, up_to + 1):
        with Path(path).open("a") as file:
            file.write(f"{number}\n")
        progress(number, up_to, f"Counting {number}")
        time.sleep(pause)
    return up_to


@task()
def once(path: str, pause: float) -> None:
    Path(path).write_text("begun")
    time.sleep(pause)

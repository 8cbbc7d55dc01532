"""The escalation ladder: overdue actions climb it one step at a time, each step once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.db.models import F

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.notify import services as notify
from qsms.notify.following import name_of
from qsms.org import actor as actors
from qsms.org.models import Organisation
from qsms.records import history, tasks
from qsms.records.models import Task
from qsms.rules.lifecycle import Phase

from .models import Action

DATA = Path(__file__).parent / "data" / "escalation.yaml"
# Whoever the action waits for: its owner, or whoever checks it.
DUE = "whoever_is_due"


@dataclass(frozen=True, slots=True)
class Step:
    after_days: int
    says: str
    # One of the two: DUE, or the role that gets a task.
    to: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    edition: str
    most_extensions: int
    steps: tuple[Step, ...]


@lru_cache(maxsize=1)
def ladder() -> Ladder:
    """The shipped ladder."""
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return Ladder(data["edition"], data["most_extensions"], tuple(Step(**step) for step in data["ladder"]))


def codes() -> list[str]:
    """The codes of the tasks that the ladder gives."""
    return [f"overdue_{index}" for index in range(len(ladder().steps))]


def told() -> dict[str, str]:
    """What each of these tasks says."""
    return dict(zip(codes(), (step.says for step in ladder().steps), strict=True))


def reached(due_on: dt.date, today: dt.date) -> int:
    """How many steps of the ladder an action that was due on this day has reached. Due today is not overdue."""
    late = (today - due_on).days
    return sum(late > step.after_days for step in ladder().steps) if late > 0 else 0


def climb(organisation_id: int) -> int:
    """Take every overdue action of an organisation up to the step it has reached; how many steps were taken."""
    taken = 0
    with context.organisation(organisation_id):
        today = moment.now().astimezone(_zone(organisation_id)).date()
        overdue = Action.objects.filter(
            organisation_id=organisation_id, kind="action", phase__lt=Phase.DONE, due_on__lt=today
        ).filter(escalated__lt=len(ladder().steps))
        for action in overdue.select_related("owner").iterator(chunk_size=200):
            steps = reached(action.due_on, today)
            for index in range(action.escalated, steps):
                _take(organisation_id, action, index)
                taken += 1
    return taken


def _take(organisation_id: int, action: Action, index: int) -> None:
    step = ladder().steps[index]
    system = actors.system(organisation_id)
    with write_transaction():
        # Another worker may have taken this step a moment ago.
        if not Action.everywhere.filter(pk=action.pk, escalated=index).update(escalated=F("escalated") + 1):
            return
        owner = (action.verifier_id if action.state == "check" else action.owner_id) if step.to == DUE else None
        late = Task.everywhere.filter(record_id=action.pk, person_id=owner, done_at=None, due_at__lt=moment.now())
        if owner is not None and late.exists():
            # Their work says already that it is late. One thing to do is one line there.
            said = f"{step.says}: {name_of(action)}"
            notify.tell(action, [owner], "overdue", said, f"overdue-{action.pk}-{action.due_on}-{index}")
        else:
            # Late from the first moment: it stands where late things stand.
            tasks.give(
                system,
                action,
                codes()[index],
                step.says,
                person_id=owner,
                role=step.role or "quality_manager",
                due_at=moment.now(),
            )
        deed = history.write(system, action, history.Act("escalated", step.says, {"step": index + 1}))
        history.tell(system, action, deed, "action.escalated", {"step": index + 1})


@jobs.every(1800)
def climb_everywhere() -> None:
    """The worker's round over all organisations."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        climb(pk)


def _zone(organisation_id: int) -> dt.tzinfo:
    return ZoneInfo(Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id))

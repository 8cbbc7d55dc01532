"""What makes news: tasks given, moves, mentions, changes of owner, clocks that run out. All heard after the commit."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.events import Event, after
from qsms.base.gate import write_transaction
from qsms.org.models import Grant
from qsms.records import wording
from qsms.records.models import Clock, Record, Task

from .models import News
from .services import Word, is_told_by_clock, tell, tell_each

QUIET = ("imported", "linked")


@after("*")
def follow(event: Event) -> None:
    """Turn one event into news for those whom it concerns."""
    kind, _dot, verb = event.name.partition(".")
    if event.record_id is None or verb in QUIET:
        return
    record = Record.everywhere.filter(pk=event.record_id).first()
    if record is None:
        return
    _tasks(record, event)
    if verb == "assigned" or "owner" in event.data.get("fields", ()):
        _assigned(record, event)
    elif verb == "commented":
        _commented(record, event)
    elif "move" in event.data:
        _moved(record, event, kind)


def name_of(record: Record) -> str:
    """How news calls a record: a confidential one by its number alone."""
    return record.number if record.confidential else f"{record.number} {record.title}"


def _tasks(record: Record, event: Event) -> None:
    # Each open task of a person is told once; the key keeps it so, whichever event finds it first.
    told = News.everywhere.filter(task_id=OuterRef("pk"), person_id=OuterRef("person_id"), topic="task")
    waiting = Task.everywhere.filter(~Exists(told), record_id=record.pk, done_at=None, person__isnull=False)
    words = [
        Word(task.person_id, _asked(record, task), f"task-{task.pk}-{task.person_id}", task)
        for task in waiting.order_by("pk")
        if task.person_id not in (None, event.actor_id) and not is_told_by_clock(record, task)
    ]
    tell_each(record, "task", words)


def _asked(record: Record, task: Task) -> str:
    """What a task asks, with the title of its record once."""
    if record.confidential or task.title == record.title:
        return _("You have a task: %(record)s") % {"record": name_of(record)}
    if record.title in task.title:
        return f"{record.number} {task.title}"
    return _("%(task)s: %(record)s") % {"task": task.title, "record": name_of(record)}


def _assigned(record: Record, event: Event) -> None:
    to = event.data.get("to", record.owner_id)
    if to is None:
        return
    text = _("You own %(record)s now") % {"record": name_of(record)}
    tell(record, [int(to)], "owner", text, f"owner-{event.data['deed']}", but=event.actor_id)


def _commented(record: Record, event: Event) -> None:
    mentioned = [int(one) for one in event.data.get("mentions", ())]
    key = f"comment-{event.data['comment']}"
    text = _("You are mentioned on %(record)s") % {"record": name_of(record)}
    tell(record, mentioned, "mention", text, key, but=event.actor_id)
    others = {record.owner_id, record.raised_by_id} - {None, *mentioned}
    text = _("New comment on %(record)s") % {"record": name_of(record)}
    tell(record, [one for one in others if one], "comment", text, key, but=event.actor_id)


def _moved(record: Record, event: Event, kind: str) -> None:
    if record.kind != kind:
        return
    state = wording.state_label(kind, record.state)
    text = _("%(record)s is now “%(state)s”") % {"record": name_of(record), "state": state}
    people = [one for one in (record.owner_id, record.raised_by_id) if one]
    tell(record, people, "state", text, f"move-{event.data['deed']}", but=event.actor_id)


# -- clocks -----------------------------------------------------------------------------------------------------------


def _due(now: dt.datetime) -> bool:
    return Clock.everywhere.filter(stopped_at=None, next_warning_at__lte=now).exists()


@jobs.every(60, only_if=lambda: _due(moment.now()))
def warn_of_clocks() -> None:
    """Tell whoever must act that a clock runs out, at each of its warnings and once when it has."""
    now = moment.now()
    for clock in Clock.everywhere.filter(stopped_at=None, next_warning_at__lte=now).select_related("record")[:500]:
        with context.organisation(clock.organisation_id):
            _warn(clock, now)


def _warn(clock: Clock, now: dt.datetime) -> None:
    warnings = sorted({dt.datetime.fromisoformat(text) for text in clock.warn_at} | {clock.due_at})
    passed = sum(at <= now for at in warnings)
    following = warnings[passed] if passed < len(warnings) else None
    with write_transaction():
        if not Clock.everywhere.filter(pk=clock.pk, warned=clock.warned).update(
            warned=passed, next_warning_at=following
        ):
            return
    record = clock.record
    words = _("Late: %(label)s, %(record)s") if clock.due_at <= now else _("Runs out soon: %(label)s, %(record)s")
    text = words % {"label": clock.label, "record": name_of(record)}
    tell(record, _answerable(record), "clock", text, f"clock-{clock.pk}-{passed}")


def _answerable(record: Record) -> list[int]:
    """The owner; without one, whoever has a task on the record, in person or by a role held today."""
    if record.owner_id:
        return [record.owner_id]
    asked = set(Task.everywhere.filter(record_id=record.pk, done_at=None).values_list("person_id", "role_id"))
    people = {person for person, _role in asked if person is not None}
    roles = {role for person, role in asked if person is None}
    today = moment.now().date()
    held = Grant.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today),
        Q(ends_on=None) | Q(ends_on__gte=today),
        organisation_id=record.organisation_id,
        role_id__in=roles,
        person__is_active=True,
    )
    return sorted(people | set(held.values_list("person_id", flat=True)))

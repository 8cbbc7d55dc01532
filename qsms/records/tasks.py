"""Tasks: whatever waits for a person. One inbox, because there is one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache, partial
from itertools import compress
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from qsms.base import moment
from qsms.base.prepared import Prepared
from qsms.org.actor import Actor
from qsms.org.models import Role
from qsms.rules.lifecycle import TaskPlan

from . import clocks, registry, scope
from .models import Record, Task
from .registry import RecordType

Listener = Callable[[Sequence[Task]], None]
_listeners: list[Listener] = []


def when_given(listener: Listener) -> Listener:
    """Decorator: call this inside the transaction whenever tasks are given, because their takers now see the record."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def give(
    actor: Actor,
    record: Record,
    code: str,
    title: str,
    *,
    person_id: int | None = None,
    role: str = "",
    due_at: datetime | None = None,
) -> Task | None:
    """Give a task to a person or, without one, to a role. The same task for the same person is not given twice.

    Raises LookupError when records of its kind have no such task.
    """
    _check_type(record, code)
    role_id = None
    if person_id is None:
        role_id = (
            Role.objects.filter(organisation_id=actor.organisation_id, code=role).values_list("pk", flat=True).first()
        )
        if role_id is None:
            return None
    taker = {"person_id": person_id} if person_id is not None else {"role_id": role_id}
    existing: Task | None = Task.everywhere.filter(record_id=record.pk, code=code, done_at=None, **taker).first()
    if existing is not None:
        return existing
    task = Task(
        organisation_id=record.organisation_id,
        record_id=record.pk,
        code=code,
        title=str(title)[:250],
        person_id=person_id,
        role_id=role_id,
        asked_by_id=actor.person_id,
        due_at=due_at,
        given_at=moment.now(),
    )
    task.save(force_insert=True)
    for listener in _listeners:
        listener([task])
    return task


def give_each(actor: Actor, record: Record, code: str, title: str, takers: Mapping[int, datetime | None]) -> list[Task]:
    """Give people the same task on a record, until the moment beside each; those who have it keep theirs (a few
    statements, whatever their number)."""
    waiting = Task.everywhere.filter(record_id=record.pk, code=code, done_at=None, person__isnull=False)
    known = set(waiting.values_list("person_id", flat=True))
    rows = ((record, code, title, person, due) for person, due in takers.items() if person not in known)
    given = give_many(actor, rows)
    if given:
        for listener in _listeners:
            listener(given)
    return given


def give_many(actor: Actor, wanted: Iterable[tuple[Record, str, str, int, datetime | None]]) -> list[Task]:
    """Give tasks on records that are new, so that nothing needs to be compared: (record, code, title, person, due)."""
    now, rows = moment.now(), list[Task]()
    for record, code, title, person_id, due_at in wanted:
        _check_type(record, code)
        rows.append(
            Task(
                organisation_id=record.organisation_id,
                record_id=record.pk,
                code=code,
                title=title[:250],
                person_id=person_id,
                asked_by_id=actor.person_id,
                due_at=due_at,
                given_at=now,
            )
        )
    return Task.everywhere.bulk_create(rows)


def _check_type(record: Record, code: str) -> None:
    if registry.task_type(record.kind, code) is None:
        raise LookupError(f"Records of the kind “{record.kind}” have no task “{code}”. Name it in the sheet's tasks.")


def give_planned(actor: Actor, sheet: RecordType, record: Record, plans: Iterable[TaskPlan]) -> list[Task]:
    """Give the tasks that a move plans; a party nobody plays falls back to the plan's role."""
    given = []
    for plan in plans:
        people: Iterable[int | None] = sheet.parties(record).get(plan.to, ()) or [None]
        due = None
        if plan.clock:
            due = clocks.deadline(record, plan.clock, moment.now()).due
        elif plan.days:
            due = moment.now() + timedelta(days=plan.days)
        for person_id in people:
            task = give(actor, record, plan.code, str(plan.title), person_id=person_id, role=plan.role, due_at=due)
            if task is not None:
                given.append(task)
    return given


def finish(
    actor: Actor, record: Record, codes: Iterable[str], outcome: str = "", *, people: Iterable[int] | None = None
) -> int:
    """The open tasks with these codes on a record, of these people or of everybody, are done; how many there were."""
    return _end(actor, _open(record, codes, people), outcome)


def withdraw(
    actor: Actor,
    record: Record,
    codes: Iterable[str] | None = None,
    outcome: str = "",
    *,
    people: Iterable[int] | None = None,
) -> int:
    """Nobody is asked any more for the open tasks with these codes, or for any, though they are not done; how many."""
    return _end(actor, _open(record, codes, people), outcome, withdrawn=True)


def _open(record: Record, codes: Iterable[str] | None, people: Iterable[int] | None) -> QuerySet[Task]:
    waiting = Task.everywhere.filter(record_id=record.pk, done_at=None)
    if people is not None:
        waiting = waiting.filter(person_id__in=list(people))
    return waiting if codes is None else waiting.filter(code__in=tuple(codes))


def _end(actor: Actor, waiting: QuerySet[Task], outcome: str, *, withdrawn: bool = False) -> int:
    return waiting.update(done_at=moment.now(), done_by_id=actor.person_id, outcome=outcome[:250], withdrawn=withdrawn)


@dataclass(frozen=True)
class Waiting:
    """A task of somebody's inbox, with what its line shows of the record."""

    id: int
    code: str
    title: str
    due_at: datetime | None
    given_at: datetime
    asked_by: str
    role: str
    _make_record: Callable[[], Record] = field(repr=False, compare=False)

    @cached_property
    def record(self) -> Record:
        """Made when a line is drawn: an inbox counts many more than it shows."""
        return self._make_record()


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for somebody, soonest first. `cut`: there is more; all that is due before `whole_until` is here."""

    waiting: list[Waiting]
    cut: bool = False
    whole_until: datetime | None = None


# Soonest first, without a day last: left alone, SQLite puts those first, and PostgreSQL last.
SOONEST = (F("due_at").asc(nulls_last=True), "pk")
# So many of the actor's own and of each role are looked at, and so many when all of them are asked for.
MANY, ALL = 200, 2_000
COLUMNS = ("pk", "code", "title", "due_at", "given_at", "asked_by__name", "role__title")


@lru_cache(maxsize=4)
def _waiting_for(taker_column: str, most: int) -> Prepared:
    """The first tasks that wait for a person or a role, with what scope and a line need of their records."""

    def build(organisation: int, taker: int, person: int) -> QuerySet[Task, Any]:
        waiting = Task.everywhere.filter(record__organisation_id=organisation, done_at=None, **{taker_column: taker})
        involved = Exists(Task.everywhere.filter(person_id=person, record_id=OuterRef("record_id")))
        of_record = (f"record__{name}" for name in scope.OUTLINE)
        return waiting.order_by(*SOONEST).values_list(*COLUMNS, involved, "record_id", *of_record)[: most + 1]

    return Prepared(build, organisation=int, taker=int, person=int)


def mine(actor: Actor, *, whose: str = "") -> list[Waiting]:
    """What `inbox` gives, where it does not matter whether there is more."""
    return inbox(actor, whose=whose).waiting


def inbox(actor: Actor, *, whose: str = "", all_of_it: bool = False) -> Inbox:
    """The open tasks of the actor, and those of the actor's roles on records the actor sees, soonest first.

    `whose` "mine" or "office" gives the one or the other. MANY of each, or ALL. A limited index range for each, not
    one OR over the table.
    """
    if actor.person_id is None:
        return Inbox([])
    most = ALL if all_of_it else MANY
    takers = [("person_id", actor.person_id)] if whose != "office" else []
    takers += [("role_id", role_id) for role_id in sorted(actor.role_ids)] if whose != "mine" else []
    found: list[Waiting] = []
    # When the first task is due that is left out of each part; None for one without a day, after all that have one.
    cut: list[datetime | None] = []
    for column, taker in takers:
        question = _waiting_for(column, most)
        rows = question.rows(organisation=actor.organisation_id, taker=taker, person=actor.person_id)
        if len(rows) > most:
            cut.append(rows.pop()[COLUMNS.index("due_at")])
        seen = scope.seen_rows(actor, (row[len(COLUMNS) :] for row in rows))
        for pk, code, title, due_at, given_at, asked_by, role, involved, record_id, *outline in compress(rows, seen):
            record = partial(scope.outlined, actor, record_id, outline, involved=bool(involved))
            found.append(Waiting(pk, code, title, due_at, given_at, asked_by or "", role or "", record))
    far = moment.now() + timedelta(days=36500)
    found.sort(key=lambda one: (one.due_at or far, one.id))
    return Inbox(found, bool(cut), min((due or far for due in cut), default=None))


COUNTED = 100
# Roles that one statement looks at; few people hold more.
ROLES = ("role1", "role2", "role3", "role4")


def _first_waiting(owner: int, person: int, organisation: int, **roles: int) -> QuerySet[Task, Any]:
    """What scope needs to know, for `person`, of the first tasks that wait for `owner` and for each of these roles.

    Each is a range of its own index: asked for several roles at once, PostgreSQL walks all tasks by their deadline.
    """
    waiting = Task.everywhere.filter(organisation_id=organisation, done_at=None)
    involved = Exists(Task.everywhere.filter(person_id=person, record_id=OuterRef("record_id")))
    columns = ["record_id", *(f"record__{name}" for name in scope.SCOPE_FIELDS)]
    first = [waiting.filter(person_id=owner), *(waiting.filter(role_id=role) for role in roles.values())]
    parts = [
        Task.everywhere.filter(pk__in=some.order_by(*SOONEST).values("pk")[:COUNTED]).values_list(involved, *columns)
        for some in first
    ]
    return parts[0].union(*parts[1:], all=True)


# Every page shows how many they are.
FIRST_WAITING = Prepared(_first_waiting, owner=int, person=int, organisation=int, **dict.fromkeys(ROLES, int))


def count_mine(actor: Actor) -> int:
    """How many tasks `mine` lists, counted up to COUNTED of the actor's own and of each role (one query)."""
    if actor.person_id is None:
        return 0
    held = sorted(actor.role_ids)
    rows = []
    for start in range(0, max(1, len(held)), len(ROLES)):
        chunk = held[start : start + len(ROLES)]
        some = dict(zip(ROLES, [*chunk, *[scope.NOBODY] * (len(ROLES) - len(chunk))], strict=True))
        owner = scope.NOBODY if start else actor.person_id
        rows += FIRST_WAITING.rows(owner=owner, person=actor.person_id, organisation=actor.organisation_id, **some)
    return sum(scope.seen_rows(actor, rows))


def _on_record(record: int) -> QuerySet[Task]:
    waiting = Task.everywhere.filter(record_id=record, done_at=None)
    return waiting.select_related("person", "role").order_by(*SOONEST)


ON_RECORD = Prepared(_on_record, record=int)


def on_record(record: Record) -> list[Task]:
    """The open tasks of a record."""
    found: list[Task] = ON_RECORD.objects(record=record.pk)
    return found


def shown_on_record(actor: Actor, record: Record) -> list[Task]:
    """The same, without the quiet ones of others."""
    quiet = registry.quiet_tasks(record.kind)
    if not quiet:
        return on_record(record)
    return list(_on_record(record.pk).filter(~Q(code__in=quiet) | Q(person_id__in=actor.persons)))


def postpone(record: Record, codes: Iterable[str], due_at: datetime | None) -> None:
    """Move the deadline of a record's open tasks with these codes."""
    Task.everywhere.filter(record_id=record.pk, done_at=None, code__in=tuple(codes)).update(due_at=due_at)


def hand_on(record: Record, former_id: int, person_id: int) -> None:
    """Give what waits for one person on a record to another, who took over their part of it."""
    Task.everywhere.filter(record_id=record.pk, done_at=None, person_id=former_id).update(person_id=person_id)

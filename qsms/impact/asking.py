"""Asking whoever a change concerns: owners whether a record still fits, people whether it fits how they work."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from qsms.base import moment, sentences
from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import history, moves, scope, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record, Task

from . import circles
from .choices import ALL_SAID, OF_OWNERS, OF_PEOPLE, Answer
from .circles import Turnout
from .models import Check
from .touching import Impact, Subject

# The task of an owner, on a record that may have to follow; and of who reads it or takes it.
TASK, PEOPLE_TASK = "still_fits", "fits_my_work"
ASKED, ASKED_PEOPLE, ANSWERED = "impact_asked", "impact_people_asked", "impact_answered"
LONGEST = 500
# A check is about a record, because of another one.
ENDS = ("record", "subject")


@dataclass(frozen=True, slots=True)
class Plan:
    """What asking would do: the records to ask about with their owners, people to ask, and where nothing is asked."""

    asked: tuple[Record, ...]
    # Name of an owner -> how many records they would be asked about; the busiest first.
    owners: dict[str, int]
    # Without an owner there is nobody to ask.
    ownerless: tuple[Record, ...]
    # Somebody asked already because of the same change and waits for the answer.
    waiting: tuple[Record, ...]
    turnouts: tuple[Turnout, ...] = ()

    @property
    def n_tasks(self) -> int:
        """How many questions it would ask."""
        return len(self.asked) + sum(len(one.people) for one in self.turnouts)

    @property
    def n_people(self) -> int:
        """How many people it would ask, each counted once."""
        owners = {one.owner_id for one in self.asked}
        return len(owners.union(*(one.people for one in self.turnouts)))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to ask: about which touched records, which circles of people or whom by name, and what
    changes."""

    what: str
    records: Collection[int] = ()
    circles: Collection[str] = ()
    person: int | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who was asked because of a change and has not answered: about which records, and which people on which record."""

    records: frozenset[int] = frozenset()
    people: Mapping[int, frozenset[int]] = field(default_factory=dict)


def because_of(subject: Subject) -> Q:
    """The checks that were asked because of this subject; the caller narrows them to records that the reader sees."""
    if subject.record is not None:
        return Q(subject_id=subject.record.pk)
    assert subject.clause is not None
    return Q(subject=None, framework=subject.clause.framework, clause=subject.clause.number)


def waiting(subject: Subject) -> Waiting:
    """Who was asked because of this subject and has not answered (one query)."""
    rows = Check.objects.filter(because_of(subject), answer="")
    return waiting_in(rows.values_list("record_id", "person_id"))


def waiting_in(rows: Iterable[tuple[int, int | None]]) -> Waiting:
    """The same from the record and the person of each open check."""
    records, people = set(), defaultdict[int, set[int]](set)
    for record, person in rows:
        if person is None:
            records.add(record)
        else:
            people[record].add(person)
    return Waiting(frozenset(records), {record: frozenset(found) for record, found in people.items()})


def plan(actor: Actor, impact: Impact, wish: Wish) -> Plan:
    """What asking as somebody wishes would do: about touched records, and people."""
    records = [record for pk, record in impact.records.items() if pk in wish.records]
    already = waiting(impact.subject)
    asked = tuple(one for one in records if one.owner_id is not None and one.pk not in already.records)
    known = names.people(actor.organisation_id, [*(one.owner_id for one in asked), wish.person])
    owners = Counter(known[one.owner_id] for one in asked if one.owner_id in known)
    wanted = [one for one in circles.offered(actor, impact) if one.key in wish.circles]
    before = frozenset().union(*already.people.values())
    turnouts = circles.turnouts(actor, wanted, before)
    if wish.person in known and wish.person is not None and impact.subject.record is not None:
        turnouts.append(circles.by_name(impact.subject.record, wish.person, known[wish.person], before))
    return Plan(
        asked=asked,
        owners=dict(owners.most_common()),
        ownerless=tuple(one for one in records if one.owner_id is None),
        waiting=tuple(one for one in records if one.pk in already.records),
        turnouts=tuple(turnouts),
    )


def checked_plan(actor: Actor, impact: Impact, wish: Wish) -> Plan:
    """The plan of an asking that could be carried out as it stands. Raises Refused, Invalid."""
    if not impact.subject.may_ask:
        said = _("You may not ask for checks because of this change. Ask who keeps %(number)s.")
        raise Refused([said % {"number": impact.subject.number}])
    if not wish.what.strip():
        raise Invalid({"what": _("Say what changes, so that whoever is asked knows what to look for.")})
    if wish.due_on is not None and wish.due_on < moment.now().astimezone(actor.tz).date():
        raise Invalid({"due_on": _("This day is past. Choose today or a later day.")})
    planned = plan(actor, impact, wish)
    if wish.person is not None and not planned.n_tasks:
        raise Invalid({"person": _nobody(planned, impact.subject)})
    if not planned.n_tasks:
        said = _(
            "Choose at least one record that has an owner, or people, and that nobody is being asked about already."
        )
        raise Invalid({"": said})
    return planned


def _nobody(planned: Plan, subject: Subject) -> str:
    if any(one.waiting for one in planned.turnouts):
        return _("They were asked already because of this change. Wait for their answer.")
    return _("They may not see %(number)s. Ask somebody who does.") % {"number": subject.number}


def ask(actor: Actor, impact: Impact, wish: Wish) -> int:
    """Ask the owner of each chosen record whether it still fits, and the picked people whether it fits how they work;
    how many questions. Raises Refused, Invalid; all or nothing."""
    subject, what = impact.subject, wish.what.strip()[:LONGEST]
    due = dt.datetime.combine(wish.due_on, dt.time(23, 59, 59), actor.tz) if wish.due_on is not None else None
    with write_transaction():
        planned = checked_plan(actor, impact, wish)
        for one in planned.asked:
            _ask_about(actor, subject, one.pk, what, due)
        for turnout in planned.turnouts:
            if turnout.people:
                _ask_people(actor, subject, turnout, what, due)
        history.write(
            actor,
            subject.record,
            # Whoever reads this may not see every record that is asked about: how many is enough.
            history.Act(ASKED, what, {"what": str(planned.n_tasks)}),
            subject="" if subject.record is not None else str(subject.clause),
        )
    return planned.n_tasks


def _ask_about(actor: Actor, subject: Subject, record_id: int, what: str, due: dt.datetime | None) -> None:
    record = moves.locked(actor, record_id)
    # An owner who may not see what changes does not learn its number: the words of whoever asks say enough.
    title = _("Does it still fit after a change? %(what)s") % {"what": what}
    task = tasks.give(actor, record, TASK, title, person_id=record.owner_id, due_at=due)
    assert task is not None
    _check(actor, subject, task, what).save(force_insert=True)
    history.write(actor, record, history.Act(ASKED, what))


def _ask_people(actor: Actor, subject: Subject, turnout: Turnout, what: str, due: dt.datetime | None) -> None:
    """A task for each of them on the document or the course (a few statements, whatever their number)."""
    record = moves.locked(actor, turnout.circle.record.pk)
    title = _("Does it fit how you work after a change? %(what)s") % {"what": what}
    tasks.give_each(actor, record, PEOPLE_TASK, title, dict.fromkeys(sorted(turnout.people), due))
    # Who waits because of another change keeps that task, and answers both.
    given = Task.everywhere.filter(record_id=record.pk, code=PEOPLE_TASK, done_at=None, person_id__in=turnout.people)
    Check.objects.bulk_create(_check(actor, subject, task, what, task.person_id) for task in given.order_by("pk"))
    history.write(actor, record, history.Act(ASKED_PEOPLE, what, {"what": str(len(turnout.people))}))


def _check(actor: Actor, subject: Subject, task: Task, what: str, person_id: int | None = None) -> Check:
    clause = subject.clause
    return Check(
        organisation_id=actor.organisation_id, subject=subject.record, framework=clause.framework if clause else "",
        clause=clause.number if clause else "", what=what, record_id=task.record_id, person_id=person_id, task=task,
        asked_by_id=actor.person_id, asked_at=moment.now(),
    )  # fmt: skip


def with_records(actor: Actor, rows: QuerySet[Check]) -> QuerySet[Check]:
    """These checks, each with its record and what it is asked because of, which know whether they involve the actor, so
    that `sees` asks nothing more."""
    mine = {
        f"{end}_mine": Exists(
            Task.everywhere.filter(record_id=OuterRef(f"{end}_id"), person_id=actor.person_id or scope.NOBODY)
        )
        for end in ENDS
    }
    return rows.annotate(**mine).select_related(*ENDS, "asked_by", "answered_by", "task__person")


def sees(actor: Actor, check: Check, end: str) -> bool:
    """Whether the actor sees the record of a check, or its subject; of checks that came with them."""
    record: Record | None = getattr(check, end)
    if record is None:
        return False
    scope.note(actor, record, getattr(check, f"{end}_mine"))
    return scope.sees(actor, record)


def may_answer(actor: Actor, check: Check, record: Record) -> bool:
    """Who was asked as one of many answers alone; about a record its owner, whoever the task went to, and who may
    change it."""
    if check.person_id is not None:
        return actor.person_id == check.person_id
    return actor.person_id in (check.task.person_id, record.owner_id) or scope.may(actor, "change", record)


def answers_to(check: Check) -> tuple[Answer, ...]:
    """What may be answered."""
    return OF_OWNERS if check.person_id is None else OF_PEOPLE


def answer(actor: Actor, check_id: int, given: str, words: str) -> Check:
    """Take what somebody found. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        check = Check.objects.select_related("task").filter(pk=check_id).first()
        if check is None:
            raise NotVisible
        record = moves.locked(actor, check.record_id)
        check.refresh_from_db()
        if not may_answer(actor, check, record):
            if check.person_id is not None:
                raise Refused([_("Somebody else was asked this. What waits for you stands under “My work”.")])
            raise Refused([_("The owner of %(number)s answers this.") % {"number": record.number}])
        if check.answer:
            raise Refused([_("This was answered in the meantime.")])
        if given not in answers_to(check):
            raise Invalid({"answer": _("Choose what you found.")})
        words = words.strip()
        if fault := sentences.too_long(words, LONGEST):
            raise Invalid({"words": fault})
        if given not in ALL_SAID and not words:
            asked = _("Say what does not fit.") if given == Answer.CLASHES else None
            raise Invalid({"words": asked or _("Say what is changed, or what will be and by when.")})
        check.answer, check.words = given, words
        check.answered_by_id, check.answered_at = actor.person_id, moment.now()
        check.save(update_fields=["answer", "words", "answered_by", "answered_at"])
        label = str(Answer(given).label)
        if not Check.objects.filter(task_id=check.task_id, answer="").exists():
            people = None if check.person_id is None else [check.person_id]
            code = TASK if check.person_id is None else PEOPLE_TASK
            tasks.finish(actor, record, (code,), outcome=label, people=people)
        history.write(actor, record, history.Act(ANSWERED, words, {"what": label}))
    return check

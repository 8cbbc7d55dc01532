"""Asking the owners of what a change touches whether it still fits, and taking their answers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from qsms.base import moment, sentences
from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import history, moves, scope, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record, Task

from .choices import Answer
from .models import Check
from .touching import Impact, Subject

TASK = "still_fits"
ASKED, ANSWERED = "impact_asked", "impact_answered"
LONGEST = 500
# A check is about a record, because of another one.
ENDS = ("record", "subject")


@dataclass(frozen=True, slots=True)
class Plan:
    """What asking would do: the records to ask about with their owners, and those where nothing can be asked."""

    asked: tuple[Record, ...]
    # Name of an owner -> how many records they would be asked about; the busiest first.
    people: dict[str, int]
    # Without an owner there is nobody to ask.
    ownerless: tuple[Record, ...]
    # Somebody asked already because of the same change and waits for the answer.
    waiting: tuple[Record, ...]


def because_of(subject: Subject) -> Q:
    """The checks that were asked because of this subject; the caller narrows them to records that the reader sees."""
    if subject.record is not None:
        return Q(subject_id=subject.record.pk)
    assert subject.clause is not None
    return Q(subject=None, framework=subject.clause.framework, clause=subject.clause.number)


def waiting(subject: Subject) -> set[int]:
    """The records about which somebody was asked because of this subject and has not answered (one query)."""
    rows = Check.objects.filter(because_of(subject), answer="")
    return set(rows.values_list("record_id", flat=True))


def plan(actor: Actor, impact: Impact, chosen: Collection[int]) -> Plan:
    """What asking about the chosen ones of the touched records would do. Two queries."""
    records = [record for pk, record in impact.records.items() if pk in chosen]
    already = waiting(impact.subject)
    asked = tuple(one for one in records if one.owner_id is not None and one.pk not in already)
    owners = names.people(actor.organisation_id, (one.owner_id for one in asked))
    people = Counter(owners[one.owner_id] for one in asked if one.owner_id in owners)
    return Plan(
        asked=asked,
        people=dict(people.most_common()),
        ownerless=tuple(one for one in records if one.owner_id is None),
        waiting=tuple(one for one in records if one.pk in already),
    )


def checked_plan(actor: Actor, impact: Impact, chosen: Collection[int], what: str, due_on: dt.date | None) -> Plan:
    """The plan of an asking that could be carried out as it stands. Raises Refused, Invalid."""
    if not impact.subject.may_ask:
        said = _("You may not ask for checks because of this change. Ask who keeps %(number)s.")
        raise Refused([said % {"number": impact.subject.number}])
    if not what.strip():
        raise Invalid({"what": _("Say what changes, so that the owners know what to look for.")})
    if due_on is not None and due_on < moment.now().astimezone(actor.tz).date():
        raise Invalid({"due_on": _("This day is past. Choose today or a later day.")})
    planned = plan(actor, impact, chosen)
    if not planned.asked:
        raise Invalid({"": _("Choose at least one record that has an owner and is not being checked already.")})
    return planned


def ask(actor: Actor, impact: Impact, chosen: Collection[int], what: str, due_on: dt.date | None) -> list[Check]:
    """Ask the owner of each chosen record whether it still fits. Raises Refused, Invalid; all or nothing."""
    subject, what = impact.subject, what.strip()
    with write_transaction():
        planned = checked_plan(actor, impact, chosen, what, due_on)
        made = [_ask_about(actor, subject, one.pk, what[:LONGEST], due_on) for one in planned.asked]
        history.write(
            actor,
            subject.record,
            # Whoever reads this may not see every record that is asked about: how many is enough.
            history.Act(ASKED, what[:LONGEST], {"what": str(len(made))}),
            subject="" if subject.record is not None else str(subject.clause),
        )
    return made


def _ask_about(actor: Actor, subject: Subject, record_id: int, what: str, due_on: dt.date | None) -> Check:
    record = moves.locked(actor, record_id)
    due = dt.datetime.combine(due_on, dt.time(23, 59, 59), actor.tz) if due_on is not None else None
    # An owner who may not see what changes does not learn its number: the words of whoever asks say enough.
    title = _("Does it still fit after a change? %(what)s") % {"what": what}
    task = tasks.give(actor, record, TASK, title, person_id=record.owner_id, due_at=due)
    assert task is not None
    clause = subject.clause
    check = Check(
        organisation_id=actor.organisation_id, subject=subject.record, framework=clause.framework if clause else "",
        clause=clause.number if clause else "", what=what, record_id=record.pk, task=task,
        asked_by_id=actor.person_id, asked_at=moment.now(),
    )  # fmt: skip
    check.save(force_insert=True)
    history.write(actor, record, history.Act(ASKED, what))
    return check


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
    """Its owner, whoever the task went to, and who may change the record."""
    return actor.person_id in (check.task.person_id, record.owner_id) or scope.may(actor, "change", record)


def answer(actor: Actor, check_id: int, given: str, words: str) -> Check:
    """Take what somebody found. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        check = Check.objects.select_related("task").filter(pk=check_id).first()
        if check is None:
            raise NotVisible
        record = moves.locked(actor, check.record_id)
        check.refresh_from_db()
        if not may_answer(actor, check, record):
            raise Refused([_("The owner of %(number)s answers this.") % {"number": record.number}])
        if check.answer:
            raise Refused([_("This was answered in the meantime.")])
        if given not in Answer.values:
            raise Invalid({"answer": _("Choose what you found.")})
        words = words.strip()
        if fault := sentences.too_long(words, LONGEST):
            raise Invalid({"words": fault})
        if given != Answer.FITS and not words:
            raise Invalid({"words": _("Say what is changed, or what will be and by when.")})
        check.answer, check.words = given, words
        check.answered_by_id, check.answered_at = actor.person_id, moment.now()
        check.save(update_fields=["answer", "words", "answered_by", "answered_at"])
        label = str(Answer(given).label)
        if not Check.objects.filter(task_id=check.task_id, answer="").exists():
            tasks.finish(actor, record, (TASK,), outcome=label)
        history.write(actor, record, history.Act(ANSWERED, words, {"what": label}))
    return check

"""A document takes effect in a new revision that has to be learnt: who is to learn it, until when, and who is told.

The courses are those that teach the document: whose document it is, and those linked to it as training. What people
completed before counts no longer, at once or after some days, as the organisation has decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.events import Event, after
from qsms.base.gate import write_transaction
from qsms.documents import doors as documents
from qsms.notify import services as notify
from qsms.notify.services import Word
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import history, moves, naming, tasks
from qsms.records.audience import who_sees
from qsms.records.models import Record, Task

from . import announcing, learning, readers, readings, requiring, standing, teaching
from .choices import Policy
from .models import Course, HousePolicy
from .readings import TAKE

ASKED_TO_TAKE = "people_asked"
# The task on a document, of whoever deals with training: its revision is to be learnt, and nobody is asked to.
ARRANGE = "arrange_training"
ARRANGE_WITHIN = dt.timedelta(days=7)


def policy_of(organisation_id: int) -> HousePolicy:
    """The organisation's own, or the one that holds until it says otherwise."""
    found = HousePolicy.everywhere.filter(organisation_id=organisation_id).first()
    return found or HousePolicy(organisation_id=organisation_id)


def set_policy(actor: Actor, *, on_change: str, change_days: int) -> HousePolicy:
    """Say what happens to who is not retrained. Raises Refused, Invalid."""
    requiring.check_may_decide(actor)
    requiring.check_choice(on_change, change_days)
    with write_transaction():
        row = policy_of(actor.organisation_id)
        row.on_change, row.change_days = on_change, change_days
        row.save()
        detail = {"on_change": on_change, "change_days": change_days}
        history.write(actor, None, history.Act("training_policy", detail=detail), subject="training")
    return row


@after("document.effective")
def document_effective(event: Event) -> None:
    """Scenario 33: a revision with training impact took effect. If nobody is to learn it, the training desk is told."""
    document_id = int(event.data["document"])
    system = actors.system(event.organisation_id)
    document = Record.everywhere.get(pk=document_id)
    # What was waited for with the revision before is of no use any more.
    tasks.withdraw(system, document, (ARRANGE,), outcome=_("Another revision took its place"))
    present = documents.in_effect([document_id]).get(document_id)
    if present is None or not event.data.get("training_impact"):
        return
    _learn(system, present)
    if not announcing.learners(event.organisation_id, document_id):
        title = _("Say who learns revision %(label)s: nobody is asked to") % {"label": present.label}
        role = requiring.desk(event.organisation_id)
        tasks.give(system, document, ARRANGE, title, role=role, due_at=moment.now() + ARRANGE_WITHIN)


def _learn(system: Actor, present: documents.InEffect, *, late: bool = False) -> None:
    """Have every course that teaches a document learnt anew because of the revision in effect."""
    since = present.since or standing.day_here(system.organisation_id)
    for course in teaching.learnt_from(system.organisation_id, [present.document_id]):
        changed(
            system, course.pk, since=since, document_id=present.document_id, revision=str(present.revision_id),
            ask_anew=late,
        )  # fmt: skip


@after("course.release", "course.edited", f"course.{requiring.REQUIRED}")
def course_arranged(event: Event) -> None:
    """A course was put in use, bound to a document or asked of people: a revision that waited for it is learnt now."""
    if event.record_id is None:
        return
    system = actors.system(event.organisation_id)
    taught = readers.taught_by(event.organisation_id, [event.record_id]).get(event.record_id, set())
    waiting = Task.everywhere.filter(record_id__in=taught, code=ARRANGE, done_at=None).select_related("record")
    for task in waiting:
        present = documents.in_effect([task.record_id]).get(task.record_id)
        if present is not None and announcing.learners(event.organisation_id, task.record_id):
            _learn(system, present, late=True)
            tasks.finish(system, task.record, (ARRANGE,), outcome=_("People are asked to learn it"))


def changed(
    actor: Actor,
    course_id: int,
    *,
    since: dt.date,
    document_id: int | None = None,
    revision: str = "",
    ask_anew: bool = False,
) -> int:
    """What a course teaches has changed: end what was learnt before, as the policy says, and ask people to take it
    again; how many are asked. Called twice for a revision, the second time does nothing but, with `ask_anew`, ask."""
    policy = policy_of(actor.organisation_id)
    days = dt.timedelta(days=policy.change_days)
    today = standing.day_here(actor.organisation_id)
    # Who has to learn it has the days from now on, also where it was arranged late.
    until = since - dt.timedelta(days=1) if policy.on_change == Policy.BLOCK else max(since, today) + days
    with write_transaction():
        course = moves.locked(actor, course_id)
        assert isinstance(course, Course)
        present = documents.in_effect([document_id]).get(document_id) if document_id is not None else None
        why = (
            _("“%(title)s” is in effect in revision %(label)s") % {"title": present.title, "label": present.label}
            if present is not None
            else _("What it teaches was changed")
        )
        renewed = requiring.renew(
            actor, course, since=since, until=until, policy=policy.on_change, document_id=document_id,
            revision=revision, why=why, at=present.at if present is not None else None,
        )  # fmt: skip
        if renewed is None and not ask_anew:
            return 0
        asked = standing.needs(actor.organisation_id, today, None, {course.pk})
        found = standing.stands(actor.organisation_id, today, {person: [course.pk] for person in asked})
        # Whoever took it after the change has learnt it.
        again = [person for (person, _c), one in found.items() if one.ends_on is None or one.ends_on <= until]
        due = moment.now() + days
        given = ask_to_take(actor, course, dict.fromkeys(again, due))
    _tell(course, given, why, due)
    return len(given)


def _tell(course: Course, given: Iterable[Task], why: str, due: dt.datetime) -> None:
    """Tell people at once what they are to learn again; of what the daily round asks they read in their digest."""
    said = (
        _("%(number)s: to be taken by %(day)s") if course.confidential else _("Take “%(title)s” by %(day)s. %(why)s.")
    )
    day = date_format(due, "j M Y")
    text = said % {"number": course.number, "title": course.title, "day": day, "why": why}
    words = [Word(one.person_id, text, f"take-{one.pk}") for one in given if one.person_id is not None]
    notify.tell_each(course, "training", words)


def ask_to_take(actor: Actor, course: Course, people: Mapping[int, dt.datetime | None]) -> list[Task]:
    """Give people the task to take a course, until the moment beside each; those tasks that they did not have yet."""
    elsewhere = readings.asked_there(course)
    takers = {person: due for person, due in people.items() if person not in elsewhere}
    given = tasks.give_each(actor, course, TAKE, _("Take “%(title)s”") % {"title": course.title}, takers)
    if given:
        deed = history.write(actor, course, history.Act(ASKED_TO_TAKE, detail={"n": len(given)}))
        history.tell(actor, course, deed, f"course.{ASKED_TO_TAKE}", {})
    return given


@after("course.content")
def tell_who_is_half_way(event: Event) -> None:
    """A course was revised: whoever is in the middle of it learns that some of it is to be read again."""
    if event.record_id is None:
        return
    course = Course.everywhere.get(pk=event.record_id)
    text = _("“%(title)s” was revised while you were taking it. What did not change stays read.")
    people = learning.half_way(course.pk, event.data["revision"])
    key = f"revised-{course.pk}-{event.data['revision']}"
    notify.tell(course, people, "training", text % {"title": course.title}, key, but=event.actor_id)


@after("*")
def somebody_in_doubt(event: Event) -> None:
    """Somebody was named who is not current, and the policy lets it pass: tell who answers for it."""
    if not event.name.endswith(f".{naming.DOUBTED}") or event.record_id is None:
        return
    record = Record.everywhere.select_related("owner").get(pk=event.record_id)
    [name] = standing.names_of([int(event.data["person"])]).values() or [""]
    said = _("%(name)s has a duty on %(number)s and is not current in training")
    text = said % {"name": name, "number": record.number}
    notify.tell(record, _answerable(record), "training", text, f"doubt-{event.data['deed']}", but=event.actor_id)


def _answerable(record: Record) -> Iterable[int]:
    """The owner, and whoever says what is asked of people and sees the record."""
    seen = who_sees(record)
    deciding = requiring.deciders(record.organisation_id)
    return {one for one in (record.owner_id, *(deciding & seen)) if one is not None}

"""Waivers: somebody is excused from a course for a time. One person asks, another one approves."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, moves, scope, tasks
from qsms.records.errors import Invalid, NotVisible, Refused

from . import requiring, standing
from .choices import WaiverState
from .models import Course, Waiver

ASKED, APPROVED, REFUSED, ENDED = "waiver_asked", "waiver_approved", "waiver_refused", "waiver_ended"
TASK = "decide_waiver"
LONGEST = dt.timedelta(days=366)


def ask(actor: Actor, course_id: int, person_id: int, *, reason: str, until: dt.date) -> Waiver:
    """Ask that somebody be excused until a day. Raises NotVisible, Refused, Invalid."""
    today = standing.today_of(actor)
    if not reason.strip():
        raise Invalid({"reason": _("Say why, and what makes it safe until then.")})
    if not today <= until <= today + LONGEST:
        raise Invalid({"until": _("Choose a day from today to one year on.")})
    with write_transaction():
        person = Person.objects.filter(standing.staff(actor), pk=person_id).first()
        course = _asked_course(actor, course_id, person)
        if Waiver.everywhere.filter(course=course, person=person, state=WaiverState.ASKED).exists():
            raise Invalid({"": _("It has been asked for already and waits for an answer.")})
        made = Waiver.everywhere.create(
            organisation_id=actor.organisation_id, course=course, person=person, reason=reason.strip(), until=until,
            asked_by_id=actor.person_id, asked_at=moment.now(),
        )  # fmt: skip
        history.write(actor, course, history.Act(ASKED, made.reason, _detail(made)))
        title = _("Decide: is %(name)s excused from it?") % {"name": made.person.name}
        tasks.give(actor, course, TASK, title, role=requiring.desk(actor.organisation_id))
    return made


def _asked_course(actor: Actor, course_id: int, person: Person | None) -> Course:
    course = Course.everywhere.filter(pk=course_id, organisation_id=actor.organisation_id).first()
    if person is None or course is None:
        raise NotVisible
    asked = standing.needs(actor.organisation_id, standing.today_of(actor), [person.pk], {course.pk})
    if not scope.sees(actor, course) and not (actor.person_id == person.pk and asked):
        raise NotVisible
    if not asked:
        said = _("%(course)s is not asked of %(name)s, so there is nothing to excuse.")
        raise Invalid({"": said % {"course": course.title, "name": person.name}})
    return course


def decide(actor: Actor, waiver_id: int, *, approve: bool, answer: str = "") -> Waiver:
    """Approve or refuse it. Never for oneself, and never what one asked for, also not in somebody's place."""
    with write_transaction():
        row, course = _open(actor, waiver_id, WaiverState.ASKED)
        if {row.person_id, row.asked_by_id} & actor.persons:
            said = _("You asked for it, or it is for you, or you stand in for one of them: another person decides.")
            raise Refused([said])
        if not approve and not answer.strip():
            raise Invalid({"answer": _("Say why not. Whoever asked reads it.")})
        row.state = WaiverState.APPROVED if approve else WaiverState.REFUSED
        row.decided_by_id, row.decided_at, row.answer = actor.person_id, moment.now(), answer.strip()
        row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        verb = APPROVED if approve else REFUSED
        history.write(actor, course, history.Act(verb, row.answer, _detail(row)))
        if not Waiver.everywhere.filter(course=course, state=WaiverState.ASKED).exists():
            tasks.finish(actor, course, (TASK,), outcome=row.get_state_display())
    return row


def end(actor: Actor, waiver_id: int, *, reason: str) -> Waiver:
    """End an approved one before its day. Raises NotVisible, Refused, Invalid."""
    if not reason.strip():
        raise Invalid({"reason": _("Say why it ends. It is kept in the history.")})
    with write_transaction():
        row, course = _open(actor, waiver_id, WaiverState.APPROVED)
        row.state = WaiverState.ENDED
        row.save(update_fields=["state"])
        history.write(actor, course, history.Act(ENDED, reason.strip()[:500], _detail(row)))
    return row


def find(actor: Actor, waiver_id: int) -> Waiver:
    """One that is asked for or stands, for who decides such ones: its reason may be an illness. Raises NotVisible,
    Refused."""
    rows = Waiver.everywhere.filter(pk=waiver_id, organisation_id=actor.organisation_id)
    found = rows.select_related("course", "person", "asked_by").first()
    if found is None or not scope.sees(actor, found.course):
        raise NotVisible
    _check_may_decide(actor, found.course)
    return found


def _check_may_decide(actor: Actor, course: Course) -> None:
    if not scope.may(actor, "waive", course):
        who = moves.who_may(course, "waive", but=actor.person_id)
        said = _("You may not decide who is excused.")
        raise Refused([f"{said} {_('Ask %(who)s.') % {'who': who}}" if who else said])


def _open(actor: Actor, waiver_id: int, state: str) -> tuple[Waiver, Course]:
    row = Waiver.everywhere.filter(pk=waiver_id, organisation_id=actor.organisation_id).first()
    if row is None:
        raise NotVisible
    course = moves.locked(actor, row.course_id)
    if not isinstance(course, Course):
        raise NotVisible
    row.refresh_from_db()
    _check_may_decide(actor, course)
    if row.state != state:
        raise Refused([_("It is “%(state)s” now. Look at the page again.") % {"state": row.get_state_display()}])
    return row, course


def _detail(row: Waiver) -> dict[str, object]:
    return {"waiver": row.pk, "person": row.person_id, "until": row.until.isoformat()}

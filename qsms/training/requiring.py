"""Who must hold a course, what counts in its place, and what a change of it ends early."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.models import Grant, Role, Site
from qsms.records import history, moves, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase

from . import duties, reckoning, standing
from . import readers as teaches
from .choices import Duty, Policy
from .models import Counts, Course, Renewal, Requirement

REQUIRED, RELEASED = "course_required", "course_released"
COUNTED, UNCOUNTED = "course_counted", "course_uncounted"
RENEWED = "course_renewed"
MOST_DAYS = 730


def require(
    actor: Actor,
    course_id: int,
    *,
    role_id: int | None = None,
    duty: str = "",
    readers: bool = False,
    site_id: int | None = None,
    policy: str = Policy.FLAG,
    within_days: int = 30,
) -> Requirement:
    """Ask a course of a role, of a duty or of the readers of what it teaches, or say otherwise how it is asked.

    Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        course = changeable(actor, course_id)
        role = Role.objects.filter(pk=role_id, organisation_id=actor.organisation_id).first() if role_id else None
        if (role is not None) + bool(duty) + readers != 1:
            raise Invalid({"role": _("Choose a role, a duty, or the readers of what it teaches. One of them.")})
        if readers and not teaches.taught_by(course.organisation_id, [course.pk]):
            raise Invalid({"readers": _("It teaches no document yet. Name the document on the course first.")})
        if duty and duty not in duties.offered():
            raise Invalid({"duty": _not_a_duty(duty)})
        if site_id is not None and not Site.objects.filter(pk=site_id, organisation_id=actor.organisation_id).exists():
            raise Invalid({"site": _("This site is not there, or not any more. Choose another one.")})
        check_choice(policy, within_days)
        key = {
            "course_id": course.pk, "role": role, "duty": duty, "readers": readers, "site_id": site_id,
            "ended_at": None,
        }  # fmt: skip
        row = Requirement.everywhere.filter(**key).first() or Requirement(
            organisation_id=actor.organisation_id, at=moment.now(), by_id=actor.person_id, **key
        )
        row.policy, row.within_days = policy, within_days
        row.save()
        whom = row.whom
        detail = {"whom": whom, "site": site_id, "policy": policy, "within_days": within_days}
        deed = history.write(actor, course, history.Act(REQUIRED, whom, detail))
        history.tell(actor, course, deed, f"course.{REQUIRED}", {})
    return row


def release(actor: Actor, requirement_id: int, reason: str) -> Requirement:
    """Ask it no longer. Raises NotVisible, Refused, Invalid without a reason."""
    with write_transaction():
        row = Requirement.everywhere.filter(
            pk=requirement_id, organisation_id=actor.organisation_id, ended_at=None
        ).first()
        if row is None:
            raise NotVisible
        course = changeable(actor, row.course_id)
        if not reason.strip():
            raise Invalid({"reason": _("Say why it is asked no longer. It is kept in the history.")})
        row.ended_at = moment.now()
        row.save(update_fields=["ended_at"])
        history.write(actor, course, history.Act(RELEASED, reason.strip()[:500], {"whom": row.whom}))
    return row


def count(actor: Actor, course_id: int, towards_id: int) -> Counts:
    """Let training records of one course count towards another."""
    with write_transaction():
        towards = changeable(actor, towards_id)
        other = moves.locked(actor, course_id)
        if not isinstance(other, Course):
            raise NotVisible
        row, made = Counts.everywhere.get_or_create(
            organisation_id=actor.organisation_id, course_id=other.pk, towards_id=towards.pk
        )
        if made:
            history.write(actor, towards, history.Act(COUNTED, other.title, {"other": other.pk}))
    return row


def uncount(actor: Actor, course_id: int, towards_id: int) -> None:
    """Let them count no longer. A course always counts towards itself."""
    with write_transaction():
        towards = changeable(actor, towards_id)
        if course_id == towards_id:
            raise Invalid({"course": _("A course always counts towards itself.")})
        gone, _by_model = Counts.everywhere.filter(
            organisation_id=actor.organisation_id, course_id=course_id, towards_id=towards.pk
        ).delete()
        if not gone:
            raise NotVisible
        history.write(actor, towards, history.Act(UNCOUNTED, detail={"other": course_id}))


def renew(
    actor: Actor,
    course: Course,
    *,
    since: dt.date,
    until: dt.date,
    policy: str,
    at: dt.datetime | None = None,
    document_id: int | None = None,
    revision: str = "",
    why: str = "",
) -> Renewal | None:
    """What the course teaches changed: what was completed before holds until `until` and no longer. `at` is the moment
    of the change on the day `since`.

    The same revision of a document changes it once. None when that was known. The caller has the transaction open.
    """
    known = {"since": since} if document_id is None else {}
    row, made = Renewal.everywhere.get_or_create(
        organisation_id=actor.organisation_id, course_id=course.pk, document_id=document_id, revision=revision, **known,
        defaults={"since": since, "until": until, "policy": policy, "at": at or moment.now()},
    )  # fmt: skip
    if not made:
        return None
    detail = {"since": since.isoformat(), "until": until.isoformat(), "revision": revision, "policy": policy}
    history.write(actor, course, history.Act(RENEWED, why, detail))
    reckoning.reckon(course.pk)
    # What counts towards it was learnt before the change as well, but of another course: its own days stand.
    return row


def _not_a_duty(duty: str) -> str:
    if duty not in Duty.values:
        return _("“%(duty)s” is no duty. Choose one from the list.") % {"duty": duty}
    return _("Nobody is named to “%(duty)s” on any record here. Choose another duty, or a role.") % {
        "duty": Duty(duty).label
    }


def asked_of(course: Record) -> list[Requirement]:
    """Of whom a course is asked, duties first. Worked out once for the object: its page asks in two places."""
    known: dict[str, list[Requirement]] = course.__dict__.setdefault("_asked_of", {})
    if "rows" not in known:
        rows = Requirement.everywhere.filter(course_id=course.pk, ended_at=None).select_related("role", "site")
        known["rows"] = list(rows.order_by("duty", "role__title", "pk"))
    return known["rows"]


def changeable(actor: Actor, course_id: int) -> Course:
    """The course, locked, for somebody who says what it is asked of. Raises NotVisible, Refused."""
    course = moves.locked(actor, course_id)
    if not isinstance(course, Course):
        raise NotVisible
    if not scope.may(actor, "require", course):
        who = moves.who_may(course, "require", but=actor.person_id)
        said = _("You may not say who must hold it.")
        raise Refused([f"{said} {_('Ask %(who)s.') % {'who': who}}" if who else said])
    if course.phase >= Phase.DONE:
        raise Refused([_("%(number)s is retired. Take it into use again first.") % {"number": course.number}])
    return course


def desk(organisation_id: int) -> str:
    """The role that deals with training here: training managers, where there are any, else quality managers."""
    today = moment.now().date()
    there = Grant.objects.filter(
        *standing.alive(today), organisation_id=organisation_id, role__code="training_manager", person__is_active=True
    )
    return "training_manager" if there.exists() else "quality_manager"


def whom_to_ask(organisation_id: int, permission: str, *, but: int | None = None) -> str:
    """Who deals with this here, by name; where nobody does, who may appoint somebody."""
    wide = Q(axis=Axis.ALL)
    # Whose work it is, before everybody else who may.
    who = moves.who_may_hold(organisation_id, permission, wide & Q(role__code="training_manager"), but=but)
    who = who or moves.who_may_hold(organisation_id, permission, wide, but=but)
    if who:
        return _("Ask %(who)s.") % {"who": who}
    who = moves.who_may_hold(organisation_id, "role.grant")
    if not who:
        return _("Nobody here holds the role “Training manager” yet.")
    return _("Nobody here holds the role “Training manager” yet. %(who)s can appoint one.") % {"who": who}


def refusal(actor: Actor, said: str, permission: str) -> Refused:
    """A refusal that says whom to ask instead."""
    return Refused([f"{said} {whom_to_ask(actor.organisation_id, permission, but=actor.person_id)}"])


def may_decide(actor: Actor) -> bool:
    """Whether the actor says for the whole organisation what is asked of people."""
    return actor.is_system or any(right.axis == Axis.ALL for right in actor.rights_for("course.require"))


def check_may_decide(actor: Actor) -> None:
    """Raise Refused unless they do."""
    if not may_decide(actor):
        raise refusal(actor, _("You may not decide this for the whole organisation."), "course.require")


def check_choice(policy: str, days: int) -> None:
    """Raise Invalid for what is no policy, or too many days."""
    if policy not in Policy.values:
        raise Invalid({"policy": _("Choose what happens to somebody who is not current.")})
    if not 0 <= days <= MOST_DAYS:
        said = _("“%(typed)s” days are too many. Write 0 to %(most)s.")
        raise Invalid({"within_days": said % {"typed": days, "most": MOST_DAYS}})


def deciders(organisation_id: int) -> set[int]:
    """The people who say for the whole organisation what is asked of others."""
    grants = Grant.objects.filter(
        *standing.alive(moment.now().date()), organisation_id=organisation_id, axis=Axis.ALL, person__is_active=True
    )
    rows = grants.values_list("person_id", "role__permissions", "axis")
    return {person for person, permissions, axis in rows if Right(tuple(permissions), axis).gives("course.require")}

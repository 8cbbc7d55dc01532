"""What follows from a rating, an acceptance or a check of a control: moves of the hazard, and tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import moves, registry, scope, tasks
from qsms.records.models import Record
from qsms.rules.calendar_days import add_months
from qsms.rules.lifecycle import Phase

from . import outgrown, queries
from .choices import AssessmentKind
from .models import Assessment, Control, Hazard

ANALYSE_TASK, RATE_TASK, MITIGATE_TASK = "analyse", "rate_risk", "lower_risk"
PUT_TASK, CHECK_TASK, MEND_TASK = "put_in_place", "check_control", "mend_control"
TOO_EARLY = ("identified", "analysed", "reopened")
NOT_PREDICTED = gettext_lazy(
    "The risk of %(number)s with its planned controls has not been rated. Rate the predicted risk first: "
    "14 CFR 5.55(d) asks for it before a control is put in place."
)


def rated(actor: Actor, record: Record, made: Assessment) -> None:
    """After a rating: the task to rate is done, an analysed hazard is assessed, its owner learns by when to act."""
    tasks.finish(actor, record, (RATE_TASK,), outcome=f"{made.cell} {made.class_label}")
    if not isinstance(record, Hazard) or made.kind == AssessmentKind.PREDICTED:
        return
    if record.state in ("analysed", "reopened") or (record.state == "identified" and is_described(record)):
        moves.move(actor, record.pk, "assess", by_service=True)
    tasks.finish(actor, record, (MITIGATE_TASK,), outcome=_("Rated again"))
    days = made.matrix.rule.risk_class(made.class_code).days_to_act
    if days is not None and record.owner_id is not None:
        tasks.give(
            actor,
            record,
            MITIGATE_TASK,
            _("Lower the risk %(cell)s %(class)s: %(title)s")
            % {"cell": made.cell, "class": made.class_label, "title": record.title},
            person_id=record.owner_id,
            due_at=moment.now() + dt.timedelta(days=days),
        )


def is_described(record: Record) -> bool:
    """Whether it is written down what can happen. Raised from a form, a hazard may have it from the beginning."""
    return isinstance(record, Hazard) and bool(record.top_event.strip() and record.consequences.strip())


def hazard_created(actor: Actor, record: Record) -> None:
    """A new hazard waits for its owner, or else for the safety manager."""
    if record.phase < Phase.DONE and record.state == "identified":
        code, title = ANALYSE_TASK, _("Describe what can happen: %(title)s")
        if is_described(record):
            code, title = RATE_TASK, _("Rate the risk: %(title)s")
        words = title % {"title": record.title}
        tasks.give(actor, record, code, words, person_id=record.owner_id, role="safety_manager")


def hazard_moved(actor: Actor, record: Record, code: str) -> None:
    """When the controls of a hazard are to be put in place, their owners learn it."""
    if code != "implement":
        return
    for control in Control.everywhere.filter(pk__in=queries.control_ids(record.pk), state="proposed"):
        title = _("Put the control in place: %(title)s") % {"title": control.title}
        tasks.give(actor, control, PUT_TASK, title, person_id=control.owner_id or record.owner_id)


def accepted(actor: Actor, record: Record) -> None:
    """After the last acceptance that was lacking: a hazard that waited for it moves on."""
    waits = isinstance(record, Hazard) and record.state in ("assessed", "controls_planned")
    if waits and not queries.unaccepted(record.pk):
        moves.move(actor, record.pk, "accept", by_service=True)


def acceptance_ended(actor: Actor, record: Record, why: str) -> None:
    """After an acceptance has ended: the hazard goes back to where it waits for one; a closed one opens again."""
    if not isinstance(record, Hazard):
        return
    system = actors.system(record.organisation_id)
    if record.phase == Phase.DONE:
        moves.move(system, record.pk, "reopen", reason=why)
    elif record.state == "accepted":
        moves.move(system, record.pk, "lapse", reason=why, by_service=True)


def control_moved(actor: Actor, control: Control, code: str) -> None:
    """After a move of a control: dates of its checks, the next check as a task, and whom a weak one concerns."""
    day = moment.now().astimezone(actor.tz).date()
    if code in ("put_in_place", "mend"):
        control.in_place_on = control.in_place_on or day
        control.next_verification_on = _after(day, control.interval_months) or day
        _keep(control, "in_place_on", "next_verification_on")
        _ask_for_check(actor, control)
    elif code in ("verify", "find_weak"):
        control.last_verified_on = day
        control.next_verification_on = _after(day, control.interval_months)
        _keep(control, "last_verified_on", "next_verification_on")
        if code == "verify":
            _ask_for_check(actor, control)
        else:
            _warn_of_weakness(actor, control)
    elif code == "retire":
        control.next_verification_on = None
        _keep(control, "next_verification_on")
        _ask_to_rate(actor, control, _("Control %(number)s is retired: rate the risk again"))
        for record in queries.served(control.pk):
            control_gone(record)


def control_gone(record: Record) -> None:
    """After a control went from a record: an acceptance that counted on it was given for something else."""
    full = registry.get(record.kind).model.everywhere.get(pk=record.pk)
    outgrown.end_outgrown(full)


def control_edited(actor: Actor, control: Control, names: Sequence[str]) -> None:
    """After an edit: a check that is asked for goes along with its day and with who is to make it."""
    planned = {"verifier", "next_verification_on"} & set(names)
    if planned and tasks.withdraw(actor, control, (CHECK_TASK,), outcome=_("Planned anew")):
        _ask_for_check(actor, control)


def _after(day: dt.date, months: int | None) -> dt.date | None:
    return add_months(day, months) if months else None


def _keep(control: Control, *columns: str) -> None:
    Control.everywhere.filter(pk=control.pk).update(**{name: getattr(control, name) for name in columns})


def _ask_for_check(actor: Actor, control: Control) -> None:
    if control.next_verification_on is None:
        return
    due = dt.datetime.combine(control.next_verification_on, dt.time(23, 59), actor.tz).astimezone(dt.UTC)
    tasks.give(
        actor,
        control,
        CHECK_TASK,
        _("Check whether the control works: %(title)s") % {"title": control.title},
        person_id=control.verifier_id,
        role="safety_manager",
        due_at=due,
    )


def _warn_of_weakness(actor: Actor, control: Control) -> None:
    """An ineffective control goes back to risk management: 14 CFR 5.51(d), 5.73."""
    if control.owner_id is not None:
        title = _("Strengthen or replace the control: %(title)s") % {"title": control.title}
        tasks.give(actor, control, MEND_TASK, title, person_id=control.owner_id)
    _ask_to_rate(actor, control, _("Control %(number)s is weak: rate the risk again"))


def _ask_to_rate(actor: Actor, control: Control, title: str) -> None:
    for record in queries.served(control.pk):
        words = title % {"number": control.number}
        tasks.give(actor, record, RATE_TASK, words, person_id=record.owner_id, role="safety_manager")


def unrated_with(actor: Actor, control: Control) -> tuple[list[Record], int]:
    """The records that rely on this control without a prediction that counts it (scenario 14).

    Those that the actor sees, and how many others there are: these are not to be named.
    """
    relying = queries.served(control.pk)
    done = queries.predicted_with([one.pk for one in relying], control.pk)
    lacking = [one.pk for one in relying if one.pk not in done]
    named = scope.seen_of(actor, lacking) if lacking else {}
    return sorted(named.values(), key=lambda one: one.number), len(lacking) - len(named)

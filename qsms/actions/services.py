"""Verbs of actions beyond the spine's: more time, evidence, and what follows a move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import history, moves, projections, registry, scope, tasks, wording
from qsms.records.errors import Invalid, NotVisible
from qsms.records.models import Attachment, Record
from qsms.rules import date_bounds
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Phase
from qsms.ui.dates import plain_day

from . import escalation
from .choices import ExtensionState
from .models import Action, Extension, Round

EXTENDED = "extended"

EVIDENCE = "evidence"
# The tasks in which the owner does the action.
OWNERS = ("start", "cause", "do")
OWN_CHECK = gettext_lazy("%(name)s does this action, so somebody else must check it. Choose another person.")


def inherited(source: Record) -> dict[str, Any]:
    """What an action takes over from the record it is raised from.

    Not the title: that says what happened or what is wrong. An action's says what to do, which somebody has to write.
    """
    return {**registry.place_of(source), "confidential": source.confidential}


def has_evidence(action: Action) -> bool:
    """Whether a file of the present revision shows what was done."""
    return Attachment.everywhere.filter(
        record_id=action.pk, role=EVIDENCE, removed_at=None, added_at__gte=_round_began(action)
    ).exists()


def _round_began(action: Action) -> dt.datetime:
    last = Round.objects.filter(action=action).order_by("-revision").values_list("ended_at", flat=True).first()
    return last or action.opened_at


def extension_facts(action: Action) -> tuple[bool, bool]:
    """Whether more time is asked for now, and whether another extension may be asked for at all."""
    states = [one.state for one in _extensions(action)]
    return ExtensionState.ASKED in states, states.count(ExtensionState.GRANTED) < escalation.ladder().most_extensions


def extension_asked(action: Action) -> Extension | None:
    """The extension that waits for an answer, with who asked."""
    return next((one for one in _extensions(action) if one.state == ExtensionState.ASKED), None)


def may_decide(actor: Actor, action: Action) -> bool:
    """Whether the actor may give more time to this action: nobody does so for themselves, or for whom they stand in."""
    return action.owner_id not in actor.persons and scope.may(actor, "grant_extension", action)


def _extensions(action: Action) -> list[Extension]:
    """The few extensions of an action, read once for everything that the page of one action asks of them."""
    asked = Prefetch("extensions", Extension.everywhere.select_related("asked_by"))
    prefetch_related_objects([action], asked)
    return list(action.extensions.all())


def on_created(actor: Actor, actions: Iterable[Action]) -> None:
    """The owners of open actions get a task each."""
    tasks.give_many(
        actor,
        [
            (action, "start", action.title, action.owner_id, _end_of(action.due_on, actor))
            for action in actions
            if action.owner_id and action.phase < Phase.DONE
        ],
    )


def on_moved(actor: Actor, action: Action, move: Move) -> None:
    """What follows a move: the check is planned, a failed one opens the next revision with the old one kept."""
    if move.code == "implement":
        # Whoever does it in the owner's place has done it, and cannot check it when the owner is back.
        stands_in = action.owner_id in actor.persons - {actor.person_id}
        action.implementer_id = actor.person_id if stands_in else action.owner_id or actor.person_id
        action.implemented_on = moment.now().astimezone(actor.tz).date()
        if action.verifier_id is not None and action.verifier_id == action.implementer_id:
            raise Invalid({"verifier": OWN_CHECK % {"name": action.verifier}})
        if action.check_on and action.check_on < action.implemented_on:
            raise Invalid({"check_on": _("The check cannot be before the action is done. Choose a later day.")})
        _keep(action, "implementer_id", "implemented_on")
        _off_the_ladder(actor, action)
        # Until the check, the record is due when the check is: an overdue check is an overdue action (scenario 30).
        _set_due(action, action.check_on)
        _ask_for_check(actor, action)
    elif move.code == "finish":
        action.implementer_id = actor.person_id
        action.implemented_on = moment.now().astimezone(actor.tz).date()
        _keep(action, "implementer_id", "implemented_on")
    elif move.code in ("fail", "reopen"):
        _next_revision(actor, action)
    # What the owner is asked next is due when the action is.
    tasks.postpone(action, OWNERS, _end_of(action.due_on, actor))


def on_edited(actor: Actor, action: Action, names: Iterable[str]) -> None:
    """What follows from an edit: tasks go along with their day, and with who is to check."""
    if "due_on" in names:
        if action.due_on and action.due_on >= moment.now().astimezone(actor.tz).date():
            _off_the_ladder(actor, action)
        tasks.postpone(action, OWNERS, _end_of(action.due_on, actor))
    if "owner" in names and action.owner_id and action.state == "open":
        # Nothing to hand on where nobody owned it.
        due = _end_of(action.due_on, actor)
        tasks.give(actor, action, "start", action.title, person_id=action.owner_id, due_at=due)
    if action.state != "check":
        return
    due = _end_of(action.check_on, actor)
    if "check_on" in names:
        _set_due(action, action.check_on)
        tasks.postpone(action, ("check",), due)
    if "verifier" in names:
        tasks.withdraw(actor, action, ("check",), outcome=_("Somebody else checks it"))
        _ask_for_check(actor, action)


def days_early(actor: Actor, action: Action) -> int:
    """How many days before its planned day a check would be, made today where the actor is; 0 from that day on."""
    if action.check_on is None:
        return 0
    return max(0, (action.check_on - moment.now().astimezone(actor.tz).date()).days)


def _ask_for_check(actor: Actor, action: Action) -> None:
    tasks.give(
        actor,
        action,
        "check",
        _("Check whether it worked: %(title)s") % {"title": action.title},
        person_id=action.verifier_id,
        role="quality_manager",
        due_at=_end_of(action.check_on, actor),
    )


def _off_the_ladder(actor: Actor, action: Action) -> None:
    """With a new day to be done by, nobody is asked about the old one any more, and the ladder begins at its foot."""
    tasks.withdraw(actor, action, escalation.codes(), outcome=_("It has a new day"))
    action.escalated = 0
    _keep(action, "escalated")


def _next_revision(actor: Actor, action: Action) -> None:
    evidence = Attachment.everywhere.filter(record_id=action.pk, role=EVIDENCE, removed_at=None)
    Round.objects.create(
        action_id=action.pk,
        tenant_id=action.organisation_id,
        revision=action.revision,
        root_cause=action.root_cause,
        plan=action.plan,
        done_summary=action.done_summary,
        implemented_on=action.implemented_on,
        check_method=action.check_method,
        check_result=action.check_result,
        verifier_id=action.verifier_id,
        ended_at=moment.now(),
        evidence=list(evidence.values_list("pk", flat=True)),
    )
    action.revision += 1
    action.root_cause = action.plan = action.done_summary = action.check_result = ""
    action.implemented_on = None
    _keep(action, "revision", "root_cause", "plan", "done_summary", "check_result", "implemented_on")
    _off_the_ladder(actor, action)
    _set_due(action, None)


def _keep(action: Action, *columns: str) -> None:
    Action.everywhere.filter(pk=action.pk).update(**{name: getattr(action, name) for name in columns})


def _set_due(action: Record, day: dt.date | None) -> None:
    action.due_on = day
    Record.everywhere.filter(pk=action.pk).update(due_on=day)


def _end_of(day: dt.date | None, actor: Actor) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(23, 59), actor.tz).astimezone(dt.UTC) if day else None


def ask_extension(actor: Actor, action_id: int, *, until: dt.date, reason: str) -> Extension:
    """Ask for more time. Whoever raised the action gets to decide if they may, or else the quality manager.

    Raises NotVisible, Refused, Invalid.
    """
    errors = {}
    if not reason.strip():
        errors["reason"] = _("Say why more time is needed, and what holds until then.")
    with write_transaction():
        action = _action(actor, action_id)
        if action.due_on is None:
            errors["until"] = _("The action has no due date, so there is nothing to extend.")
        elif until <= action.due_on:
            errors["until"] = _("%(day)s is not later than the present due date, %(due)s. Choose a later day.") % {
                "day": plain_day(until),
                "due": plain_day(action.due_on),
            }
        elif far := _too_far(actor, until):
            errors["until"] = far
        if errors:
            raise Invalid(errors)
        asked_for = {"until": until.isoformat()}
        moves.move(actor, action_id, "ask_extension", reason=reason, by_service=True, detail=asked_for)
        assert action.due_on is not None
        asked = Extension.everywhere.create(
            organisation_id=action.organisation_id,
            action=action,
            asked_by_id=actor.person_id,
            asked_at=moment.now(),
            was_due_on=action.due_on,
            wanted_on=until,
            reason=reason.strip(),
        )
        tasks.give(
            actor,
            action,
            "extension",
            _("Decide: %(title)s until %(day)s") % {"title": action.title, "day": plain_day(until)},
            person_id=_decider(action),
            role="quality_manager",
            due_at=_end_of(action.due_on, actor),
        )
    return asked


def _decider(action: Action) -> int | None:
    """Whoever raised the action, if they work here still and may grant time on it; nobody grants it to themselves."""
    person = action.raised_by
    if person is None or not person.is_active or person.pk == action.owner_id:
        return None
    return person.pk if scope.may(actors.load(person, moment.now().date()), "grant_extension", action) else None


def decide_extension(
    actor: Actor, action_id: int, *, grant: bool, until: dt.date | None = None, answer: str = ""
) -> Extension:
    """Grant more time, until the day asked for or another one, or refuse it with a reason. Never for oneself."""
    with write_transaction():
        action = _action(actor, action_id)
        asked = extension_asked(action)
        code = "grant_extension" if grant else "refuse_extension"
        moved = moves.move(actor, action_id, code, reason=answer, by_service=True)
        assert asked is not None  # the move is shut unless one was asked for
        asked.state = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
        asked.decided_by_id, asked.decided_at, asked.answer = actor.person_id, moment.now(), answer.strip()
        if grant:
            asked.granted_to = until or asked.wanted_on
            if far := _too_far(actor, asked.granted_to):
                raise Invalid({"until": far})
            if asked.granted_to <= asked.was_due_on:
                raise Invalid({"until": _("Choose a day after %(due)s.") % {"due": plain_day(asked.was_due_on)}})
            before = projections.Before.of(moved)
            _set_due(moved, asked.granted_to)
            projections.run([projections.Written(registry.get("action"), moved, before)])
            due = history.FieldChange("due_on", wording.plain(asked.was_due_on), wording.plain(asked.granted_to))
            history.write(actor, moves.locked(actor, action_id), history.Act(EXTENDED, answer, changes=[due]))
            _off_the_ladder(actor, action)
            tasks.postpone(action, OWNERS, _end_of(asked.granted_to, actor))
        asked.save()
    return asked


def _too_far(actor: Actor, until: dt.date) -> str:
    """Why more time until this day cannot be meant; empty while it can."""
    why = date_bounds.wrong(When.DUE, until, moment.now().astimezone(actor.tz))
    return wording.sentence(why) if why is not None else ""


def _action(actor: Actor, action_id: int) -> Action:
    found = moves.locked(actor, action_id)
    if not isinstance(found, Action):
        raise NotVisible
    return found

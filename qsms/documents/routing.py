"""Review and approval: who is asked, who has signed, and when a revision passes on.

The steps of a stage are asked in turn, each of a role or of one person. Whoever holds the role today, or stands in for
somebody who does, gets the task; one of them signs, and whom they stood in for is kept with the signature. What is
asked of the accountable executive in person, no deputy signs (DOMAIN 2.4). Nobody who had a hand in the content is
asked, nor who stands in for them, and the lifecycle refuses them as well. A route that asks for two people gets two: by
way of a deputy nobody has a part in a second step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import context, moment
from qsms.base.events import Event, after
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.accountable import ACCOUNTABLE
from qsms.org.actor import Actor
from qsms.org.models import Role
from qsms.records import moves, tasks
from qsms.records.errors import Refused
from qsms.records.models import Task

from . import content, document_types, people
from .choices import StepKind
from .models import Revision, Step
from .two_people import Hand, is_free

STAGES = {"in_review": StepKind.REVIEW, "in_approval": StepKind.APPROVE}
PASSES = {"in_review": "pass_review", "in_approval": "pass_approval"}
DAYS = 7


def route(revision: Revision) -> dict[StepKind, tuple[str, ...]]:
    """The roles that review and approve this revision: those of its document's type."""
    assert revision.document is not None
    kind = document_types.of(revision.organisation_id)[revision.document.document_type]
    return {StepKind.REVIEW: kind.review, StepKind.APPROVE: kind.approvers}


def _in_person(revision: Revision, role: str) -> bool:
    assert revision.document is not None
    kind = document_types.of(revision.organisation_id)[revision.document.document_type]
    return kind.executive_signs and role == ACCOUNTABLE


def begin(actor: Actor, revision: Revision, named: Iterable[Step] = ()) -> None:
    """A revision was sent: a new round of steps, and the first stage is asked. Some are named instead of a role."""
    instead = {(one.kind, one.instead_of): one for one in named}
    last = Step.everywhere.filter(revision_id=revision.pk).order_by("-round").values_list("round", flat=True).first()
    made = []
    for kind, roles in route(revision).items():
        for role in roles:
            step = Step(
                organisation_id=revision.organisation_id, revision_id=revision.pk, kind=kind, round=(last or 0) + 1
            )
            if (one := instead.get((kind.value, role))) is None:
                step.role, step.in_person = role, kind == StepKind.APPROVE and _in_person(revision, role)
            else:
                step.person_id, step.instead_of, step.why = one.person_id, role, one.why
            made.append(step)
    Step.everywhere.bulk_create(made)
    # Whether it may be sent was asked with the steps of the round before.
    revision.__dict__.pop("_steps", None)
    ask(actor, revision)


def all_steps(revision: Revision) -> list[Step]:
    """The steps of every round, in order; read once for everything that one page asks of them."""
    known = revision.__dict__.get("_steps")
    if known is None:
        beside = ("done_by", "done_for", "person")
        rows = Step.everywhere.filter(revision_id=revision.pk).select_related(*beside).order_by("pk")
        known = revision.__dict__["_steps"] = list(rows)
    return list(known)


def steps(revision: Revision) -> list[Step]:
    """The steps of the present round, in order."""
    rows = all_steps(revision)
    last = max((row.round for row in rows), default=0)
    return [row for row in rows if row.round == last]


def waiting(revision: Revision) -> list[Step]:
    """The steps that are waited for in the present state."""
    stage = STAGES.get(revision.state)
    return [step for step in steps(revision) if step.kind == stage and step.done_at is None]


def own_roles(actor: Actor) -> frozenset[str]:
    """The roles that somebody holds themselves, without those they stand in for."""
    return frozenset(right.role for right in actor.rights if right.lent_by is None)


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that somebody may sign now, and for whom they would as a deputy; None: by a right of their own."""

    step: Step
    lent_by: int | None = None


def turns(actor: Actor, revision: Revision) -> list[Turn]:
    """The steps whose turn it is and that this person may sign: in a role of their own or, mostly, as a deputy.

    The first that is waited for, and those after it as long as they are theirs too: nobody signs twice in a row.
    """
    if actor.person_id is None:
        return []
    hands, found = signed_by(revision), []
    for step in waiting(revision):
        as_whom = next((one for one in _rights(actor, step) if is_free(hands, actor.person_id, one)), 0)
        if as_whom == 0:
            break
        found.append(Turn(step, as_whom))
        hands.append((actor.person_id, as_whom))
    return found


def _rights(actor: Actor, step: Step) -> list[int | None]:
    """As whom somebody might sign this step: None as themselves, or the people they stand in for."""
    if step.person_id is not None:
        if step.person_id == actor.person_id:
            return [None]
        return [step.person_id] if step.person_id in actor.persons and not step.in_person else []
    rights = {right.lent_by for right in actor.rights if right.role == step.role}
    lenders = [] if step.in_person else sorted(one for one in rights if one is not None)
    return [*([None] if None in rights else []), *lenders]


def asked_of(actor: Actor, revision: Revision) -> list[Step]:
    """The steps that this person may sign now."""
    return [turn.step for turn in turns(actor, revision)]


def approved_it(actor: Actor, revision: Revision) -> bool:
    """Whether somebody, or whom they stand in for, approved it; what was asked in person, nobody has for another."""
    return any(
        step.kind == StepKind.APPROVE
        and (step.done_by_id == actor.person_id or (not step.in_person and step.done_by_id in actor.persons))
        for step in steps(revision)
        if step.done_by_id is not None
    )


def signed_by(revision: Revision) -> list[Hand]:
    """Who has signed in the present round, and for whom."""
    done = [step for step in steps(revision) if step.done_at is not None and step.done_by_id is not None]
    return [(step.done_by_id, step.done_for_id) for step in done]  # type: ignore[misc]


def ask(actor: Actor, revision: Revision) -> None:
    """Give the tasks of the present stage, and take back those of people who are not asked any more."""
    stage = STAGES.get(revision.state)
    if stage is None:
        return
    titles = {
        StepKind.REVIEW: _("Review revision %(label)s: %(title)s"),
        StepKind.APPROVE: _("Approve revision %(label)s: %(title)s"),
    }
    title = titles[stage] % {"label": revision.label, "title": revision.title}
    due = moment.now() + dt.timedelta(days=DAYS)
    asked: set[int] = set()
    for step in waiting(revision)[:1]:
        wanted = asked_people(revision, step)
        asked |= wanted
        for person_id in sorted(wanted):
            tasks.give(actor, revision, stage, title, person_id=person_id, due_at=due)
        if not wanted and step.role:
            # Nobody may sign it today: the task waits where those see it who give out roles.
            tasks.give(actor, revision, stage, title, role=step.role, due_at=due)
    roles = [step.role for step in waiting(revision)[:1]]
    others = Q(person_id__isnull=False) & ~Q(person_id__in=asked) | Q(role_id__isnull=False) & ~Q(role__code__in=roles)
    Task.everywhere.filter(others, record_id=revision.pk, code=stage, done_at=None).update(
        done_at=moment.now(), done_by_id=actor.person_id, outcome=_("Somebody else did it"), withdrawn=True
    )


def asked_people(revision: Revision, step: Step) -> set[int]:
    """Who may sign this step today: the person, or who holds the role or stands in for who does. Not its authors or
    their deputies, nor whom this route has had already by way of a deputy."""
    today, hands = moment.now().date(), signed_by(revision)
    organisation_id, authors = revision.organisation_id, set(revision.authors)
    if step.person_id is not None:
        return {step.person_id} - authors - people.stand_ins(organisation_id, authors, today)
    holding = people.holders(organisation_id, step.role, today)
    lent, barred = people.deputies(organisation_id, step.role, holding, authors, today)
    found = {one for one in holding if is_free(hands, one, None)}
    if not step.in_person:
        found |= {deputy for deputy, givers in lent.items() if any(is_free(hands, deputy, giver) for giver in givers)}
    return found - authors - barred


def unheld(revision: Revision) -> str:
    """Which roles of the route ahead nobody holds today, as a sentence; empty when each is held."""
    roles = dict.fromkeys(role for stage in route(revision).values() for role in stage)
    lacking = people.unheld(revision.organisation_id, roles, moment.now().date())
    said = ngettext(
        "Its route names a role that nobody holds: %(roles)s. Sent, it waits until somebody is given that role.",
        "Its route names roles that nobody holds: %(roles)s. Sent, it waits until somebody is given each of them.",
        len(lacking),
    )
    return said % {"roles": ", ".join(lacking)} if lacking else ""


def signed(actor: Actor, revision: Revision) -> None:
    """Inside a move that signs: the actor's steps are done, bound to the content as it stands."""
    stage, mine = STAGES[revision.state], turns(actor, revision)
    for turn in mine:
        Step.everywhere.filter(pk=turn.step.pk, done_at=None).update(
            done_at=moment.now(), done_by_id=actor.person_id, done_for_id=turn.lent_by,
            content_hash=revision.content_hash,
        )  # fmt: skip
    revision.__dict__.pop("_steps", None)
    signers = [one for one in (actor.person_id, *(turn.lent_by for turn in mine)) if one is not None]
    tasks.finish(actor, revision, (stage,), outcome=_("Signed"), people=signers)
    ask(actor, revision)


def go_on(organisation_id: int, revision_id: int) -> bool:
    """Pass a revision on once every step of its stage is signed for the content it has; whether it went on."""
    system = actors.system(organisation_id)
    with write_transaction():
        revision = moves.locked(system, revision_id)
        assert isinstance(revision, Revision)
        if revision.state not in STAGES or waiting(revision):
            return False
        if not content.is_whole(revision) or any(
            step.content_hash != revision.content_hash for step in steps(revision) if step.done_at is not None
        ):
            raise Refused([_("%(number)s changed after it was signed. Take it back to draft.") % _named(revision)])
        moves.move(system, revision_id, PASSES[revision.state], by_service=True)
    return True


def _named(revision: Revision) -> dict[str, str]:
    return {"number": revision.number}


@after("revision.review", "revision.approve")
def follow(event: Event) -> None:
    """What was signed through the API or by a program passes on as well."""
    if event.record_id is not None:
        with context.organisation(event.organisation_id):
            go_on(event.organisation_id, event.record_id)


def signer(step: Step) -> str:
    """Who signed a step, and for whom; empty before."""
    if step.done_by is None:
        return ""
    if step.done_for is None:
        return step.done_by.name
    return _("%(who)s for %(other)s") % {"who": step.done_by.name, "other": step.done_for.name}


def why_not(actor: Actor, revision: Revision) -> str:
    """Why no signature of this person is waited for, as a sentence; empty when one is."""
    if revision.state not in STAGES or turns(actor, revision):
        return ""
    stage, waits = STAGES[revision.state], waiting(revision)
    done = [step for step in steps(revision) if step.kind == stage and step.done_at is not None]
    mine = next((step for step in done if step.done_by_id == actor.person_id), None)
    theirs = next((step for step in reversed(done) if _rights(actor, step)), None)
    asked = _called(revision, waits[0]) if waits else ""
    waits_for = _("It waits for: %(who)s.") % {"who": asked} if waits else _("Nobody is asked any more.")
    if waits and _rights(actor, waits[0]):
        said = _(
            "You do not sign it as a deputy: you, or whom you stand in for, signed another step, and its route asks "
            "for two people."
        )
        return f"{said} {waits_for}"
    if mine is not None:
        return f"{_('You have signed it.')} {waits_for}"
    if theirs is not None:
        return f"{_('%(who)s has signed it already.') % {'who': signer(theirs)}} {waits_for}"
    if waits and waits[0].in_person and waits[0].role in actor.roles:
        return _("%(who)s signs it in person: no deputy does.") % {"who": asked}
    return waits_for


def _called(revision: Revision, step: Step) -> str:
    return step.person.name if step.person else titles(revision).get(step.role, step.role)


def titles(revision: Revision) -> dict[str, str]:
    """The same for one revision, read once for everything that its page says of them."""
    known: dict[str, str] | None = revision.__dict__.get("_titles")
    if known is None:
        known = revision.__dict__["_titles"] = role_titles(revision.organisation_id)
    return known


def role_titles(organisation_id: int) -> dict[str, str]:
    """What the roles are called here, by code."""
    return dict(Role.objects.filter(organisation_id=organisation_id).values_list("code", "title"))

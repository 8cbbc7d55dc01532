"""Review and approval: who is asked, who has signed, and when a revision passes on.

The steps of a stage are asked in turn, each of a role or of one person. Whoever holds the role today, or stands in for
somebody who does, gets the task; one of them signs. What is asked of the accountable executive in person, no deputy
signs (DOMAIN 2.4). Nobody who had a hand in the content is asked, and the lifecycle refuses them as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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
        rows = Step.everywhere.filter(revision_id=revision.pk).select_related("done_by", "person").order_by("pk")
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


def asked_of(actor: Actor, revision: Revision) -> list[Step]:
    """The steps whose turn it is and that this person may sign: in a role of their own or, mostly, as a deputy.

    The first that is waited for, and those after it as long as they are theirs too: nobody signs twice in a row.
    """
    own = own_roles(actor)
    found = []
    for step in waiting(revision):
        roles, persons = (own, {actor.person_id}) if step.in_person else (actor.roles, actor.persons)
        if step.role not in roles and step.person_id not in persons:
            break
        found.append(step)
    return found


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
        done_at=moment.now(), done_by_id=actor.person_id, outcome=_("Somebody else did it")
    )


def asked_people(revision: Revision, step: Step) -> set[int]:
    """Who may sign this step today: the person, or who holds the role or stands in for who does, but for authors."""
    if step.person_id is not None:
        return {step.person_id} - set(revision.authors)
    today = moment.now().date()
    return people.holders(revision.organisation_id, step.role, today, deputies=not step.in_person) - set(
        revision.authors
    )


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
    found = asked_of(actor, revision)
    Step.everywhere.filter(pk__in=[step.pk for step in found], done_at=None).update(
        done_at=moment.now(), done_by_id=actor.person_id, content_hash=revision.content_hash
    )
    revision.__dict__.pop("_steps", None)
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


def role_titles(organisation_id: int) -> dict[str, str]:
    """What the roles are called here, by code."""
    return dict(Role.objects.filter(organisation_id=organisation_id).values_list("code", "title"))

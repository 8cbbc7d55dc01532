"""Who reviews or approves instead, where nobody but the authors of a text holds the role that is asked.

A person is named for such a role before the revision is sent, with the reason, and stays named for every round after.
They may review or approve it by a role of their own and had no hand in the content.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, scope
from qsms.records.errors import Invalid, Refused

from . import people, routing
from .choices import StepKind
from .models import Revision, Step

NAMED = "signer_named"
# The round in which people are named; the sendings count from 1.
PLAN = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """A step of the route that nobody could sign today."""

    kind: StepKind
    role: str
    # By its authors alone; else nobody holds it.
    is_held: bool = field(default=False, compare=False)
    # Some who hold it did not write it, but each of them stands in for who did.
    stands_in: bool = field(default=False, compare=False)


def named(revision: Revision) -> list[Step]:
    """Who is named instead of a role, but for those who had a hand in the content since."""
    return [
        step
        for step in routing.all_steps(revision)
        if step.round == PLAN
        and step.person is not None
        and step.person.is_active
        and step.person_id not in revision.authors
    ]


def missing(revision: Revision) -> list[Missing]:
    """The steps for which nobody could be asked and nobody is named: only its authors, or who stands in for them, hold
    the role, or nobody."""
    instead = {(one.kind, one.instead_of) for one in named(revision)}
    wanted = [
        Missing(kind, role)
        for kind, roles in routing.route(revision).items()
        for role in roles
        if (kind.value, role) not in instead
    ]
    roles = sorted({one.role for one in wanted})
    # Who stands in for somebody else has no need to be looked for.
    held = people.held_apart(revision.organisation_id, roles, revision.authors, moment.now().date())
    authors = set(revision.authors)
    return [
        replace(one, is_held=bool(held[one.role].everybody), stands_in=bool(held[one.role].everybody - authors))
        for one in wanted
        if not held[one.role].free
    ]


def candidates(revision: Revision, kind: StepKind) -> list[tuple[int, str]]:
    """Who may be named, by their right: those of the document's unit first, then by name."""
    assert revision.document is not None
    return people.able(revision, f"revision.{kind.value}", revision.document.unit_id)


def name(actor: Actor, revision_id: int, step: Missing, person_id: int | None, why: str) -> Step:
    """Name a person for a step of a draft instead of the role. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        revision = moves.locked(actor, revision_id)
        assert isinstance(revision, Revision)
        if revision.state != "draft" or not scope.may(actor, "send", revision):
            raise Refused([_("Who may send %(number)s names people, while it is a draft.") % _numbered(revision)])
        if step not in missing(revision):
            raise Refused([_("Somebody can be asked for this step already. Load the page again.")])
        if person_id not in dict(candidates(revision, step.kind)):
            said = _("Choose somebody from the list: they may sign it, and had no hand in it.")
            raise Invalid({"person": said})
        if not why.strip():
            raise Invalid({"why": _("Say why. It stands on the revision.")})
        Step.everywhere.filter(revision_id=revision.pk, round=PLAN, kind=step.kind, instead_of=step.role).delete()
        made: Step = Step.everywhere.create(
            organisation_id=revision.organisation_id, revision_id=revision.pk, kind=step.kind, round=PLAN,
            person_id=person_id, instead_of=step.role, why=why.strip()[:250],
        )  # fmt: skip
        detail = {"what": f"{step.kind.label}: {made.person.name if made.person else ''}"}
        history.write(actor, revision, history.Act(NAMED, made.why, detail))
    return made


def _numbered(revision: Revision) -> dict[str, str]:
    return {"number": revision.number}

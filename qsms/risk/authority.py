"""Who may rate and who may accept: where the levels of the organisation's roles meet the authorities of a matrix."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from qsms.base import moment
from qsms.org import grants
from qsms.org.actor import Actor, Right
from qsms.org.models import Grant
from qsms.org.roles import shipped_roles
from qsms.records import scope
from qsms.records.models import Record
from qsms.rules.risk_matrix import Matrix

from .matrices import shipped_adoption

SEE, ASSESS = "assessment.view", "assessment.create"
# One permission for the risk of every kind of record: the level decides, not the kind.
ACCEPT = "hazard.accept"


@dataclass(frozen=True, slots=True)
class Held:
    """The highest level of acceptance somebody holds on a record, and from whom if it was delegated."""

    rank: int = 0
    lent_by: int | None = None


@dataclass(frozen=True, slots=True)
class Acceptors:
    """Those who hold the lowest level that is enough: one role and the people in it."""

    role: str
    title: str
    people: tuple[tuple[int, str], ...]

    @property
    def names(self) -> list[str]:
        return [name for _pk, name in self.people]


def code_for(matrix: Matrix, rank: int) -> str:
    """The authority of a matrix that a level stands for; "" for none. The only place where the two meet.

    Where a matrix lacks the very code, the level counts as the next lower authority it has.
    """
    codes = [shipped_adoption()["authority_codes"][level] for level in shipped_roles()["authority_levels"]]
    for code in reversed(codes[1 : rank + 1]):
        if matrix.authority(code) is not None:
            return str(code)
    return ""


def rank_of(authority: str) -> int:
    """The level that a matrix's authority asks for; above every level for one that no role can hold."""
    codes = [shipped_adoption()["authority_codes"][level] for level in shipped_roles()["authority_levels"]]
    return codes.index(authority) if authority in codes else len(codes)


def may_see(actor: Actor, record: Record) -> bool:
    """Whether the actor may see how the risk of a record that they see was rated.

    Hazards are about their risk; who sees one sees that. Elsewhere it is the office's own judgement: a reporter follows
    the report, and not what was thought about its risk.
    """
    return record.kind == "hazard" or actor.is_system or actor.holds(SEE)


def may_assess(actor: Actor, record: Record) -> bool:
    """Whether the actor may rate the risk of this record."""
    if actor.is_system:
        return True
    return scope.sees(actor, record) and any(scope.reaches(actor, r, record) for r in actor.rights_for(ASSESS))


def held(actor: Actor, record: Record) -> Held:
    """The highest level of acceptance that reaches this record; an own right before a borrowed one."""
    reaching = [right for right in actor.rights_for(ACCEPT) if scope.reaches(actor, right, record)]
    if not reaching or not scope.sees(actor, record):
        return Held()
    best = max(reaching, key=lambda right: (right.authority, right.lent_by is None))
    return Held(best.authority, best.lent_by)


def acceptors(record: Record, rank: int, *, but: int | None = None) -> Acceptors | None:
    """Who holds the lowest level from `rank` upward on this record; None when nobody does."""
    today = moment.now().date()
    here = grants.reaching(record.site_id, record.unit_id)
    holding = (
        Grant.objects.filter(
            here, organisation_id=record.organisation_id, person__is_active=True, role__authority__gte=max(rank, 1)
        )
        .filter(Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today))
        .exclude(person_id=but)
        .order_by("role__authority", "role__code", "person__name")
        .select_related("role", "person")
    )
    found: Acceptors | None = None
    for grant in holding:
        if not Right(tuple(grant.role.permissions), grant.axis).gives(ACCEPT):
            continue
        if found is None:
            found = Acceptors(grant.role.code, grant.role.title, ())
        if grant.role.code == found.role and (grant.person_id, grant.person.name) not in found.people:
            found = Acceptors(found.role, found.title, (*found.people, (grant.person_id, grant.person.name)))
    return found

"""Who acts: one person in one organisation, with the rights that grants and delegations give on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from qsms.base.prepared import Prepared

from .choices import Axis
from .models import Grant, Person

ADMINISTRATION = "org.admin"
GRANTING = "role.grant"


@lru_cache(maxsize=4096)
def _matches(patterns: tuple[str, ...], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Right:
    """What one grant gives: permission patterns such as `report.*`, and how far they reach."""

    patterns: tuple[str, ...]
    axis: str
    site_id: int | None = None
    unit_id: int | None = None
    role: str = ""
    authority: int = 0  # rank in accepting risk
    # Somebody else's right, held by delegation: the giver. Conflicts of interest count for both.
    lent_by: int | None = None

    def gives(self, permission: str) -> bool:
        return _matches(self.patterns, permission)


@dataclass(frozen=True)
class Actor:
    organisation_id: int
    person_id: int | None
    name: str
    rights: tuple[Right, ...] = ()
    zone: str = "UTC"
    organisation_name: str = ""
    is_system: bool = False
    roles: frozenset[str] = field(default_factory=frozenset)
    role_ids: frozenset[int] = field(default_factory=frozenset)
    # What the roles are called here: code -> title.
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    # Shown in history instead of a person: "Reporter", "System", "Import".
    label: str = ""

    def rights_for(self, permission: str) -> tuple[Right, ...]:
        """The rights that give this permission, the widest reach first."""
        found = [right for right in self.rights if right.gives(permission)]
        return tuple(sorted(found, key=lambda right: right.axis != Axis.ALL))

    def holds(self, permission: str) -> bool:
        """Whether this permission is held anywhere at all; on a record ask the scope."""
        return self.is_system or any(right.gives(permission) for right in self.rights)

    @property
    def persons(self) -> frozenset[int]:
        """The person and everybody acted for: who counts when independence is asked."""
        lenders = {right.lent_by for right in self.rights if right.lent_by}
        return frozenset(one for one in (self.person_id, *lenders) if one is not None)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def can_be_lent(permissions: Iterable[str], axis: str = Axis.ALL) -> bool:
    """Whether somebody else may hold these permissions by delegation: administration and own records are personal."""
    return axis != Axis.OWN and not any(_matches(tuple(permissions), one) for one in (ADMINISTRATION, GRANTING))


def system(organisation_id: int, label: str = "System") -> Actor:
    """The installation itself, for jobs and imports: may everything, and history says that it was no person."""
    return Actor(organisation_id, None, label, (Right(("*",), Axis.ALL),), is_system=True, label=label)


def nobody(organisation_id: int, permissions: tuple[str, ...], label: str) -> Actor:
    """A visitor without an account who may do only `permissions`, such as an anonymous reporter."""
    return Actor(organisation_id, None, label, (Right(permissions, Axis.OWN),), label=label)


def _grants(person: int, organisation: int, today: dt.date) -> QuerySet[Grant, Any]:
    """The person's own grants, and those of whoever has lent theirs on that day and still works here."""
    alive = Grant.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today),
        Q(ends_on=None) | Q(ends_on__gte=today),
        organisation_id=organisation,
    )
    # One filter, so that all of it is said about the same delegation.
    lent = alive.filter(
        Q(person__delegations_given__role=None) | Q(person__delegations_given__role=F("role")),
        person__is_active=True,
        person__delegations_given__taker=person,
        person__delegations_given__starts_on__lte=today,
        person__delegations_given__ends_on__gte=today,
        person__delegations_given__revoked_at=None,
    )
    columns = (
        "person_id", "role_id", "role__code", "role__title", "role__permissions", "role__authority", "axis", "site_id",
        "unit_id",
    )  # fmt: skip
    return alive.filter(person_id=person).values_list(*columns).union(lent.values_list(*columns), all=True)


# Asked before every page and every API call.
GRANTS = Prepared(_grants, person=int, organisation=int, today=dt.date)


def load(person: Person, today: dt.date) -> Actor:
    """The actor that `person` is on the day `today` (one query; `person` comes with its organisation)."""
    rights: dict[Right, None] = {}
    roles: dict[str, str] = {}
    role_ids: set[int] = set()
    rows = GRANTS.rows(person=person.pk, organisation=person.organisation_id, today=today)
    for holder, role_id, role, title, permissions, rank, axis, site, unit in rows:
        borrowed = holder != person.pk
        if borrowed and not can_be_lent(permissions, axis):
            continue
        # Lent twice is held once.
        rights[Right(tuple(permissions), axis, site, unit, role, rank, holder if borrowed else None)] = None
        roles[role] = title
        role_ids.add(role_id)
    return Actor(
        organisation_id=person.organisation_id,
        person_id=person.pk,
        name=person.name,
        rights=tuple(rights),
        zone=person.zone or person.organisation.zone,
        organisation_name=person.organisation.name,
        roles=frozenset(roles),
        role_ids=frozenset(role_ids),
        titles=roles,
    )

"""Who holds a role today, and to whom a rule of distribution reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from qsms.base import moment
from qsms.org import grants
from qsms.org.actor import Right
from qsms.org.models import Delegation, Grant, Role
from qsms.records import registry
from qsms.records.models import Record

from .models import Rule


def _held(organisation_id: int, today: dt.date) -> QuerySet[Grant]:
    """The grants that count on this day."""
    return Grant.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today),
        organisation_id=organisation_id, person__is_active=True,
    )  # fmt: skip


def holders(organisation_id: int, role: str, today: dt.date) -> set[int]:
    """The people who hold a role on this day."""
    return holders_each(organisation_id, [role], today)[role]


def holders_each(organisation_id: int, roles: Sequence[str], today: dt.date) -> dict[str, set[int]]:
    """The same for several roles at once (one query, none for no roles)."""
    found: dict[str, set[int]] = {role: set() for role in roles}
    if not roles:
        return found
    grants = _held(organisation_id, today).filter(role__code__in=roles)
    for role, person in grants.values_list("role__code", "person_id"):
        found[role].add(person)
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a role today, and who of them may judge what some others wrote."""

    everybody: frozenset[int]
    # Neither wrote it nor stands in for one who did.
    free: frozenset[int]


def held_apart(organisation_id: int, roles: Sequence[str], authors: Collection[int], today: dt.date) -> dict[str, Held]:
    """The holders of each of these roles, and those of them who are free of what these authors wrote (one query)."""
    if not roles:
        return {}
    theirs = _lent(organisation_id, authors, today).filter(taker_id=OuterRef("person_id"))
    rows = _held(organisation_id, today).filter(role__code__in=roles).annotate(stands_in=Exists(theirs))
    held: dict[str, set[int]] = {role: set() for role in roles}
    free: dict[str, set[int]] = {role: set() for role in roles}
    for role, person, stands_in in rows.values_list("role__code", "person_id", "stands_in"):
        held[role].add(person)
        if not stands_in and person not in authors:
            free[role].add(person)
    return {role: Held(frozenset(held[role]), frozenset(free[role])) for role in roles}


def deputies(
    organisation_id: int, role: str, givers: Collection[int], authors: Collection[int], today: dt.date
) -> tuple[dict[int, set[int]], set[int]]:
    """Who stands in for these holders of a role today, and for whom; and who stands in for one of these authors, in
    whatever role (one query)."""
    found: dict[int, set[int]] = {}
    barred: set[int] = set()
    rows = _lent(organisation_id, {*givers, *authors}, today)
    for giver, taker, lent_role in rows.values_list("giver_id", "taker_id", "role__code"):
        if giver in givers and lent_role in (None, role):
            found.setdefault(taker, set()).add(giver)
        if giver in authors:
            barred.add(taker)
    return found, barred


def stand_ins(organisation_id: int, givers: Collection[int], today: dt.date) -> set[int]:
    """Who stands in for one of these people today, in whatever role (one query)."""
    return set(_lent(organisation_id, givers, today).values_list("taker_id", flat=True))


def _lent(organisation_id: int, givers: Collection[int], today: dt.date) -> QuerySet[Delegation]:
    return Delegation.objects.filter(
        organisation_id=organisation_id, giver_id__in=givers, starts_on__lte=today, ends_on__gte=today,
        revoked_at=None, giver__is_active=True, taker__is_active=True,
    )  # fmt: skip


def unheld(organisation_id: int, roles: Iterable[str], today: dt.date) -> list[str]:
    """What those of these roles are called that nobody holds on this day, in the order given (one query)."""
    held = _held(organisation_id, today).filter(role_id=OuterRef("pk"))
    rows = Role.objects.filter(organisation_id=organisation_id, code__in=list(roles)).annotate(is_held=Exists(held))
    known = {code: (title, is_held) for code, title, is_held in rows.values_list("code", "title", "is_held")}
    stands = [known.get(role, (role, False)) for role in roles]
    return [title for title, is_held in stands if not is_held]


def able(record: Record, permission: str, unit_id: int | None) -> list[tuple[int, str]]:
    """Who may do this to a record by a role of their own, with their names: neither its authors nor who stands in for
    one; those of this unit first. Somebody's own records do not count: that right reaches what they made themselves."""
    here = grants.reaching(record.site_id, record.unit_id)
    held = _held(record.organisation_id, moment.now().date()).filter(here)
    authors = registry.get(record.kind).parties(record).get("author", frozenset())
    barred = authors | stand_ins(record.organisation_id, authors, moment.now().date())
    columns = ("person_id", "person__name", "role__permissions", "axis", "unit_id", "person__unit_id")
    found: dict[int, tuple[bool, str]] = {}
    for person, name, patterns, axis, *units in held.exclude(person_id__in=barred).values_list(*columns):
        if Right(tuple(patterns), axis).gives(permission):
            elsewhere = unit_id is None or unit_id not in units
            found[person] = min(found.get(person, (True, name)), (elsewhere, name))
    return [(person, name) for person, (_elsewhere, name) in sorted(found.items(), key=lambda one: one[1])]


def whom(rule: Rule, today: dt.date) -> Q:
    """The people whom a rule of distribution reaches today. A role held for one site counts at that site only."""
    if rule.person_id is not None:
        return Q(pk=rule.person_id)
    if rule.role_id is None:
        # Active is everybody who is asked for anyhow; an empty condition would drop out of an OR.
        found = Q(is_active=True)
        if rule.site_id is not None:
            found &= Q(site_id=rule.site_id)
        if rule.unit_id is not None:
            found &= Q(unit_id=rule.unit_id)
        return found
    held = _held(rule.organisation_id, today).filter(role_id=rule.role_id)
    if rule.site_id is not None:
        here = Q(site_id=rule.site_id) | Q(unit__site_id=rule.site_id)
        held = held.filter(here | Q(axis__in=("all", "own"), person__site_id=rule.site_id))
    if rule.unit_id is not None:
        held = held.filter(Q(unit_id=rule.unit_id) | Q(person__unit_id=rule.unit_id))
    return Q(pk__in=held.values("person_id"))

"""Who may see a record: the question of scope asked the other way round, for mentions and notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from qsms.base import moment
from qsms.org.actor import Actor, Right, can_be_lent
from qsms.org.models import Delegation, Grant

from . import scope
from .models import Record, Task


def who_sees(record: Record, *, with_task: Collection[int] = ()) -> frozenset[int]:
    """The people who see this record today by roles of their own or lent to them (three queries).

    `with_task` are those who are about to get a task on it, and see it by that where they may see what is theirs.
    """
    today = moment.now().date()
    grants = (
        Grant.objects.filter(organisation_id=record.organisation_id, person__is_active=True)
        .filter(Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today))
        .values_list("person_id", "role_id", "role__permissions", "axis", "site_id", "unit_id")
    )
    held: dict[int, list[tuple[int, Right]]] = defaultdict(list)
    for person, role_id, permissions, axis, site, unit in grants:
        held[person].append((role_id, Right(tuple(permissions), axis, site, unit)))
    rights = {person: [right for _role, right in roles] for person, roles in held.items()}
    for giver, taker, one_role in Delegation.objects.filter(
        organisation_id=record.organisation_id,
        starts_on__lte=today,
        ends_on__gte=today,
        revoked_at=None,
        taker__is_active=True,
    ).values_list("giver_id", "taker_id", "role_id"):
        lent = [
            right
            for role_id, right in held.get(giver, ())
            if one_role in (None, role_id) and can_be_lent(right.patterns, right.axis)
        ]
        rights.setdefault(taker, []).extend(lent)
    involved = set(with_task)
    involved.update(
        Task.everywhere.filter(record_id=record.pk, person__isnull=False).values_list("person_id", flat=True)
    )
    found = set()
    for person, theirs in rights.items():
        actor = Actor(record.organisation_id, person, "", tuple(theirs))
        scope.note(actor, record, person in involved)
        if scope.sees(actor, record):
            found.add(person)
    return frozenset(found)

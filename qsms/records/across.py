"""The newest records of several kinds at once: for pickers, which look through whatever somebody sees.

To put a statement together takes longer than to run it, and of most kinds somebody reaches the same. So it is put
together once for all kinds that are reached alike, with the name of no kind in it, and sent for all kinds at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from qsms.org.actor import Actor

from . import paging, scope
from .models import Record

# Where a statement says the kind. It is known by being this very object, whatever anybody types.
ANY_KIND = "any kind"


def newest(actor: Actor, kinds: Iterable[str], where: Q | None = None, *, limit: int) -> dict[str, list[int]]:
    """The ids of the newest records of each of these kinds that the actor sees, at most `limit` of each, in one
    statement. `where` names columns that all records have."""
    found: dict[str, list[int]] = {kind: [] for kind in kinds}
    alike: dict[tuple[scope.Branch, ...], list[str]] = {}
    for kind in found:
        alike.setdefault(tuple(scope.branches(actor, kind)), []).append(kind)
    places = list(found)
    statements: list[str] = []
    values: list[Any] = []
    for reach, of_kinds in alike.items():
        rows = Record.everywhere.filter(where or Q(), organisation_id=actor.organisation_id, kind=ANY_KIND)
        ids = rows.order_by("-pk").values_list("pk", flat=True)
        union = paging.union_sql([ids.filter(branch.narrows())[:limit] for branch in reach], True, limit)
        if union is None:
            continue
        for kind in of_kinds:
            # Only SQL of Django and a number of ours are put together here.
            statements.append(f"SELECT {places.index(kind)} AS place, one.* FROM ({union[0]}) AS one")  # noqa: S608
            values += [kind if value is ANY_KIND else value for value in union[1]]
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), values)
            for place, pk in cursor.fetchall():
                found[places[place]].append(pk)
    return found

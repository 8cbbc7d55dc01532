"""Running counts, kept by every write, so that overview and lists need not count a million rows.

Measures are narrow on purpose: `state` (state x disciplines), `month` (month opened) and `risk` (risk of the open).
"""

from __future__ import annotations

from collections import Counter as Bag
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from qsms.base.prepared import Prepared, Several
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.rules.lifecycle import Phase

from . import scope
from .listing import with_lens
from .models import Record, Tally
from .projections import Before, Written, project

Key = tuple[int, str, str, int, bool, str, str]

UPSERT = """
INSERT INTO {table} (organisation_id, measure, kind, site, confidential, a, b, n) VALUES {rows}
ON CONFLICT (organisation_id, measure, kind, site, confidential, a, b) DO UPDATE SET n = {table}.n + EXCLUDED.n
"""
ROWS_A_STATEMENT = 100
# Who reaches more sites than this is counted live.
SITES = 25


def keys(organisation_id: int, kind: str, row: Before | Record) -> Iterable[Key]:
    """The cells in which this record counts."""
    place = (row.site_id or 0, row.confidential)
    yield (organisation_id, "state", kind, *place, row.state, str(row.disciplines))
    opened: Any = row.opened_at
    yield (organisation_id, "month", kind, *place, f"{opened.astimezone(UTC):%Y-%m}", "")
    if row.phase < Phase.DONE:
        yield (organisation_id, "risk", kind, *place, str(row.risk_class), "")


@project
def follow(writes: Sequence[Written]) -> None:
    """Add what these writes change."""
    bag: Bag[Key] = Bag()
    for write in writes:
        organisation_id, kind = write.record.organisation_id, write.record.kind
        if write.before is not None:
            bag.subtract(keys(organisation_id, kind, write.before))
        bag.update(keys(organisation_id, kind, write.record))
    add(bag)


def add(bag: Bag[Key]) -> None:
    """Add the bag to the table. Equal keys are summed and sorted first: PostgreSQL refuses a row twice in one
    statement, and two writers in different orders would deadlock."""
    rows = sorted((key, n) for key, n in bag.items() if n)
    table = connection.ops.quote_name(Tally._meta.db_table)
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(UPSERT.format(table=table, rows=marks), [v for key, n in part for v in (*key, n)])


def recount(organisation_id: int) -> dict[Key, tuple[int, int]]:
    """Count everything again and compare: key -> (kept, counted), for those that differ. Changes nothing."""
    counted: Bag[Key] = Bag()
    rows = (
        Record.everywhere.filter(organisation_id=organisation_id)
        .values_list(
            "kind", "state", "phase", "disciplines", "site_id", "confidential", "risk_class",
            ExtractYear("opened_at", tzinfo=UTC), ExtractMonth("opened_at", tzinfo=UTC),
        )
        .annotate(n=Count("pk"))
        .order_by()
    )  # fmt: skip
    for kind, state, phase, disciplines, site, confidential, risk, year, month, n in rows:
        place = (site or 0, confidential)
        counted[(organisation_id, "state", kind, *place, state, str(disciplines))] += n
        counted[(organisation_id, "month", kind, *place, f"{year:04d}-{month:02d}", "")] += n
        if phase < Phase.DONE:
            counted[(organisation_id, "risk", kind, *place, str(risk), "")] += n
    kept: Bag[Key] = Bag()
    for row in Tally.objects.filter(organisation_id=organisation_id):
        kept[(organisation_id, row.measure, row.kind, row.site, row.confidential, row.a, row.b)] = row.n
    return {key: (kept[key], counted[key]) for key in kept.keys() | counted.keys() if kept[key] != counted[key]}


def repair(organisation_id: int) -> int:
    """Set right what a recount finds different; how many cells that were."""
    differences = recount(organisation_id)
    add(Bag({key: counted - kept for key, (kept, counted) in differences.items()}))
    return len(differences)


def _states(organisation: int, kind: str) -> QuerySet[Tally, Any]:
    cells = Tally.objects.filter(organisation_id=organisation, measure="state", kind=kind)
    return cells.values_list("a", "b", "confidential").annotate(n=Sum("n")).order_by()


def _states_of_sites(organisation: int, kind: str, sites: list[int]) -> QuerySet[Tally, Any]:
    cells = Tally.objects.filter(organisation_id=organisation, measure="state", kind=kind, site__in=sites)
    return cells.values_list("site", "a", "b", "confidential", "n")


def _open(organisation: int) -> QuerySet[Tally, Any]:
    cells = Tally.objects.filter(organisation_id=organisation, measure="risk")
    return cells.values_list("kind", "confidential").annotate(n=Sum("n")).order_by()


# Asked by every list and by the menu of every page.
STATES = Prepared(_states, organisation=int, kind=str)
STATES_OF_SITES = Prepared(_states_of_sites, organisation=int, kind=str, sites=Several(SITES))
OPEN = Prepared(_open, organisation=int)


def states(actor: Actor, kind: str, *, lens: int = 0) -> dict[str, int] | None:
    """How many records of a kind stand in each state, of those that the actor sees.

    For who reaches all of them or those of some sites; own records beside them are few and are counted live. None for
    anybody whose reach the tallies cannot express (own records alone, units): count those live.
    """
    reach = scope.branches(actor, kind)
    places = {branch.value: branch.confidential for branch in reach if branch.axis not in scope.OWN_BRANCHES}
    if not places or len(places) > SITES or any(branch.axis == Axis.UNIT for branch in reach):
        return None
    own = scope.own_beside(actor, kind) if len(places) < len(reach) else []
    if own is None:
        return None
    wanted = frozenset(with_lens(lens)) if lens else None
    found = Bag(state for state, disciplines in own if wanted is None or disciplines in wanted)
    given = {"organisation": actor.organisation_id, "kind": kind}
    if None in places:
        rows = [(None, *row) for row in STATES.rows(**given)]
    else:
        rows = STATES_OF_SITES.rows(**given, sites=list(places))
    for site, state, disciplines, confidential, n in rows:
        if (wanted is None or int(disciplines) in wanted) and (places[site] or not confidential):
            found[state] += n
    return dict(found)


def open_by_kind(actor: Actor, kinds: Sequence[str]) -> dict[str, int]:
    """How many records of each kind are open, for the kinds that the actor reaches all of (one query).

    A kind that is missing either has none open or is one that the tallies cannot count for this actor.
    """
    whole = {kind: reach[0].confidential for kind in kinds if _is_whole(reach := scope.branches(actor, kind))}
    found: Bag[str] = Bag()
    if whole:
        for kind, confidential, n in OPEN.rows(organisation=actor.organisation_id):
            if kind in whole and (whole[kind] or not confidential):
                found[kind] += n
    return dict(found)


def _is_whole(reach: Sequence[scope.Branch]) -> bool:
    return [branch.axis for branch in reach] == ["all"]

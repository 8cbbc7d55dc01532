"""How records hang together, within what the actor sees: the links around one, and the thread that leads through many.

What lies outside the scope is not there: no row, no name, no count. A path that leads through it ends before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Value

from qsms.base.prepared import Prepared
from qsms.org.actor import Actor

from . import registry, scope
from .models import Link, Record, Task

LIMIT = 150


@dataclass(frozen=True, slots=True)
class Strand:
    """One link of a record, seen from it: the record at the far end and what the link says."""

    link_id: int
    outward: bool
    relation: str
    reason: str
    at: datetime
    record: Record
    # The name of who owns the far record.
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    source_id: int
    target_id: int
    relation: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Records reached from one, nearest first, with how many steps away each is, and the links among them."""

    records: tuple[Record, ...]
    steps: dict[int, int]
    edges: tuple[Edge, ...]
    cut: bool  # there was more than may be drawn


def around(actor: Actor, record: Record) -> list[Strand]:
    """The links of a record both ways, oldest first, as far as the actor sees their far ends.

    One query; none where they were noted.
    """
    noted: dict[int | None, list[Strand]] = record.__dict__.get("_strands", {})
    if actor.person_id in noted:
        return noted[actor.person_id]
    given = {"record": record.pk, "organisation": actor.organisation_id, "person": actor.person_id or scope.NOBODY}
    return [strand for _near, strand in _seen(actor, AROUND.rows(**given))]


def around_each(actor: Actor, records: Collection[Record]) -> list[tuple[int, Strand]]:
    """The links that lead away from several records, each with the key of the one it is seen from (one query)."""
    ids, person = [one.pk for one in records], actor.person_id or scope.NOBODY
    out, back = (_ends(here, {f"{here}_id__in": ids}, actor.organisation_id, person) for here in ("source", "target"))
    found = _seen(actor, out.union(back, all=True))
    return [(near, strand) for near, strand in found if strand.record.pk not in ids]


def _seen(actor: Actor, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Strand]]:
    """Those of these links whose far end the actor sees, oldest first, with the key of the near one."""
    in_order = sorted(rows, key=itemgetter(0))
    for pk, relation, reason, at, outward, near_id, far_id, involved, owner, *outline in in_order:
        far = scope.outlined(actor, far_id, outline, involved=bool(involved))
        if registry.is_known(far.kind) and scope.sees(actor, far):
            yield near_id, Strand(pk, bool(outward), relation, reason, at, far, owner or "")


def note(actor: Actor, record: Record, strands: list[Strand]) -> None:
    """Tell a record what is linked with it, for those who draw other parts of the same page."""
    record.__dict__["_strands"] = {actor.person_id: strands}


FAR = {f"far_{name}": name for name in scope.OUTLINE}
COLUMNS = ("pk", "relation", "reason", "at", "outward", "near_id", "far_id", "far_involved", "far_owner_name", *FAR)


def _around(record: int, organisation: int, person: int) -> QuerySet[Link, Any]:
    out, back = (_ends(here, {f"{here}_id": record}, organisation, person) for here in ("source", "target"))
    return out.union(back, all=True)


def _ends(here: str, near: Mapping[str, Any], organisation: int, person: int) -> QuerySet[Link, Any]:
    there = "target" if here == "source" else "source"
    return (
        Link.everywhere.filter(**near, organisation_id=organisation)
        .annotate(
            outward=Value(here == "source", output_field=BooleanField()),
            near_id=F(f"{here}_id"),
            far_id=F(f"{there}_id"),
            far_involved=Exists(Task.everywhere.filter(record_id=OuterRef(f"{there}_id"), person_id=person)),
            far_owner_name=F(f"{there}__owner__name"),
            **{far: F(f"{there}__{name}") for far, name in FAR.items()},
        )
        .values_list(*COLUMNS)
    )


# Asked by the page of every record.
AROUND = Prepared(_around, record=int, organisation=int, person=int)


def trace(actor: Actor, record: Record, *, steps: int = 4, limit: int = LIMIT) -> Thread:
    """Breadth first from a record the actor sees: at most `steps` links away, at most `limit` records."""
    reached: dict[int, Record] = {record.pk: record}
    distance = {record.pk: 0}
    edges: dict[int, Edge] = {}
    frontier, cut = {record.pk}, False
    for step in range(1, steps + 1):
        links = touching(actor, frontier)
        ends = {pk for link in links for pk in (link.source_id, link.target_id)}
        seen = scope.seen_of(actor, ends - reached.keys())
        frontier = set()
        for pk in sorted(seen):
            if len(reached) >= limit:
                cut = True
                break
            reached[pk], distance[pk] = seen[pk], step
            frontier.add(pk)
        for link in links:
            edges[link.pk] = Edge(link.source_id, link.target_id, link.relation)
        if not frontier:
            break
    if frontier:
        # Links among the outermost ones.
        edges |= {link.pk: Edge(link.source_id, link.target_id, link.relation) for link in touching(actor, frontier)}
    within = tuple(
        edge for _pk, edge in sorted(edges.items()) if edge.source_id in reached and edge.target_id in reached
    )
    return Thread(tuple(reached.values()), distance, within, cut)


def nearer(thread: Thread, steps: int) -> Thread:
    """The part of a thread that is at most so many steps away."""
    kept = {pk: step for pk, step in thread.steps.items() if step <= steps}
    return Thread(
        tuple(record for record in thread.records if record.pk in kept),
        kept,
        tuple(edge for edge in thread.edges if edge.source_id in kept and edge.target_id in kept),
        thread.cut and len(kept) == len(thread.steps),
    )


def touching(actor: Actor, ids: Iterable[int]) -> list[Link]:
    """Every link with one of these records at an end, oldest first. The far ends may lie outside the actor's scope."""
    chosen = list(ids)
    rows = Link.everywhere.filter(organisation_id=actor.organisation_id)
    return list(rows.filter(Q(source_id__in=chosen) | Q(target_id__in=chosen)).order_by("pk"))

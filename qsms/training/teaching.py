"""Which courses teach a document, and of whom they are asked: what a change of the document reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from qsms.org.actor import Actor
from qsms.org.models import Grant, Person
from qsms.records import scope
from qsms.records.choices import Relation
from qsms.records.models import Link, Record

from . import standing
from .models import Course, Requirement


@dataclass(frozen=True, slots=True)
class Asked:
    """A role, or a duty, that must hold a course. `people` is empty where the reader may not look at others."""

    whom: str
    people: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Taught:
    """A course in use, the documents that it teaches, and who must hold it."""

    course: Record
    documents: frozenset[int]
    asked: tuple[Asked, ...]


def courses(organisation_id: int, document_ids: Collection[int]) -> dict[Course, frozenset[int]]:
    """The courses in use that name one of these documents or are linked as training it (two queries)."""
    wanted = set(document_ids)
    linked: dict[int, set[int]] = {}
    links = Link.everywhere.filter(organisation_id=organisation_id, relation=Relation.TRAINS)
    for ends in links.filter(Q(source_id__in=wanted) | Q(target_id__in=wanted)).values_list("source_id", "target_id"):
        for one, other in (ends, ends[::-1]):
            if other in wanted:
                linked.setdefault(one, set()).add(other)
    rows = Course.everywhere.filter(organisation_id=organisation_id, state=standing.IN_USE)
    rows = rows.filter(Q(document_id__in=wanted) | Q(pk__in=list(linked))).order_by("pk")
    return {one: frozenset({*linked.get(one.pk, ()), one.document_id} & wanted) for one in rows}


def taught(actor: Actor, document_ids: Collection[int]) -> list[Taught]:
    """The courses that the actor sees which teach these documents, with who must hold them.

    Five queries, whatever the number of documents, courses and people.
    """
    found = {one.pk: documents for one, documents in courses(actor.organisation_id, document_ids).items()}
    seen = scope.seen_of(actor, found)
    asked = _asked(actor, seen)
    return [Taught(seen[pk], found[pk], asked.get(pk, ())) for pk in found if pk in seen]


def _asked(actor: Actor, course_ids: Iterable[int]) -> dict[int, tuple[Asked, ...]]:
    rows = Requirement.everywhere.filter(course_id__in=list(course_ids), ended_at=None).select_related("role")
    places: dict[int, dict[tuple[str, int | None], set[int | None]]] = {}
    for row in rows.order_by("duty", "role__title", "pk"):
        places.setdefault(row.course_id, {}).setdefault((row.whom, row.role_id), set()).add(row.site_id)
    roles = {role for asked in places.values() for _title, role in asked if role is not None}
    held = _holders(actor, roles) if roles and standing.sees_others(actor) else None
    return {
        course: tuple(_line(title, role, sites, held) for (title, role), sites in asked.items())
        for course, asked in places.items()
    }


def _holders(actor: Actor, roles: Collection[int]) -> dict[int, set[tuple[int, int | None]]]:
    """Who holds each of these roles today, with where they work, of the people whose training the actor sees."""
    grants = Grant.objects.filter(
        *standing.alive(standing.today_of(actor)), organisation_id=actor.organisation_id, role_id__in=list(roles),
        person__in=Person.objects.filter(standing.staff(actor)),
    )  # fmt: skip
    found: dict[int, set[tuple[int, int | None]]] = {}
    for role, person, site in grants.values_list("role_id", "person_id", "person__site_id"):
        found.setdefault(role, set()).add((person, site))
    return found


def _line(
    title: str, role: int | None, sites: set[int | None], held: dict[int, set[tuple[int, int | None]]] | None
) -> Asked:
    if role is None or held is None:
        return Asked(title)
    people = sum(1 for _person, site in held.get(role, ()) if None in sites or site in sites)
    return Asked(title, people, f"{reverse('training:gaps')}?role={role}")

"""Which courses teach a document, and of whom they are asked: what a change of the document reaches."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.urls import reverse

from qsms.org.actor import Actor
from qsms.org.models import Grant, Person
from qsms.records import scope
from qsms.records.choices import Relation
from qsms.records.models import Record

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


def courses(rows: QuerySet[Course], document_ids: Collection[int]) -> dict[Course, frozenset[int]]:
    """Those of these courses in use that name one of these documents or are linked as training it (one query)."""
    wanted = set(document_ids)
    for name, here, there in (("forth", "links_out", "target"), ("back", "links_in", "source")):
        linked = Q(**{f"{here}__relation": Relation.TRAINS, f"{here}__{there}_id__in": wanted})
        rows = rows.annotate(**{name: FilteredRelation(here, condition=linked)})
        rows = rows.annotate(**{f"{name}_id": F(f"{name}__{there}_id")})
    rows = rows.filter(Q(document_id__in=wanted) | Q(forth_id__isnull=False) | Q(back_id__isnull=False))
    found: dict[Course, set[int]] = {}
    # A course comes once for each link.
    for one in rows.filter(state=standing.IN_USE).order_by("pk"):
        found.setdefault(one, set()).update({one.document_id, one.forth_id, one.back_id} & wanted)  # type: ignore[attr-defined]
    return {one: frozenset(documents) for one, documents in found.items()}


def learnt_from(organisation_id: int, document_ids: Collection[int]) -> dict[Course, frozenset[int]]:
    """All courses of an organisation in use that teach one of these documents, whoever may see them (one query)."""
    # Said of both tables: else a database reads the courses of every organisation.
    return courses(Course.everywhere.filter(organisation_id=organisation_id, tenant_id=organisation_id), document_ids)


def taught(actor: Actor, document_ids: Collection[int]) -> list[Taught]:
    """The courses that the actor sees which teach these documents, with who must hold them.

    Two queries, whatever the number of documents, courses and people.
    """
    # Said of both tables: else a database reads the courses of every organisation.
    found = courses(scope.visible(actor, "course").filter(tenant_id=actor.organisation_id), document_ids)
    asked = _asked(actor, [one.pk for one in found])
    return [Taught(one, documents, asked.get(one.pk, ())) for one, documents in found.items()]


def _asked(actor: Actor, course_ids: Collection[int]) -> dict[int, tuple[Asked, ...]]:
    rows = Requirement.everywhere.filter(course_id__in=course_ids, ended_at=None).select_related("role")
    counts = standing.sees_others(actor)
    if counts:
        rows = rows.annotate(people=_holders(actor))
    places: dict[int, dict[tuple[str, int | None], dict[int | None, int | None]]] = {}
    for row in rows.order_by("duty", "role__title", "pk"):
        people = (row.people or 0) if counts and row.role_id is not None else None  # type: ignore[attr-defined]
        places.setdefault(row.course_id, {}).setdefault((row.whom, row.role_id), {})[row.site_id] = people
    return {
        course: tuple(_line(title, role, at) for (title, role), at in asked.items()) for course, asked in places.items()
    }


def _holders(actor: Actor) -> Subquery:
    """How many of the people whose training the actor sees hold the role of a requirement today, where it asks."""
    grants = Grant.objects.filter(
        *standing.alive(standing.today_of(actor)), organisation_id=actor.organisation_id, role_id=OuterRef("role_id"),
        person__in=Person.objects.filter(standing.staff(actor)),
    ).filter(Q(person__site_id=OuterRef("site_id")) | Q(IsNull(OuterRef("site_id"), True)))  # fmt: skip
    return Subquery(grants.values("role_id").annotate(n=Count("person_id", distinct=True)).values("n"))


def _line(title: str, role: int | None, people: Mapping[int | None, int | None]) -> Asked:
    """`people` by the site at which they are asked, None for all of them. Everybody works at one site at most."""
    if role is None or None in people.values():
        return Asked(title)
    n = people[None] if None in people else sum(one or 0 for one in people.values())
    return Asked(title, n, f"{reverse('training:gaps')}?role={role}")

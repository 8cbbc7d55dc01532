"""Which courses teach a document, and of whom they are asked: what a change of the document reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


def _teaching(rows: QuerySet[Course], wanted: Collection[int]) -> QuerySet[Course]:
    """Those of these courses in use that name one of these documents or are linked as training it, once for each."""
    for name, here, there in (("forth", "links_out", "target"), ("back", "links_in", "source")):
        linked = Q(**{f"{here}__relation": Relation.TRAINS, f"{here}__{there}_id__in": wanted})
        rows = rows.annotate(**{name: FilteredRelation(here, condition=linked)})
        rows = rows.annotate(**{f"{name}_id": F(f"{name}__{there}_id")})
    rows = rows.filter(Q(document_id__in=wanted) | Q(forth_id__isnull=False) | Q(back_id__isnull=False))
    return rows.filter(state=standing.IN_USE).order_by("pk")


def _by_course(rows: Iterable[Course], wanted: Collection[int]) -> dict[Course, frozenset[int]]:
    """The courses, each with those of the documents that it teaches."""
    found: dict[Course, set[int]] = {}
    for one in rows:
        found.setdefault(one, set()).update({one.document_id, one.forth_id, one.back_id}.intersection(wanted))  # type: ignore[attr-defined]
    return {one: frozenset(documents) for one, documents in found.items()}


def learnt_from(organisation_id: int, document_ids: Collection[int]) -> dict[Course, frozenset[int]]:
    """All courses of an organisation in use that teach one of these documents, whoever may see them (one query)."""
    # Said of both tables: else a database reads the courses of every organisation.
    rows = Course.everywhere.filter(organisation_id=organisation_id, tenant_id=organisation_id)
    return _by_course(_teaching(rows, document_ids), document_ids)


def taught(actor: Actor, document_ids: Collection[int]) -> list[Taught]:
    """The courses that the actor sees which teach these documents, with who must hold them.

    One query, whatever the number of documents, courses and people.
    """
    # Said of both tables: else a database reads the courses of every organisation.
    rows = scope.visible(actor, "course").filter(tenant_id=actor.organisation_id)
    living = FilteredRelation("requirements", condition=Q(requirements__ended_at=None))
    rows = _teaching(rows, document_ids).annotate(wish=living).select_related("owner", "wish__role")
    if counts := standing.sees_others(actor):
        rows = rows.annotate(people=_holders(actor))
    # A course comes once for each of its requirements, and where it has none without one.
    read = list(rows.order_by("pk", "wish__duty", "wish__role__title", "wish__pk"))
    asked = _asked(read, counts=counts)
    return [Taught(one, documents, asked.get(one.pk, ())) for one, documents in _by_course(read, document_ids).items()]


def takers(actor: Actor, course_ids: Collection[int]) -> dict[int, set[int]]:
    """Of whom each of these courses is asked today, of the people whose training the actor sees."""
    found: dict[int, set[int]] = {pk: set() for pk in course_ids}
    if not found:
        return found
    seen = set(Person.objects.filter(standing.staff(actor)).values_list("pk", flat=True))
    for person, mine in standing.needs(actor.organisation_id, standing.today_of(actor), None, found.keys()).items():
        for course in mine if person in seen else ():
            found[course].add(person)
    return found


def _asked(read: Iterable[Course], *, counts: bool) -> dict[int, tuple[Asked, ...]]:
    places: dict[int, dict[tuple[str, int | None], dict[int | None, int | None]]] = {}
    for course in read:
        wish: Requirement | None = getattr(course, "wish", None)
        if wish is not None:
            people = (course.people or 0) if counts and wish.role_id is not None else None  # type: ignore[attr-defined]
            places.setdefault(course.pk, {}).setdefault((wish.whom, wish.role_id), {})[wish.site_id] = people
    return {
        course: tuple(_line(title, role, at) for (title, role), at in asked.items()) for course, asked in places.items()
    }


def _holders(actor: Actor) -> Subquery:
    """How many of the people whose training the actor sees hold the role of a requirement today, where it asks."""
    grants = Grant.objects.filter(
        *standing.alive(standing.today_of(actor)), organisation_id=actor.organisation_id,
        role_id=OuterRef("wish__role_id"), person__in=Person.objects.filter(standing.staff(actor)),
    ).filter(Q(person__site_id=OuterRef("wish__site_id")) | Q(IsNull(OuterRef("wish__site_id"), True)))  # fmt: skip
    return Subquery(grants.values("role_id").annotate(n=Count("person_id", distinct=True)).values("n"))


def _line(title: str, role: int | None, people: Mapping[int | None, int | None]) -> Asked:
    """`people` by the site at which they are asked, None for all of them. Everybody works at one site at most."""
    if role is None or None in people.values():
        return Asked(title)
    n = people[None] if None in people else sum(one or 0 for one in people.values())
    return Asked(title, n, f"{reverse('training:gaps')}?role={role}")

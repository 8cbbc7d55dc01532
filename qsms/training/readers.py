"""Courses that are asked of readers: whoever is given what a course teaches must hold it, through whatever role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Q

from qsms.documents import doors as documents
from qsms.records.choices import Relation
from qsms.records.models import Link

from .models import Course


def taught_by(organisation_id: int, course_ids: Collection[int]) -> dict[int, set[int]]:
    """What each of these courses teaches: the document that it names, and those linked as training it (one query)."""
    wanted = set(course_ids)
    links = Link.everywhere.filter(organisation_id=organisation_id, relation=Relation.TRAINS)
    ends = Course.everywhere.filter(pk__in=wanted, document__isnull=False).values_list("pk", "document_id")
    found: dict[int, set[int]] = defaultdict(set)
    for course, taught in ends.union(
        links.filter(source_id__in=wanted).values_list("source_id", "target_id"),
        links.filter(target_id__in=wanted).values_list("target_id", "source_id"),
    ):
        found[course].add(taught)
    return found


def of(organisation_id: int, course_ids: Collection[int], whom: Q) -> Iterator[tuple[int, int, int | None]]:
    """Whoever is given what one of these courses teaches: course, person, where they work; `whom` is a condition on
    their `person` (two queries, none without a course)."""
    if not course_ids:
        return
    by_document: dict[int, list[int]] = defaultdict(list)
    for course, taught in taught_by(organisation_id, course_ids).items():
        for document in taught:
            by_document[document].append(course)
    if not by_document:
        return
    for document, person, site in documents.readers(organisation_id, by_document, whom):
        for course in by_document[document]:
            yield course, person, site

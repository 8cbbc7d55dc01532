"""Courses that are asked of readers: whoever is given what a course teaches must hold it, through whatever role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q, QuerySet

from qsms.documents import doors as documents
from qsms.records.choices import Relation
from qsms.records.models import Link

from .models import Course

Row = tuple[int, int]


def rows(organisation_id: int, course_ids: Collection[int]) -> tuple[QuerySet[Course | Link, Row], ...]:
    """What these courses teach, course and document: the one that each names, and those linked as training it."""
    links = Link.everywhere.filter(organisation_id=organisation_id, relation=Relation.TRAINS)
    named = Course.everywhere.filter(pk__in=course_ids, document__isnull=False)
    return (
        named.values_list("pk", "document_id"),
        links.filter(source_id__in=course_ids).values_list("source_id", "target_id"),
        links.filter(target_id__in=course_ids).values_list("target_id", "source_id"),
    )  # type: ignore[return-value]


def taught_by(organisation_id: int, course_ids: Collection[int]) -> dict[int, set[int]]:
    """What each of these courses teaches (one query)."""
    found: dict[int, set[int]] = defaultdict(set)
    first, *others = rows(organisation_id, course_ids)
    for course, document in first.union(*others):
        found[course].add(document)
    return found


def of(organisation_id: int, taught: Iterable[Row], whom: Q) -> Iterator[tuple[int, int, int | None]]:
    """Whoever is given what a course teaches: course, person, where they work; `whom` is a condition on their `person`
    (one query, none where nothing is taught)."""
    by_document: dict[int, list[int]] = defaultdict(list)
    for course, document in taught:
        by_document[document].append(course)
    if not by_document:
        return
    for document, person, site in documents.readers(organisation_id, by_document, whom):
        for course in by_document[document]:
            yield course, person, site

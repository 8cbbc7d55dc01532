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
    """What each of these courses teaches: the document that it names, and those linked as training it (two queries)."""
    wanted = set(course_ids)
    found: dict[int, set[int]] = defaultdict(set)
    rows = Course.everywhere.filter(pk__in=wanted, document__isnull=False)
    for course, document in rows.values_list("pk", "document_id"):
        found[course].add(document)
    links = Link.everywhere.filter(organisation_id=organisation_id, relation=Relation.TRAINS)
    for ends in links.filter(Q(source_id__in=wanted) | Q(target_id__in=wanted)).values_list("source_id", "target_id"):
        for one, other in (ends, ends[::-1]):
            if one in wanted:
                found[one].add(other)
    return found


def of(organisation_id: int, course_ids: Collection[int]) -> Iterator[tuple[int, int, int | None]]:
    """Everybody who is given what one of these courses teaches: course, person, where they work (three queries)."""
    by_document: dict[int, list[int]] = defaultdict(list)
    for course, taught in taught_by(organisation_id, course_ids).items():
        for document in taught:
            by_document[document].append(course)
    if not by_document:
        return
    for document, person, site in documents.readers(organisation_id, by_document):
        for course in by_document[document]:
            yield course, person, site

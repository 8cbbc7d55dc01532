"""Documents that people are to have read and understood: what they acknowledged there counts here without a copy.

It is the revision in effect that counts; a newer one has to be acknowledged anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from qsms.base.events import Event, after
from qsms.documents import doors as documents
from qsms.org import actor as actors
from qsms.records import tasks
from qsms.records.models import Task
from qsms.rules import competence as rules
from qsms.rules.competence import Period, Validity

from .choices import CourseKind
from .models import Course

# The task of whoever has to take a course, on the course.
TAKE = "take_course"
# Of a course, what says that it is a document to be read, and how long that holds.
COLUMNS = ("course_kind", "document_id", "months", "month_end", "soon_days", "grace_days", "early_months")


class Reading(NamedTuple):
    """A course that is a document to be read."""

    document_id: int
    validity: Validity


def read(kind: str, document: int | None, *validity: int | None) -> Reading | None:
    """From the values of COLUMNS; None for a course of another kind."""
    if kind != CourseKind.READING or document is None:
        return None
    return Reading(document, Validity(*validity))  # type: ignore[arg-type]


def acknowledged(
    organisation_id: int, readings: Mapping[int, Reading], people: Collection[int] | None
) -> Iterator[tuple[int, int, Period]]:
    """Person, course and the period that follows from what they acknowledged; None: of everybody (one query, none
    where nothing is to be read)."""
    by_document: dict[int, list[int]] = defaultdict(list)
    for course, one in readings.items():
        by_document[one.document_id].append(course)
    if not by_document:
        return
    for (document, person), on in documents.acknowledged(organisation_id, list(by_document), people).items():
        for course in by_document[document]:
            yield person, course, rules.periods([rules.Completion(person, on)], readings[course].validity)[person]


@after("document.acknowledged")
def document_acknowledged(event: Event) -> None:
    """Whoever has read it need not be asked for it here."""
    person = event.data.get("person")
    if person is None or event.record_id is None:
        return
    if not documents.acknowledged(event.organisation_id, [event.record_id], [int(person)]):
        # A temporary revision was, and what it adds to is not yet.
        return
    system = actors.system(event.organisation_id)
    waiting = Task.everywhere.filter(code=TAKE, person_id=int(person), done_at=None)
    for task in waiting.filter(record__as_course__document_id=event.record_id).select_related("record"):
        tasks.finish(system, task.record, (TAKE,), people=[int(person)])


def asked_there(course: Course) -> set[int]:
    """The people of whom the documents room asks already that they read it."""
    if course.course_kind != CourseKind.READING or course.document_id is None:
        return set()
    waiting = Task.everywhere.filter(record_id=course.document_id, done_at=None, person__isnull=False)
    return set(waiting.values_list("person_id", flat=True))

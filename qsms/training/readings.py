"""Documents that people are to have read and understood: what they acknowledged there counts here without a copy.

It is the revision in effect that counts; a newer one has to be acknowledged anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from zoneinfo import ZoneInfo

from qsms.base.events import Event, after
from qsms.documents import doors as documents
from qsms.org import actor as actors
from qsms.org.models import Organisation
from qsms.records import tasks
from qsms.records.models import Task
from qsms.rules import competence as rules

from .choices import CourseKind
from .models import Course

# Last day, from when it is due soon, last day of grace; as text, which is made days of once for many.
Days = tuple[str, str, str]
# The task of whoever has to take a course, on the course.
TAKE = "take_course"


def of(courses: Collection[int]) -> dict[int, Course]:
    """Those of these courses that are a document to be read."""
    rows = Course.everywhere.filter(pk__in=list(courses), course_kind=CourseKind.READING, document__isnull=False)
    return {one.pk: one for one in rows}


def add(
    days: dict[tuple[int, int], Days],
    courses: Collection[int],
    wanted: Mapping[int, Iterable[int]],
    organisation_id: int,
) -> None:
    """Add to the best days of people what they acknowledged of the documents that these courses are (four queries)."""
    reading = of(courses)
    if not reading:
        return
    by_document: dict[int, list[Course]] = defaultdict(list)
    for course in reading.values():
        by_document[course.document_id or 0].append(course)
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    found = documents.acknowledged(organisation_id, list(by_document), list(wanted))
    for (document, person), at in found.items():
        on = at.astimezone(ZoneInfo(zone)).date()
        for course in by_document[document]:
            period = rules.periods([rules.Completion(person, on)], course.validity)[person]
            mine = (period.ends_on.isoformat(), period.soon_on.isoformat(), period.grace_on.isoformat())
            key = (person, course.pk)
            days[key] = max(days.get(key, mine), mine)


@after("document.acknowledged")
def document_acknowledged(event: Event) -> None:
    """Whoever has read it need not be asked for it here."""
    person = event.data.get("person")
    if person is None or event.record_id is None:
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

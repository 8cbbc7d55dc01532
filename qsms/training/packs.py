"""What the training records of a course say of everybody, in one row: for pages over more people than one would name.

It is of the records alone; who works where, what is asked and who is excused is read anew each time. Whoever reckons
records anew takes the row of their course away in the same transaction, and it is packed again later. Until then the
records themselves are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, Concat

from qsms.base import jobs
from qsms.base.gate import write_transaction

from .models import Course, Holding, Pack

# Last day, from when it is due soon, last day of grace, one behind the other: of two periods the greater text is the
# better one.
Days = str
DAYS = Concat(*(Cast(name, CharField()) for name in ("ends_on", "soon_on", "grace_on")), output_field=CharField())


class Packed(NamedTuple):
    """Who holds a course: the distinct days, how many people have each as their best, and those people, in that order.

    Three flat lists, because ten thousand small ones take longer to make than what they say takes to count.
    """

    days: Sequence[Days]
    numbers: Sequence[int]
    people: Sequence[int]

    def groups(self) -> Iterator[tuple[Days, Sequence[int]]]:
        """The people who have the same days."""
        start = 0
        for days, number in zip(self.days, self.numbers, strict=True):
            yield days, self.people[start : start + number]
            start += number

    def each(self) -> dict[int, Days]:
        """The days of each person."""
        return {person: days for days, people in self.groups() for person in people}


def lock(course_id: int) -> Course:
    """The course, so that its records are not reckoned and packed at once. Inside a transaction."""
    return Course.everywhere.select_for_update(of=("self",)).get(pk=course_id)


def drop(course_id: int) -> None:
    """The records of a course have changed. Inside the transaction of that, with the course locked."""
    Pack.everywhere.filter(course_id=course_id).delete()


def pack(course_id: int) -> None:
    """Pack the records of a course as they are."""
    with write_transaction():
        course = lock(course_id)
        best: dict[int, Days] = {}
        for person, days in _counting(course_id).values_list("holder_id", DAYS):
            best[person] = max(days, best.get(person, days))
        numbers = Counter(best.values())
        days_in_order = sorted(numbers)
        packed = Packed(
            days_in_order, [numbers[days] for days in days_in_order], sorted(best, key=lambda one: (best[one], one))
        )
        text = orjson.dumps(list(packed)).decode()
        Pack.everywhere.update_or_create(
            course_id=course_id, defaults={"organisation_id": course.organisation_id, "days": text}
        )


def unpacked(text: str) -> Packed:
    """What was packed."""
    return Packed(*orjson.loads(text))


def _counting(course_id: int | OuterRef) -> QuerySet[Holding]:
    return Holding.everywhere.filter(course_id=course_id, ends_on__isnull=False)


def _lacking() -> QuerySet[Course]:
    return Course.everywhere.filter(Exists(_counting(OuterRef("pk"))), pack=None)


@jobs.every(300, only_if=lambda: _lacking().exists())
def pack_lacking() -> None:
    """The worker's round: whatever was reckoned anew since the last one, a course at a time."""
    for course_id in list(_lacking().values_list("pk", flat=True)):
        pack(course_id)

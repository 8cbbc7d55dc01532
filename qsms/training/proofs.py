"""What people have to show for courses: training records, documents that they acknowledged, and waivers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, CharField, QuerySet, Value
from django.db.models.functions import Cast

from qsms.rules import competence as rules
from qsms.rules.competence import Period, State

from . import packs, readings
from .choices import WaiverState
from .models import Counts, Holding, Pack, Waiver
from .packs import DAYS, Days, Packed
from .readings import Reading

NOTHING = Value(None, output_field=CharField())
NOBODY = Value(0, output_field=BigIntegerField())
LENGTH = 10
# More people than these are not named to the database: it reads the rows of everybody in less time.
NAMED = 500


@dataclass(frozen=True, slots=True)
class Stand:
    """How somebody stands on one course."""

    state: State
    # The last day on which it holds or held; None when nothing counts.
    ends_on: dt.date | None = None
    waived_until: dt.date | None = None

    @property
    def is_current(self) -> bool:
        return self.state in rules.CURRENT


MISSING = Stand(State.MISSING)


def text(period: Period) -> Days:
    """The days of a period as one text."""
    return f"{period.ends_on}{period.soon_on}{period.grace_on}"


def period(days: Days) -> Period:
    """The period of such a text."""
    return Period(*(dt.date.fromisoformat(days[at : at + LENGTH]) for at in range(0, 3 * LENGTH, LENGTH)))


def stand(found: Period | None, today: dt.date, waived_until: dt.date | None = None) -> Stand:
    """How somebody with this best period stands."""
    state = rules.state(found, today, waived_until)
    if found is None and waived_until is None:
        return MISSING
    return Stand(state, found.ends_on if found else None, waived_until if state is State.WAIVED else None)


class _Stands(dict[Days, Stand]):
    """How one stands with these days, worked out once for each: few are distinct among many thousand records."""

    def __init__(self, today: dt.date) -> None:
        self.today = today

    def __missing__(self, days: Days) -> Stand:
        self[days] = found = stand(period(days), self.today)
        return found


@dataclass(frozen=True)
class Proofs:
    """What some people have to show on a day: by course and person the best days, or by course and days the people; and
    until when they are excused."""

    today: dt.date
    days: Mapping[int, Mapping[int, Days]] = field(default_factory=dict)
    packed: Mapping[int, Packed] = field(default_factory=dict)
    excused: Mapping[int, Mapping[int, dt.date]] = field(default_factory=dict)

    @cached_property
    def _known(self) -> _Stands:
        return _Stands(self.today)

    def stands(self, course: int) -> dict[int, Stand]:
        """How everybody stands on a course who has anything to show for it."""
        known, days = self._known, self._days(course)
        found = {person: known[mine] for person, mine in days.items()}
        for person, until in self.excused.get(course, {}).items():
            found[person] = stand(period(days[person]) if person in days else None, self.today, until)
        return found

    def by_state(self, course: int) -> dict[State, list[int]]:
        """The same as people by state."""
        found: dict[State, list[int]] = defaultdict(list)
        if course in self.packed and course not in self.excused:
            packed, known = self.packed[course], self._known
            state, start, end = State.MISSING, 0, 0
            # Days that follow one another mostly mean the same: they are told in one go.
            for days, number in zip(packed.days, packed.numbers, strict=True):
                if (here := known[days].state) is not state:
                    found[state] += packed.people[start:end]
                    state, start = here, end
                end += number
            found[state] += packed.people[start:end]
        else:
            for person, one in self.stands(course).items():
                found[one.state].append(person)
        return found

    def _days(self, course: int) -> Mapping[int, Days]:
        return self.packed[course].each() if course in self.packed else self.days.get(course, {})


@dataclass(frozen=True)
class Sought:
    """Courses for which something is to be shown: what counts towards them, and which are documents to be read."""

    # What counts -> towards which.
    counting: Mapping[int, Collection[int]]
    reading: Mapping[int, Reading]

    def only(self, courses: Collection[int]) -> Sought:
        """Those of them that are among these courses."""
        wanted = set(courses)
        counting = {course: wanted.intersection(towards) for course, towards in self.counting.items()}
        return Sought(
            {course: towards for course, towards in counting.items() if towards},
            {course: one for course, one in self.reading.items() if course in wanted},
        )


def sought(rows: Iterable[Sequence[Any]]) -> Sought:
    """From rows of what counts, towards which course, and that course's values of `readings.COLUMNS`."""
    counting: dict[int, set[int]] = defaultdict(set)
    reading = {}
    for course, towards, *columns in rows:
        counting[course].add(towards)
        if (one := readings.read(*columns)) is not None:
            reading[towards] = one
    return Sought(counting, reading)


def seek(courses: Collection[int]) -> Sought:
    """These courses (one query)."""
    columns = (f"towards__{name}" for name in readings.COLUMNS)
    rows = Counts.everywhere.filter(towards_id__in=list(courses))
    return sought(rows.values_list("course_id", "towards_id", *columns))


def of(organisation_id: int, wanted: Sought, people: Collection[int], today: dt.date) -> Proofs:
    """What these people have to show; of many people it may be that of others as well (one query, one more where
    something is to be read, and one more of many people where a course is not packed)."""
    named = list(people) if len(people) <= NAMED else None
    # The courses are the organisation's; with no other condition the index alone answers.
    waived = Waiver.everywhere.filter(organisation_id=organisation_id, state=WaiverState.APPROVED, until__gte=today)
    if named is not None:
        held, packed, excused = _of_named(wanted, named, waived.filter(person_id__in=named))
    else:
        held, packed, excused = _of_everybody(wanted, waived)
    sources: dict[int, list[int]] = defaultdict(list)
    for course in (*held, *packed):
        for towards in wanted.counting[course]:
            sources[towards].append(course)
    days: dict[int, Mapping[int, Days]] = {}
    for towards, counting in sources.items():
        # What counts in one way alone stays packed.
        if len(counting) > 1 or counting[0] in held or towards in wanted.reading:
            for course in counting:
                theirs = held[course] if course in held else packed[course].each()
                days[towards] = _better(days[towards], theirs) if towards in days else theirs
    read: dict[int, dict[int, Days]] = defaultdict(dict)
    for person, course, found in readings.acknowledged(organisation_id, wanted.reading, named):
        read[course][person] = text(found)
    for course, theirs in read.items():
        days[course] = _better(days.get(course, {}), theirs)
    whole = {towards: packed[counting[0]] for towards, counting in sources.items() if towards not in days}
    return Proofs(today, days, whole, excused)


Held = dict[int, dict[int, Days]]
Excused = dict[int, dict[int, dt.date]]


def _of_named(wanted: Sought, named: list[int], waived: QuerySet[Waiver]) -> tuple[Held, dict[int, Packed], Excused]:
    rows = _held(wanted.counting).filter(holder_id__in=named).values_list("holder_id", "course_id", DAYS, NOTHING)
    held, excused = _sorted(
        rows.union(waived.values_list("person_id", "course_id", NOTHING, Cast("until", CharField())), all=True)
    )
    return held, {}, excused


def _of_everybody(wanted: Sought, waived: QuerySet[Waiver]) -> tuple[Held, dict[int, Packed], Excused]:
    packed: dict[int, Packed] = {}
    excused: Excused = defaultdict(dict)
    rows = Pack.everywhere.filter(course_id__in=list(wanted.counting))
    for person, course, days, until in rows.values_list(NOBODY, "course_id", "days", NOTHING).union(
        waived.values_list("person_id", "course_id", NOTHING, Cast("until", CharField())), all=True
    ):
        if until is not None:
            excused[course][person] = dt.date.fromisoformat(until)
        else:
            packed[course] = packs.unpacked(days)
    left = wanted.counting.keys() - packed.keys()
    held: Held = {}
    if left:
        held, _none = _sorted(_held(left).values_list("holder_id", "course_id", DAYS, NOTHING))
    return held, packed, excused


def _held(courses: Collection[int]) -> QuerySet[Holding]:
    return Holding.everywhere.filter(course_id__in=list(courses), ends_on__isnull=False)


def _sorted(rows: Iterable[tuple[int, int, Days | None, str | None]]) -> tuple[Held, Excused]:
    """From rows of a person and a course with the days of a record or until when they are excused."""
    held: Held = defaultdict(dict)
    excused: Excused = defaultdict(dict)
    for person, course, mine, until in rows:
        if mine is None:
            excused[course][person] = dt.date.fromisoformat(until or "")
            continue
        best = held[course]
        if person not in best or best[person] < mine:
            best[person] = mine
    return held, excused


def _better(some: Mapping[int, Days], others: Mapping[int, Days]) -> dict[int, Days]:
    """Of each person the better days."""
    return {**some, **{person: max(mine, some.get(person, mine)) for person, mine in others.items()}}

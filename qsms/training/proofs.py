"""What people have to show for courses: training records, documents that they acknowledged, and waivers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from qsms.rules import competence as rules
from qsms.rules.competence import Period, State

from . import readings
from .choices import WaiverState
from .models import Counts, Holding, Waiver
from .readings import Reading

# Last day, from when it is due soon, last day of grace, one behind the other: of two periods the greater text is the
# better one.
Days = str
DAYS = Concat(*(Cast(name, CharField()) for name in ("ends_on", "soon_on", "grace_on")), output_field=CharField())
NOTHING = Value(None, output_field=CharField())
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
    """What some people have to show on a day: by course and person the best days, and until when they are excused."""

    today: dt.date
    days: Mapping[int, Mapping[int, Days]] = field(default_factory=dict)
    excused: Mapping[int, Mapping[int, dt.date]] = field(default_factory=dict)

    @cached_property
    def _known(self) -> _Stands:
        return _Stands(self.today)

    def stands(self, course: int) -> dict[int, Stand]:
        """How everybody stands on a course who has anything to show for it."""
        known, days = self._known, self.days.get(course, {})
        found = {person: known[mine] for person, mine in days.items()}
        for person, until in self.excused.get(course, {}).items():
            found[person] = stand(period(days[person]) if person in days else None, self.today, until)
        return found


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
    """What these people have to show; of many people it may be that of others as well (one query, and one more where
    something is to be read)."""
    named = list(people) if len(people) <= NAMED else None
    held_days: dict[int, dict[int, Days]] = defaultdict(dict)
    excused: dict[int, dict[int, dt.date]] = defaultdict(dict)
    # The courses are the organisation's; with no other condition the index alone answers.
    held = Holding.everywhere.filter(course_id__in=list(wanted.counting), ends_on__isnull=False)
    waived = Waiver.everywhere.filter(organisation_id=organisation_id, state=WaiverState.APPROVED, until__gte=today)
    if named is not None:
        held, waived = held.filter(holder_id__in=named), waived.filter(person_id__in=named)
    rows = held.values_list("holder_id", "course_id", DAYS, NOTHING)
    for person, course, mine, until in rows.union(
        waived.values_list("person_id", "course_id", NOTHING, Cast("until", CharField())), all=True
    ):
        if until is not None:
            excused[course][person] = dt.date.fromisoformat(until)
            continue
        best = held_days[course]
        if person not in best or best[person] < mine:
            best[person] = mine
    days: dict[int, dict[int, Days]] = {}
    for course, theirs in held_days.items():
        for towards in wanted.counting[course]:
            days[towards] = _better(days[towards], theirs) if towards in days else theirs
    read: dict[int, dict[int, Days]] = defaultdict(dict)
    for person, course, found in readings.acknowledged(organisation_id, wanted.reading, named):
        read[course][person] = text(found)
    for course, theirs in read.items():
        days[course] = _better(days.get(course, {}), theirs)
    return Proofs(today, days, excused)


def _better(some: Mapping[int, Days], others: Mapping[int, Days]) -> dict[int, Days]:
    """Of each person the better days."""
    return {**some, **{person: max(mine, some.get(person, mine)) for person, mine in others.items()}}

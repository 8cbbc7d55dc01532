"""The worker's daily round: everybody is asked for what is missing, has ended or ends soon, and the digests of the week
are gathered on the way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext as _

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.notify import services as notify
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation
from qsms.records import moves, tasks
from qsms.records.models import Task
from qsms.rules.competence import State

from . import following, readings, standing
from .digesting import Week
from .models import Course
from .proofs import Stand
from .readings import TAKE
from .standing import Ask, Member, Need

ASKED = (State.SOON, State.GRACE, State.EXPIRED, State.MISSING)
# Of whom a course is asked and who do not hold it for good: person -> need and how they stand.
Lacking = dict[int, tuple[Need, Stand]]
# Of what the round asks people hear in their digest.
notify.told_by_clock("course", TAKE)
# So many people get their task in one transaction.
AT_ONCE = 1_000


def wanted(organisation_id: int, today: dt.date) -> Iterator[tuple[int, Lacking]]:
    """Every course that is asked of people, with those who do not hold it for good; one after the other, so that no
    more is held in mind than one course of everybody."""
    by_course: dict[int, list[Ask]] = defaultdict(list)
    asked = standing.asks(organisation_id)
    for ask in asked:
        by_course[ask.course_id].append(ask)
    by_group: dict[int, list[Member]] = defaultdict(list)
    for member in standing.members(organisation_id, today, asked):
        by_group[member.group].append(member)
    for course_id, asks in by_course.items():
        groups = {ask.group for ask in asks}
        needed = standing.needs_of(asks, chain.from_iterable(by_group[group] for group in groups))
        found = standing.stands(organisation_id, today, needed)
        yield (
            course_id,
            {person: (needed[person][course_id], one) for (person, _c), one in found.items() if one.state in ASKED},
        )


def remind(organisation_id: int) -> int:
    """The round of one organisation; how many tasks were given. What it has done stays done if it is cut off."""
    given, asked = 0, set()
    with context.organisation(organisation_id):
        today = standing.day_here(organisation_id)
        system, week = actors.system(organisation_id), Week.of(organisation_id, today)
        for course_id, people in wanted(organisation_id, today):
            asked.add(course_id)
            given += _round_of(system, course_id, people, week)
        waiting = Task.everywhere.filter(organisation_id=organisation_id, code=TAKE, done_at=None)
        for course_id in set(waiting.values_list("record_id", flat=True).distinct()) - asked:
            _take_back(system, course_id, {})
        week.tell()
    return given


def _round_of(system: Actor, course_id: int, people: Lacking, week: Week) -> int:
    _take_back(system, course_id, people)
    if not people:
        return 0
    given, waiting = 0, list(people.items())
    for start in range(0, len(waiting), AT_ONCE):
        with write_transaction():
            taken = moves.locked(system, course_id)
            assert isinstance(taken, Course)
            due = {person: _due(need, one) for person, (need, one) in waiting[start : start + AT_ONCE]}
            given += len(following.ask_to_take(system, taken, due))
    course = Course.everywhere.get(pk=course_id)
    week.add(course, {person: one for person, (_need, one) in people.items()}, readings.asked_there(course))
    return given


def _due(need: Need, one: Stand) -> dt.datetime:
    now = moment.now()
    if one.state in (State.SOON, State.GRACE) and one.ends_on is not None:
        return dt.datetime.combine(one.ends_on, dt.time(23, 59), dt.UTC)
    return now + dt.timedelta(days=need.within_days) if one.state is State.MISSING else now


def _take_back(system: Actor, course_id: int, people: Lacking) -> None:
    """What is not asked any more, because a role or a requirement ended, waits for nobody."""
    rows = Task.everywhere.filter(record_id=course_id, code=TAKE, done_at=None, person__isnull=False)
    over = [person for person in rows.values_list("person_id", flat=True) if person not in people]
    for start in range(0, len(over), AT_ONCE):
        with write_transaction():
            course = moves.locked(system, course_id)
            tasks.withdraw(
                system, course, (TAKE,), outcome=_("Not asked any more"), people=over[start : start + AT_ONCE]
            )


@jobs.every(24 * 3600)
def remind_everywhere() -> None:
    """The worker's round over all organisations."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        remind(pk)

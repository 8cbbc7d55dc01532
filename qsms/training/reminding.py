"""The worker's daily round: everybody is asked for what is missing, has ended or ends soon, and owners of courses read
once a week how theirs stand."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

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

from . import following, standing
from .choices import STATES
from .models import Course
from .proofs import Stand
from .readings import TAKE
from .standing import Need

ASKED = (State.SOON, State.GRACE, State.EXPIRED, State.MISSING)
Wanted = dict[int, dict[int, tuple[Need, Stand]]]


def wanted(organisation_id: int, today: dt.date) -> Wanted:
    """What is asked of whom and not held for good: course -> person -> need and how they stand."""
    asked = standing.needs(organisation_id, today)
    found = standing.stands(organisation_id, today, asked)
    by_course: Wanted = defaultdict(dict)
    for (person, course), one in found.items():
        if one.state in ASKED:
            by_course[course][person] = (asked[person][course], one)
    return by_course


def remind(organisation_id: int) -> int:
    """The round of one organisation; how many tasks were given."""
    given = 0
    with context.organisation(organisation_id):
        today = standing.day_here(organisation_id)
        system = actors.system(organisation_id)
        by_course = wanted(organisation_id, today)
        with write_transaction():
            _take_back(system, by_course)
        for course_id, people in by_course.items():
            with write_transaction():
                course = moves.locked(system, course_id)
                assert isinstance(course, Course)
                given += following.ask_to_take(
                    system, course, {person: _due(need, one) for person, (need, one) in people.items()}
                )
            _digest(course, people, today)
    return given


def _due(need: Need, one: Stand) -> dt.datetime:
    now = moment.now()
    if one.state in (State.SOON, State.GRACE) and one.ends_on is not None:
        return dt.datetime.combine(one.ends_on, dt.time(23, 59), dt.UTC)
    return now + dt.timedelta(days=need.within_days) if one.state is State.MISSING else now


def _take_back(system: Actor, by_course: Wanted) -> None:
    """What is not asked any more, because a role or a requirement ended, waits for nobody."""
    rows = Task.everywhere.filter(organisation_id=system.organisation_id, code=TAKE, done_at=None)
    for task in rows.select_related("record"):
        if task.person_id is not None and task.person_id not in by_course.get(task.record_id, {}):
            tasks.finish(system, task.record, (TAKE,), outcome=_("Not asked any more"), people=[task.person_id])


def _digest(course: Course, people: dict[int, tuple[Need, Stand]], today: dt.date) -> None:
    """Once a week, to the owner of the course: how many people are not current or soon will not be."""
    if course.owner_id is None:
        return
    tally = Counter(one.state for _need, one in people.values())
    counted = ", ".join(f"{STATES[state][0]}: {tally[state]}" for state in ASKED if tally[state])
    year, week, _day = today.isocalendar()
    text = _("%(course)s: %(counted)s") % {"course": f"{course.number} {course.title}", "counted": counted}
    notify.tell(course, [course.owner_id], "training", text, f"training-{course.pk}-{year}-{week}")


@jobs.every(24 * 3600)
def remind_everywhere() -> None:
    """The worker's round over all organisations."""
    for pk in Organisation.objects.values_list("pk", flat=True):
        remind(pk)

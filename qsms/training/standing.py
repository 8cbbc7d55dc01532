"""How people stand on what is asked of them: worked out from rows each time it is asked, and kept nowhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.org.models import Grant, Organisation, Person
from qsms.records import scope
from qsms.records.errors import NotVisible
from qsms.rules import competence as rules
from qsms.rules.competence import Period, State

from . import readers, readings
from .choices import CourseKind, Policy, WaiverState
from .models import OF_PEOPLE, Counts, Course, Holding, Requirement, Waiver
from .readings import Days

SEE = "holding.view"
IN_USE = "in_use"


class Need(NamedTuple):
    """A course that is asked of somebody, by the strictest of the requirements that ask for it."""

    course_id: int
    policy: str
    within_days: int


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
Standings = Mapping[tuple[int, int], Stand]


def today_of(actor: Actor) -> dt.date:
    """The day it is where the actor is."""
    return moment.now().astimezone(actor.tz).date()


def day_here(organisation_id: int) -> dt.date:
    """The day it is at the organisation."""
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    return moment.now().astimezone(ZoneInfo(zone)).date()


# -- who, as far as somebody may look ---------------------------------------------------------------------------------


def people_seen(actor: Actor, verb: str = SEE) -> Q:
    """The people whose training the actor may see, as a condition on people: their own always."""
    found = Q(pk=actor.person_id) if actor.person_id is not None else Q(pk__in=())
    if actor.is_system:
        return Q()
    for right in actor.rights_for(verb):
        if right.axis == Axis.ALL:
            return Q()
        if right.axis == Axis.SITE:
            found |= Q(site_id=right.site_id)
        elif right.axis == Axis.UNIT:
            found |= Q(unit_id=right.unit_id)
    return found


def sees_others(actor: Actor) -> bool:
    """Whether the actor may see the training of anybody else."""
    return actor.is_system or any(right.axis != Axis.OWN for right in actor.rights_for(SEE))


def staff(actor: Actor) -> Q:
    """Everybody who works in the organisation and whose training the actor may see."""
    return people_seen(actor) & Q(organisation_id=actor.organisation_id, is_active=True)


# -- what is asked ----------------------------------------------------------------------------------------------------


def alive(today: dt.date) -> tuple[Q, Q]:
    """The conditions of grants that hold on a day."""
    return Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today)


def live_requirements(organisation_id: int) -> Iterable[tuple[int | None, int, int | None, str, int]]:
    """Role, course, site, policy and days of what is asked of roles; no role where it is asked of readers."""
    rows = Requirement.everywhere.filter(
        OF_PEOPLE, organisation_id=organisation_id, ended_at=None, course__state=IN_USE
    )
    return rows.values_list("role_id", "course_id", "site_id", "policy", "within_days")


def needs(
    organisation_id: int,
    today: dt.date,
    people: Collection[int] | None = None,
    courses: Collection[int] | None = None,
) -> dict[int, dict[int, Need]]:
    """What is asked of each of these people by their roles, or because they are given what a course teaches: person ->
    course -> need. None: of everybody, all."""
    by_role: dict[int | None, list[tuple[int | None, Need]]] = defaultdict(list)
    for role, course, site, policy, days in live_requirements(organisation_id):
        if courses is None or course in courses:
            by_role[role].append((site, Need(course, policy, days)))
    of_readers = by_role.pop(None, [])
    grants = Grant.objects.filter(
        *alive(today), organisation_id=organisation_id, person__is_active=True, role_id__in=list(by_role)
    )
    if people is not None:
        grants = grants.filter(person_id__in=people)
    found: dict[int, dict[int, Need]] = defaultdict(dict)
    for person, held, at in grants.values_list("person_id", "role_id", "person__site_id"):
        for site, need in by_role[held]:
            if site in (None, at):
                _add(found[person], need)
    if of_readers:
        chosen = None if people is None else set(people)
        for course, reader, here in readers.of(organisation_id, {need.course_id for _site, need in of_readers}):
            if chosen is None or reader in chosen:
                for site, need in of_readers:
                    if need.course_id == course and site in (None, here):
                        _add(found[reader], need)
    return found


def _add(mine: dict[int, Need], need: Need) -> None:
    known = mine.get(need.course_id)
    mine[need.course_id] = need if known is None else _stricter(known, need)


def _stricter(one: Need, other: Need) -> Need:
    policy = Policy.BLOCK if Policy.BLOCK in (one.policy, other.policy) else Policy.FLAG
    return Need(one.course_id, policy, min(one.within_days, other.within_days))


# -- how they stand ---------------------------------------------------------------------------------------------------


def what_counts(courses: Collection[int]) -> tuple[dict[int, list[int]], set[int]]:
    """What counts towards these courses, by what counts; and which of them are documents to be read."""
    towards: dict[int, list[int]] = defaultdict(list)
    reading = set()
    rows = Counts.everywhere.filter(towards_id__in=list(courses))
    for course, wanted, kind in rows.values_list("course_id", "towards_id", "towards__course_kind"):
        towards[course].append(wanted)
        if kind == CourseKind.READING:
            reading.add(wanted)
    return towards, reading


def best(people: Collection[int] | None, towards: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], Days]:
    """The best days that each of these people has in each course; `towards` says what counts towards which."""
    # The courses are the organisation's; with no other condition the index alone answers.
    rows = Holding.everywhere.filter(course_id__in=list(towards), ends_on__isnull=False)
    if people is not None:
        rows = rows.filter(holder_id__in=people)
    found: dict[tuple[int, int], Days] = {}
    days = (Cast(name, CharField()) for name in ("ends_on", "soon_on", "grace_on"))
    for person, course, ends, soon, grace in rows.values_list("holder_id", "course_id", *days):
        mine = (ends, soon, grace)
        for wanted in towards[course]:
            known = found.get((person, wanted))
            if known is None or known < mine:
                found[person, wanted] = mine
    return found


def waivers(people: Collection[int] | None, organisation_id: int, today: dt.date) -> dict[tuple[int, int], dt.date]:
    """Until when somebody is excused: person and course -> day."""
    rows = Waiver.everywhere.filter(organisation_id=organisation_id, state=WaiverState.APPROVED, until__gte=today)
    if people is not None:
        rows = rows.filter(person_id__in=people)
    return {(person, course): until for person, course, until in rows.values_list("person_id", "course_id", "until")}


def stands(
    organisation_id: int, today: dt.date, wanted: Mapping[int, Iterable[int]], *, everybody: bool = False
) -> dict[tuple[int, int], Stand]:
    """How people stand on courses; `wanted` says which courses of whom. With `everybody` the rows of all people are
    read, where that costs less than naming them."""
    courses = {course for mine in wanted.values() for course in mine}
    if not courses:
        return {}
    people = None if everybody else list(wanted)
    towards, reading = what_counts(courses)
    days = best(people, towards)
    if reading:
        readings.add(days, reading, wanted, organisation_id)
    excused = waivers(people, organisation_id, today)
    # Few days are distinct among many thousand records.
    known: dict[Days | None, Stand] = {None: MISSING}
    found = {}
    for person, mine in wanted.items():
        for course in mine:
            key = (person, course)
            theirs = days.get(key)
            if key in excused:
                found[key] = stand(_period(theirs), today, excused[key])
                continue
            one = known.get(theirs)
            if one is None:
                one = known[theirs] = stand(_period(theirs), today)
            found[key] = one
    return found


def _period(days: Days | None) -> Period | None:
    return Period(*map(dt.date.fromisoformat, days)) if days is not None else None


def stand(period: Period | None, today: dt.date, waived_until: dt.date | None = None) -> Stand:
    """How somebody with this best period stands."""
    state = rules.state(period, today, waived_until)
    if period is None and waived_until is None:
        return MISSING
    return Stand(state, period.ends_on if period else None, waived_until if state is State.WAIVED else None)


def of_person(organisation_id: int, person_id: int, today: dt.date) -> list[tuple[Need, Stand]]:
    """What is asked of one person and how they stand on it, what is to be done first."""
    mine = needs(organisation_id, today, [person_id]).get(person_id, {})
    found = stands(organisation_id, today, {person_id: mine})
    pairs = [(need, found[person_id, course]) for course, need in mine.items()]
    return sorted(pairs, key=lambda pair: (rules.URGENCY.index(pair[1].state), pair[1].ends_on or dt.date.min))


def not_current(organisation_id: int, course_id: int, today: dt.date) -> dict[int, Stand]:
    """The people of whom this course is asked and who are not current in it."""
    asked = needs(organisation_id, today, None, {course_id})
    found = stands(organisation_id, today, {person: [course_id] for person in asked})
    return {person: one for (person, _course), one in found.items() if not one.is_current}


def course_for(actor: Actor, course_id: int) -> Course:
    """A course in use that the actor sees, or that is asked of them. Raises NotVisible."""
    found = Course.everywhere.filter(pk=course_id, organisation_id=actor.organisation_id, state=IN_USE).first()
    if found is not None and (scope.sees(actor, found) or is_asked(actor, found)):
        return found
    raise NotVisible


def is_asked(actor: Actor, course: Course) -> bool:
    """Whether a course is asked of the actor's own roles."""
    if actor.person_id is None or course.confidential:
        return False
    mine = needs(actor.organisation_id, today_of(actor), [actor.person_id], {course.pk})
    return course.pk in mine.get(actor.person_id, {})


def names_of(people: Iterable[int]) -> dict[int, str]:
    """The names of these people."""
    return dict(Person.objects.filter(pk__in=list(people)).values_list("pk", "name"))

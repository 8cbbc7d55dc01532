"""How people stand on what is asked of them: worked out from rows each time it is asked, and kept nowhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, Value

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.org.models import Grant, Organisation, Person
from qsms.records import scope
from qsms.records.errors import NotVisible
from qsms.rules import competence as rules

from . import proofs, readers
from .choices import Policy
from .models import OF_PEOPLE, Course, Requirement
from .proofs import MISSING, Proofs, Stand

SEE = "holding.view"
IN_USE = "in_use"
ANYBODY, NOWHERE = Q(), Value(-1)


class Need(NamedTuple):
    """A course that is asked of somebody, by the strictest of the requirements that ask for it."""

    course_id: int
    policy: str
    within_days: int


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


def sees_training_of(actor: Actor, person: Person, verb: str = SEE) -> bool:
    """The same about one person at hand."""
    if actor.is_system or person.pk == actor.person_id:
        return True
    return any(
        right.axis == Axis.ALL
        or (right.axis == Axis.SITE and right.site_id is not None and right.site_id == person.site_id)
        or (right.axis == Axis.UNIT and right.unit_id is not None and right.unit_id == person.unit_id)
        for right in actor.rights_for(verb)
    )


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


class Ask(NamedTuple):
    """A course is asked of whoever holds a role, or is given what it teaches, at one site or anywhere."""

    # None: of the readers of what the course teaches.
    role_id: int | None
    course_id: int
    site_id: int | None
    policy: str
    within_days: int

    @property
    def group(self) -> int:
        """Of whom it is asked."""
        return readers_of(self.course_id) if self.role_id is None else self.role_id


class Member(NamedTuple):
    """Somebody who works here belongs to a group of which courses are asked."""

    person_id: int
    group: int
    site_id: int | None


def readers_of(course_id: int) -> int:
    """The key of the group of readers of what a course teaches. A role has its own key, and keys are above zero."""
    return -course_id


def asks(organisation_id: int) -> list[Ask]:
    """What is asked of people as such."""
    rows = Requirement.everywhere.filter(
        OF_PEOPLE, organisation_id=organisation_id, ended_at=None, course__state=IN_USE
    )
    return [Ask(*row) for row in rows.values_list("role_id", "course_id", "site_id", "policy", "within_days")]


def members(organisation_id: int, today: dt.date, asked: Iterable[Ask], whom: Q = ANYBODY) -> list[Member]:
    """Who belongs to the groups of which this is asked; `whom` is a condition on their `person` (one query, and one
    more where something is asked of readers)."""
    asked = list(asked)
    roles = {one.role_id for one in asked if one.role_id is not None}
    courses = {one.course_id for one in asked if one.role_id is None}
    grants = Grant.objects.filter(
        *alive(today), whom, organisation_id=organisation_id, person__is_active=True, role_id__in=roles
    )
    held = grants.values_list("person_id", "role_id", "person__site_id")
    if not courses:
        return [Member(*row) for row in held]
    # What the courses teach comes with it, marked by a site that there cannot be.
    taught = [rows.annotate(site=NOWHERE) for rows in readers.rows(organisation_id, courses)]
    found: list[Member] = []
    pairs: list[readers.Row] = []
    for key, other, at in held.union(*taught, all=True):
        if at == NOWHERE.value:
            pairs.append((key, other))
        else:
            found.append(Member(key, other, at))
    for course, person, site in readers.of(organisation_id, pairs, whom):
        found.append(Member(person, readers_of(course), site))
    return found


def needs(
    organisation_id: int,
    today: dt.date,
    people: Collection[int] | None = None,
    courses: Collection[int] | None = None,
) -> dict[int, dict[int, Need]]:
    """What is asked of each of these people by their roles, or because they are given what a course teaches: person ->
    course -> need. None: of everybody, all."""
    asked = [one for one in asks(organisation_id) if courses is None or one.course_id in courses]
    whom = ANYBODY if people is None else Q(person_id__in=list(people))
    return needs_of(asked, members(organisation_id, today, asked, whom))


def needs_of(asked: Iterable[Ask], there: Iterable[Member]) -> dict[int, dict[int, Need]]:
    """What is asked of the members of these groups: person -> course -> need."""
    by_group: dict[int, list[tuple[int | None, Need]]] = defaultdict(list)
    for one in asked:
        by_group[one.group].append((one.site_id, Need(one.course_id, one.policy, one.within_days)))
    found: dict[int, dict[int, Need]] = defaultdict(dict)
    for person, group, at in there:
        for site, need in by_group.get(group, ()):
            if site in (None, at):
                known = found[person].get(need.course_id)
                found[person][need.course_id] = need if known is None else _stricter(known, need)
    return found


def _stricter(one: Need, other: Need) -> Need:
    policy = Policy.BLOCK if Policy.BLOCK in (one.policy, other.policy) else Policy.FLAG
    return Need(one.course_id, policy, min(one.within_days, other.within_days))


# -- how they stand ---------------------------------------------------------------------------------------------------


def stands(organisation_id: int, today: dt.date, wanted: Mapping[int, Iterable[int]]) -> dict[tuple[int, int], Stand]:
    """How people stand on courses; `wanted` says which courses of whom (two queries, and one for what is read)."""
    courses = {course for mine in wanted.values() for course in mine}
    if not courses:
        return {}
    return stands_of(proofs.of(organisation_id, proofs.seek(courses), wanted.keys(), today), wanted)


def stands_of(shown: Proofs, wanted: Mapping[int, Iterable[int]]) -> dict[tuple[int, int], Stand]:
    """The same from what people have to show."""
    courses = {course for mine in wanted.values() for course in mine}
    by_course = {course: shown.stands(course) for course in courses}
    return {
        (person, course): by_course[course].get(person, MISSING) for person, mine in wanted.items() for course in mine
    }


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
    """Whether a course is asked of the actor."""
    if actor.person_id is None or course.confidential:
        return False
    mine = needs(actor.organisation_id, today_of(actor), [actor.person_id], {course.pk})
    return course.pk in mine.get(actor.person_id, {})


def names_of(people: Iterable[int]) -> dict[int, str]:
    """The names of these people."""
    return dict(Person.objects.filter(pk__in=list(people)).values_list("pk", "name"))

"""Circles of people whom a change concerns: those who work to a document, and those of whom a course is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.documents import doors as documents
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.audience import who_sees
from qsms.records.models import Record
from qsms.training import doors as training

from .touching import Impact


@dataclass(frozen=True, slots=True)
class Circle:
    """People who can be asked together, on the document that they read or the course that they take; or one by name."""

    record: Record
    is_course: bool = False
    # The one person, who is asked on what changes.
    person: str = ""

    @property
    def key(self) -> str:
        """What the form sends for it: no record is both a document and a course."""
        return str(self.record.pk)

    @property
    def name(self) -> str:
        """Who they are, in words."""
        if self.person:
            return self.person
        who = _("People who must hold %(what)s") if self.is_course else _("Readers of %(what)s")
        return who % {"what": f"{self.record.number} {self.record.title}"}


@dataclass(frozen=True, slots=True)
class Turnout:
    """Whom of a circle asking would reach, and why it would not reach the others."""

    circle: Circle
    people: frozenset[int]
    # They may not see the document or the course.
    unseeing: int = 0
    # They were asked because of the same change and have not answered.
    waiting: int = 0
    # They are in another circle that is asked as well.
    elsewhere: int = 0


def offered(actor: Actor, impact: Impact) -> list[Circle]:
    """The circles that somebody may ask because of a change: readers of what the actor gives out, and those of whom a
    course is asked and whose training the actor sees (no query)."""
    if not impact.subject.may_ask:
        return []
    readers = [one.document for one in impact.readers if one.people and scope.may(actor, "distribute", one.document)]
    courses = [one.course for one in impact.courses if any(each.people for each in one.asked)]
    return [*map(Circle, readers), *(Circle(one, is_course=True) for one in courses)]


def turnouts(actor: Actor, circles: Collection[Circle], waiting: Collection[int]) -> list[Turnout]:
    """Whom asking these circles would reach: everybody once, and only who sees what they are asked about.

    `waiting` are those who were asked already because of the same change, wherever.
    """
    papers = [one.record.pk for one in circles if not one.is_course]
    members: dict[int, set[int]] = {one.record.pk: set() for one in circles}
    for document, person, _site in documents.readers(actor.organisation_id, papers, Q()) if papers else ():
        members[document].add(person)
    members |= training.takers(actor, [one.record.pk for one in circles if one.is_course])
    found, reached = [], set[int]()
    for one in circles:
        # Whoever asks knows of the change.
        here = members[one.record.pk] - {actor.person_id}
        asked = here.intersection(waiting)
        # Of whom a course is asked may open it; a confidential one is not named by asking about it.
        may_open = here if one.is_course and not one.record.confidential else ()
        seeing = here & who_sees(one.record, with_task=may_open)
        people = frozenset(seeing - asked - reached)
        turnout = Turnout(one, people, len(here - seeing - asked), len(asked), len((seeing - asked) & reached))
        found.append(turnout)
        reached |= people
    return found


def by_name(record: Record, person_id: int, name: str, waiting: Collection[int]) -> Turnout:
    """Somebody who is asked on the record that changes, where nothing else is to be asked."""
    circle, person = Circle(record, person=name), frozenset({person_id})
    if person.intersection(waiting):
        return Turnout(circle, frozenset(), waiting=1)
    if person_id not in who_sees(record):
        return Turnout(circle, frozenset(), unseeing=1)
    return Turnout(circle, person)

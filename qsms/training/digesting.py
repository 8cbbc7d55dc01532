"""Once a week: everybody reads in one line what of their own training is to be done, and whoever leads people reads of
whom it ended or soon will; owners of courses who lead nobody read how many.

A digest is kept as it was told. Who loses sight of a person, or of a course, finds the line gone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.notify import services as notify
from qsms.notify.models import News
from qsms.notify.services import Notice
from qsms.org import actor as actors
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.models import Delegation, Grant, Person
from qsms.records import scope
from qsms.records.models import Record
from qsms.rules.competence import URGENCY, State

from . import standing
from .choices import STATES
from .models import Course
from .proofs import Stand

OWN, PEOPLE = "training_own", "training_people"
# Rounds are a day apart, and not to the minute.
A_WEEK = dt.timedelta(days=6, hours=12)
# What somebody who leads people changes in their reach, beside seeing the training there: auditors and inspectors look.
LEADING = ("action.change", "holding.change")
SHOWN = (State.EXPIRED, State.GRACE, State.SOON, State.MISSING)
# So many lines stand under a digest; the link leads to the rest.
MOST = 12


class Reach(NamedTuple):
    """Whose training somebody follows up."""

    everybody: bool
    sites: frozenset[int]
    units: frozenset[int]

    def covers(self, site: int | None, unit: int | None) -> bool:
        """Whether it is that of somebody who works there."""
        return self.everybody or site in self.sites or unit in self.units

    @property
    def path(self) -> str:
        """The page of gaps, narrowed to the one place that this is; nobody reads there of more people than they see."""
        places = [("site", one) for one in self.sites] + [("unit", one) for one in self.units]
        gaps = reverse("training:gaps")
        return gaps if self.everybody or len(places) > 1 else f"{gaps}?{urlencode(places)}"


def reach_of(actor: Actor) -> Reach | None:
    """Of whom the actor hears; None for somebody who leads nobody."""
    rights = [right for right in actor.rights_for(standing.SEE) if _leads(right)]
    if not rights:
        return None
    return Reach(
        any(right.axis == Axis.ALL for right in rights),
        frozenset(right.site_id for right in rights if right.axis == Axis.SITE and right.site_id),
        frozenset(right.unit_id for right in rights if right.axis == Axis.UNIT and right.unit_id),
    )


def _leads(right: Right) -> bool:
    return right.axis != Axis.OWN and any(right.gives(permission) for permission in LEADING)


class Line(NamedTuple):
    """Somebody is not current in a course, or soon will not be. The greatest of them is told first."""

    weight: tuple[int, ...]
    person_id: int
    course_id: int
    title: str
    stand: Stand

    @property
    def said(self) -> str:
        """The course and how they stand, as the rest of a sentence."""
        values = {"course": self.title, "day": date_format(self.stand.ends_on, "j M Y") if self.stand.ends_on else ""}
        if self.stand.state is State.SOON:
            return _("“%(course)s” ends on %(day)s") % values
        if self.stand.state is State.GRACE:
            return _("“%(course)s” ended on %(day)s, in grace") % values
        return (_("“%(course)s” expired on %(day)s") if values["day"] else _("“%(course)s” is missing")) % values


@dataclass
class Told:
    """How many people stand how, and the lines to be told of them: no more of those is held in mind."""

    most: int = MOST
    tally: Counter[State] = field(default_factory=Counter)
    people: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line, *, named: bool = True) -> None:
        """One more; what is not `named` is counted alone."""
        self.tally[line.stand.state] += 1
        self.people.add(line.person_id)
        if named and len(self.lines) < self.most:
            heappush(self.lines, line)
        elif named:
            heappushpop(self.lines, line)

    @property
    def counted(self) -> str:
        return counted(self.tally)


def counted(tally: Counter[State]) -> str:
    """How many stand how, in words."""
    return ", ".join(f"{STATES[state][0]}: {tally[state]}" for state in SHOWN if tally[state])


@dataclass
class Week:
    """What a round gathers for the digests, course after course."""

    organisation_id: int
    today: dt.date
    # Site and unit of everybody who works here, and who follows up whom.
    places: Mapping[int, tuple[int | None, int | None]]
    leaders: Mapping[int, Reach]
    by_reach: dict[Reach, Told]
    own: dict[int, Told] = field(default_factory=lambda: defaultdict(lambda: Told(most=1)))
    by_owner: dict[int, list[tuple[Course, Counter[State]]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, organisation_id: int, today: dt.date) -> Week:
        """An organisation's, with nothing gathered yet."""
        rows = Person.objects.filter(organisation_id=organisation_id, is_active=True)
        places = {person: (site, unit) for person, site, unit in rows.values_list("pk", "site_id", "unit_id")}
        leaders = _leaders(organisation_id, today)
        return cls(organisation_id, today, places, leaders, {reach: Told() for reach in set(leaders.values())})

    def add(self, course: Course, people: Mapping[int, Stand], elsewhere: Collection[int]) -> None:
        """The people who are not current in a course, or soon will not be; `elsewhere` are those whom another room asks
        for it. What is confidential is named to nobody, and counted for those alone of whom it is asked."""
        for person, stand in people.items():
            days = self._days(stand)
            if person not in elsewhere:
                worst = (-URGENCY.index(stand.state), -days, -course.pk)
                line = Line(worst, person, course.pk, course.title, stand)
                self.own[person].add(line, named=not course.confidential)
            if not course.confidential and person in self.places:
                # What is nearest to today comes first, and of the same distance what has ended.
                nearest = (-abs(days), int(days < 0), -person, -course.pk)
                line = Line(nearest, person, course.pk, course.title, stand)
                for reach, told in self.by_reach.items():
                    if reach.covers(*self.places[person]):
                        told.add(line)
        if course.owner_id is not None and course.owner_id not in self.leaders:
            self.by_owner[course.owner_id].append((course, Counter(one.state for one in people.values())))

    def _days(self, stand: Stand) -> int:
        """How far away the last day is; what never was comes after all that ever ends."""
        return (stand.ends_on - self.today).days if stand.ends_on is not None else dt.date.max.toordinal()

    def tell(self) -> int:
        """Tell everybody who did not hear within a week; how many digests there were."""
        people = [*self._of_people(), *self._of_courses()]
        return sum(self._announce(topic, said) for topic, said in ((OWN, list(self._own())), (PEOPLE, people)))

    def _announce(self, topic: str, said: Sequence[Notice]) -> int:
        lately = News.everywhere.filter(
            organisation_id=self.organisation_id, topic=topic, at__gt=moment.now() - A_WEEK, record=None
        )
        heard = set(lately.values_list("person_id", flat=True))
        return notify.announce(self.organisation_id, topic, [one for one in said if one.person_id not in heard])

    def _key(self, topic: str) -> str:
        return f"{topic}-{self.today}"

    def _own(self) -> Iterator[Notice]:
        for person, told in self.own.items():
            n = told.tally.total()
            if told.lines:
                [first] = told.lines
                said = _("Your training: %(first)s") if n == 1 else _("Your training: %(first)s, and %(n)d more")
                text = said % {"first": first.said, "n": n - 1}
            else:
                said = ngettext("Your training: %(n)d course to take", "Your training: %(n)d courses to take", n)
                text = said % {"n": n}
            yield Notice(person, text, self._key(OWN), reverse("training:mine"))

    def _of_people(self) -> Iterator[Notice]:
        names = standing.names_of({line.person_id for told in self.by_reach.values() for line in told.lines})
        for person, reach in self.leaders.items():
            told = self.by_reach[reach]
            # Of themselves alone they read in their own line.
            if not told.people - {person}:
                continue
            said = ngettext(
                "Training of %(n)d of your people: %(counted)s", "Training of %(n)d of your people: %(counted)s",
                len(told.people),
            )  # fmt: skip
            lines: list[Item] = [
                (f"{names.get(one.person_id, '')}: {one.said}", one.person_id, one.course_id)
                for one in sorted(told.lines, reverse=True)
            ]
            if more := told.tally.total() - len(lines):
                lines.append((_("and %(n)d more") % {"n": more}, 0, 0))
            text = said % {"n": len(told.people), "counted": told.counted}
            yield Notice(person, text, self._key(PEOPLE), reach.path, lines)

    def _of_courses(self) -> Iterator[Notice]:
        for owner, courses in self.by_owner.items():
            whole = sum((tally for _course, tally in courses), Counter[State]())
            lines: list[Item] = [
                (f"{_called(course)}: {counted(tally)}", 0, course.pk) for course, tally in courses[:MOST] if tally
            ]
            if whole:
                text = _("Training in your courses: %(counted)s") % {"counted": counted(whole)}
                yield Notice(owner, text, self._key(PEOPLE), reverse("ui:list", args=["course"]), lines)


# A line as it is kept: its words, whom and which course it names; 0 for nobody and none.
Item = tuple[str, int, int]


def _called(course: Record) -> str:
    return course.number if course.confidential else f"{course.number} {course.title}"


def _leaders(organisation_id: int, today: dt.date) -> dict[int, Reach]:
    """Whoever leads people, in their own right or for somebody who is away, and whose training they follow up."""
    grants = Grant.objects.filter(*standing.alive(today), organisation_id=organisation_id, person__is_active=True)
    held = grants.exclude(axis=Axis.OWN).values_list("person_id", "role__permissions", "axis").iterator()
    rights = ((person, Right(tuple(permissions), axis)) for person, permissions, axis in held)
    leading = {person for person, right in rights if right.gives(standing.SEE) and _leads(right)}
    lent = Delegation.objects.filter(
        organisation_id=organisation_id, giver__in=leading, starts_on__lte=today, ends_on__gte=today, revoked_at=None
    )
    people = Person.objects.filter(Q(pk__in=leading) | Q(pk__in=lent.values("taker_id")), is_active=True)
    reaches = {one.pk: reach_of(actors.load(one, today)) for one in people.select_related("organisation")}
    return {person: reach for person, reach in reaches.items() if reach is not None}


@notify.lines_of(OWN, PEOPLE)
def lines(actor: Actor, news: Sequence[News]) -> dict[int, list[str]]:
    """The lines of digests that name nobody and nothing which the actor may not see today (three queries)."""
    kept: dict[int, list[Item]] = {one.pk: [tuple(item) for item in one.detail] for one in news}
    items = [item for theirs in kept.values() for item in theirs]
    rows = Person.objects.filter(
        standing.people_seen(actor),
        organisation_id=actor.organisation_id,
        pk__in={person for _text, person, _c in items},
    )
    people = {0, *rows.values_list("pk", flat=True)}
    secret = set(
        Course.everywhere.filter(
            organisation_id=actor.organisation_id, confidential=True, pk__in={course for _text, _p, course in items}
        ).values_list("pk", flat=True)
    )
    secret -= scope.seen_of(actor, secret).keys()
    return {
        pk: [text for text, person, course in theirs if person in people and course not in secret]
        for pk, theirs in kept.items()
    }

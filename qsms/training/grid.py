"""The competence matrix: people down, what is asked of them across, and how each stands. Paged both ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from qsms.org.actor import Actor
from qsms.org.models import Grant, Person
from qsms.records import keys, scope

from . import proofs, readings, standing, tallying
from .models import Course
from .proofs import Proofs, Sought, Stand
from .standing import Ask, Member

PAGE, ACROSS = 50, 10
# So many people are looked at in one go for a file.
MANY = 500


class Row(NamedTuple):
    """Somebody of the matrix."""

    id: int
    name: str
    title: str
    site_id: int | None
    unit_id: int | None


@dataclass(frozen=True)
class Wish:
    """What the matrix is narrowed to."""

    role: int | None = None
    site: int | None = None
    unit: int | None = None
    # Only those of whom this course is asked, or lack it; only what is asked of readers.
    course: int | None = None
    readers: bool = False
    gaps: bool = False
    # Name and key of the last person of the page before, and how many columns are passed over.
    after: tuple[str, int] | None = None
    across: int = 0

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wish:
        """From a query; what cannot be read narrows nothing."""
        name, _bar, key = given.get("after", "").rpartition("|")
        last = keys.whole(key)
        return cls(
            keys.whole(given.get("role", "")), keys.whole(given.get("site", "")), keys.whole(given.get("unit", "")),
            keys.whole(given.get("course", "")), given.get("readers") == "1", given.get("gaps") == "1",
            (name, last) if last is not None else None,
            max(0, keys.whole(given.get("across", "")) or 0),
        )  # fmt: skip

    @property
    def chooses(self) -> bool:
        """Whether the people depend on what is asked of them, or on how they stand."""
        return self.gaps or self.readers or self.course is not None


@dataclass
class Asked:
    """What is asked of people here, as far as the reader may know of it, from one query."""

    asks: list[Ask]
    sought: Sought
    # Titles, in their order.
    courses: dict[int, str] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)

    def narrowed(self, wish: Wish) -> list[Ask]:
        """What of it the wish is about: by its role or of readers, and its course."""
        return [
            one
            for one in self.asks
            if wish.role in (None, one.role_id)
            and wish.course in (None, one.course_id)
            and not (wish.readers and one.role_id is not None)
        ]

    def columns(self, asks: Iterable[Ask]) -> list[int]:
        """The courses of these, by title."""
        wanted = {one.course_id for one in asks}
        return [course for course in self.courses if course in wanted]

    def by(self, courses: Collection[int]) -> list[Ask]:
        """What is asked of anybody, of these courses."""
        wanted = set(courses)
        return [one for one in self.asks if one.course_id in wanted]


@dataclass
class Grid:
    """A part of the matrix: columns, people and how they stand. What is not in `cells` is not asked of them."""

    asked: Asked
    courses: list[int]
    people: list[Row] = field(default_factory=list)
    cells: Mapping[tuple[int, int], Stand] = field(default_factory=dict)
    # The key of the next page, and how many columns there are in all.
    after: str = ""
    columns: int = 0


def asked(actor: Actor) -> Asked:
    """What is asked of people here, by title. Whoever sees how people stand sees what is asked of them, but for what is
    confidential: a course belongs to no site, and would else be hidden from the manager of one."""
    seen = scope.predicate(actor, "course") | Q(confidential=False)
    # One filter, so that all of it is said about the same requirement.
    rows = Course.everywhere.filter(
        seen, Q(requirements__role__isnull=False) | Q(requirements__readers=True),
        organisation_id=actor.organisation_id, state=standing.IN_USE, requirements__ended_at=None,
    )  # fmt: skip
    of_ask = tuple(f"requirements__{name}" for name in Ask._fields)
    columns = (*of_ask, "title", "requirements__role__title", "accepts__course_id", "pk", *readings.COLUMNS)
    read = list(rows.order_by("title", "pk").values_list(*columns))
    asks = dict.fromkeys(Ask(*row[: len(of_ask)]) for row in read)
    found = Asked(list(asks), proofs.sought(row[len(of_ask) + 2 :] for row in read))
    for row in read:
        role, course, *_rest = row
        title, of_role, _counts, _pk, kind = row[len(of_ask) : len(of_ask) + 5]
        found.courses[course], found.kinds[course] = title, kind
        if role is not None:
            found.roles[role] = of_role
    found.roles = dict(sorted(found.roles.items(), key=lambda pair: pair[1].casefold()))
    return found


def _people(actor: Actor, wish: Wish, today: dt.date) -> Q:
    found = standing.staff(actor)
    if wish.site is not None:
        found &= Q(site_id=wish.site)
    if wish.unit is not None:
        found &= Q(unit_id=wish.unit)
    if wish.role is not None:
        holders = Grant.objects.filter(*standing.alive(today), organisation_id=actor.organisation_id, role_id=wish.role)
        found &= Q(pk__in=holders.values("person_id"))
    return found


def _rows(where: Q, after: tuple[str, int] | None, limit: int) -> list[Row]:
    if after is not None:
        name, key = after
        where = where & (Q(name__gt=name) | Q(name=name, pk__gt=key))
    rows = Person.objects.filter(where).order_by("name", "pk")
    return [Row(*one) for one in rows.values_list("pk", "name", "title", "site_id", "unit_id")[:limit]]


def part(actor: Actor, wish: Wish) -> Grid:
    """One page of people and some of the columns."""
    today, every = standing.today_of(actor), asked(actor)
    asks = every.narrowed(wish)
    columns = every.columns(asks)
    grid = Grid(every, columns[wish.across : wish.across + ACROSS], columns=len(columns))
    where = _people(actor, wish, today)
    if wish.chooses:
        # Whom to show depends on everybody and every column, so nothing more is asked for the page.
        known = _known(actor, every, today, Q(person__in=Person.objects.filter(where)), columns)
        where &= Q(pk__in=known.chosen(asks, wish))
        grid.people = _rows(where, wish.after, PAGE + 1)
    else:
        grid.people = _rows(where, wish.after, PAGE + 1)
        known = _known(actor, every, today, Q(person_id__in=[row.id for row in grid.people]), grid.courses)
    grid.cells = known.cells(every.by(grid.courses), grid.people)
    if len(grid.people) > PAGE:
        del grid.people[PAGE:]
        grid.after = f"{grid.people[-1].name}|{grid.people[-1].id}"
    return grid


@dataclass(frozen=True)
class _Known:
    """To which groups some people belong, and what they have to show."""

    there: list[Member]
    shown: Proofs

    def cells(self, asks: Sequence[Ask], rows: Sequence[Row]) -> Mapping[tuple[int, int], Stand]:
        here = {row.id for row in rows}
        needed = standing.needs_of(asks, (one for one in self.there if one.person_id in here))
        return standing.stands_of(self.shown, needed)

    def chosen(self, asks: Sequence[Ask], wish: Wish) -> set[int]:
        """Of whom this is asked; only who lacks some of it, where gaps are wished for."""
        if wish.gaps:
            return tallying.lacking(asks, tallying.crowds(self.there), self.shown)
        return set(standing.needs_of(asks, self.there))


def _known(actor: Actor, every: Asked, today: dt.date, people: Q, courses: Collection[int]) -> _Known:
    there = standing.members(actor.organisation_id, today, every.by(courses), people)
    named = {one.person_id for one in there}
    return _Known(there, proofs.of(actor.organisation_id, every.sought.only(courses), named, today))


def whole(actor: Actor, wish: Wish) -> tuple[list[tuple[int, str]], Iterator[tuple[Row, list[Stand | None]]]]:
    """All of it, for an export: the columns, and each person with how they stand; None where it is not asked."""
    today, every = standing.today_of(actor), asked(actor)
    asks = every.narrowed(wish)
    columns = every.columns(asks)
    where = _people(actor, wish, today)

    def lines() -> Iterator[tuple[Row, list[Stand | None]]]:
        after = None
        while rows := _rows(where, after, MANY):
            known = _known(actor, every, today, Q(person_id__in=[row.id for row in rows]), columns)
            cells = known.cells(every.by(columns), rows)
            chosen = known.chosen(asks, wish) if wish.chooses else {row.id for row in rows}
            for row in rows:
                if row.id in chosen:
                    yield row, [cells.get((row.id, course)) for course in columns]
            after = (rows[-1].name, rows[-1].id)

    return [(course, every.courses[course]) for course in columns], lines()

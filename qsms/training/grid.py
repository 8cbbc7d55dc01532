"""The competence matrix: people down, what is asked of them across, and how each stands. Paged both ways."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q

from qsms.org.actor import Actor
from qsms.org.models import Grant, Person
from qsms.records import keys, scope

from . import standing
from .models import OF_PEOPLE, Course, Requirement
from .standing import Stand

PAGE, ACROSS = 50, 10
# So many people are looked at in one go for those who lack something, and for a file.
STEP, MANY = 200, 500


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
            given.get("gaps") == "1", (name, last) if last is not None else None,
            max(0, keys.whole(given.get("across", "")) or 0),
        )  # fmt: skip


@dataclass
class Grid:
    """A part of the matrix: columns, people and how they stand. What is not in `cells` is not asked of them."""

    courses: list[tuple[int, str]]
    people: list[Row] = field(default_factory=list)
    cells: Mapping[tuple[int, int], Stand] = field(default_factory=dict)
    # The key of the next page, and how many columns there are in all.
    after: str = ""
    columns: int = 0


def courses(actor: Actor, wish: Wish) -> list[tuple[int, str]]:
    """What is asked of people here, by title. Whoever sees how people stand sees what is asked of them, but for what is
    confidential: a course belongs to no site, and would else be hidden from the manager of one."""
    asked = Requirement.everywhere.filter(
        OF_PEOPLE, organisation_id=actor.organisation_id, ended_at=None, course__state=standing.IN_USE
    )
    if wish.role is not None:
        asked = asked.filter(role_id=wish.role)
    seen = scope.predicate(actor, "course") | Q(confidential=False)
    rows = Course.everywhere.filter(seen, organisation_id=actor.organisation_id, pk__in=asked.values("course_id"))
    return list(rows.order_by("title", "pk").values_list("pk", "title"))


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
    today = standing.today_of(actor)
    every = courses(actor, wish)
    grid = Grid(every[wish.across : wish.across + ACROSS], columns=len(every))
    where, after = _people(actor, wish, today), wish.after
    shown = {course for course, _title in grid.courses}
    wanted = {course for course, _title in every}
    while len(grid.people) <= PAGE:
        limit = STEP if wish.gaps else PAGE + 1
        rows = _rows(where, after, limit)
        # Whom to show depends on every column; what to show on those of the page.
        cells = _stands(actor, today, rows, wanted if wish.gaps else shown)
        lacking = {person for (person, _course), one in cells.items() if not one.is_current}
        grid.people += [row for row in rows if not wish.gaps or row.id in lacking]
        grid.cells = {**grid.cells, **cells}
        if len(rows) < limit:
            break
        after = (rows[-1].name, rows[-1].id)
    if len(grid.people) > PAGE:
        del grid.people[PAGE:]
        grid.after = f"{grid.people[-1].name}|{grid.people[-1].id}"
    return grid


def _stands(
    actor: Actor, today: dt.date, rows: Sequence[Row], wanted: Collection[int]
) -> Mapping[tuple[int, int], Stand]:
    people = [row.id for row in rows]
    asked = standing.needs(actor.organisation_id, today, people, wanted)
    return standing.stands(actor.organisation_id, today, asked)


def whole(actor: Actor, wish: Wish) -> tuple[list[tuple[int, str]], Iterator[tuple[Row, list[Stand | None]]]]:
    """All of it, for an export: the columns, and each person with how they stand; None where it is not asked."""
    today = standing.today_of(actor)
    every = courses(actor, wish)
    where = _people(actor, wish, today)
    columns = [course for course, _title in every]
    wanted = frozenset(columns)

    def lines() -> Iterator[tuple[Row, list[Stand | None]]]:
        after = None
        while rows := _rows(where, after, MANY):
            cells = _stands(actor, today, rows, wanted)
            for row in rows:
                mine = [cells.get((row.id, course)) for course in columns]
                if not wish.gaps or any(one is not None and not one.is_current for one in mine):
                    yield row, mine
            after = (rows[-1].name, rows[-1].id)

    return every, lines()

"""The competence matrix by role: roles down, what is asked of them across, and how many who hold them are current."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import keys
from qsms.rules import competence as rules
from qsms.rules.competence import State

from . import grid, proofs, standing, tallying
from .choices import CourseKind, Policy
from .grid import Asked
from .standing import Ask

DOWN, ACROSS = 50, 10
KINDS = list(CourseKind)
# A role, or None for the readers of what a course teaches.
Row = int | None


@dataclass(frozen=True)
class Wish:
    """What the page is narrowed to, and how many rows and columns are passed over."""

    site: int | None = None
    kind: str = ""
    down: int = 0
    across: int = 0

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wish:
        """From a query; what cannot be read narrows nothing."""
        kind = given.get("kind", "")
        return cls(
            keys.whole(given.get("site", "")),
            kind if kind in CourseKind.values else "",
            max(0, keys.whole(given.get("down", "")) or 0),
            max(0, keys.whole(given.get("across", "")) or 0),
        )


class Cell(NamedTuple):
    """How a course is asked of a role, and how those of whom it is asked stand."""

    policy: str
    within_days: int
    # Empty: at every site.
    sites: frozenset[int]
    tally: Counter[State]

    @property
    def people(self) -> int:
        return self.tally.total()

    @property
    def current(self) -> int:
        return sum(self.tally[state] for state in rules.CURRENT)


@dataclass(frozen=True)
class Board:
    """A part of it. What is not in `cells` is not asked."""

    asked: Asked
    rows: Sequence[Row]
    courses: Sequence[int]
    cells: Mapping[tuple[Row, int], Cell]
    # How many there are in all.
    all_rows: int = 0
    all_courses: int = 0


def part(actor: Actor, wish: Wish) -> Board:
    """Some of the rows and columns; only what is asked there is looked at."""
    every = grid.asked(actor)
    asks = _asks(every, wish)
    rows, courses = _rows(every, asks), _columns(every, asks)
    down, across = rows[wish.down :][:DOWN], courses[wish.across :][:ACROSS]
    here = [one for one in asks if one.role_id in down and one.course_id in across]
    return Board(every, down, across, _cells(actor, every, here, wish), len(rows), len(courses))


def whole(actor: Actor, wish: Wish) -> Board:
    """All of it, for a file."""
    every = grid.asked(actor)
    asks = _asks(every, wish)
    return Board(every, _rows(every, asks), _columns(every, asks), _cells(actor, every, asks, wish))


def _asks(every: Asked, wish: Wish) -> list[Ask]:
    return [
        one
        for one in every.asks
        if wish.kind in ("", every.kinds[one.course_id]) and (wish.site is None or one.site_id in (None, wish.site))
    ]


def _rows(every: Asked, asks: Iterable[Ask]) -> list[Row]:
    """The roles by title, the readers last."""
    wanted = {one.role_id for one in asks}
    return [role for role in (*every.roles, None) if role in wanted]


def _columns(every: Asked, asks: Iterable[Ask]) -> list[int]:
    """The courses by kind and title."""
    return sorted(every.columns(asks), key=lambda course: KINDS.index(CourseKind(every.kinds[course])))


def _cells(actor: Actor, every: Asked, asks: Sequence[Ask], wish: Wish) -> dict[tuple[Row, int], Cell]:
    """Of everybody whom the actor may look at (two queries, and up to four more of what is read and of many people)."""
    today = standing.today_of(actor)
    staff = Person.objects.filter(standing.staff(actor))
    if wish.site is not None:
        staff = staff.filter(site_id=wish.site)
    there = standing.members(actor.organisation_id, today, asks, Q(person__in=staff))
    sought = every.sought.only({one.course_id for one in asks})
    shown = proofs.of(actor.organisation_id, sought, {one.person_id for one in there}, today)
    tallies = tallying.count_each(asks, there, shown)
    found: dict[tuple[Row, int], Cell] = {}
    for one in asks:
        key = (one.role_id, one.course_id)
        sites = frozenset() if one.site_id is None else frozenset({one.site_id})
        before = found.get(key)
        found[key] = Cell(one.policy, one.within_days, sites, tallies[key]) if before is None else _both(before, one)
    return found


def _both(before: Cell, one: Ask) -> Cell:
    """The strictest of what asks it of a role, and wherever it is asked."""
    blocks = Policy.BLOCK in (before.policy, one.policy)
    return Cell(
        Policy.BLOCK if blocks else Policy.FLAG,
        min(before.within_days, one.within_days),
        before.sites | {one.site_id} if before.sites and one.site_id is not None else frozenset(),
        before.tally,
    )

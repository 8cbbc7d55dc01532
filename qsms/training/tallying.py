"""How many people stand how on what is asked of them: counted in one go for everybody whom a reader may look at.

No figure is kept. It would have to follow every requirement, waiver, grant, person and acknowledged document, and the
calendar. What is kept is what the training records of a course say, in one row (`packs`), which follows them alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from qsms.rules import competence as rules
from qsms.rules.competence import State

from .proofs import Proofs
from .standing import Ask, Member

Tallies = dict[int, Counter[State]]


class Crowd(NamedTuple):
    """People who work at one site and belong to the same groups: the same is asked of all of them."""

    site: int
    groups: frozenset[int]
    people: Sequence[int]


@dataclass
class Figures:
    """How people stand on what is asked, in all and by course, role and site; 0 stands for no site."""

    whole: Counter[State] = field(default_factory=Counter)
    by_course: Tallies = field(default_factory=lambda: defaultdict(Counter))
    by_role: Tallies = field(default_factory=lambda: defaultdict(Counter))
    by_site: Tallies = field(default_factory=lambda: defaultdict(Counter))


def crowds(there: Iterable[Member]) -> list[Crowd]:
    """The members of groups, those together of whom the same is asked."""
    groups: dict[tuple[int, int], set[int]] = defaultdict(set)
    for person, group, site in there:
        groups[person, site or 0].add(group)
    found: dict[tuple[int, frozenset[int]], list[int]] = defaultdict(list)
    for (person, site), theirs in groups.items():
        found[site, frozenset(theirs)].append(person)
    return [Crowd(site, theirs, people) for (site, theirs), people in found.items()]


def count(asked: Iterable[Ask], together: Sequence[Crowd], shown: Proofs) -> Figures:
    """Each person counts once for each course, and in every role of theirs that asks for it."""
    found = Figures()
    crowd_of = {person: n for n, crowd in enumerate(together) for person in crowd.people}
    for course, here in _asked(asked, together):
        stood = [(state, Counter(map(crowd_of.get, people))) for state, people in shown.by_state(course).items()]
        by_roles: dict[frozenset[int], Counter[State]] = defaultdict(Counter)
        for n, roles in here:
            crowd = together[n]
            tally = {state: numbers[n] for state, numbers in stood if n in numbers}
            # Who is in none of them has nothing to show.
            if missing := len(crowd.people) - sum(tally.values()):
                tally[State.MISSING] = tally.get(State.MISSING, 0) + missing
            _add(found.by_site[crowd.site], tally)
            _add(by_roles[roles], tally)
        for roles, tally in by_roles.items():
            for there in (found.whole, found.by_course[course], *(found.by_role[role] for role in roles)):
                _add(there, tally)
    return found


def _add(there: Counter[State], tally: Mapping[State, int]) -> None:
    for state, number in tally.items():
        there[state] += number


def count_each(
    asked: Iterable[Ask], there: Iterable[Member], shown: Proofs
) -> dict[tuple[int | None, int], Counter[State]]:
    """The same by role and course together, None for the readers of what the course teaches. Whoever belongs to a group
    counts once for each course, however often it is asked of them there."""
    of_group: dict[tuple[int, int | None], set[int]] = defaultdict(set)
    for person, group, at in there:
        of_group[group, None].add(person)
        of_group[group, at or 0].add(person)
    wishes: dict[int, dict[int | None, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in asked:
        wishes[one.course_id][one.role_id] |= of_group.get((one.group, one.site_id), set())
    found: dict[tuple[int | None, int], Counter[State]] = {}
    for course, rows in wishes.items():
        stood = {state: set(people) for state, people in shown.by_state(course).items()}
        for role, people in rows.items():
            tally = Counter({state: n for state, those in stood.items() if (n := len(people & those))})
            # Who is in none of them has nothing to show.
            tally[State.MISSING] += len(people) - tally.total()
            found[role, course] = tally
    return found


def lacking(asked: Iterable[Ask], together: Sequence[Crowd], shown: Proofs) -> set[int]:
    """Who is not current in something that is asked of them."""
    found: set[int] = set()
    for course, here in _asked(asked, together):
        states = shown.by_state(course)
        current = set(chain.from_iterable(states[state] for state in rules.CURRENT if state in states))
        for n, _roles in here:
            found.update(set(together[n].people) - current)
    return found


Here = list[tuple[int, frozenset[int]]]


def _asked(asked: Iterable[Ask], together: Sequence[Crowd]) -> Iterator[tuple[int, Here]]:
    """Each course with the crowds of which it is asked, by their place, and the roles that ask (none where only its
    readers are asked)."""
    by_course: dict[int, list[tuple[int | None, int, int | None]]] = defaultdict(list)
    for one in asked:
        by_course[one.course_id].append((one.site_id, one.group, one.role_id))
    # Many courses are asked of the same people.
    known: dict[frozenset[tuple[int | None, int, int | None]], Here] = {}
    for course, wishes in by_course.items():
        whom = frozenset(wishes)
        if whom not in known:
            known[whom] = [
                (n, roles) for n, crowd in enumerate(together) if (roles := _roles(crowd, wishes)) is not None
            ]
        yield course, known[whom]


def _roles(crowd: Crowd, wishes: Iterable[tuple[int | None, int, int | None]]) -> frozenset[int] | None:
    """The roles by which these wishes ask a crowd; None where none of them does."""
    theirs = [role for site, group, role in wishes if site in (None, crowd.site) and group in crowd.groups]
    return frozenset(role for role in theirs if role is not None) if theirs else None

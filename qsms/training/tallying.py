"""How many people stand how on what is asked of them: counted in one go for everybody whom a reader may look at.

Nothing of it is kept. A kept figure would have to follow every training record, requirement, waiver, grant, person and
acknowledged document, and the calendar; reading all of it costs about a microsecond for each thing that is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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


def count(asked: Iterable[Ask], together: Iterable[Crowd], shown: Proofs) -> Figures:
    """Each person counts once for each course, and in every role of theirs that asks for it."""
    found = Figures()
    for crowd, course, roles, states in _asked(asked, together, shown):
        stood = Counter(map(states.get, crowd.people))
        # Who is not in it has nothing to show.
        tally = {State.MISSING if state is None else state: n for state, n in stood.items()}
        for there in (
            found.whole,
            found.by_course[course],
            found.by_site[crowd.site],
            *(found.by_role[r] for r in roles),
        ):
            for state, n in tally.items():
                there[state] += n
    return found


def lacking(asked: Iterable[Ask], together: Iterable[Crowd], shown: Proofs) -> set[int]:
    """Who is not current in something that is asked of them."""
    return {
        person
        for crowd, _course, _roles, states in _asked(asked, together, shown)
        for person in crowd.people
        if states.get(person) not in rules.CURRENT
    }


def _asked(
    asked: Iterable[Ask], together: Iterable[Crowd], shown: Proofs
) -> Iterator[tuple[Crowd, int, frozenset[int], dict[int, State]]]:
    """Each crowd with each course that is asked of it, the roles that ask (none where only its readers are asked), and
    how those stand who have anything."""
    by_course: dict[int, list[Ask]] = defaultdict(list)
    for one in asked:
        by_course[one.course_id].append(one)
    together = list(together)
    for course, wishes in by_course.items():
        states = {person: one.state for person, one in shown.stands(course).items()}
        for crowd in together:
            here = [one for one in wishes if one.site_id in (None, crowd.site) and one.group in crowd.groups]
            if here:
                yield crowd, course, frozenset(one.role_id for one in here if one.role_id is not None), states

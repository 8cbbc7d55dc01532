"""Counts for the overview: from the tallies as far as they reach, the actor's own records beside them live.

A tally knows site and secrecy, not owners. What somebody reaches by a grant for everything or for a site is read
from there; what is reached by owning, raising or doing is few, and read as rows. Together they are what the lists show.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import listing, narrowing, registry, scope
from qsms.records.models import Clock, Record, Tally
from qsms.records.registry import RecordType
from qsms.records.scope import Branch
from qsms.rules.lifecycle import Phase

# Days late, from and to; the last has no end.
AGES: Sequence[tuple[int, int | None]] = ((1, 7), (8, 30), (31, 90), (91, None))
CLOCKS = ("report.acknowledge", "report.triage")
CLOCK_MONTHS = 3
ROOMS = ("happens", "act", "assure", "know", "steer")


@dataclass(frozen=True, slots=True)
class Late:
    """So many open records of a kind that one person owns are late by an age of AGES."""

    kind: str
    owner_id: int | None
    age: int
    n: int


@dataclass
class Counting:
    """What one person may count, at these sites (all when empty) and through this lens (0 for all)."""

    actor: Actor
    sites: tuple[int, ...] = ()
    lens: int = 0

    @cached_property
    def sheets(self) -> list[RecordType]:
        """The kinds of which the actor may see any record, in the order of the menu."""
        seen = [one for one in registry.all_types() if one.in_menu and scope.branches(self.actor, one.kind)]
        return sorted(seen, key=lambda one: ROOMS.index(one.room) if one.room in ROOMS else len(ROOMS))

    @cached_property
    def today(self) -> dt.date:
        """The day it is for the actor: what was due before is late."""
        return moment.now().astimezone(self.actor.tz).date()

    @cached_property
    def sees_all(self) -> bool:
        """Whether the tallies say everything, so that nothing has to be added from own records."""
        return not any(rest for _wide, rest in self._reach.values())

    @cached_property
    def _reach(self) -> dict[str, tuple[list[Branch], list[Branch]]]:
        """Of each kind the branches that tallies know, and the others."""
        found = {}
        for sheet in self.sheets:
            reach = scope.branches(self.actor, sheet.kind)
            wide = [one for one in reach if one.axis in (Axis.ALL, Axis.SITE)]
            found[sheet.kind] = (wide, [one for one in reach if one not in wide])
        return found

    def _narrowed(self) -> Q:
        condition = Q(site__in=self.sites) if self.sites else Q()
        return condition & listing.concerning(self.lens) if self.lens else condition

    def records(self, kinds: Iterable[str]) -> QuerySet[Record]:
        """The records of these kinds that the actor sees, narrowed to sites and lens."""
        seen = Q(pk__in=())
        for kind in kinds:
            seen |= Q(kind=kind) & scope.predicate(self.actor, kind)
        return Record.everywhere.filter(seen, self._narrowed(), organisation_id=self.actor.organisation_id)

    # -- states and months --------------------------------------------------------------------------------------------

    @cached_property
    def _cells(self) -> dict[str, Counter[tuple[str, str, str]]]:
        """Of each kind (measure, a, b) -> n: from the tallies, and from own records that these do not hold."""
        found: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
        known = Q(pk__in=())
        for kind, (wide, _rest) in self._reach.items():
            for branch in wide:
                one = Q(kind=kind) if branch.axis == Axis.ALL else Q(kind=kind, site=branch.value)
                known |= one if branch.confidential else one & Q(confidential=False)
        rows = Tally.objects.filter(known, organisation_id=self.actor.organisation_id, measure__in=("state", "month"))
        if self.sites:
            rows = rows.filter(site__in=self.sites)
        for kind, measure, a, b, n in rows.values_list("kind", "measure", "a", "b", "n"):
            found[kind][(measure, a, b)] += n
        for kind, state, bits, opened_at in self._own_rows():
            found[kind][("state", state, str(bits))] += 1
            found[kind][("month", f"{opened_at.astimezone(dt.UTC):%Y-%m}", "")] += 1
        return found

    def _own_rows(self) -> Iterable[tuple[str, str, int, dt.datetime]]:
        own = Q(pk__in=())
        for kind, (wide, rest) in self._reach.items():
            if not rest:
                continue
            mine, counted = Q(pk__in=()), Q(pk__in=())
            for branch in rest:
                mine |= branch.narrows()
            for branch in wide:
                counted |= branch.condition()
            own |= Q(kind=kind) & mine & ~counted
        if self.sees_all:
            return ()
        rows = Record.everywhere.filter(own, organisation_id=self.actor.organisation_id)
        if self.sites:
            rows = rows.filter(site__in=self.sites)
        return rows.values_list("kind", "state", "disciplines", "opened_at")

    def states(self, kind: str, lens: int = 0) -> dict[str, int]:
        """How many records of a kind stand in each state, of those that concern the page's lens and this one."""
        found: Counter[str] = Counter()
        for (measure, state, bits), n in self._cells[kind].items():
            concerned = int(bits or 0)
            if measure == "state" and (not self.lens or concerned & self.lens) and (not lens or concerned & lens):
                found[state] += n
        return dict(found)

    def phases(self, kind: str, lens: int = 0) -> dict[Phase, int]:
        """The same by phase."""
        life = registry.get(kind).lifecycle
        found: Counter[Phase] = Counter()
        for state, n in self.states(kind, lens).items():
            found[life.state(state).phase] += n
        return found

    def months(self, kind: str, since: str) -> Mapping[str, int]:
        """How many records of a kind were opened in each month from “2024-12” on."""
        if kind not in self._reach:
            return {}
        if self.lens:
            return self._months_live(kind, since)
        cells = self._cells[kind].items()
        return {month: n for (measure, month, _b), n in cells if measure == "month" and month >= since}

    def _months_live(self, kind: str, since: str) -> Mapping[str, int]:
        # The tallies know no lenses by month.
        first, _next = narrowing.month_edges(int(since[:4]), int(since[5:]))
        rows = self.records([kind]).filter(opened_at__gte=first).values_list("opened_at", flat=True)
        return Counter(f"{at.astimezone(dt.UTC):%Y-%m}" for at in rows)

    # -- what moves with the clock, so that no tally can hold it ------------------------------------------------------

    def late(self) -> list[Late]:
        """The open records that are past their day, by kind, owner and age (one query)."""
        kinds = [one.kind for one in self.sheets if "due_on" in one.form_fields]
        if not kinds:
            return []
        ages = [
            When(due_on__gte=self.today - dt.timedelta(days=last), then=Value(number))
            for number, (_first, last) in enumerate(AGES)
            if last is not None
        ]
        rows = (
            self.records(kinds)
            .filter(phase__lt=Phase.DONE, due_on__lt=self.today)
            .annotate(age=Case(*ages, default=Value(len(AGES) - 1), output_field=IntegerField()))
            .order_by()
            .values_list("kind", "owner_id", "age")
            .annotate(n=Count("*"))
        )
        return [Late(*row) for row in rows]

    def risks(self, kind: str) -> dict[int, int]:
        """How many open records of a kind have each tone of risk; 0 is not rated (one query)."""
        if kind not in self._reach:
            return {}
        rows = self.records([kind]).filter(phase__lt=Phase.DONE).order_by().values_list("risk_class")
        return dict(rows.annotate(n=Count("*")))

    @cached_property
    def clocks_since(self) -> str:
        """The month since which clocks are counted."""
        first = moment.now().astimezone(dt.UTC).replace(day=1)
        for _month in range(CLOCK_MONTHS - 1):
            first = (first - dt.timedelta(days=1)).replace(day=1)
        return f"{first:%Y-%m}"

    def clocks(self) -> dict[tuple[str, str], int]:
        """(rule, how it stands) -> how many clocks of reports, of those that started lately (one query)."""
        if "report" not in self._reach:
            return {}
        since = self.clocks_since
        first, _next = narrowing.month_edges(int(since[:4]), int(since[5:]))
        rows = Clock.everywhere.filter(
            organisation_id=self.actor.organisation_id, rule__in=CLOCKS, started_at__gte=first
        )
        if self._reach["report"] != ([Branch(Axis.ALL)], []) or self.sites or self.lens:
            rows = rows.filter(record__in=self.records(["report"]).values("pk"))
        conditions = narrowing.standing(moment.now())
        counted = (
            rows.order_by()
            .values_list("rule")
            .annotate(
                **{how: Count("record", filter=condition, distinct=True) for how, condition in conditions.items()}
            )
        )
        return {(rule, how): n for rule, *numbers in counted for how, n in zip(conditions, numbers, strict=True)}

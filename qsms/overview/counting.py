"""Counts for the overview: from the tallies as far as they reach, the actor's own records beside them live.

A tally knows site and secrecy, not owners. What somebody reaches by a grant for everything or for a site is read
from there; what is reached by owning, raising or doing is few, and read as rows. Together they are what the lists show.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import lateness, listing, narrowing, registry, scope, tally
from qsms.records.choices import MAIN_LENSES, ClockOutcome
from qsms.records.models import Clock, Record
from qsms.records.registry import RecordType
from qsms.records.scope import Branch
from qsms.rules.lifecycle import Phase

from . import statements
from .statements import Cell, Times

# Days late, from and to; the last has no end. What a clock made late today is late by no day yet.
AGES: Sequence[tuple[int, int | None]] = ((0, 7), (8, 30), (31, 90), (91, None))
CLOCKS = ("report.acknowledge", "report.triage")
CLOCK_MONTHS = 3
MONTHS = 24
# Beside the lenses of MAIN_LENSES: what concerns none of them.
NO_LENS = "none"
ROOMS = ("happens", "act", "assure", "know", "steer")


@dataclass(slots=True)
class Late:
    """Open records that are past their day: how many of each kind, and of each owner (0 for nobody), by age of AGES."""

    by_age: Counter[tuple[str, int]] = field(default_factory=Counter)
    by_owner: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, kind: str, owner: int, age: int, n: int) -> None:
        """So many more of this kind, owner and age."""
        self.by_age[(kind, age)] += n
        self.by_owner[owner][age] += n


def age_of(days: int) -> int:
    """Which of AGES so many days late is."""
    return next(number for number, (_first, last) in enumerate(AGES) if last is None or days <= last)


def age_word(number: int) -> str:
    """An age of lateness in words."""
    first, last = AGES[number]
    if not first:
        return _("Up to %(last)d days") % {"last": last}
    if last is None:
        return _("Over %(days)d days") % {"days": first - 1}
    return _("%(first)d to %(last)d days") % {"first": first, "last": last}


def age_since(today: dt.date, last: int) -> dt.date:
    """The first day due of those at most so many days late."""
    return today - dt.timedelta(days=last)


def months_back(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months before that of `day`."""
    whole = day.year * 12 + day.month - 1 - months
    return dt.date(whole // 12, whole % 12 + 1, 1)


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
    def dated(self) -> frozenset[str]:
        """The kinds of which a record can be late."""
        return frozenset(one.kind for one in self.sheets if one.has_due_day)

    @cached_property
    def today(self) -> dt.date:
        """The day it is for the actor."""
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

    # -- what the two statements say ----------------------------------------------------------------------------------

    @cached_property
    def times(self) -> Times:
        """The edges of what is counted."""
        now = moment.now()
        today = now.astimezone(dt.UTC).date()
        return Times(
            now=now,
            today=self.today,
            ages_since=tuple(age_since(self.today, last) for _first, last in AGES if last is not None),
            months_since=_instant(months_back(today, MONTHS - 1)),
            clocks_since=_instant(months_back(today, CLOCK_MONTHS - 1)),
        )

    @cached_property
    def _cells(self) -> dict[str, list[Cell]]:
        """Of each measure its cells: from the tallies, and from records that these do not hold."""
        reach: dict[tuple[tuple[Branch, ...], tuple[Branch, ...]], list[str]] = defaultdict(list)
        for kind, (wide, rest) in self._reach.items():
            reach[(tuple(wide), tuple(rest))].append(kind)
        states = sorted(
            {state.code for one in self.sheets for state in one.lifecycle.states if state.phase < Phase.DONE}
        )
        given = (self.actor.organisation_id, reach, self.sites, self.times, CLOCKS)
        found: dict[str, list[Cell]] = defaultdict(list)
        for cell in (*statements.tallied(*given, states), *statements.others(*given)):
            found[cell[0]].append(cell)
        return found

    @cached_property
    def _states(self) -> dict[str, list[tuple[str, int, int]]]:
        found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for _measure, kind, state, bits, n, _more in self._cells["state"]:
            if not self.lens or int(bits) & self.lens:
                found[kind].append((state, int(bits), n))
        return found

    def states(self, kind: str) -> dict[str, int]:
        """How many open records of a kind stand in each state, of those that concern the page's lens."""
        found: Counter[str] = Counter()
        for state, _bits, n in self._states[kind]:
            found[state] += n
        return dict(found)

    def phases(self, kind: str) -> dict[Phase, int]:
        """The same by phase."""
        life = registry.get(kind).lifecycle
        found: Counter[Phase] = Counter()
        for state, n in self.states(kind).items():
            found[life.state(state).phase] += n
        return {phase: n for phase, n in found.items() if phase < Phase.DONE}

    def phases_by_lens(self) -> dict[str, Counter[Phase]]:
        """How many open records of all kinds there are in each phase: all under "", then those of each lens."""
        found: dict[str, Counter[Phase]] = {name: Counter() for name in ("", *MAIN_LENSES, NO_LENS)}
        for kind, cells in self._states.items():
            life = registry.get(kind).lifecycle
            for state, bits, n in cells:
                phase = life.state(state).phase
                if phase >= Phase.DONE:
                    continue
                through = [name for name, lens in MAIN_LENSES.items() if bits & lens]
                for name in ("", *(through or [NO_LENS])):
                    found[name][phase] += n
        return found

    def months(self, kind: str) -> Mapping[str, int]:
        """How many records of a kind were opened in each of the last MONTHS months, by “2026-11”."""
        if kind not in self._reach:
            return {}
        if self.lens:
            return self._months_live(kind)
        return self._summed("month", kind)

    def risks(self, kind: str) -> dict[int, int]:
        """How many open records of a kind have each tone of risk; 0 is not rated."""
        if kind not in self._reach:
            return {}
        if self.lens:
            return self._risks_live(kind)
        return {int(tone): n for tone, n in self._summed("risk", kind).items()}

    def _summed(self, measure: str, kind: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        for _measure, of, a, _b, n, _more in self._cells[measure]:
            if of == kind:
                found[a] += n
        return dict(found)

    def late(self) -> Late:
        """The open records that are past their day."""
        dated = self.dated
        if self.lens:
            return self._late_live(dated)
        late = Late()
        for _measure, kind, owner, age, n, _more in self._cells["owner"]:
            if kind in dated:
                late.add(kind, int(owner), int(age), n)
        return late

    @property
    def clocks_since(self) -> str:
        """The month since which clocks are counted."""
        return f"{self.times.clocks_since:%Y-%m}"

    def clocks(self) -> dict[tuple[str, str], int]:
        """(rule, how it stands) -> how many clocks of reports, of those that started lately."""
        if "report" not in self._reach:
            return {}
        if self.lens:
            return self._clocks_live()
        found: Counter[tuple[str, str]] = Counter()
        ends = {ClockOutcome.MET: narrowing.IN_TIME, ClockOutcome.LATE: narrowing.LATE}
        hour = tally.hour(self.times.now)
        for _measure, _kind, rule, how, n, in_time in self._cells["clock"]:
            if how in ends:
                found[(rule, ends[ClockOutcome(how)])] += n
            elif how > hour:
                found[(rule, narrowing.RUNNING)] += n
            else:
                # Of this hour the cells do not tell which have passed.
                found[(rule, narrowing.RUNNING)] += in_time
                found[(rule, narrowing.LATE)] += n - in_time
        return dict(found)

    # -- through a lens, which the tallies know of states only ---------------------------------------------------------

    def _months_live(self, kind: str) -> Mapping[str, int]:
        rows = self.records([kind]).filter(opened_at__gte=self.times.months_since).order_by()
        return dict(
            rows.annotate(month=tally.Spelled("opened_at", "month")).values_list("month").annotate(n=Count("*"))
        )

    def _risks_live(self, kind: str) -> dict[int, int]:
        rows = self.records([kind]).filter(phase__lt=Phase.DONE).order_by().values_list("risk_class")
        return dict(rows.annotate(n=Count("*")))

    def _late_live(self, kinds: Iterable[str]) -> Late:
        ages = [When(due_on__gte=since, then=Value(number)) for number, since in enumerate(self.times.ages_since)]
        rows = (
            self.records(sorted(kinds))
            .filter(lateness.late(self.times.now, self.today))
            .annotate(age=Case(*ages, default=Value(len(AGES) - 1), output_field=IntegerField()))
            .order_by()
            .values_list("kind", "owner_id", "age")
            .annotate(n=Count("*"))
        )
        late = Late()
        for kind, owner, age, n in rows:
            late.add(kind, owner or 0, age, n)
        return late

    def _clocks_live(self) -> dict[tuple[str, str], int]:
        rows = Clock.everywhere.filter(
            organisation_id=self.actor.organisation_id,
            rule__in=CLOCKS,
            started_at__gte=self.times.clocks_since,
            record__in=self.records(["report"]).values("pk"),
        )
        conditions = narrowing.standing(self.times.now)
        counted = (
            rows.order_by()
            .values_list("rule")
            .annotate(
                **{how: Count("record", filter=condition, distinct=True) for how, condition in conditions.items()}
            )
        )
        return {(rule, how): n for rule, *numbers in counted for how, n in zip(conditions, numbers, strict=True)}


def _instant(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)

"""The figures of the overview as plain data: each number with the address of the list that holds the same records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote_plus

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from qsms.org import names
from qsms.records import clocks, narrowing
from qsms.records.choices import MAIN_LENSES, Lens
from qsms.records.registry import RecordType
from qsms.risk import doors as risk

from . import behind
from .counting import AGES, CLOCKS, MONTHS, Counting, Late, age_since, age_word, months_back

MOST_OWNERS = 12
TONES = {"intolerable": 3, "tolerable": 2, "acceptable": 1}
# What is told on top when it is late.
LATE_FIRST = {"report": _l("Reports late"), "action": _l("Actions late"), "finding": _l("Findings late")}
TO_JUDGE = ("received", "acknowledged", "triage")


@dataclass(frozen=True)
class Number:
    """A number and the list behind it."""

    n: int
    url: str
    # A word for readers of the screen where the place alone does not say what is counted.
    label: str = ""
    tone: str = ""

    def __str__(self) -> str:
        return f"{self.n:,}"


@dataclass(frozen=True)
class Fact:
    """A figure of the line on top."""

    title: str
    number: Number
    small: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a table: its head, and a number or a word for each column."""

    head: str
    cells: tuple[Number | str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A figure as a table; what is drawn says the same."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def plain(self) -> list[list[object]]:
        """Head and lines without links, for a file."""
        lines: list[list[object]] = [["", *self.columns]]
        for row in self.rows:
            lines.append([row.head, *(one.n if isinstance(one, Number) else one for one in row.cells)])
        return lines


@dataclass(frozen=True)
class HeatCell:
    """A cell of the matrix with how many hazards stand in it."""

    code: str
    word: str
    tone: str
    number: Number | None


@dataclass(frozen=True)
class Heat:
    """The hazards on their matrix."""

    title: str
    across: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, tuple[HeatCell, ...]], ...]
    elsewhere: tuple[Number, ...] = ()


@dataclass
class Figures:
    """Everything on the page, counted when it is asked for."""

    counting: Counting
    _lists: dict[str, str] = field(default_factory=dict)

    def url(self, kind: str, **query: object) -> str:
        """The list of a kind with these filters and the site of the page."""
        base, pairs = self._list_of(kind), [f"site={site}" for site in self.counting.sites]
        for name, value in query.items():
            for one in value if isinstance(value, list | tuple) else (value,):
                pairs.append(f"{name}={quote_plus(str(one)) if isinstance(one, str) else one}")
        return f"{base}?{'&'.join(pairs)}" if pairs else base

    def _list_of(self, kind: str) -> str:
        if kind not in self._lists:
            self._lists[kind] = reverse("ui:list", args=[kind])
        return self._lists[kind]

    @cached_property
    def kinds(self) -> dict[str, RecordType]:
        """The kinds on the page."""
        return {one.kind: one for one in self.counting.sheets}

    # -- the line on top ----------------------------------------------------------------------------------------------

    def facts(self) -> list[Fact]:
        """What a manager looks at first."""
        found = []
        if "report" in self.kinds:
            new = self.counting.states("report")
            n = sum(new.get(state, 0) for state in TO_JUDGE)
            found.append(Fact(_("Reports to judge"), Number(n, self.url("report", state=TO_JUDGE))))
        late = self._late_of
        for kind, title in LATE_FIRST.items():
            if kind in self.kinds:
                tone = "bad" if late[kind] else ""
                found.append(Fact(str(title), Number(late[kind], self.url(kind, late=1), tone=tone)))
        if "action" in self.kinds:
            n = self.counting.states("action").get("check", 0)
            said = _("done, not yet shown to work")
            found.append(Fact(_("Actions to check"), Number(n, self.url("action", state="check")), said))
        if "hazard" in self.kinds:
            n = self._risks.get(TONES["intolerable"], 0)
            number = Number(n, self.url("hazard", risk_class=TONES["intolerable"]), tone="bad" if n else "")
            found.append(Fact(_("Intolerable risks"), number, _("hazards, as rated now")))
        return found

    @cached_property
    def _late(self) -> Late:
        return self.counting.late()

    @cached_property
    def _late_of(self) -> dict[str, int]:
        """How many of each kind are late."""
        return {kind: sum(self._late.by_age[(kind, age)] for age in range(len(AGES))) for kind in self.kinds}

    @cached_property
    def _risks(self) -> dict[int, int]:
        return self.counting.risks("hazard")

    def missing(self) -> list[Number]:
        """What is not on the page although it could be, as sentences with their lists."""
        n = self._risks.get(0, 0)
        if not n:
            return []
        said = (
            _("%(n)d open hazards are not rated and stand in no cell")
            if n > 1
            else _("%(n)d open hazard is not rated and stands in no cell")
        )
        return [Number(n, self.url("hazard", risk_class=0), said % {"n": n})]

    # -- open records -------------------------------------------------------------------------------------------------

    def behind(self, **query: object) -> str:
        """The list of the open records of every kind, narrowed so, and to the site of the page."""
        pairs = [f"site={site}" for site in self.counting.sites]
        pairs += [f"{name}={value}" for name, value in query.items() if value != ""]
        return f"{self._behind}?{'&'.join(pairs)}" if pairs else self._behind

    @cached_property
    def _behind(self) -> str:
        return reverse("overview-records")

    def open_table(self) -> Table:
        """What is open of all kinds, through each lens and in each phase."""
        rows = []
        for name, by_phase in self.counting.phases_by_lens().items():
            cells = [
                Number(by_phase[phase], self.behind(lens=name, phase=code)) for code, phase in behind.PHASES.items()
            ]
            cells.append(Number(by_phase.total(), self.behind(lens=name)))
            rows.append(Row(behind.lens_title(name), tuple(cells), name if name in MAIN_LENSES else ""))
        columns = (_("Drafts"), _("Under way"), _("Waiting"), _("All open"))
        note = _("A record seen through two lenses counts in both lines, and once in the first.")
        return Table("open", _("Open, by lens and phase"), columns, tuple(rows), note)

    def kind_table(self) -> Table:
        """What is open of each kind, by phase, and how much of it is overdue."""
        rows = []
        late = self._late_of
        for kind, sheet in self.kinds.items():
            cells: list[Number | str] = []
            by_phase = self.counting.phases(kind)
            for phase in behind.PHASES.values():
                states = [state.code for state in sheet.lifecycle.states if state.phase == phase]
                cells.append(Number(by_phase.get(phase, 0), self.url(kind, state=states)) if states else "")
            cells.append(Number(sum(by_phase.values()), self.url(kind)))
            tone = "bad" if late[kind] else ""
            cells.append(Number(late[kind], self.url(kind, late=1), tone=tone) if sheet.has_due_day else "")
            rows.append(Row(str(sheet.label_plural), tuple(cells), sheet.icon))
        columns = (_("Drafts"), _("Under way"), _("Waiting"), _("All open"), _("Overdue"))
        return Table("kinds", _("Open, by kind"), columns, tuple(rows))

    # -- overdue ------------------------------------------------------------------------------------------------------

    def _age_url(self, kind: str, age: int) -> str:
        first, last = AGES[age]
        today = self.counting.today
        edges: dict[str, object] = {"late": 1}
        if first:
            edges["due_on_to"] = today - dt.timedelta(days=first)
        if last is not None:
            edges["due_on_from"] = age_since(today, last)
        return self.url(kind, **edges)

    def late_table(self) -> Table:
        """Overdue by kind and age."""
        counts = self._late.by_age
        rows = []
        for kind, sheet in self.kinds.items():
            ages = [Number(counts[(kind, age)], self._age_url(kind, age)) for age in range(len(AGES))]
            whole = sum(one.n for one in ages)
            if whole:
                rows.append(Row(str(sheet.label_plural), (*ages, Number(whole, self.url(kind, late=1)))))
        columns = (*(age_word(age) for age in range(len(AGES))), _("All"))
        return Table("overdue", _("Overdue, by kind and age"), columns, tuple(rows))

    def owner_table(self) -> Table:
        """Overdue by owner and age: who has most of it first."""
        by_owner = self._late.by_owner
        people = sorted(by_owner, key=lambda owner: (-by_owner[owner].total(), -by_owner[owner][len(AGES) - 1], owner))
        known = names.people(self.counting.actor.organisation_id, people[:MOST_OWNERS])
        rows = []
        for owner in people[:MOST_OWNERS]:
            whose = owner or behind.NO_ONE
            ages = by_owner[owner]
            cells = [
                Number(ages[age], self.behind(late=1, age=age, owner=whose)) if ages[age] else ""
                for age in range(len(AGES))
            ]
            whole = Number(ages.total(), self.behind(late=1, owner=whose))
            rows.append(Row(known.get(owner, _("Nobody")), (*cells, whole)))
        note = ""
        if len(people) > MOST_OWNERS:
            note = _("Those with most of it. The lists behind the figures above have everybody.")
        columns = (*(age_word(age) for age in range(len(AGES))), _("All"))
        return Table("owners", _("Overdue, by owner and age"), columns, tuple(rows), note)

    # -- reports ------------------------------------------------------------------------------------------------------

    def month_table(self) -> Table:
        """Reports by the month in which they were opened; the last one is not over."""
        running = self.counting.times.now.astimezone(dt.UTC).date()
        months = [months_back(running, back) for back in reversed(range(MONTHS))]
        counts = self.counting.months("report")
        rows = []
        for month in months:
            code = f"{month:%Y-%m}"
            number = Number(counts.get(code, 0), self.url("report", phase="all", month=code))
            rows.append(Row(date_format(month, "M Y"), (number,)))
        note = _("%(month)s is not over.") % {"month": date_format(months[-1], "F")}
        return Table("months", _("Reports by month"), (_("Reports"),), tuple(rows), note)

    def clock_table(self) -> Table:
        """Whether reports were acknowledged and judged in time, of those of the last months."""
        since = self.counting.clocks_since
        counts = self.counting.clocks()
        rows = []
        for rule in CLOCKS:
            numbers = {
                how: counts.get((rule, how), 0) for how in (narrowing.IN_TIME, narrowing.LATE, narrowing.RUNNING)
            }
            cells: list[Number | str] = [
                Number(
                    n, self.url("report", phase="all", clock=f"{rule}:{how}:{since}"),
                    tone="bad" if how == narrowing.LATE and n else "",
                )
                for how, n in numbers.items()
            ]  # fmt: skip
            over = numbers[narrowing.IN_TIME] + numbers[narrowing.LATE]
            share = f"{100 * numbers[narrowing.IN_TIME] / over:.0f} %" if over else "–"
            rows.append(Row(str(clocks.shipped()[rule].label), (*cells, share)))
        first, _next = narrowing.month_edges(int(since[:4]), int(since[5:]))
        note = _("Reports opened since %(month)s.") % {"month": date_format(first, "F Y")}
        columns = (_("In time"), _("Late"), _("Running"), _("Share in time"))
        return Table("clocks", _("Answered and judged in time"), columns, tuple(rows), note)

    # -- risk ---------------------------------------------------------------------------------------------------------

    def heat(self) -> Heat | None:
        """The open hazards in the cells where they stand now, on the matrix for safety."""
        if "hazard" not in self.kinds:
            return None
        counting = self.counting
        matrix = risk.matrix_for(counting.actor, Lens.SAFETY)
        rule = matrix.rule
        if rule.kind != "grid":
            return None
        counts = risk.heat(counting.actor, matrix, sites=counting.sites, lens=counting.lens)
        tones = {one.code: one for one in rule.classes}
        rows = []
        for level, cells in rule.rows():
            drawn = []
            for cell in cells:
                n = counts.get(cell.code, 0)
                said = tones[cell.class_code]
                url = self.url("hazard", cell=f"{matrix.pk}:{cell.code}")
                label = _("%(n)d in %(cell)s, %(word)s") % {"n": n, "cell": cell.code, "word": said.label}
                drawn.append(HeatCell(cell.code, said.label, said.tone, Number(n, url, label) if n else None))
            rows.append((level.code, level.label, tuple(drawn)))
        across = tuple((one.code, one.label) for one in rule.axes[1].levels)
        return Heat(_("Hazards on %(matrix)s") % {"matrix": matrix.title}, across, tuple(rows))

    def heat_table(self) -> Table:
        """The heat map as a table: every cell that holds something."""
        heat = self.heat()
        found = [one for row in heat.rows for one in row[2] if one.number] if heat is not None else []
        rows = tuple(Row(one.code, (one.word, one.number)) for one in found if one.number is not None)
        return Table("heat", heat.title if heat else _("Hazards"), (_("Class"), _("Hazards")), rows)

    def table(self, code: str) -> Table | None:
        """One of the tables by its code."""
        made = {
            "open": self.open_table,
            "kinds": self.kind_table,
            "overdue": self.late_table,
            "owners": self.owner_table,
            "months": self.month_table,
            "clocks": self.clock_table,
            "heat": self.heat_table,
        }
        return made[code]() if code in made else None


def sites_offered(counting: Counting) -> Sequence[tuple[int, str]]:
    """The sites to choose from."""
    return list(names.places("site", counting.actor.organisation_id).items())

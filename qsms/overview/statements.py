"""The two statements behind the overview: cells that the tallies keep, and the same cells of records reached otherwise.

Both give rows of measure, kind, a, b, how many, and how many of these. They are written by hand, because together they
answer what took a dozen queries, and because the second must read each record once, whichever ways lead to it.

| measure | a | b | of these |
|---|---|---|---|
| state | state | disciplines | |
| month | month opened | | |
| risk | class | | |
| owner | owner of late ones, 0 for nobody | which age of lateness | |
| clock | rule | outcome, or the hour in which it ends | running in time, where the hour does not tell |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from qsms.org.choices import Axis
from qsms.records import tally
from qsms.records.scope import Branch
from qsms.rules.lifecycle import Phase

Cell = tuple[str, str, str, str, int, int]
# Kinds by how far somebody sees: the branches that tallies know, and the others.
Reach = Mapping[tuple[tuple[Branch, ...], tuple[Branch, ...]], Sequence[str]]

# How the engines write a moment in UTC as a month.
MONTH_OF = {"sqlite": "substr({}, 1, 7)", "postgresql": "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM')"}
ONE_DAY = dt.timedelta(days=1)
OPEN = f"phase < {int(Phase.DONE)}"
LIVE_COLUMNS = "id, kind, state, disciplines, due_on, due_at, owner_id, risk_class, phase"
OWN_COLUMNS = f"{LIVE_COLUMNS}, opened_at, closed_at"


@dataclass(frozen=True, slots=True)
class Times:
    """The edges of what is counted."""

    now: dt.datetime
    today: dt.date
    # The first day due of each age of lateness, the youngest age first; the last age has none.
    ages_since: tuple[dt.date, ...]
    months_since: dt.datetime
    clocks_since: dt.datetime

    @property
    def next_hour(self) -> dt.datetime:
        """When the hour in which we are is over."""
        return self.now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)

    @property
    def counted(self) -> list[dt.date]:
        """The days due whose late records are counted one by one, because the spans of the tallies do not tell: the
        span in which an age begins, and what came due lately, as a clock runs out within a day, here or elsewhere."""
        days = {day for since in self.ages_since for day in _span(since)}
        yesterday = self.today - ONE_DAY
        first = _span(yesterday)[0]
        days.update(first + n * ONE_DAY for n in range((self.today - first).days + 2))
        return sorted(days)

    @property
    def spans(self) -> list[str]:
        """Those of them that are spans before the latest, which begins at `span`."""
        return sorted({tally.span(str(since)) for since in self.ages_since})

    @property
    def span(self) -> str:
        """The span of yesterday: the tallies of owners tell what is late before it."""
        return tally.span(str(self.today - ONE_DAY))

    def age(self, column: str, *, by_span: bool = False) -> _Text:
        """Which age of lateness a record due on that day, or in that span, is of."""
        text = _Text("CASE ")
        for number, since in enumerate(self.ages_since):
            text.add(f"WHEN {column} >= %s THEN '{number}' ", tally.span(str(since)) if by_span else since)
        return text.add(f"ELSE '{len(self.ages_since)}' END")

    def late(self) -> _Text:
        """The condition on an open record that it is late: that of records.lateness, in SQL."""
        text = _Text("due_on <= %s AND (due_at < %s OR due_at IS NULL AND due_on < %s)")
        text.values += [self.today + ONE_DAY, _moment(self.now), self.today]
        return text


def _span(day: dt.date) -> list[dt.date]:
    """The days of the span in which a day lies."""
    first = day - ((day.day - 1) % tally.DAYS_A_SPAN) * ONE_DAY
    days = [first + n * ONE_DAY for n in range(tally.DAYS_A_SPAN)]
    return [one for one in days if one.month == first.month]


@dataclass(slots=True)
class _Text:
    """SQL and the values of its places."""

    sql: str = ""
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> _Text:
        self.sql += sql
        self.values += values
        return self

    def among(self, column: str, values: Iterable[Any]) -> _Text:
        given = list(values)
        return self.add(f"{column} IN ({', '.join(['%s'] * len(given))})", *given)

    def put(self, other: _Text) -> _Text:
        return self.add(other.sql, *other.values)

    def rows(self) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.values)
            return list(cursor.fetchall())


def tallied(
    organisation_id: int, reach: Reach, sites: Sequence[int], times: Times, rules: Sequence[str], states: Sequence[str]
) -> list[Cell]:
    """What the tallies say, with the few live rows that they cannot place: the running month, and running clocks."""
    groups = [(wide, kinds) for (wide, _rest), kinds in reach.items() if wide]
    if not groups:
        return []
    reports = [(wide, ["report"]) for wide, kinds in groups if "report" in kinds]

    def cells(measure: str) -> _Text:
        part = _Text("SELECT measure, kind, a, b, SUM(n), 0 FROM records_tally WHERE ")
        part.add("organisation_id = %s AND measure = %s AND n <> 0 AND ", organisation_id, measure)
        return _seen(part, groups, "site", sites)

    owner = _Text("SELECT measure, kind, a, ").put(times.age("b", by_span=True))
    owner.add(", SUM(n), 0 FROM records_tally WHERE organisation_id = %s AND measure = 'owner' ", organisation_id)
    owner.add("AND n <> 0 AND b < %s AND NOT (", times.span).among("b", times.spans).add(") AND ")
    _seen(owner, groups, "site", sites).add(" GROUP BY 1, 2, 3, 4")
    # Counted by day first, in the order of the index: else SQLite sorts every row.
    lately = _Text("SELECT due_on, kind, owner_id, COUNT(*) AS n FROM records_record WHERE organisation_id = %s AND ")
    lately.values.append(organisation_id)
    lately.among("due_on", times.counted).add(f" AND {OPEN} AND ").put(times.late()).add(" AND ")
    _seen(lately, groups, "site_id", sites).add(" GROUP BY due_on, kind, owner_id")
    by_day = _Text("SELECT 'owner', kind, CAST(COALESCE(owner_id, 0) AS varchar(20)), ").put(times.age("due_on"))
    by_day.add(", CAST(SUM(n) AS bigint), 0 FROM (").put(lately).add(") AS lately GROUP BY 1, 2, 3, 4")
    parts = [
        cells("state").add(" AND ").among("a", states).add(" GROUP BY measure, kind, a, b"),
        cells("month").add(" AND a >= %s GROUP BY measure, kind, a, b", f"{times.months_since:%Y-%m}"),
        cells("risk").add(" GROUP BY measure, kind, a, b"),
        owner,
        by_day,
    ]
    if reports:
        since, hour = f"{times.clocks_since:%Y-%m}", tally.hour(times.now)
        clock = _Text("SELECT measure, kind, a, substr(b, 9), SUM(n), 0 FROM records_tally WHERE organisation_id = %s ")
        clock.values.append(organisation_id)
        clock.add("AND measure = 'clock' AND n <> 0 AND b >= %s AND ", since).among("a", rules).add(" AND ")
        parts.append(_seen(clock, reports, "site", sites).add(" GROUP BY 1, 2, 3, 4"))
        clock = _Text("SELECT 'clock', 'report', rule, %s, 0, COUNT(*) FROM records_clock WHERE ", [hour])
        clock.among("rule", rules).add(" AND organisation_id = %s AND stopped_at IS NULL ", organisation_id)
        clock.add("AND due_at >= %s AND due_at < %s AND ", _moment(times.now), _moment(times.next_hour))
        clock.add("started_at >= %s AND ", _moment(times.clocks_since))
        parts.append(_seen(clock, reports, "site", sites, with_kinds=False).add(" GROUP BY rule"))
    return _union(parts).rows()


def others(organisation_id: int, reach: Reach, sites: Sequence[int], times: Times, rules: Sequence[str]) -> list[Cell]:
    """The same of records that the tallies do not count for this person: own ones, and those of units."""
    found = [
        part for (wide, rest), kinds in reach.items() for part in _apart(organisation_id, wide, rest, kinds, sites)
    ]
    if not found:
        return []
    month = MONTH_OF[connection.vendor]
    started, hour = _moment(times.clocks_since), tally.hour(times.now)
    text = _Text("WITH own AS MATERIALIZED (").put(_union(found)).add("), ")
    # Most of what somebody ever had is closed long ago and counts for the months alone.
    text.add(f"live AS MATERIALIZED (SELECT {LIVE_COLUMNS} FROM own WHERE {OPEN} OR closed_at >= %s) ", started)  # noqa: S608
    parts = [
        _Text(f"SELECT 'month', kind, {month.format('opened_at')}, '', COUNT(*), 0 FROM own ").add(  # noqa: S608
            "WHERE kind = 'report' AND opened_at >= %s GROUP BY 1, 2, 3", _moment(times.months_since)
        ),
        _Text("SELECT 'state', kind, state, CAST(disciplines AS varchar(12)), COUNT(*), 0 FROM live ").add(
            f"WHERE {OPEN} GROUP BY kind, state, disciplines"
        ),
        _Text("SELECT 'risk', kind, CAST(risk_class AS varchar(12)), '', COUNT(*), 0 FROM live ").add(
            f"WHERE kind = 'hazard' AND {OPEN} GROUP BY kind, risk_class"
        ),
        _Text("SELECT 'owner', kind, CAST(COALESCE(owner_id, 0) AS varchar(20)), ")
        .put(times.age("due_on"))
        .add(f", COUNT(*), 0 FROM live WHERE {OPEN} AND ")
        .put(times.late())
        .add(" GROUP BY 1, 2, 3, 4"),
        # A clock that started since then was on a record that was open then. Those that run in time get this hour. Not
        # a join: for that SQLite first reads the clocks of all records.
        _Text("SELECT 'clock', 'report', rule, CASE outcome WHEN '' THEN %s ELSE outcome END, ", [hour])
        .add("COUNT(*), SUM(CASE WHEN outcome = '' AND due_at >= %s THEN 1 ELSE 0 END) ", _moment(times.now))
        .add("FROM records_clock WHERE record_id IN (SELECT id FROM live WHERE kind = 'report') ")
        .add("AND started_at >= %s AND outcome <> 'void' AND ", started)
        .among("rule", rules)
        .add(" GROUP BY 1, 2, 3, 4"),
    ]
    return text.put(_union(parts)).rows()


def _union(parts: Iterable[_Text]) -> _Text:
    text = _Text()
    for part in parts:
        text.add(" UNION ALL " if text.sql else "").put(part)
    return text


def _moment(value: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _seen(
    text: _Text,
    groups: Iterable[tuple[Sequence[Branch], Sequence[str]]],
    site: str,
    sites: Sequence[int],
    *,
    with_kinds: bool = True,
) -> _Text:
    """Add the condition that a cell or row is in reach of a grant for everything or for its site."""
    text.add("(")
    for place, (wide, kinds) in enumerate(groups):
        text.add(" OR " if place else "")
        text.add("(")
        if with_kinds:
            text.among("kind", kinds).add(" AND ")
        _by_grant(text, wide, site).add(")")
    text.add(")")
    return text.add(" AND ").among(site, sites) if sites else text


def _by_grant(text: _Text, wide: Sequence[Branch], site: str) -> _Text:
    # Sites in one list, and no OR where one will do: an index serves that.
    alternatives = []
    for secrets_too in (True, False):
        plain = "" if secrets_too else " AND NOT confidential"
        some = [branch for branch in wide if branch.confidential == secrets_too]
        if any(branch.axis == Axis.ALL for branch in some):
            alternatives.append(_Text(f"1 = 1{plain}"))
        elif some:
            alternatives.append(_Text().among(site, [branch.value for branch in some]).add(plain))
    for place, one in enumerate(alternatives):
        text.add(" OR " if place else "(").put(one)
    return text.add(")")


def _apart(
    organisation_id: int, wide: Sequence[Branch], rest: Sequence[Branch], kinds: Sequence[str], sites: Sequence[int]
) -> Iterable[_Text]:
    """Select the records of each further branch that no branch before it has, so that none comes twice."""
    # Tasks last: that a record has none of somebody's is asked of no other branch.
    branches = sorted(rest, key=lambda branch: branch.axis == "task")
    for place, branch in enumerate(branches):
        text = _Text(f"SELECT {OWN_COLUMNS} FROM records_record WHERE organisation_id = %s AND ", [organisation_id])  # noqa: S608
        text.among("kind", kinds).add(" AND ").put(_one(branch))
        for before in branches[:place]:
            text.add(" AND NOT (").put(_one(before, "COALESCE({}, 0)")).add(")")
        if wide:
            text.add(" AND NOT ")
            _by_grant(text, wide, "COALESCE(site_id, 0)")
        if sites:
            text.add(" AND ").among("site_id", sites)
        yield text


def _one(branch: Branch, column: str = "{}") -> _Text:
    if branch.axis == "task":
        return _Text("id IN (SELECT record_id FROM records_task WHERE person_id = %s)", [branch.value])
    plain = "" if branch.confidential else " AND NOT confidential"
    return _Text(f"{column.format(f'{branch.axis}_id')} = %s{plain}", [branch.value])

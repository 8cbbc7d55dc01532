"""Running counts, kept by every write, so that overview and lists need not count a million rows.

Measures are narrow on purpose. All records: `state` (state x disciplines) and `month` (month opened). Open records:
`risk`, and of those with a day `owner` (owner x eight days of that day's month). `clock` counts clocks that apply:
rule x month started, and how it ended or in which hour it will. What moves with the time is put together from these
when it is asked for: late is what was due on an earlier day.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter as Bag
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Case, CharField, Count, F, Func, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Concat

from qsms.base import context, jobs
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared, Several
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.org.models import Organisation
from qsms.rules.lifecycle import Phase

from . import paging, registry, scope
from .choices import ClockOutcome
from .listing import with_lens
from .models import Clock, Record, Tally
from .projections import Before, Written, project

Key = tuple[int, str, str, int, bool, str, str]

log = logging.getLogger(__name__)

DAYS_A_SPAN = 8
UPSERT = """
INSERT INTO {table} (organisation_id, measure, kind, site, confidential, a, b, n) VALUES {rows}
ON CONFLICT (organisation_id, measure, kind, site, confidential, a, b) DO UPDATE SET n = {table}.n + EXCLUDED.n
"""
ROWS_A_STATEMENT = 100
# Who reaches more sites than this is counted live.
SITES = 25


def keys(organisation_id: int, kind: str, row: Before | Record) -> Iterable[Key]:
    """The cells in which this record counts."""
    place = (row.site_id or 0, row.confidential)
    yield (organisation_id, "state", kind, *place, row.state, str(row.disciplines))
    opened: Any = row.opened_at
    yield (organisation_id, "month", kind, *place, f"{opened.astimezone(dt.UTC):%Y-%m}", "")
    if row.phase < Phase.DONE:
        yield (organisation_id, "risk", kind, *place, str(row.risk_class), "")
        if row.due_on is not None:
            yield (organisation_id, "owner", kind, *place, str(row.owner_id or 0), span(str(row.due_on)))


def span(day: str) -> str:
    """The part of a month in which a day lies: “2026-10.0” for its first eight days."""
    return f"{day[:7]}.{(int(day[8:10]) - 1) // DAYS_A_SPAN}"


def hour(at: dt.datetime) -> str:
    """The hour of UTC by which running clocks are told apart: “2026-11-24T09”."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H}"


def clock_key(kind: str, clock: Clock) -> Key | None:
    """The cell in which this clock of a record counts; none when it no longer applies."""
    if clock.outcome == ClockOutcome.VOID:
        return None
    how = f"{clock.started_at.astimezone(dt.UTC):%Y-%m} {clock.outcome or hour(clock.due_at)}"
    return (clock.organisation_id, "clock", kind, clock.site, clock.confidential, clock.rule, how)


def note_clocks(record: Record, before: Iterable[Key | None], after: Iterable[Key | None]) -> None:
    """Keep what became of this record's clocks, until the projections of the write run."""
    bag: Bag[Key] = record.__dict__.setdefault("_clock_cells", Bag())
    bag.subtract(key for key in before if key is not None)
    bag.update(key for key in after if key is not None)


@project
def follow(writes: Sequence[Written]) -> None:
    """Add what these writes change."""
    bag: Bag[Key] = Bag()
    for write in writes:
        record, before = write.record, write.before
        if before is not None:
            bag.subtract(keys(record.organisation_id, record.kind, before))
            if (before.site_id, before.confidential) != (record.site_id, record.confidential):
                _carry_clocks(record)
        bag.update(keys(record.organisation_id, record.kind, record))
        bag.update(record.__dict__.pop("_clock_cells", {}))
    add(bag)


def _carry_clocks(record: Record) -> None:
    """A record went to another site, or became secret: its clocks go along."""
    clocks = Clock.everywhere.filter(record_id=record.pk)
    place = {"site": record.site_id or 0, "confidential": record.confidential}
    carried = list(clocks.exclude(**place))
    before = [clock_key(record.kind, clock) for clock in carried]
    clocks.update(**place)
    for clock in carried:
        clock.site, clock.confidential = record.site_id or 0, record.confidential
    note_clocks(record, before, [clock_key(record.kind, clock) for clock in carried])


def add(bag: Bag[Key]) -> None:
    """Add the bag to the table. Equal keys are summed and sorted first: PostgreSQL refuses a row twice in one
    statement, and two writers in different orders would deadlock."""
    rows = sorted((key, n) for key, n in bag.items() if n)
    table = connection.ops.quote_name(Tally._meta.db_table)
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(UPSERT.format(table=table, rows=marks), [v for key, n in part for v in (*key, n)])


class Spelled(Func):
    """A moment in UTC, or a day, as the tallies write it: its "month", its "hour" or its "span"."""

    output_field = CharField()
    SQLITE: Final = {
        "month": "substr({0}, 1, 7)",
        "hour": "replace(substr({0}, 1, 13), ' ', 'T')",
        "span": f"substr({{0}}, 1, 7) || '.' || ((substr({{0}}, 9, 2) - 1) / {DAYS_A_SPAN})",
    }
    POSTGRESQL: Final = {
        "month": "to_char({0}, 'YYYY-MM')",
        "hour": "to_char({0}, 'YYYY-MM-DD\"T\"HH24')",
        "span": f"to_char({{0}}, 'YYYY-MM.') || ((to_char({{0}}, 'DD')::int - 1) / {DAYS_A_SPAN})",
    }

    def __init__(self, column: str | F, form: str) -> None:
        super().__init__(column)
        self.form = form

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template=self.SQLITE[self.form].format("%(expressions)s"), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        is_day = self.get_source_expressions()[0].output_field.get_internal_type() == "DateField"
        column = "%(expressions)s" if is_day else "(%(expressions)s AT TIME ZONE 'UTC')"
        return self.as_sql(compiler, connection, template=self.POSTGRESQL[self.form].format(column), **extra)


def recount(organisation_id: int) -> dict[Key, tuple[int, int]]:
    """Count everything again and compare: key -> (kept, counted), for those that differ. Changes nothing."""
    counted: Bag[Key] = Bag()
    for measure, rows in _count_again(organisation_id):
        for kind, site, confidential, a, b, n in rows:
            counted[(organisation_id, measure, kind, site or 0, confidential, str(a), str(b))] += n
    kept: Bag[Key] = Bag()
    for row in Tally.objects.filter(organisation_id=organisation_id):
        kept[(organisation_id, row.measure, row.kind, row.site, row.confidential, row.a, row.b)] = row.n
    return {key: (kept[key], counted[key]) for key in kept.keys() | counted.keys() if kept[key] != counted[key]}


def _count_again(organisation_id: int) -> Iterable[tuple[str, QuerySet[Any, Any]]]:
    """For each measure its rows: kind, site, confidential, a, b and how many."""
    every = Record.everywhere.filter(organisation_id=organisation_id)
    live = every.filter(phase__lt=Phase.DONE)
    dated = live.filter(due_on__isnull=False)
    clocks = Clock.everywhere.filter(organisation_id=organisation_id).exclude(outcome=ClockOutcome.VOID)
    ended = Case(When(outcome="", then=Spelled("due_at", "hour")), default="outcome", output_field=CharField())
    nothing, nobody = Value(""), Value(0)
    for measure, rows, place, a, b in (
        ("state", every, "site_id", F("state"), F("disciplines")),
        ("month", every, "site_id", Spelled("opened_at", "month"), nothing),
        ("risk", live, "site_id", F("risk_class"), nothing),
        ("owner", dated, "site_id", Coalesce("owner_id", nobody), Spelled("due_on", "span")),
        ("clock", clocks, "site", F("rule"), Concat(Spelled("started_at", "month"), Value(" "), ended)),
    ):
        kind = "record__kind" if rows.model is Clock else "kind"
        cells = rows.order_by().annotate(_a=a, _b=b).values_list(kind, place, "confidential", "_a", "_b")
        yield measure, cells.annotate(n=Count("*"))


def repair(organisation_id: int) -> int:
    """Set right what a recount finds different; how many cells that were. Keeps other writers out meanwhile."""
    with write_transaction():
        if connection.vendor == "postgresql":
            # Whoever writes a record has its cells in the same transaction: both are seen here, or neither.
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(Tally._meta.db_table)
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        differences = recount(organisation_id)
        add(Bag({key: counted - kept for key, (kept, counted) in differences.items()}))
    return len(differences)


@jobs.every(24 * 3600)
def tend() -> int:
    """Recount every organisation, tell of cells that were wrong and set them right, and clear away empty ones."""
    wrong = 0
    for organisation_id in Organisation.objects.values_list("pk", flat=True):
        with context.organisation(organisation_id):
            # Without keeping anybody out, a write between two statements looks like a difference.
            found = repair(organisation_id) if recount(organisation_id) else 0
        if found:
            log.error("Organisation %d: %d tallies were wrong. They are right again.", organisation_id, found)
        wrong += found
    with write_transaction():
        Tally.objects.filter(n=0).delete()
    return wrong


def _states(organisation: int, kind: str) -> QuerySet[Tally, Any]:
    cells = Tally.objects.filter(organisation_id=organisation, measure="state", kind=kind)
    return cells.values_list("a", "b", "confidential").annotate(n=Sum("n")).order_by()


def _states_of_sites(organisation: int, kind: str, sites: list[int]) -> QuerySet[Tally, Any]:
    cells = Tally.objects.filter(organisation_id=organisation, measure="state", kind=kind, site__in=sites)
    return cells.values_list("site", "a", "b", "confidential", "n")


def _open(organisation: int) -> QuerySet[Tally, Any]:
    here = Tally.objects.filter(organisation_id=organisation).order_by()
    found = here.filter(measure="risk")
    on_desks = [
        here.filter(measure="state", kind=sheet.kind, a__in=desk.states)
        for sheet in registry.all_types()
        for desk in sheet.desks
        if desk.states
    ]
    columns = ("measure", "kind", "confidential")
    parts = [one.values_list(*columns).annotate(n=Sum("n")) for one in (found, *on_desks)]
    return parts[0].union(*parts[1:], all=True) if on_desks else parts[0]


# Asked by every list and by the menu of every page.
STATES = Prepared(_states, organisation=int, kind=str)
STATES_OF_SITES = Prepared(_states_of_sites, organisation=int, kind=str, sites=Several(SITES))
OPEN = Prepared(_open, organisation=int)


def states(actor: Actor, kind: str, *, lens: int = 0) -> dict[str, int] | None:
    """How many records of a kind stand in each state, of those that the actor sees.

    For who reaches all of them or those of some sites; own records beside them are few and are counted live. None for
    anybody whose reach the tallies cannot express (own records alone, units): count those live.
    """
    reach = scope.branches(actor, kind)
    places = {branch.value: branch.confidential for branch in reach if branch.axis not in scope.OWN_BRANCHES}
    by_unit = any(branch.axis == Axis.UNIT for branch in reach)
    # Everything but what is confidential, and that of some sites: no sum of cells says that.
    mixed = None in places and len(places) > 1
    if not places or by_unit or mixed or len(places) > SITES:
        return None
    own = paging.own_beside(actor, kind) if len(places) < len(reach) else []
    if own is None:
        return None
    wanted = frozenset(with_lens(lens)) if lens else None
    found = Bag(state for state, disciplines in own if wanted is None or disciplines in wanted)
    given = {"organisation": actor.organisation_id, "kind": kind}
    if None in places:
        rows = [(None, *row) for row in STATES.rows(**given)]
    else:
        rows = STATES_OF_SITES.rows(**given, sites=list(places))
    for site, state, disciplines, confidential, n in rows:
        if (wanted is None or int(disciplines) in wanted) and (places[site] or not confidential):
            found[state] += n
    return dict(found)


@dataclass(frozen=True, slots=True)
class Open:
    """How many records of each kind are open, and of each kind how many wait on its desk."""

    by_kind: dict[str, int]
    on_desk: dict[str, int]


def open_by_kind(actor: Actor, kinds: Sequence[str]) -> Open:
    """The open records of these kinds, for the kinds that the actor reaches all of (one query).

    A kind that is missing either has none open or is one that the tallies cannot count for this actor.
    """
    whole = {kind: reach[0].confidential for kind in kinds if _is_whole(reach := scope.branches(actor, kind))}
    found: Bag[str] = Bag()
    waiting: Bag[str] = Bag()
    if whole:
        for measure, kind, confidential, n in OPEN.rows(organisation=actor.organisation_id):
            if kind in whole and (whole[kind] or not confidential):
                (found if measure == "risk" else waiting)[kind] += n
    return Open(dict(found), dict(waiting))


def _is_whole(reach: Sequence[scope.Branch]) -> bool:
    return [branch.axis for branch in reach] == ["all"]

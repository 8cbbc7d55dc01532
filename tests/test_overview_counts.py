"""After any writes at all the tallies say what a recount says, and the overview what its lists show, for any reach."""

from __future__ import annotations

import datetime as dt
from typing import Any

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qsms.actions.services import ask_extension, decide_extension
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.overview.counting import AGES, Counting, age_of, months_back
from qsms.overview.figures import Figures
from qsms.records import bulk, moves, registry, services, tally
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Clock, Record, Tally
from tests.cast import Cast
from tests.harness.clock import START
from tests.test_overview import listed, numbers

TODAY = START.date()
SITES = ("LKF", "STV", "DOR")
OWNERS = ("owner", "colleague", "quality", None)
days = st.one_of(st.none(), st.integers(-130, 40).map(lambda past: TODAY + dt.timedelta(days=past)), st.just(TODAY))
sites = st.sampled_from((*SITES, None))
owners = st.sampled_from(OWNERS)
step = st.tuples(
    st.sampled_from(("action", "report", "both", "edit", "edit", "move", "move", "wait", "void")),
    st.integers(0, 20),
    sites,
    owners,
    days,
    st.booleans(),
)
Step = tuple[str, int, str | None, str | None, dt.date | None, bool]
rights = st.lists(
    st.tuples(
        st.sampled_from((("*.view",), ("*.view", "*.view_confidential"), ("action.view",), ("report.view",))),
        st.sampled_from((Axis.ALL, Axis.SITE, Axis.SITE, Axis.UNIT, Axis.OWN)),
        st.sampled_from(SITES),
    ),
    min_size=1,
    max_size=4,
)


def values_of(cast: Cast, one: Step) -> dict[str, Any]:
    _what, _which, site, owner, due, secret = one
    return {
        "site": cast.sites[site].pk if site else None,
        "unit": cast.units["MX"].pk if site == "LKF" and secret else None,
        "owner": cast.people[owner].pk if owner else None,
        "due_on": due,
        "confidential": secret,
    }


def do(cast: Cast, actor: Actor, clock: time_machine.Traveller, made: list[int], one: Step) -> None:
    """One write of a script. What the rules of the rooms refuse is no write."""
    what, which, *_rest = one
    if what == "wait":
        clock.shift(dt.timedelta(hours=which * 4))
        return
    if what in ("action", "report", "both"):
        given_ = values_of(cast, one) | {"title": f"Number {len(made)}", "description": "Seen.", "narrative": "Seen."}
        kinds = ("action", "report") if what == "both" else (what,)
        for kind in kinds:
            sheet = registry.get(kind)
            kept = {name: value for name, value in given_.items() if name in sheet.writable}
            if what == "both":
                prepared = bulk.prepare(actor, kind, bulk.Row(kept, state=sheet.lifecycle.initial))
                if not prepared.errors:
                    made += [row.pk for row in bulk.create(actor, kind, [prepared.record])]
            else:
                made.append(services.create(actor, kind, kept).pk)
        return
    if not made:
        return
    record = Record.everywhere.get(pk=made[which % len(made)])
    sheet = registry.get(record.kind)
    if what == "edit":
        changed = {name: value for name, value in values_of(cast, one).items() if name in sheet.writable}
        services.edit(actor, record.pk, record.version, changed)
    else:
        child = sheet.model.everywhere.get(pk=record.pk)
        open_ = [v.move for v in moves.verdicts(actor, child) if v.is_open and v.move.by_hand]
        open_ = [move for move in open_ if what != "void" or not move.signature]
        if open_:
            chosen = open_[which % len(open_)]
            asked = dict.fromkeys(chosen.asks, "Done as planned.")
            moves.move(actor, record.pk, chosen.code, fields=asked, reason="So it is")


def reach(cast: Cast, held: list[tuple[tuple[str, ...], str, str]], who: str) -> Actor:
    person = cast.people[who]
    return Actor(
        cast.organisation.pk,
        person.pk,
        person.name,
        rights=tuple(
            Right(
                given_,
                axis,
                site_id=cast.sites[site].pk if axis == Axis.SITE else None,
                unit_id=cast.units["MX"].pk if axis == Axis.UNIT else None,
            )
            for given_, axis, site in held
        ),
    )


# Few scripts, each long enough for many records in many states: every number is looked at once the last line is done.
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    script=st.lists(step, min_size=12, max_size=24),
    held=rights,
    who=st.sampled_from(("owner", "colleague", "safety")),
    site=st.one_of(st.none(), st.sampled_from(SITES)),
    lens=st.sampled_from((0, 0, 1)),
)
def test_any_writes_and_any_reach(
    cast: Cast,
    script: list[Step],
    held: list[tuple[tuple[str, ...], str, str]],
    who: str,
    site: str | None,
    lens: int,
) -> None:
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        made: list[int] = []
        writer = cast.actor("safety")
        for one in script:
            try:
                do(cast, writer, clock, made, one)
            except (Invalid, Refused):
                continue
        assert tally.recount(cast.organisation.pk) == {}
        actor = reach(cast, held, who)
        chosen = (cast.sites[site].pk,) if site else ()
        for shown in numbers(Figures(Counting(actor, chosen, lens))):
            assert shown.n == listed(actor, shown.url, lens), shown
        transaction.set_rollback(True)


def test_ages_and_months() -> None:
    assert [age_of(days) for days in (1, 7, 8, 30, 31, 90, 91, 4000)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(AGES) == 4
    assert months_back(dt.date(2026, 3, 31), 3) == dt.date(2025, 12, 1)
    assert [tally.span(f"2026-10-{day:02}") for day in (1, 8, 9, 31)] == [f"2026-10.{part}" for part in (0, 0, 1, 3)]


def report(cast: Cast) -> Record:
    given_ = {"title": "Fuel on the stand", "narrative": "A pool under the wing.", "site": cast.sites["LKF"].pk}
    return services.create(cast.actor("safety"), "report", given_)


def clock_cells() -> dict[tuple[int, str, str], int]:
    rows = Tally.objects.filter(measure="clock").exclude(n=0)
    return {(site, a.removeprefix("report."), b): n for site, a, b, n in rows.values_list("site", "a", "b", "n")}


def test_clocks_are_counted_where_their_record_stands(cast: Cast, clock: time_machine.Traveller) -> None:
    made = report(cast)
    lkf, stv = cast.sites["LKF"].pk, cast.sites["STV"].pk
    assert clock_cells() == {
        (lkf, "acknowledge", "2026-03 2026-03-03T09"): 1,
        (lkf, "triage", "2026-03 2026-03-05T09"): 1,
    }
    services.edit(cast.actor("safety"), made.pk, made.version, {"site": stv})
    assert {site for site, _a, _b in clock_cells()} == {stv}
    assert set(Clock.objects.values_list("site", flat=True)) == {stv}
    clock.shift(dt.timedelta(hours=25))
    moves.move(cast.actor("safety"), made.pk, "acknowledge")
    assert clock_cells()[(stv, "acknowledge", "2026-03 late")] == 1
    assert tally.recount(cast.organisation.pk) == {}


def test_a_clock_is_late_from_the_instant_that_it_ends(cast: Cast, clock: time_machine.Traveller) -> None:
    report(cast)
    actor = cast.actor("safety")
    shown = []
    for minutes in (24 * 60 - 1, 2, 58, 3):
        clock.shift(dt.timedelta(minutes=minutes))
        counted = Counting(actor).clocks()
        shown.append(
            (counted.get(("report.acknowledge", "running"), 0), counted.get(("report.acknowledge", "late"), 0))
        )
    assert shown == [(1, 0), (0, 1), (0, 1), (0, 1)]


def test_more_time_moves_what_is_late(cast: Cast, clock: time_machine.Traveller) -> None:
    given_ = {"title": "New hose", "description": "Replace it.", "owner": cast.owner.pk, "due_on": TODAY}
    made = services.create(cast.actor("safety"), "action", given_)
    ask_extension(cast.actor("owner"), made.pk, until=TODAY + dt.timedelta(days=30), reason="Parts are late")
    clock.shift(dt.timedelta(days=2))
    assert +Counting(cast.actor("safety")).late().by_age == {("action", 0): 1}
    decide_extension(cast.actor("safety"), made.pk, grant=True, answer="Until then the stand is closed")
    assert tally.recount(cast.organisation.pk) == {}
    assert not Counting(cast.actor("safety")).late().by_owner


def test_the_nightly_duty_sets_right_and_clears_away(cast: Cast) -> None:
    report(cast)
    assert tally.tend() == 0
    Tally.objects.filter(measure="state").update(n=7)
    Tally.objects.create(organisation_id=cast.organisation.pk, measure="owner", kind="report", a="0", n=0)
    assert tally.tend() == 1
    assert tally.recount(cast.organisation.pk) == {}
    assert not Tally.objects.filter(n=0).exists()

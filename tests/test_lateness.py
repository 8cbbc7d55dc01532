"""When a record is late is one truth: the head, the list, my work, the overview, the trace and the API say the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from qsms.org.actor import Actor
from qsms.overview.counting import Counting
from qsms.overview.figures import Figures
from qsms.records import clocks, services
from qsms.records.models import Record
from tests.cast import Cast
from tests.contract.one_record.test_api import asking
from tests.harness.clock import START
from tests.test_overview import listed, numbers
from tests.test_overview_counts import report

# The triage of a report is due so long after it came in.
TRIAGE = dt.timedelta(hours=72)


def late_on_overview(actor: Actor) -> list[int]:
    """What the line on top, the table of what is open, that by age and that by owner say of late reports."""
    figures = Figures(Counting(actor))
    shown = [one for one in numbers(figures) if "/report/" in one.url and "late=1" in one.url]
    assert [listed(actor, one.url) for one in shown] == [one.n for one in shown]
    return [one.n for one in shown if one.n]


def test_a_clock_past_its_instant_is_late_everywhere(cast: Cast, clock: time_machine.Traveller) -> None:
    made = report(cast)
    safety = Client()
    page = f"/r/report/{made.number}/"
    for past, late in ((-1, False), (2 * 60, True)):
        clock.move_to(START + TRIAGE + dt.timedelta(minutes=past))
        safety.force_login(cast.account("safety"))
        row = Record.everywhere.get(pk=made.pk)
        assert row.due_on == dt.datetime.now(ZoneInfo("America/Phoenix")).date(), "still the day on which it is due"
        head, _tabs, _body = safety.get(page).content.decode().partition('<nav class="tabs')
        assert made.title in head
        assert ("2 h late" in head) is late
        assert (made.number in safety.get("/r/report/?late=1").content.decode()) is late
        assert ("One thing is late" in safety.get("/?whose=office").content.decode()) is late
        assert (f"{made.number} is 2 h late" in safety.get(f"{page}trace/").content.decode()) is late
        assert asking(cast, "safety")("GET", "report/counts/").json()["late"] == int(late)
        assert bool(late_on_overview(cast.actor("safety"))) is late


def test_a_day_that_somebody_chose_is_no_longer_the_clocks(cast: Cast, clock: time_machine.Traveller) -> None:
    made = report(cast)
    assert (made.due_at, made.deadline) == (START + TRIAGE, START + TRIAGE)
    day = (START + TRIAGE).date() + dt.timedelta(days=1)
    moved = services.edit(cast.actor("safety"), made.pk, made.version, {"due_on": day})
    assert (moved.due_at, moved.deadline) == (None, day)
    clock.move_to(START + TRIAGE + dt.timedelta(hours=3))
    assert late_on_overview(cast.actor("safety")) == []
    clock.shift(dt.timedelta(days=2))
    assert set(late_on_overview(cast.actor("safety"))) == {1}


@pytest.mark.parametrize(("zone", "late"), [("America/Phoenix", False), ("Pacific/Kiritimati", True)])
def test_a_plain_day_is_late_from_the_next_one_where_the_reader_is(
    cast: Cast, clock: time_machine.Traveller, zone: str, late: bool
) -> None:
    given = {"title": "New hose", "description": "Replace it.", "due_on": START.date(), "owner": cast.owner.pk}
    services.create(cast.actor("safety"), "action", given)
    clock.move_to(START + dt.timedelta(hours=2))
    reader = dataclasses.replace(cast.actor("safety"), zone=zone)
    assert bool(+Counting(reader).late().by_age) is late


def test_nobody_is_ahead_of_a_clock_by_living_further_east(cast: Cast, clock: time_machine.Traveller) -> None:
    made = report(cast)
    clock.move_to(START + TRIAGE - dt.timedelta(minutes=1))
    reader = dataclasses.replace(cast.actor("safety"), zone="Pacific/Kiritimati")
    today = dt.datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    assert made.due_on is not None
    assert made.due_on == today
    clocks.stop(made, "report.acknowledge", "Read")
    assert late_on_overview(reader) == []
    clock.shift(dt.timedelta(minutes=2))
    assert set(late_on_overview(reader)) == {1}


def test_what_ran_before_there_were_instants_gets_its_own(cast: Cast) -> None:
    made, moved = report(cast), report(cast)
    services.edit(cast.actor("safety"), moved.pk, moved.version, {"due_on": START.date()})
    Record.everywhere.update(due_at=None)
    import_module("qsms.reports.migrations.0002_due_at").fill(apps, None)
    assert dict(Record.everywhere.values_list("pk", "due_at")) == {made.pk: START + TRIAGE, moved.pk: None}

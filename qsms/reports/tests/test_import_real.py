"""The real exports as full records: ASRS in both layouts, SAFECOM with its actions, MaintNet. Skipped without them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from qsms.exchange.tests.shared import need_shared
from qsms.exchange.tests.tables import checked, imported
from qsms.records import tally
from qsms.records.history import entries
from qsms.records.models import Clock, Link, Record, Task
from qsms.reports.models import Report
from tests.cast import Cast

HEAD = "Tracking #,Agency,Date,Narrative,Corrective Action,Mishap Prevention,Location\n"
ROW = '24-0001,BLM,1/30/2024,"Battery swelled. It was replaced.",{action},Battery,Boise\n'


def test_a_safecom_row_becomes_a_report_with_its_action(cast: Cast) -> None:
    """A small excerpt of our own, so that something is tried on every machine."""
    actor = cast.actor("safety")
    run = imported(actor, HEAD + ROW.format(action='"Old batteries were scrapped. Stock was checked."'), kind="report")
    assert (run.made, run.brought) == (1, 1)
    report = Report.objects.get()
    assert (report.external_id, report.title, report.narrative) == (
        "SAFECOM 24-0001",
        "Battery swelled. It was replaced.",
        "Battery swelled. It was replaced.",
    )
    assert (report.occurred_on, report.date_precision, report.place) == (dt.date(2024, 1, 30), "day", "Boise")
    assert (report.state, report.form, report.disciplines) == ("closed", "flight_crew", 1)
    [link] = Link.objects.filter(target=report.pk, relation="raised_from")
    action = Record.objects.get(pk=link.source_id)
    assert (action.kind, action.state, action.title) == ("action", "closed", "Old batteries were scrapped.")
    assert action.disciplines == report.disciplines
    [linked, made] = entries(report)
    assert (linked.verb, made.verb, made.detail["row"]) == ("linked", "imported", 2)
    # Taken over from elsewhere: nobody is asked to triage it, and no clock runs.
    assert not Task.objects.exists()
    assert not Clock.objects.exists()


def test_without_corrective_action_no_action_comes_along(cast: Cast) -> None:
    run = imported(cast.actor("safety"), HEAD + ROW.format(action=""), kind="report")
    assert (run.made, run.brought) == (1, 0)


def test_the_eleven_files_are_4718_reports_and_a_second_run_adds_none(cast: Cast) -> None:
    files = sorted(need_shared("narratives/asrs").glob("*_2015_2021.csv"))
    actor = cast.actor("safety")
    run = imported(actor, *files, kind="report")
    assert (run.bad, run.repeated, run.made) == (0, 0, 4718)
    assert Report.objects.count() == 4718
    assert Report.objects.values("external_id").distinct().count() == 4718
    assert Report.objects.values("number").distinct().count() == 4718
    assert set(Report.objects.values_list("date_precision", flat=True).distinct()) == {"month"}
    again = checked(actor, *files[:2], kind="report")
    assert (again.new, again.known) == (0, again.rows)
    assert tally.recount(cast.organisation.pk) == {}


@pytest.mark.one_engine(
    "Other columns of other files: what is written is what the eleven files and the first row write."
)
@pytest.mark.parametrize(
    ("name", "made", "brought"),
    [
        ("asrs/altitude_deviation_older_layout.csv", 926, 0),
        ("safecom_uas.csv", 180, 167),
        ("maintnet_aircraft_problem_action.csv", 6169, 0),
    ],
)
def test_other_layouts_come_in_whole(cast: Cast, name: str, made: int, brought: int) -> None:
    path: Path = need_shared(f"narratives/{name}")
    run = imported(cast.actor("safety"), path, kind="report")
    assert (run.bad, run.made, run.brought) == (0, made, brought)
    assert Record.objects.filter(kind="action").count() == Link.objects.count() == brought
    forms = set(Report.objects.values_list("form", flat=True).distinct())
    assert forms <= {"flight_crew", "cabin", "maintenance", "ground", "hazard", "quality"}
    assert name[0] != "m" or forms == {"maintenance"}

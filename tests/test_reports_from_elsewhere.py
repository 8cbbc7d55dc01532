"""A report from elsewhere tells what happened there, and nothing that never happened here."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

from django.apps import apps
from django.test import Client

from qsms.exchange.tests.tables import imported
from qsms.overview.counting import Counting
from qsms.records import services as spine
from qsms.records import tally
from qsms.records.models import Record
from qsms.reports.lifecycles import LIFE
from qsms.reports.models import Report
from qsms.reports.tests.scenes import file
from tests.cast import Cast
from tests.harness.clock import START

DAY = START.date() - dt.timedelta(days=150)
NOON = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
SAFECOM = (
    "Tracking #,Agency,Date,Narrative,Corrective Action,Mishap Prevention,Location\n"
    f'24-0001,BLM,{DAY:%-m/%-d/%Y},"Battery swelled. It was replaced.","Stock was checked.",Battery,Boise\n'
)


def brought(cast: Cast) -> Report:
    imported(cast.actor("safety"), SAFECOM, kind="report")
    report: Report = Report.objects.get(external_id="SAFECOM 24-0001")
    return report


def test_it_counts_in_the_month_in_which_it_happened(cast: Cast) -> None:
    file(cast)
    report = brought(cast)
    assert (report.opened_at, report.closed_at) == (NOON, None)
    assert Counting(cast.actor("safety")).months("report") == {f"{START:%Y-%m}": 1, f"{DAY:%Y-%m}": 1}
    assert tally.recount(cast.organisation.pk) == {}
    safety = Client()
    safety.force_login(cast.account("safety"))
    assert report.number in safety.get(f"/r/report/?phase=all&month={DAY:%Y-%m}").content.decode()
    # What was done about it there was done on no day that is known here.
    assert Record.objects.get(kind="action").closed_at is None


def test_its_page_claims_no_step_that_was_not_made_here(cast: Cast) -> None:
    report = brought(cast)
    safety = Client()
    safety.force_login(cast.account("safety"))

    def page() -> tuple[list[str], str]:
        text = safety.get(f"/r/report/{report.number}/").content.decode()
        _before, _start, rest = text.partition('<ol class="stage"')
        bar, _end, rest = rest.partition("</ol>")
        return [str(word) for _code, word, _when in LIFE.stages("closed") if f"{word}<span" in bar], rest

    stages, rest = page()
    assert stages == ["Closed"]
    assert "Closed elsewhere" in rest
    assert f"It came in from elsewhere on {START:%-d %b %Y}" in rest
    assert "reporter was told" not in rest
    assert "<dt>Opened</dt>" not in rest
    assert "<dt>Reported</dt>" not in rest
    assert "Not judged yet" not in rest
    # From here on it has a life of its own, which its bar tells.
    spine.move(cast.actor("safety"), report.pk, "reopen", reason="It happened here as well.")
    stages, rest = page()
    assert stages == ["Work", "Feedback", "Closed"]
    assert "Closed elsewhere" not in rest


def test_reports_of_earlier_imports_go_back_to_the_month_in_which_they_happened(cast: Cast) -> None:
    filed, report = file(cast).report, brought(cast)
    action = Record.objects.get(kind="action")
    # As an earlier version left them: opened and closed by the clock of the import.
    Record.objects.filter(pk=report.pk).update(opened_at=report.changed_at)
    Record.objects.filter(pk__in=(report.pk, action.pk)).update(closed_at=report.changed_at)
    tally.repair(cast.organisation.pk)
    import_module("qsms.records.migrations.0011_closed_elsewhere").forget(apps, None)
    import_module("qsms.reports.migrations.0005_opened_elsewhere").put_back(apps, None)
    rows = Record.objects.filter(pk__in=(filed.pk, report.pk, action.pk)).order_by("pk")
    assert [(row.opened_at, row.closed_at) for row in rows] == [
        (filed.opened_at, None), (NOON, None), (action.opened_at, None),
    ]  # fmt: skip
    assert tally.recount(cast.organisation.pk) == {}
    assert Counting(cast.actor("safety")).months("report") == {f"{START:%Y-%m}": 1, f"{DAY:%Y-%m}": 1}

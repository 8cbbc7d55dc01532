"""Which reports may tell of the same event, whatever came in since: the newest, and those of the same days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qsms.exchange.tests.tables import imported
from qsms.records import services as spine
from qsms.records.models import Record
from qsms.reports import queries
from qsms.reports.models import Report
from tests.cast import Cast

from .scenes import SPILL, file

DAY = dt.date(2026, 2, 10)


def crowd(cast: Cast, n: int, day: dt.date) -> None:
    """So many reports from elsewhere, of other things."""
    lines = ["External ID,Title,Happened on,What happened"]
    lines += [f"X-{day}-{i},Bird near runway {i},{day},A gull crossed the approach {i}." for i in range(n)]
    imported(cast.actor("safety"), "\n".join(lines).replace("External ID", "Number elsewhere") + "\n", kind="report")


def test_an_import_since_does_not_hide_what_happened_on_the_same_days(cast: Cast) -> None:
    first, last = file(cast).report, file(cast, who="owner").report
    long_ago = file(cast, who="colleague", occurred_at="2025-11-01T21:40").report
    safety = cast.actor("safety")
    few = [one.number for one in queries.duplicates(safety, last)]
    assert few == [first.number, long_ago.number]
    crowd(cast, queries.LOOKED_THROUGH, dt.date(2024, 5, 5))
    with CaptureQueriesContext(connection) as caught:
        [found] = queries.duplicates(safety, last)
    assert len(caught) == 1
    assert found.number == first.number
    assert [str(reason) for reason in found.likeness.reasons] == ["Written in the same words", "Same place, same day"]
    # Nobody is shown what lies outside their sight, on that day or any other.
    Record.objects.filter(pk=first.pk).update(site=cast.sites["STV"])
    assert [one.number for one in queries.duplicates(cast.actor("site_owner"), last)] == [long_ago.number]


@pytest.mark.parametrize(("past", "found"), [(-3, True), (3, True), (-4, False), (4, False)])
def test_the_days_around_are_looked_through(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, past: int, found: bool
) -> None:
    monkeypatch.setattr(queries, "LOOKED_THROUGH", 1)
    other = file(cast, occurred_at=f"{DAY + dt.timedelta(days=past)}T21:40").report
    last = file(cast, who="owner", occurred_at=f"{DAY}T21:40").report
    assert [one.number for one in queries.duplicates(cast.actor("safety"), last)] == [other.number] * found


def test_a_report_of_no_day_is_held_against_the_newest(cast: Cast) -> None:
    first, last = file(cast).report, file(cast, who="owner").report
    assert SPILL["title"] == first.title
    Report.objects.filter(pk=last.pk).update(occurred_on=None)
    undated = spine.find(cast.actor("safety"), "report", last.pk)
    assert isinstance(undated, Report)
    assert [one.number for one in queries.duplicates(cast.actor("safety"), undated)] == [first.number]

"""What reporters hear, and the real exports loaded through the kit of the import."""

from __future__ import annotations

import pytest

from qsms.exchange import kinds, runs
from qsms.exchange.tests.shared import need_shared
from qsms.notify.models import News
from qsms.records import outbox
from qsms.records import services as spine
from qsms.records.models import Clock, Record, Task
from qsms.reports import services
from qsms.reports.models import Report
from tests.cast import Cast

from .scenes import at_feedback, file


def heard(cast: Cast, who: str) -> list[str]:
    while outbox.deliver():
        pass
    rows = News.everywhere.filter(person=cast.people[who], topic="reporter")
    return list(rows.order_by("pk").values_list("text", flat=True))


def test_a_named_reporter_hears_at_receipt_question_decision_and_end(cast: Cast) -> None:
    report = file(cast).report
    services.ask(cast.actor("safety"), report.pk, "Which cart?")
    at_feedback(cast, report)
    spine.move(cast.actor("safety"), report.pk, "tell", fields={"closing_feedback": "New couplings."})
    assert heard(cast, "reporter") == [
        "Your report arrived: Hydraulic fluid on stand 14",
        "A question about your report: Hydraulic fluid on stand 14",
        "What was decided about your report: Hydraulic fluid on stand 14",
        "What came of your report: Hydraulic fluid on stand 14",
    ]


@pytest.mark.parametrize("mode", ["confidential", "anonymous"])
def test_no_news_goes_to_whoever_is_not_named(cast: Cast, mode: str) -> None:
    report = file(cast, mode).report
    services.ask(cast.actor("safety"), report.pk, "Which cart?")
    assert heard(cast, "reporter") == []
    assert not News.everywhere.filter(person=cast.people["reporter"]).exists()


def test_the_shipped_mappings_are_offered() -> None:
    assert set(kinds.shipped("report")) == {"asrs-2015", "asrs-older", "maintnet", "safecom"}


def test_safecom_comes_in_closed_with_its_actions_and_a_second_time_adds_nothing(cast: Cast) -> None:
    source = need_shared("narratives/safecom_uas.csv")
    for added in (180, 0):
        with source.open("rb") as stream:
            run = runs.begin(cast.actor("safety"), "report", [(source.name, stream)])
        runs.match_unattended(run, cast.actor("safety"), given=None)
        runs.claim_check(run)
        runs.do_check(run, cast.actor("safety"), lambda *_what: None)
        if added:
            runs.claim_run(run, skip_bad=False)
            runs.do_run(run, cast.actor("safety"), lambda *_what: None)
        else:
            assert runs.why_not(run, skip_bad=False) == "There is no row to import."
        assert Report.everywhere.count() == 180
    assert {(r.state, r.mode) for r in Report.everywhere.all()} == {("closed", "named")}
    actions = Record.everywhere.filter(kind="action")
    assert actions.exists()
    assert set(actions.values_list("state", flat=True)) == {"closed"}
    assert not Task.everywhere.exists()
    assert not Clock.everywhere.exists()

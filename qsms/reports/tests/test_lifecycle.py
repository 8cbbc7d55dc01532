"""A report from receipt to the end, and what shuts its moves on the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qsms.records import bulk, clocks, history, moves, tasks
from qsms.records import services as spine
from qsms.records.choices import Lens
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Clock, Link, Outbox, Record, Task
from qsms.reports import services
from qsms.reports.lifecycles import LIFE
from qsms.reports.models import Message, Report
from qsms.reports.services.mailbox import conversation
from qsms.rules.lifecycle import unreachable
from tests.cast import Cast

from .scenes import at_feedback, file, judged


def reasons(cast: Cast, who: str, report: Record, code: str) -> str:
    actor = cast.actor(who)
    record = moves.locked(actor, report.pk)
    verdict = next(v for v in moves.verdicts(actor, record) if v.move.code == code)
    return " ".join(moves.reasons(actor, record, verdict))


def texts(report: Record) -> list[str]:
    return list(Message.everywhere.filter(report_id=report.pk).order_by("pk").values_list("text", flat=True))


def test_every_state_can_be_reached() -> None:
    assert unreachable(LIFE) == set()


def test_the_stage_bar_has_the_six_steps_of_the_house() -> None:
    assert [str(word) for _code, word, _when in LIFE.stages("waiting")] == [
        "Received", "Acknowledged", "Triage", "Work", "Feedback", "Closed",
    ]  # fmt: skip


def test_a_report_is_acknowledged_at_receipt_and_waits_for_triage(cast: Cast) -> None:
    report = file(cast).report
    assert report.state == "acknowledged"
    assert report.raised_by_id == cast.reporter.pk
    assert texts(report) == ["Your report arrived. The safety office reads it."]
    by_rule = {clock.rule: clock for clock in clocks.on_record(report)}
    assert by_rule["report.acknowledge"].outcome == "met"
    assert by_rule["report.triage"].outcome == ""
    assert report.due_on == dt.date(2026, 3, 5)
    assert [task.code for task in tasks.on_record(report)] == ["triage"]


def test_acknowledging_may_be_left_to_a_person(cast: Cast) -> None:
    from qsms.reports import forms

    row = forms.find(cast.organisation.pk, "quick")
    from .scenes import SPILL

    filed = services.file_report(cast.actor("reporter"), cast.organisation, row, SPILL, "named", acknowledge=False)
    assert filed.report.state == "received"
    assert texts(filed.report) == []
    assert spine.move(cast.actor("safety"), filed.report.pk, "acknowledge").state == "acknowledged"


def test_triage_ends_when_every_lens_is_judged(cast: Cast) -> None:
    report = file(cast).report
    safety = cast.actor("safety")
    report = services.judge(safety, report.pk, "safety", "yes", severity="C", next_step="actions")
    assert report.state == "triage"
    assert "Not judged yet: Quality, Environment." in reasons(cast, "safety", report, "finish_triage")
    services.judge(cast.actor("quality"), report.pk, "quality", "unsure")
    assert "Quality" in reasons(cast, "safety", report, "finish_triage")
    services.judge(cast.actor("quality"), report.pk, "quality", "no")
    services.judge(safety, report.pk, "environment", "no")
    done = spine.move(safety, report.pk, "finish_triage", fields={"decision_feedback": "We look at the couplings."})
    assert done.state == "work"
    assert (done.disciplines, done.judged) == (Lens.SAFETY, 7)
    assert done.due_on is None
    assert texts(report)[-1] == "We look at the couplings."
    assert not tasks.on_record(done)
    assert Clock.everywhere.get(record_id=report.pk, rule="report.triage").outcome == "met"


def test_a_judgement_may_be_changed_and_the_history_keeps_both(cast: Cast) -> None:
    report = file(cast).report
    services.judge(cast.actor("safety"), report.pk, "safety", "yes", severity="C")
    services.judge(cast.actor("safety"), report.pk, "safety", "no", note="Read again")
    entry = history.entries(report)[0]
    assert (entry.verb, entry.reason) == ("judged", "Read again")
    assert (entry.changes[0].old, entry.changes[0].new) == ("Yes, Major", "No")


@pytest.mark.parametrize(
    ("lens", "concerns", "more", "field"),
    [
        ("taste", "yes", {}, "lens"),
        ("safety", "perhaps", {}, "concerns"),
        ("safety", "yes", {"severity": "Z"}, "severity"),
        ("safety", "yes", {"next_step": "party"}, "next"),
    ],
)
def test_nonsense_is_no_judgement(cast: Cast, lens: str, concerns: str, more: dict[str, Any], field: str) -> None:
    report = file(cast).report
    with pytest.raises(Invalid) as caught:
        services.judge(cast.actor("safety"), report.pk, lens, concerns, **more)
    assert set(caught.value.errors) == {field}


def test_only_who_triages_may_judge(cast: Cast) -> None:
    report = file(cast).report
    with pytest.raises(Refused, match="Ask Safety Person or Quality Person"):
        services.judge(cast.actor("director"), report.pk, "safety", "yes")
    with pytest.raises(NotVisible):
        services.judge(cast.actor("outsider"), report.pk, "safety", "yes")


def test_it_closes_when_the_reporter_has_heard_and_what_it_led_to_is_done(cast: Cast) -> None:
    report = file(cast).report
    safety = cast.actor("safety")
    judged(safety, report, "yes")
    spine.move(safety, report.pk, "finish_triage")
    action = services.convert(
        safety, report.pk, "action",
        {"title": "Check the carts", "description": "All", "action_kind": "correction", "owner": cast.owner.pk},
    )  # fmt: skip
    assert (action.title, action.site_id) == ("Check the carts", report.site_id)
    assert f"Still open: {action.number}." in reasons(cast, "safety", report, "work_done")
    spine.move(safety, action.pk, "void", reason="Done by the maker")
    assert spine.move(safety, report.pk, "work_done").state == "feedback"
    assert "The reporter has had no feedback." in reasons(cast, "safety", report, "close")
    spine.move(safety, report.pk, "tell", fields={"closing_feedback": "The carts have new couplings."})
    assert texts(report)[-1] == "The carts have new couplings."
    closed = spine.move(safety, report.pk, "close")
    assert closed.state == "closed"
    assert texts(report).count("The carts have new couplings.") == 1
    again = spine.move(safety, report.pk, "reopen", reason="It leaked again")
    assert again.closing_feedback == ""  # type: ignore[attr-defined]


def test_rejecting_tells_the_reporter_why(cast: Cast) -> None:
    report = file(cast).report
    with pytest.raises(Invalid):
        spine.move(cast.actor("safety"), report.pk, "reject", reason="A matter of pay")
    fields = {"decision_feedback": "This belongs to the people department; we passed it on with your words."}
    assert spine.move(cast.actor("safety"), report.pk, "reject", reason="A matter of pay", fields=fields).phase == 3
    assert texts(report)[-1].startswith("This belongs to the people department")


def test_merged_reports_follow_the_one_that_carries_on(cast: Cast) -> None:
    safety = cast.actor("safety")
    first, second, third = (file(cast, who=who).report for who in ("reporter", "owner", "colleague"))
    services.merge(safety, third.pk, second.pk)
    services.merge(safety, second.pk, first.pk, reason="Same stand, same minute")
    assert set(Report.everywhere.filter(merged_into=first.pk).values_list("pk", flat=True)) == {second.pk, third.pk}
    assert Link.everywhere.get(source=second.pk, relation="duplicates").target_id == first.pk
    at_feedback(cast, first)
    spine.move(safety, first.pk, "tell", fields={"closing_feedback": "New couplings."})
    assert texts(second)[-1] == texts(third)[-1] == "New couplings."


def test_what_cannot_be_merged(cast: Cast) -> None:
    safety = cast.actor("safety")
    first, second, third = (file(cast).report for _each in range(3))
    with pytest.raises(Invalid, match="cannot be merged into itself"):
        services.merge(safety, first.pk, first.pk)
    services.merge(safety, second.pk, first.pk)
    with pytest.raises(Refused, match="does not carry on itself"):
        services.merge(safety, third.pk, second.pk)
    with pytest.raises(Refused):
        services.merge(cast.actor("director"), third.pk, first.pk)
    with pytest.raises(Refused):
        spine.move(safety, third.pk, "merge")
    back = spine.move(safety, second.pk, "reopen_triage", reason="Two carts after all")
    assert back.state == "triage"
    assert Report.everywhere.get(pk=second.pk).merged_into is None


def test_only_the_gatekeeper_voids_what_is_confidential(cast: Cast) -> None:
    named, sealed = file(cast).report, file(cast, "confidential").report
    assert reasons(cast, "safety", sealed, "void") == (
        "Only the gatekeeper may void a confidential report. Ask Gatekeeper Person."
    )
    with pytest.raises(Refused):
        spine.move(cast.actor("safety"), sealed.pk, "void", reason="Sent by mistake")
    assert spine.move(cast.actor("gatekeeper"), sealed.pk, "void", reason="Sent by mistake").state == "void"
    assert spine.move(cast.actor("safety"), named.pk, "void", reason="Sent by mistake").state == "void"


def test_a_question_to_a_named_reporter_is_a_task(cast: Cast) -> None:
    report = file(cast).report
    services.ask(cast.actor("safety"), report.pk, "Which cart was it?")
    waiting = tasks.mine(cast.actor("reporter"))
    assert [task.code for task in waiting] == ["answer"]
    mine = services.own_mailbox(cast.actor("reporter"), report.pk)
    services.answer(mine, "Cart 3, the one with the blue hose.")
    assert not tasks.mine(cast.actor("reporter"))
    assert [t.code for t in tasks.mine(cast.actor("safety")) if t.code == "read_answer"] == ["read_answer"]
    assert [message.sender for message in conversation(report)] == ["office", "office", "reporter"]
    with pytest.raises(NotVisible):
        services.own_mailbox(cast.actor("colleague"), report.pk)
    with pytest.raises(Invalid, match="empty"):
        services.answer(mine, " ")


def test_an_imported_report_asks_nothing_of_anybody(cast: Cast) -> None:
    given = {
        "title": "Bird strike", "narrative": "At rotation.", "external_id": "ASRS 1", "occurred_on": "2015-01-01",
        "date_precision": "month", "form": "flight_crew", "disciplines": [1], "categories": ["Bird"],
    }  # fmt: skip
    actor = cast.actor("safety")
    prepared = bulk.prepare(actor, "report", bulk.Row(given))
    assert prepared.errors == {}
    (record,) = bulk.create(actor, "report", [prepared.record])
    assert isinstance(record, Report)
    assert (record.state, record.mode, record.raised_by_id, record.category) == ("closed", "named", None, "flight_crew")
    assert not Task.everywhere.filter(record_id=record.pk).exists()
    assert not Clock.everywhere.filter(record_id=record.pk).exists()


def test_an_open_imported_report_can_be_closed_although_nobody_can_be_told(cast: Cast) -> None:
    actor = cast.actor("safety")
    row = bulk.Row({"title": "Old", "narrative": "Old story", "external_id": "X 1"}, state="feedback")
    (record,) = bulk.create(actor, "report", [bulk.prepare(actor, "report", row).record])
    assert spine.move(actor, record.pk, "close").state == "closed"
    assert not Message.everywhere.filter(report_id=record.pk).exists()


def test_events_tell_what_happened_and_name_only_named_reporters(cast: Cast) -> None:
    file(cast)
    file(cast, "confidential")
    told = [row.payload["to"] for row in Outbox.objects.filter(event="report.told").order_by("pk")]
    assert told == [cast.reporter.pk, None]

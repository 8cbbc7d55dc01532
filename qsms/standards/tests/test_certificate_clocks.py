"""The limits of a certification cycle as clocks: between the stages, majors, restoring, and the check of the mark."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qsms.records import history, proof, services, tally
from qsms.records.choices import ClockOutcome
from qsms.records.models import Clock, Task
from qsms.standards import certificate_clocks, certifying
from tests.cast import Cast

from .conftest import Login
from .makers import text
from .test_certificates import again, certificate
from .test_findings import finding


def running(one: Any) -> dict[str, dt.date]:
    """What runs on it, each with the day before the instant in UTC at which it ends: there, the last one allowed."""
    rows = Clock.everywhere.filter(record=one, stopped_at=None)
    return {row.rule.partition(".")[2]: row.due_at.date() - dt.timedelta(days=1) for row in rows}


def at(clock: Any, year: int, month: int, day: int) -> None:
    clock.move_to(dt.datetime(year, month, day, 15, tzinfo=dt.UTC))


def test_from_stage_1_to_the_decision_each_limit_runs(cast: Cast, login: Login, clock: Any) -> None:
    quality = cast.actor("quality")
    at(clock, 2026, 3, 2)
    made = certificate(cast, stage_1_on=dt.date(2026, 2, 2))
    assert running(made) == {"stage_gap": dt.date(2026, 8, 2)}
    # A slip in the day is corrected, and the clock with it.
    services.edit(quality, made.pk, made.version, {"stage_1_on": dt.date(2026, 1, 31)})
    assert running(made) == {"stage_gap": dt.date(2026, 7, 31)}
    certifying.note_audit(quality, made.pk, "stage_2", dt.date(2026, 2, 28))
    assert running(made) == {}, "there are no majors yet"
    assert again(made).due_on == dt.date(2026, 8, 28)
    [met] = Clock.everywhere.filter(record=made, outcome=ClockOutcome.MET)
    assert (met.rule, met.stopped_at.date()) == ("certification.stage_gap", dt.date(2026, 3, 1)), "its end, in UTC"  # type: ignore[union-attr]
    major = finding(cast, grade="iso/major", under_certificate=again(made))
    finding(cast, under_certificate=again(made))
    assert running(made) == {"major_closure": dt.date(2026, 8, 28)}
    page = text(login("quality"), f"/r/certificate/{made.number}/")
    assert "<dt>Majors closed by</dt><dd>28 Aug 2026</dd>" in page
    assert "Open after 28 Aug 2026, they ask for another stage 2." in page
    at(clock, 2026, 7, 1)
    certifying.watch_certificates()
    assert Task.everywhere.filter(record=made, code=certifying.TASK, title__contains="28 Aug 2026").exists()
    services.move(quality, major.pk, "void", reason="The body took it back")
    assert running(made) == {}
    services.move(quality, made.pk, "certify", fields={"decided_on": dt.date(2026, 7, 1), "certificate_number": "NR"})
    assert set(running(made)) == {"first_surveillance", "cycle"}
    assert list(proof.records(cast.organisation.pk)) == []
    assert not tally.recount(cast.organisation.pk)


def test_past_its_last_day_the_time_to_restore_it_runs(cast: Cast, clock: Any) -> None:
    quality = cast.actor("quality")
    at(clock, 2026, 3, 2)
    fields = {"decided_on": dt.date(2026, 3, 2), "certificate_number": "NR 1"}
    made = services.move(quality, certificate(cast).pk, "certify", fields=fields)
    for year in (2027, 2028):
        at(clock, year, 2, 2)
        certifying.note_audit(quality, made.pk, "surveillance", dt.date(year, 2, 1))
    at(clock, 2029, 3, 2)
    certifying.watch_certificates()
    assert "restoration" not in running(made), "it is valid on its last day"
    at(clock, 2029, 3, 4)
    certifying.watch_certificates()
    assert running(made)["restoration"] == dt.date(2029, 9, 2)
    assert again(made).due_on == dt.date(2029, 9, 2)
    certifying.watch_certificates()
    assert [one.verb for one in history.entries(again(made))].count(certifying.EXPIRED) == 1
    at(clock, 2029, 6, 2)
    services.move(quality, made.pk, "recertify", fields={"decided_on": dt.date(2029, 6, 1)})
    assert running(made) == {"cycle": dt.date(2032, 6, 1)}
    [met] = Clock.everywhere.filter(record=made, rule="certification.restoration")
    assert met.outcome == ClockOutcome.MET
    assert list(proof.records(cast.organisation.pk)) == []


@pytest.mark.parametrize(
    ("checked", "due"), [(None, dt.date(2027, 3, 2)), (dt.date(2026, 9, 30), dt.date(2027, 9, 30))]
)
def test_the_mark_is_looked_at_every_year(cast: Cast, clock: Any, checked: dt.date | None, due: dt.date) -> None:
    quality = cast.actor("quality")
    at(clock, 2026, 3, 2)
    made = certificate(cast, logo_use="Letters\nVans")
    held = services.move(
        quality, made.pk, "certify", fields={"decided_on": dt.date(2026, 3, 2), "certificate_number": "NR 1"}
    )
    if checked is not None:
        at(clock, 2026, 10, 1)
        services.edit(quality, held.pk, held.version, {"logo_checked_on": checked})
    clock.move_to(dt.datetime.combine(due - certificate_clocks.MARK_AHEAD - dt.timedelta(days=1), dt.time(15), dt.UTC))
    certifying.watch_certificates()
    waiting = Task.everywhere.filter(record=made, code=certificate_clocks.MARK, done_at=None)
    assert not waiting.exists()
    at(clock, due.year, due.month, due.day)
    for _round in range(2):
        certifying.watch_certificates()
    [task] = waiting.all()
    assert (task.person, task.title) == (cast.owner, "Check where the mark of Northern Register is shown")
    assert task.due_at is not None
    assert task.due_at.date() == due + dt.timedelta(days=1), "the end of its day, in UTC"
    services.edit(quality, made.pk, again(made).version, {"logo_checked_on": due})
    assert not waiting.exists()

"""A type of task is evidence while people do such tasks, and do them in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.records import registry, services, tasks
from qsms.records.models import Record, Task
from qsms.rules.coverage import State
from qsms.rules.frameworks import Reference
from qsms.standards import asking, living, living_tasks, standing
from qsms.standards.binding import Given
from tests.cast import Cast

from .makers import ISO_9001, action, adopted

KEY = "tasks.done"
CHECK = "action.check"


def found(cast: Cast, who: str = "quality", task: str = CHECK, **given: object) -> living.Answer:
    return living.answers(cast.actor(who), [(KEY, {"task": task, **given})])[0]


def task(cast: Cast, code: str = "check", *, due: int | None = None, done: int | None = None, **values: Any) -> Record:
    """An action with a task, due and done so many days from today; `done` None for one that waits still."""
    record = action(cast, **values)
    now = moment.now()
    with write_transaction():
        given = tasks.give(
            cast.actor("quality"), record, code, "Check it", person_id=cast.quality.pk,
            due_at=None if due is None else now + dt.timedelta(days=due),
        )  # fmt: skip
    assert given is not None
    if done is not None:
        Task.everywhere.filter(pk=given.pk).update(done_at=now + dt.timedelta(days=done))
    return record


def today(cast: Cast) -> dt.date:
    return moment.now().astimezone(cast.actor("quality").tz).date()


def test_done_in_time_counts_late_does_not_and_what_waits_in_time_is_left_out(cast: Cast) -> None:
    assert found(cast) == living.Answer(0, None, 0)
    task(cast, due=-3, done=-5)
    task(cast, done=-1)
    assert found(cast) == living.Answer(2, today(cast) - dt.timedelta(days=1), 2)
    task(cast, due=-3, done=-2)
    task(cast, due=-1)
    task(cast, due=4)
    task(cast, due=-500, done=-500)
    assert found(cast) == living.Answer(2, None, 4), "two of four is less than nine of ten"
    assert found(cast, share=50).newest is not None
    assert found(cast, share=50, at_least=3).newest is None
    assert found(cast, months=24).of == 5
    assert found(cast, task="action.cause").of == 0


def test_what_is_withdrawn_counts_neither_way(cast: Cast) -> None:
    with write_transaction():
        tasks.withdraw(cast.actor("quality"), task(cast, due=-3), ("check",), "Somebody else checks it")
    assert found(cast).of == 0
    done = task(cast, due=3)
    with write_transaction():
        tasks.finish(cast.actor("quality"), done, ("check",))
    assert (found(cast).count, found(cast).of) == (1, 1)
    waiting = task(cast, "do", due=3)
    services.move(cast.actor("quality"), waiting.pk, "void", reason="It was never meant.")
    assert Task.everywhere.get(record=waiting, code="do").withdrawn
    assert found(cast, task="action.do").of == 0, "an action that was made void was not done"


def test_it_asks_for_a_place_and_finds_what_its_reader_sees(cast: Cast) -> None:
    task(cast, done=-1, site=cast.sites["LKF"])
    assert found(cast, site=cast.sites["LKF"].pk).count == 1
    assert found(cast, site=cast.sites["STV"].pk).count == 0
    assert found(cast, who="site_owner").count == 1
    assert found(cast, who="other_site_auditor").count == 0
    assert found(cast, who="outsider").count == 0


def test_tasks_that_a_room_gives_on_any_record_are_counted_over_all_kinds(cast: Cast) -> None:
    task(cast, "rate_risk", done=-1, site=cast.sites["LKF"])
    every = f"{registry.ANY}.rate_risk"
    assert found(cast, task=every).count == 1
    assert found(cast, who="other_site_auditor", task=every).count == 0


def test_types_are_offered_by_name_for_records_that_one_may_see(cast: Cast) -> None:
    offered = dict(living_tasks._types(cast.actor("quality")))
    assert offered[CHECK] == "Check whether an action worked"
    for_reporters = dict(living_tasks._types(cast.actor("reporter")))
    assert "report.answer" in for_reporters
    assert "declaration.declaration_untrue" in offered
    assert "declaration.declaration_untrue" not in for_reporters
    said = living.words(cast.organisation.pk, KEY, {"task": CHECK, "months": 6})
    assert said == "Tasks “Check whether an action worked” of the last 6 months done in time"
    assert living.words(cast.organisation.pk, KEY, {"task": "gone.away"}).startswith("Tasks “gone.away”")


@pytest.mark.parametrize("late", [False, True])
def test_bound_to_a_clause_it_counts_by_itself(cast: Cast, late: bool) -> None:
    adoption = adopted(cast, ISO_9001)
    task(cast, due=-3, done=-2 if late else -4)
    asking.ask(cast.actor("quality"), Reference(ISO_9001, "10.2.1"), KEY, {"task": CHECK}, Given())
    covered = standing.of(cast.actor("quality"), adoption).coverage.covered["10.2.1"]
    assert (covered.state is State.MET) is not late

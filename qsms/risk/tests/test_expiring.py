"""Acceptances that run out: warned of once, ended once, at the organisation's own midnight, by the worker's round."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.base import jobs, moment
from qsms.records import tasks
from qsms.records.models import Deed, Record, Task
from qsms.risk import doors, expiring
from qsms.risk.models import Acceptance, Hazard
from tests.cast import Cast

from .makers import PROOF, again, analysed, give_password, rate

NOON = dt.datetime(2026, 11, 22, 19, 0, tzinfo=dt.UTC)
LAST = dt.date(2027, 3, 12)


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2027) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.fixture
def taken(cast: Cast) -> Record:
    """A hazard of the owner whose risk is accepted until 12 March 2027."""
    give_password(cast, "director")
    with moment.at(NOON):
        record = analysed(cast)
        rate(cast, record, "3B")
        doors.accept(cast.actor("director"), record.pk, expires_on=LAST, proof=PROOF)
    return record


def reviews(record: Record) -> list[Task]:
    return list(Task.everywhere.filter(record=record.pk, code="review_acceptance", done_at=None))


def test_the_owner_is_asked_to_review_thirty_days_before_and_once(cast: Cast, taken: Record) -> None:
    # In Phoenix it is still 9 February, 31 days before.
    assert expiring.warn(at(2, 10, 6, 59)) == 0
    assert expiring.warn(at(2, 10, 7, 1)) == 1
    (task,) = reviews(taken)
    assert task.person_id == cast.owner.pk
    assert task.title.startswith("Review the risk: its acceptance of 3B ends on 12 Mar 2027.")
    assert task.due_at == at(3, 13, 6, 59)
    assert expiring.warn(at(2, 20)) == 0
    tasks.finish(cast.actor("owner"), taken, ("review_acceptance",))
    assert expiring.warn(at(3, 1)) == 0
    assert Deed.everywhere.filter(record=taken.pk, verb="risk.acceptance_ending").count() == 1


def test_without_an_owner_the_safety_manager_is_asked(cast: Cast, taken: Record) -> None:
    Record.everywhere.filter(pk=taken.pk).update(owner=None)
    assert expiring.warn(at(3, 1)) == 1
    (task,) = reviews(taken)
    assert task.role is not None
    assert task.role.code == "safety_manager"


def test_a_new_acceptance_answers_the_warning_and_is_warned_of_itself(cast: Cast, taken: Record) -> None:
    assert expiring.warn(at(3, 1)) == 1
    with moment.at(at(3, 2)):
        doors.accept(cast.actor("director"), taken.pk, expires_on=dt.date(2027, 9, 1), proof=PROOF)
    assert reviews(taken) == []
    assert expiring.warn(at(3, 3)) == 0
    assert expiring.warn(at(8, 10)) == 1


def test_the_worker_warns_and_then_ends_it(cast: Cast, taken: Record) -> None:
    duty = next(one for one in jobs.periodic.duties() if one.name.endswith("expiring.watch_acceptances"))
    assert duty.interval <= dt.timedelta(hours=1)
    assert duty.only_if is not None
    with moment.at(NOON):
        assert not duty.only_if()
    with moment.at(at(3, 1)):
        assert duty.only_if()
        duty.act()
        assert len(reviews(taken)) == 1
        assert not duty.only_if()
    with moment.at(at(3, 13, 7, 1)):
        assert duty.only_if()
        duty.act()
        assert not duty.only_if()
    assert reviews(taken) == []
    assert Acceptance.objects.get().why_ended.startswith("It expired on 12 Mar 2027.")
    assert Task.everywhere.filter(record=taken.pk, code="accept_risk", done_at=None, person=cast.director).exists()
    hazard = again(taken)
    assert isinstance(hazard, Hazard)
    assert (hazard.state, hazard.accepted_until) == ("controls_planned", None)


def test_what_ended_meanwhile_is_left_alone(cast: Cast, taken: Record) -> None:
    with moment.at(at(3, 1)):
        rate(cast, taken, "4B")
    assert Acceptance.objects.get().ended_at is not None
    assert (expiring.warn(at(3, 2)), expiring.expire(at(3, 20))) == (0, 0)
    assert reviews(taken) == []

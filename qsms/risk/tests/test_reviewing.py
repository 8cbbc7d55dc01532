"""Reviews of hazards: late where every record is late, asked for once, and finished by whatever counts as a review."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.base import jobs, moment
from qsms.org import actor as actors
from qsms.records import bulk, services, tally
from qsms.records.models import Change, Record, Task
from qsms.risk import doors, expiring, reviewing
from tests.cast import Cast

from .conftest import Login
from .makers import PROOF, again, analysed, give_password, hazard, rate

NOON = dt.datetime(2026, 11, 22, 19, 0, tzinfo=dt.UTC)
DAY = dt.date(2027, 2, 10)


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2027) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.fixture
def watched(cast: Cast) -> Record:
    """A rated hazard of the owner that is reviewed on 10 February 2027."""
    with moment.at(NOON):
        record = analysed(cast, due_on=DAY)
        rate(cast, record, "3B")
    return record


def reviews(record: Record) -> list[Task]:
    return list(Task.everywhere.filter(record=record.pk, code=reviewing.REVIEW_TASK, done_at=None))


def set_day(cast: Cast, record: Record, day: dt.date | None) -> None:
    services.edit(cast.actor("safety"), record.pk, again(record).version, {"due_on": day})


def test_a_passed_review_is_late_on_list_overview_and_page(cast: Cast, login: Login) -> None:
    day = moment.now().date() - dt.timedelta(days=12)
    record = hazard(cast, due_on=day)
    other = hazard(cast, due_on=moment.now().date() + dt.timedelta(days=30), title="Worn tow bar heads")
    client = login("safety")
    page = client.get("/r/hazard/?late=1").content.decode()
    assert record.number in page
    assert other.number not in page
    assert "Review on" in page
    assert "12 days late" in client.get(f"/r/hazard/{record.number}/").content.decode()
    assert "Review " in client.get(f"/r/hazard/{other.number}/").content.decode()
    assert "Review on" in client.get("/r/hazard/new/").content.decode()
    assert tally.recount(record.organisation_id) == {}


def test_an_imported_review_day_is_late_too(cast: Cast) -> None:
    given = {"title": "Ice on the apron", "description": "Water freezes at the drain", "due_on": "2026-05-10"}
    row = bulk.prepare(actors.system(cast.organisation.pk), "hazard", bulk.Row(given, state="monitoring"))
    assert row.errors == {}
    (made,) = bulk.create(actors.system(cast.organisation.pk), "hazard", [row.record])
    assert again(made).due_on == dt.date(2026, 5, 10)
    assert reviewing.remind(NOON) == 1


def test_the_owner_is_asked_on_the_day_of_the_organisation_and_once(cast: Cast, watched: Record) -> None:
    # In Phoenix it is still 9 February.
    assert reviewing.remind(at(2, 10, 6, 59)) == 0
    assert reviewing.remind(at(2, 10, 7, 1)) == 1
    (task,) = reviews(watched)
    assert task.person_id == cast.owner.pk
    assert task.title.startswith("Review the hazard: rate its risk again, or set the next review day.")
    assert task.due_at == at(2, 11, 6, 59)
    assert reviewing.remind(at(2, 20)) == 0


def test_without_an_owner_the_safety_manager_is_asked(cast: Cast, watched: Record) -> None:
    Record.everywhere.filter(pk=watched.pk).update(owner=None)
    assert reviewing.remind(at(3, 1)) == 1
    (task,) = reviews(watched)
    assert task.role is not None
    assert task.role.code == "safety_manager"


def test_a_closed_hazard_is_not_reviewed(cast: Cast, watched: Record) -> None:
    services.move(cast.actor("safety"), watched.pk, "void", reason="It was no hazard")
    assert reviewing.remind(at(3, 1)) == 0


def test_rating_again_is_the_review_and_sets_the_next_one(cast: Cast, watched: Record) -> None:
    reviewing.remind(at(2, 12))
    with moment.at(at(2, 13)):
        rate(cast, watched, "2B", "predicted")
        assert len(reviews(watched)) == 1
        rate(cast, watched, "2B")
        assert again(watched).due_on == dt.date(2028, 2, 13)
    done = Task.everywhere.get(record=watched.pk, code=reviewing.REVIEW_TASK)
    assert done.done_by_id == cast.safety.pk
    change = Change.objects.get(deed__record=watched.pk, deed__verb="risk.assessed", field="due_on")
    assert (change.old, change.new) == ("2027-02-10", "2028-02-13")
    assert reviewing.remind(at(3, 1)) == 0
    assert tally.recount(watched.organisation_id) == {}


def test_rating_before_the_day_leaves_it(cast: Cast, watched: Record) -> None:
    with moment.at(at(1, 13)):
        rate(cast, watched, "2B")
    assert again(watched).due_on == DAY


def test_a_later_day_answers_and_a_day_that_has_passed_does_not(cast: Cast, watched: Record) -> None:
    reviewing.remind(at(2, 12))
    with moment.at(at(2, 13)):
        set_day(cast, watched, dt.date(2027, 2, 12))
        (task,) = reviews(watched)
        assert task.due_at == at(2, 13, 6, 59)
        set_day(cast, watched, dt.date(2027, 8, 1))
    assert reviews(watched) == []
    assert reviewing.remind(at(7, 31)) == 0
    assert reviewing.remind(at(8, 1)) == 1
    with moment.at(at(8, 2)):
        set_day(cast, watched, None)
    assert reviews(watched) == []


def test_one_reminder_when_the_acceptance_ends_as_well(cast: Cast, watched: Record) -> None:
    give_password(cast, "director")
    with moment.at(NOON):
        doors.accept(cast.actor("director"), watched.pk, expires_on=dt.date(2027, 3, 12), proof=PROOF)
    assert reviewing.remind(at(2, 10)) == 1
    assert expiring.warn(at(2, 10, 13)) == 1
    assert (reviews(watched), reviewing.remind(at(2, 11))) == ([], 0)
    waiting = Task.everywhere.filter(record=watched.pk, code="review_acceptance", done_at=None)
    assert waiting.count() == 1
    with moment.at(at(2, 12)):
        doors.accept(cast.actor("director"), watched.pk, expires_on=dt.date(2027, 9, 1), proof=PROOF)
    assert not waiting.exists()
    # The risk was accepted anew, but nobody has reviewed it.
    assert reviewing.remind(at(2, 13)) == 1


def test_the_worker_reminds(cast: Cast, watched: Record) -> None:
    duty = next(one for one in jobs.periodic.duties() if one.name.endswith("reviewing.watch_reviews"))
    assert duty.interval <= dt.timedelta(hours=1)
    assert duty.only_if is not None
    with moment.at(NOON):
        assert not duty.only_if()
    with moment.at(at(2, 10)):
        assert duty.only_if()
        duty.act()
        assert len(reviews(watched)) == 1
        assert not duty.only_if()

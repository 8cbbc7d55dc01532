"""How people stand: roles, sites, equivalence, renewals, waivers, and who is refused for a part."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qsms.base import moment
from qsms.notify.models import News
from qsms.notify.services import FEW
from qsms.org import services as org
from qsms.org.models import Role
from qsms.records import history, naming, outbox, scope, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Task
from qsms.rules.competence import FOREVER, State
from qsms.search.queries import find
from qsms.training import digesting, duties, following, holdings, reminding, requiring, standing, waiving
from qsms.training.models import Course, Holding, Requirement
from tests.cast import Cast

from .makers import action, asked, course, held

pytestmark = pytest.mark.django_db


def today() -> dt.date:
    return moment.now().date()


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("licence.txt", b"Licence 4711", "text/plain")


def stood(cast: Cast, who: str) -> dict[str, State]:
    """How somebody stands, by the title of the course."""
    rows = standing.of_person(cast.organisation.pk, cast.people[who].pk, standing.day_here(cast.organisation.pk))
    titles = dict(Course.everywhere.values_list("pk", "title"))
    return {titles[need.course_id]: one.state for need, one in rows}


def test_what_is_asked_follows_roles_and_sites(cast: Cast) -> None:
    everybody, here = course(cast, "For all"), course(cast, "At Stavnes")
    asked(cast, everybody)
    asked(cast, here, site_id=cast.sites["STV"].pk)
    course(cast, "Not asked")
    asked(cast, course(cast, "In preparation", in_use=False))
    assert stood(cast, "reporter") == {"For all": State.MISSING}
    assert stood(cast, "other_site_auditor") == {"For all": State.MISSING, "At Stavnes": State.MISSING}
    assert stood(cast, "outsider") == {}
    requirement = Requirement.everywhere.get(course=everybody)
    requiring.release(cast.actor("quality"), requirement.pk, "Part of another course now")
    assert stood(cast, "reporter") == {}


def test_days_are_reckoned_with_every_record_and_every_change_of_the_course(cast: Cast) -> None:
    one = course(cast, "Yearly", months=12, soon_days=30, grace_days=10)
    asked(cast, one)
    record = held(cast, one, "reporter", days_ago=360)
    assert record.title == "Yearly"
    assert stood(cast, "reporter") == {"Yearly": State.SOON}
    edited = services.edit(cast.actor("quality"), one.pk, Course.everywhere.get(pk=one.pk).version, {"months": 6})
    assert stood(cast, "reporter") == {"Yearly": State.EXPIRED}
    services.edit(cast.actor("quality"), one.pk, edited.version, {"months": None})
    assert Holding.everywhere.get(pk=record.pk).ends_on == FOREVER
    services.move(cast.actor("quality"), record.pk, "withdraw", reason="Not sat in the room")
    assert stood(cast, "reporter") == {"Yearly": State.MISSING}


def test_another_course_counts_one_way(cast: Cast) -> None:
    short, long = course(cast, "Short"), course(cast, "Long", months=24)
    asked(cast, short)
    asked(cast, long)
    requiring.count(cast.actor("quality"), long.pk, short.pk)
    held(cast, long, "reporter")
    held(cast, short, "owner")
    assert stood(cast, "reporter") == {"Short": State.VALID, "Long": State.VALID}
    assert stood(cast, "owner") == {"Short": State.VALID, "Long": State.MISSING}


def test_a_certificate_counts_once_somebody_else_has_verified_it(cast: Cast) -> None:
    one = course(cast, "Licence")
    asked(cast, one)
    own = {"holder": cast.quality.pk, "course": one.pk, "completed_on": today()}
    made = services.create(cast.actor("quality"), "holding", own)
    assert (made.state, stood(cast, "quality")["Licence"]) == ("claimed", State.MISSING)
    with pytest.raises(Refused, match="who holds it"):
        services.move(cast.actor("quality"), made.pk, "verify")
    with pytest.raises(Refused, match="no certificate"):
        services.move(cast.actor("safety"), made.pk, "verify")
    # Whoever is asked for a course may bring a certificate of it, without seeing its page, and of their own only.
    with pytest.raises(Invalid, match="of your own only"):
        holdings.claim(cast.actor("reporter"), one.pk, holder_id=cast.owner.pk, completed_on=today(), upload=photo())
    brought = holdings.claim(cast.actor("reporter"), one.pk, completed_on=today(), upload=photo())
    services.move(cast.actor("safety"), brought.pk, "verify")
    assert stood(cast, "reporter") == {"Licence": State.VALID}
    unasked = course(cast, "Not asked of anybody")
    with pytest.raises(NotVisible):
        holdings.claim(cast.actor("reporter"), unasked.pk, completed_on=today(), upload=photo())
    with pytest.raises(Invalid, match="yet to come"):
        services.create(cast.actor("quality"), "holding", {**own, "completed_on": today() + dt.timedelta(days=2)})


def test_a_waiver_needs_another_person(cast: Cast) -> None:
    one = course(cast, "Recurrent")
    asked(cast, one)
    until = today() + dt.timedelta(days=30)
    quality, safety = cast.actor("quality"), cast.actor("safety")
    row = waiving.ask(quality, one.pk, cast.reporter.pk, reason="On parental leave", until=until)
    with pytest.raises(Refused, match="another person decides"):
        waiving.decide(quality, row.pk, approve=True)
    # Nor somebody who stands in for the one who asked.
    org.delegate(cast.quality, cast.director, starts_on=today(), ends_on=today(), reason="Away")
    with pytest.raises(Refused, match="another person decides"):
        waiving.decide(cast.actor("director"), row.pk, approve=True)
    with pytest.raises(Invalid, match="waits for an answer"):
        waiving.ask(safety, one.pk, cast.reporter.pk, reason="Once more", until=until)
    assert stood(cast, "reporter")["Recurrent"] is State.MISSING
    waiving.decide(safety, row.pk, approve=True)
    assert stood(cast, "reporter")["Recurrent"] is State.WAIVED
    waiving.end(safety, row.pk, reason="Back at work")
    assert stood(cast, "reporter")["Recurrent"] is State.MISSING
    mine = waiving.ask(quality, one.pk, cast.safety.pk, reason="Too busy", until=until)
    with pytest.raises(Refused, match="another person decides"):
        waiving.decide(safety, mine.pk, approve=True)


def test_who_is_not_current_is_refused_for_a_part_with_the_reason(cast: Cast) -> None:
    one = course(cast, "Auditing basics", months=12)
    requiring.require(cast.actor("quality"), one.pk, duty="verifier", policy="block")
    held(cast, one, "colleague", days_ago=800)
    with pytest.raises(Invalid) as refused:
        action(cast, verifier=cast.colleague)
    assert "Colleague Person is not current: “Auditing basics” expired on" in refused.value.errors["verifier"]
    made = action(cast)
    with pytest.raises(Invalid, match="is missing"):
        services.edit(cast.actor("quality"), made.pk, made.version, {"verifier": cast.director})
    held(cast, one, "colleague")
    assert action(cast, verifier=cast.colleague).pk


def test_a_policy_that_flags_lets_it_pass_and_tells(cast: Cast) -> None:
    one = course(cast, "Auditing basics")
    requiring.require(cast.actor("quality"), one.pk, duty="verifier", policy="flag")
    made = action(cast, verifier=cast.colleague)
    told = next(entry for entry in history.entries(made) if entry.verb == naming.DOUBTED)
    assert "“Auditing basics” is missing" in told.reason
    outbox.deliver()
    assert News.everywhere.filter(person=cast.owner, topic="training", record_id=made.pk).count() == 1


def test_a_role_that_may_not_go_without_is_refused_for_every_part(cast: Cast) -> None:
    one = course(cast, "Safety for managers")
    asked(cast, one, "department_director", policy="block")
    assert [each.title for each in duties.lapses(cast.organisation.pk, cast.director.pk, "verifier")] == [one.title]
    with pytest.raises(Invalid, match="Director Person is not current"):
        action(cast, verifier=cast.director)
    held(cast, one, "director")
    assert duties.lapses(cast.organisation.pk, cast.director.pk, "verifier") == []


def test_the_daily_round_asks_once_and_takes_back(cast: Cast) -> None:
    one = course(cast, "Yearly", months=12)
    row = asked(cast, one, "quality_manager", within_days=10)
    assert reminding.remind(cast.organisation.pk) == 1
    assert reminding.remind(cast.organisation.pk) == 0
    [task] = Task.everywhere.filter(record_id=one.pk, code=holdings.TAKE, done_at=None)
    assert task.person_id == cast.quality.pk
    assert task.due_at is not None
    assert (task.due_at - moment.now()).days in (9, 10)
    assert [each.record.pk for each in tasks.mine(cast.actor("quality")) if each.code == holdings.TAKE] == [one.pk]
    requiring.release(cast.actor("safety"), row.pk, "Not theirs")
    reminding.remind(cast.organisation.pk)
    assert not Task.everywhere.filter(record_id=one.pk, code=holdings.TAKE, done_at=None).exists()


def test_a_round_in_portions_asks_everybody_who_hears_it_once_and_whoever_sees_the_course_finds_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "AT_ONCE", 3)
    one = course(cast, "Hydraulics")
    asked(cast, one)
    ours = {who: person for who, person in cast.people.items() if person.organisation_id == cast.organisation.pk}
    assert reminding.remind(cast.organisation.pk) == len(ours) > FEW
    waiting = Task.everywhere.filter(record_id=one.pk, code=holdings.TAKE, done_at=None)
    assert sorted(waiting.values_list("person_id", flat=True)) == sorted(person.pk for person in ours.values())
    actors = {person.pk: cast.actor(who) for who, person in ours.items()}
    see = {pk for pk, actor in actors.items() if scope.sees(actor, one)}
    for _twice in range(2):
        assert reminding.remind(cast.organisation.pk) == 0
        outbox.deliver_waiting()
        # Everybody hears of it in one line of their own, and not of each task besides.
        told = News.everywhere.filter(topic=digesting.OWN).values_list("person_id", flat=True)
        assert sorted(told) == sorted(actors)
        assert not News.everywhere.filter(topic="task").exists()
        services.comment(cast.actor("safety"), one.pk, "Soon")
    assert {pk for pk, actor in actors.items() if one.pk in find(actor, "hydraulics").ids} == see


def test_who_may_not_say_what_is_asked_is_refused(cast: Cast) -> None:
    one = course(cast)
    role = Role.objects.get(organisation=cast.organisation, code="reporter")
    with pytest.raises(Refused, match="Ask "):
        requiring.require(cast.actor("executive"), one.pk, role_id=role.pk)
    with pytest.raises(Refused):
        following.set_policy(cast.actor("director"), on_change="block", change_days=3)
    with pytest.raises(Invalid, match="One of them"):
        requiring.require(cast.actor("quality"), one.pk, role_id=role.pk, duty="auditor")

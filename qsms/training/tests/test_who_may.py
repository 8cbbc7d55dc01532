"""Who says what of whose training, and who reads it: deputies, other sites, reasons, what is confidential."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from qsms.notify.models import News
from qsms.org import services as org
from qsms.org.models import Grant, Person, Role, Site
from qsms.records import history, naming, outbox, services
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Task
from qsms.training import contents, learning, quizzes, reminding, requiring, sessions, starters, waiving
from tests.cast import Cast
from tests.harness.clock import START as NOW

from .makers import asked, course
from .test_flow import browser, planned, words

pytestmark = pytest.mark.django_db


def given(cast: Cast, person: Person, permissions: list[str], site: Site | None = None) -> Client:
    """This person with these rights as well, at one site or everywhere, before a browser."""
    axis = "all" if site is None else "site"
    code = f"extra_{Role.objects.count()}"
    role = Role.objects.create(
        organisation=cast.organisation, code=code, title=code, axis=axis, permissions=permissions
    )
    Grant.objects.create(organisation=cast.organisation, person=person, role=role, axis=axis, site=site)
    return browser(cast, next(name for name, one in cast.people.items() if one == person))


def stands_in(cast: Cast, giver: str, taker: str) -> None:
    org.delegate(cast.people[giver], cast.people[taker], starts_on=NOW.date(), ends_on=NOW.date(), reason="Leave")


def test_a_deputy_says_nothing_of_whom_they_stand_in_for(cast: Cast) -> None:
    session = planned(cast, course(cast))
    sessions.invite(cast.actor("quality"), session.pk, [cast.director.pk, cast.owner.pk])
    stands_in(cast, "director", "colleague")
    deputy = cast.actor("colleague")
    assert sessions.judge(deputy, session.pk, {cast.owner.pk: "passed"}) == 1, "the director teaches it"
    with pytest.raises(Refused, match="whom you stand in for"):
        sessions.judge(deputy, session.pk, {cast.director.pk: "passed"})
    page = words(browser(cast, "colleague"), f"/r/session/{session.number}/tab/attendance/")
    assert f"result-{cast.owner.pk}" in page
    assert f"result-{cast.director.pk}" not in page


def test_no_deputy_gives_whom_they_stand_in_for_another_round(cast: Cast) -> None:
    [one] = starters.add(cast.actor("quality"), ["quality-basics"])
    stands_in(cast, "quality", "colleague")
    with pytest.raises(Refused, match="Somebody else has to let you try again"):
        learning.let_again(cast.actor("colleague"), one.number, cast.quality.pk, "They ask for it")


def test_the_reason_of_an_excuse_is_for_who_decides(cast: Cast) -> None:
    one = course(cast)
    asked(cast, one)
    waiver = waiving.ask(
        cast.actor("quality"), one.pk, cast.owner.pk, reason="A long illness", until=dt.date(2026, 5, 1)
    )
    reader = given(cast, cast.colleague, ["course.view"])
    for what in ("decide", "end"):
        answer = reader.get(f"/training/excuse/{waiver.pk}/{what}/")
        assert answer.status_code == 403
        assert "illness" not in answer.content.decode()
    assert "A long illness" in words(browser(cast, "safety"), f"/training/excuse/{waiver.pk}/decide/")


def test_what_is_confidential_is_not_told_by_being_asked_of_somebody(cast: Cast) -> None:
    asked(cast, course(cast, "Quokka handling", confidential=True))
    reader = given(cast, cast.colleague, ["holding.view", "course.view"])
    for path in (
        f"/training/matrix/person/{cast.owner.pk}/",
        "/training/",
        "/training/matrix/",
        "/training/matrix/gaps/",
        "/training/matrix/roles/",
    ):
        assert "Quokka" not in words(reader, path), path
    keeper = browser(cast, "quality")
    assert "Quokka" in words(keeper, f"/training/matrix/person/{cast.owner.pk}/")


def test_a_refusal_names_a_confidential_course_to_those_alone_who_may_see_it(cast: Cast) -> None:
    one = course(cast, "Quokka handling", confidential=True)
    row = requiring.require(cast.actor("quality"), one.pk, duty="verifier", policy="block")
    given(cast, cast.reporter, ["action.*"])
    raised = {"title": "Replace the heads", "description": "All", "owner": cast.owner, "verifier": cast.colleague}
    said = {}
    for who in ("reporter", "quality"):
        with pytest.raises(Invalid) as refused:
            services.create(cast.actor(who), "action", raised)
        said[who] = refused.value.errors["verifier"]
    assert "Colleague Person is not current: a confidential course is missing." in said["reporter"]
    assert "Colleague Person is not current: “Quokka handling” is missing." in said["quality"]
    # What is let pass is kept in the history of the action, and told: neither names it to anybody.
    requiring.release(cast.actor("quality"), row.pk, "To be told only")
    requiring.require(cast.actor("quality"), one.pk, duty="verifier", policy="flag")
    made = services.create(cast.actor("quality"), "action", raised)
    outbox.deliver()
    [doubt] = [entry.reason for entry in history.entries(made) if entry.verb == naming.DOUBTED]
    assert "a confidential course is missing" in doubt
    assert News.everywhere.filter(topic="training", record_id=made.pk).exists()
    assert not News.everywhere.filter(text__contains="Quokka").exists()


def test_who_is_asked_for_training_is_named_to_nobody_else_beside_a_record(cast: Cast) -> None:
    one = course(cast)
    asked(cast, one, "process_owner")
    reminding.remind(cast.organisation.pk)
    assert Task.everywhere.filter(record_id=one.pk, person=cast.site_owner, done_at=None).exists()
    session = planned(cast, one)
    sessions.invite(cast.actor("quality"), session.pk, [cast.reporter.pk, cast.site_owner.pk])
    reader = given(cast, cast.colleague, ["course.view", "session.view"])
    own = browser(cast, "site_owner")
    for path in (f"/r/course/{one.number}/", f"/r/session/{session.number}/tab/attendance/"):
        page = words(reader, path)
        assert ("asked: " in page, "Reporter Person" in page) == (False, False), path
        assert "asked: " in words(own, path)
    assert "Reporter Person" in words(browser(cast, "quality"), path)


def test_whoever_keeps_the_training_of_one_site_reads_no_results_of_another(cast: Cast) -> None:
    session = planned(cast, course(cast))
    guest = cast.other_site_auditor
    sessions.invite(cast.actor("quality"), session.pk, [cast.reporter.pk, guest.pk])
    reader = given(cast, guest, ["holding.view"], cast.sites["STV"])
    path = f"/r/session/{session.number}/tab/attendance/"
    line, other = f"<li>{guest.name}", f"<li>{cast.reporter.name}"
    page = words(reader, path)
    assert (line in page, other in page) == (True, False)
    page = words(browser(cast, "executive"), path)
    assert (line in page, other in page) == (True, True)


def test_whoever_keeps_the_training_of_one_site_adds_nothing_for_another(cast: Cast) -> None:
    one = course(cast)
    given(cast, cast.colleague, ["course.view"])
    given(cast, cast.colleague, ["holding.*"], cast.sites["STV"])
    values = {"course": one.pk, "completed_on": dt.date(2026, 1, 5), "site": cast.sites["STV"]}
    with pytest.raises(Invalid, match="works where you keep no training records"):
        services.create(cast.actor("colleague"), "holding", {**values, "holder": cast.owner})
    services.create(cast.actor("colleague"), "holding", {**values, "holder": cast.other_site_auditor})


def test_the_quiz_of_a_retired_course_is_not_begun(cast: Cast) -> None:
    quality = cast.actor("quality")
    [one] = starters.add(quality, ["quality-basics"])
    content = contents.newest(one.pk)
    assert content is not None
    for section in contents.text_of(content).sections:
        learning.read(quality, one.number, section.key, 1)
    services.move(quality, one.pk, "retire", reason="Another one took its place")
    with pytest.raises(Refused, match="is not in use"):
        quizzes.start(quality, one.number)

"""The digests of the week: one line of one's own, and of whom one leads; never twice a week, no name out of scope."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import Traveller

from qsms.notify import letters
from qsms.notify import services as notify
from qsms.notify.models import Letter, News
from qsms.org import services as org
from qsms.org.models import Grant, Person, Role
from qsms.records import services
from qsms.records.models import Task
from qsms.training import digesting, following, reminding
from qsms.training.models import Course
from tests.cast import Cast

from .makers import asked, course, held

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def lacking(cast: Cast) -> Course:
    """Everybody is asked for a yearly course: one expired, one ends soon, one is current, the others never had it. And
    for one that only few may know of."""
    yearly = course(cast, "Fire drill", months=12)
    asked(cast, yearly)
    asked(cast, course(cast, "Quokka handling", confidential=True))
    for who, ago in (("reporter", 370), ("owner", 360), ("colleague", 10)):
        held(cast, yearly, who, days_ago=ago)
    return yearly


def told(cast: Cast, who: str, topic: str) -> list[News]:
    return [one for one in notify.inbox(cast.actor(who)) if one.topic == topic]


def lines(cast: Cast, who: str) -> list[str]:
    actor = cast.actor(who)
    return [line for found in notify.lines(actor, notify.inbox(actor)).values() for line in found]


def test_whoever_leads_people_reads_once_a_week_whose_training_ends(
    cast: Cast, lacking: Course, clock: Traveller
) -> None:
    reminding.remind(cast.organisation.pk)
    assert [one.person_id for one in News.everywhere.filter(topic=digesting.PEOPLE).order_by("person_id")] == sorted(
        cast.people[who].pk for who in ("safety", "quality", "director", "site_owner")
    ), "Neither auditors, nor the executive, nor who leads nobody."
    [local], [wide] = (told(cast, who, digesting.PEOPLE) for who in ("site_owner", "director"))
    # All but the colleague, and for the manager of a site but the auditor of another one.
    assert local.text == "Training of 9 of your people: Expired: 1, Due soon: 1, Missing: 7"
    assert wide.text == "Training of 10 of your people: Expired: 1, Due soon: 1, Missing: 8"
    assert (local.path, wide.path) == (
        f"/training/matrix/gaps/?site={cast.sites['LKF'].pk}", "/training/matrix/gaps/",
    )  # fmt: skip
    # What is nearest to today stands first.
    assert lines(cast, "site_owner")[:2] == [
        "Reporter Person: “Fire drill” expired on 25 Feb 2026",
        "Owner Person: “Fire drill” ends on 7 Mar 2026",
    ]
    assert "Other Site Auditor Person: “Fire drill” is missing" in lines(cast, "director")
    assert not [one for one in lines(cast, "site_owner") if "Other Site" in one]
    assert not News.everywhere.filter(text__contains="Quokka").exists()
    assert "Quokka" not in str([one.detail for one in News.everywhere.all()])

    for days, heard in ((1, 1), (5, 1), (1, 2), (3, 2), (4, 3)):
        clock.shift(days * DAY)
        reminding.remind(cast.organisation.pk)
        mine = News.everywhere.filter(person=cast.director, topic=digesting.PEOPLE)
        assert mine.count() == heard, days
        # What was not read of weeks before is folded into the newest.
        assert [one.earlier for one in told(cast, "director", digesting.PEOPLE)] == [heard - 1]


def test_everybody_reads_of_their_own_in_one_line(cast: Cast, lacking: Course, clock: Traveller) -> None:
    for n in range(3):
        asked(cast, course(cast, f"Course {n}"))
    reminding.remind(cast.organisation.pk)
    # What only few may know of is counted and not named.
    for who, said in (
        ("reporter", "Your training: “Fire drill” expired on 25 Feb 2026, and 4 more"),
        ("colleague", "Your training: “Course 0” is missing, and 3 more"),
    ):
        assert [one.text for one in notify.inbox(cast.actor(who))] == [said]
    client = Client()
    client.force_login(cast.account("reporter"))
    [mine] = told(cast, "reporter", digesting.OWN)
    assert client.get(reverse("notify:open", args=[mine.pk])).headers["Location"] == "/training/"
    clock.shift(DAY)
    reminding.remind(cast.organisation.pk)
    assert News.everywhere.filter(person=cast.reporter).count() == 1


def test_the_letter_of_the_day_says_names_courses_and_days_and_no_more_than_may_be_seen_then(
    cast: Cast, lacking: Course, clock: Traveller
) -> None:
    reminding.remind(cast.organisation.pk)
    # By the evening one leads nobody any more, and the course is known to few.
    Grant.objects.filter(person=cast.site_owner, axis="site").delete()
    clock.shift(dt.timedelta(hours=8))
    letters.write_digests()
    bodies = {who: Letter.objects.get(person=cast.people[who]).body for who in ("director", "site_owner")}
    assert "Reporter Person: “Fire drill” expired on 25 Feb 2026" in bodies["director"]
    assert "/training/matrix/gaps/" in bodies["director"]
    assert "Reporter Person" not in bodies["site_owner"]
    services.edit(
        cast.actor("quality"), lacking.pk, Course.everywhere.get(pk=lacking.pk).version, {"confidential": True}
    )
    # Whoever is asked to take it sees it.
    Task.everywhere.filter(person=cast.director).delete()
    director = Role.objects.get(organisation=cast.organisation, code="department_director")
    assert "course.view_confidential" not in director.permissions
    assert not [one for one in lines(cast, "director") if "Fire drill" in one]
    assert [one for one in lines(cast, "quality") if "Fire drill" in one]


def test_the_owner_of_courses_who_leads_nobody_reads_how_many(cast: Cast, lacking: Course) -> None:
    services.assign(cast.actor("quality"), lacking.pk, cast.owner.pk)
    reminding.remind(cast.organisation.pk)
    [mine] = told(cast, "owner", digesting.PEOPLE)
    assert mine.text == "Training in your courses: Expired: 1, Due soon: 1, Missing: 8"
    assert lines(cast, "owner") == [f"{lacking.number} Fire drill: Expired: 1, Due soon: 1, Missing: 8"]


def test_who_leads_a_unit_reads_of_those_in_it_and_not_of_themselves_alone(
    cast: Cast, lacking: Course, clock: Traveller
) -> None:
    unit = cast.units["MX"]
    org.grant(cast.owner, "maintenance_supervisor", axis="unit", unit=unit)
    Person.objects.filter(pk=cast.owner.pk).update(unit=unit)
    reminding.remind(cast.organisation.pk)
    assert told(cast, "owner", digesting.PEOPLE) == []
    Person.objects.filter(pk=cast.reporter.pk).update(unit=unit)
    clock.shift(DAY)
    reminding.remind(cast.organisation.pk)
    [mine] = told(cast, "owner", digesting.PEOPLE)
    assert (mine.text, mine.path) == (
        "Training of 2 of your people: Expired: 1, Due soon: 1", f"/training/matrix/gaps/?unit={unit.pk}",
    )  # fmt: skip
    client = Client()
    client.force_login(cast.account("owner"))
    # Beside it the one that only few may know of: they see it, for they are asked to take it.
    assert "3 of 4 that are asked are expired or missing" in client.get(mine.path).content.decode()


def test_who_stands_in_for_a_leader_reads_it_too(cast: Cast, lacking: Course, clock: Traveller) -> None:
    today = dt.date(2026, 3, 2)
    org.delegate(cast.site_owner, cast.colleague, starts_on=today, ends_on=today, reason="Leave")
    reminding.remind(cast.organisation.pk)
    assert [one.path for one in told(cast, "colleague", digesting.PEOPLE)] == [
        f"/training/matrix/gaps/?site={cast.sites['LKF'].pk}"
    ]
    assert "Reporter Person" in str(lines(cast, "colleague"))
    clock.shift(DAY)
    assert lines(cast, "colleague") == []


def test_a_change_of_what_is_taught_is_told_at_once(cast: Cast, lacking: Course) -> None:
    following.changed(cast.actor("quality"), lacking.pk, since=dt.date(2026, 3, 2))
    [mine] = told(cast, "colleague", "training")
    assert mine.text == "Take “Fire drill” by 16 Mar 2026. What it teaches was changed."

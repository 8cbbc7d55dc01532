"""Who a person is: named by an administrator, unlike anybody else, and in history as they were called then."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from qsms.base import moment
from qsms.org import services as org
from qsms.org.errors import OrgError
from qsms.org.models import Person
from qsms.records import history, services
from qsms.records.models import Change
from tests.cast import Cast
from tests.contract.factory import make


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.account("administrator"))
    return client


def rename(admin: Client, person: Person, name: str, **more: str) -> str:
    person.refresh_from_db()
    given = {"name": name, "title": person.title, "email": person.email, "site": str(person.site_id or ""), **more}
    answer = admin.post(f"/administration/people/{person.pk}/", given)
    person.refresh_from_db()
    return answer.content.decode()


@pytest.mark.parametrize("name", ["System", "  the   SYSTEM ", "Reporter"])
def test_nobody_is_called_like_the_system(admin: Client, cast: Cast, name: str) -> None:
    assert "is what the system calls itself" in rename(admin, cast.colleague, name)
    assert cast.colleague.name == "Colleague Person"
    with pytest.raises(OrgError, match="is what the system calls itself"):
        org.add_person(cast.organisation, name=name)


def test_two_who_work_here_are_told_apart(admin: Client, cast: Cast) -> None:
    taken = cast.safety.name.upper().replace(" ", "  ")
    assert "works here already" in rename(admin, cast.colleague, taken)
    assert cast.colleague.name == "Colleague Person"
    rename(admin, cast.colleague, cast.safety.name, namesake="on", title="Pilot")
    assert cast.colleague.name == f"{cast.safety.name} (Pilot)"
    made = admin.post("/administration/people/new/", {"name": cast.quality.name})
    assert made.status_code == 422
    # Somebody who left has no claim on the name, and does not come back to one that is taken.
    org.add_person(cast.other, name=cast.quality.name)
    Person.objects.filter(pk=cast.quality.pk).update(is_active=False)
    rename(admin, cast.colleague, cast.quality.name)
    assert cast.colleague.name == cast.quality.name
    back = admin.post(f"/administration/people/{cast.quality.pk}/access/", {"active": "1"})
    assert back.status_code == 409


def test_history_names_people_as_they_were_called_then(admin: Client, cast: Cast) -> None:
    made = make(cast.actor("quality"), "action", site=cast.sites["LKF"])
    with moment.at(moment.now().replace(year=moment.now().year + 1)):
        rename(admin, cast.quality, "Priya Nair")
        services.edit(cast.actor("quality"), made.pk, 1, {"title": "Another"})
        entries = history.entries(made)
        assert [entry.actor for entry in entries] == ["Priya Nair", "Quality Person"]
        assert history.maker(made, 1) == history.Maker(cast.quality.pk, "Quality Person", entries[-1].at)
    assert list(Change.objects.filter(deed__subject=f"person:{cast.quality.pk}").values_list("old", "new")) == [
        ("Quality Person", "Priya Nair")
    ]


def test_the_people_of_a_record_are_people_not_names(admin: Client, cast: Cast) -> None:
    made = make(cast.actor("quality"), "action", site=cast.sites["LKF"], owner=cast.owner)
    # Two of one name, as an installation may have them from before.
    Person.objects.filter(pk__in=[cast.owner.pk, cast.quality.pk]).update(name="Priya Nair")
    admin.force_login(cast.account("safety"))
    text = admin.get(f"/r/action/{made.number}/").content.decode()
    rail = re.sub(r"<[^>]+>", "|", text.partition("People</h")[2].partition("</section>")[0])
    assert rail.count("Priya Nair") == 2

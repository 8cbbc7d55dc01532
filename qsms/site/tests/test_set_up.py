"""The first visit to an empty installation, by browser and by command."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from qsms.base import context
from qsms.org.models import Account, OneTimeLink, Organisation, Person, Role, Site
from qsms.records.models import Deed
from qsms.site import prepare
from qsms.site.accounts import set_up
from tests.harness.together import at_once

PASSWORD = "grey heron over runway"
ORGANISATION = {
    "name": "Quillhaven Rotor", "kind": "repair", "size": "small", "zone": "America/Phoenix", "holiday_country": "US",
    "holiday_region": "AZ",
}  # fmt: skip
SITES = {
    "name_0": "Quillhaven", "code_0": "QHV", "zone_0": "America/Phoenix", "name_1": "", "code_1": "", "zone_1": "UTC",
    "name_2": "", "code_2": "", "zone_2": "UTC",
}  # fmt: skip
ACCOUNT = {"name": "Lena Voss", "email": "lena@quillhaven.test", "new": PASSWORD, "again": PASSWORD}


def begin(client: Client) -> None:
    link = set_up.link_if_empty()
    assert link.startswith("http://localhost:8000/set-up/?code=")
    assert client.get(link.removeprefix("http://localhost:8000")).status_code == 302


def until_account(client: Client) -> None:
    begin(client)
    assert client.post("/set-up/organisation/", ORGANISATION)["Location"] == "/set-up/sites/"
    assert client.post("/set-up/sites/", SITES)["Location"] == "/set-up/account/"


def test_the_first_visitor_is_led_there_and_needs_the_link(client, db):
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"
    assert client.get("/sign-in/")["Location"] == "/set-up/"
    closed = client.get("/set-up/")
    assert closed.status_code == 403
    assert "qsms serve" in closed.content.decode()
    assert client.post("/set-up/organisation/", ORGANISATION).status_code == 403
    client.get("/set-up/?code=made-up")
    assert "This link is not complete" in client.get("/set-up/").content.decode()


def test_the_walk_ends_with_an_organisation_and_its_administrator(client, db):
    until_account(client)
    assert not Organisation.objects.exists()
    assert client.post("/set-up/account/", ACCOUNT)["Location"] == "/set-up/done/"
    done = client.get("/set-up/done/").content.decode()
    assert "Quillhaven Rotor is set up" in done
    organisation = Organisation.objects.get()
    assert (organisation.kind, organisation.zone, organisation.holiday_region) == ("repair", "America/Phoenix", "AZ")
    assert [site.code for site in Site.objects.all()] == ["QHV"]
    person = Person.objects.get()
    assert set(person.grants.values_list("role__code", flat=True)) == {"administrator", "reporter"}
    assert person.account
    assert person.account.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(person.account.pk)
    assert list(Deed.everywhere.order_by("pk").values_list("verb", flat=True)) == ["founded", "signed_in"]
    assert not OneTimeLink.objects.exists()
    assert set_up.link_if_empty() == ""


def test_it_is_taken_up_where_it_was_left(client, db):
    until_account(client)
    assert client.get("/set-up/")["Location"] == "/set-up/account/"
    assert "Quillhaven Rotor" in client.get("/set-up/organisation/").content.decode()
    assert "QHV" in client.get("/set-up/sites/").content.decode()
    assert Client().get("/set-up/account/").status_code == 403


def test_a_page_ahead_of_what_is_filled_in_leads_back(client, db):
    begin(client)
    assert client.get("/set-up/account/")["Location"] == "/set-up/organisation/"
    assert client.get("/set-up/nonsense/")["Location"] == "/set-up/organisation/"


@pytest.mark.parametrize(
    ("step", "wrong", "said"),
    [
        ("organisation", {"name": ""}, "This is empty. Fill it in."),
        ("organisation", {"holiday_region": "QQ"}, "“QQ” is no part of this country"),
        ("organisation", {"zone": "Mars/Olympus"}, "“Mars/Olympus” is not a choice here."),
        ("sites", {"name_0": ""}, "This is empty. Fill it in."),
        ("sites", {"name_1": "Stavnes"}, "Give “Stavnes” a short code."),
        ("sites", {"name_1": "Stavnes", "code_1": "qhv"}, "“qhv” is used above."),
        ("account", {"new": "demo", "again": "demo"}, "too short"),
        ("account", {"again": "something else"}, "The two are not the same."),
        ("account", {"new": "lena@quillhaven", "again": "lena@quillhaven"}, "too much like your"),
        ("account", {"new": "password1234", "again": "password1234"}, "one of the commonest"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_lost(client, db, step, wrong, said):
    until_account(client)
    filled = {"organisation": ORGANISATION, "sites": SITES, "account": ACCOUNT}[step] | wrong
    answer = client.post(f"/set-up/{step}/", filled)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert not Organisation.objects.exists()


def test_once_set_up_it_is_closed_for_everybody(client, db):
    until_account(client)
    late = Client()
    until_account(late)
    client.post("/set-up/account/", ACCOUNT)
    assert late.post("/set-up/account/", ACCOUNT)["Location"] == "/sign-in/"
    assert late.get("/set-up/")["Location"] == "/sign-in/"
    assert late.get("/set-up/done/")["Location"] == "/sign-in/"
    assert Account.objects.count() == 1


@pytest.mark.usefixtures("real_db")
def test_of_two_people_at_once_one_founds_it():
    answers = {
        "organisation": ORGANISATION,
        "sites": [{"name": "Quillhaven", "code": "QHV", "zone": "UTC"}],
    }

    def found(token: str, number: int) -> str:
        mine = {**ACCOUNT, "email": f"person{number}@quillhaven.test"}
        try:
            set_up._found(token, answers, mine)
        except (set_up.links.LinkError, set_up.services.OrgError) as no:
            return str(no)
        return ""

    same = set_up.link_if_empty().partition("code=")[2]
    others = [set_up.link_if_empty().partition("code=")[2] for _each in range(2)]
    said = at_once(*[partial(found, token, number) for number, token in enumerate([same, same, *others])])
    assert sorted(said)[0] == ""
    assert len([one for one in said if one]) == 3
    assert Organisation.objects.count() == Account.objects.count() == 1


def test_the_server_prints_the_link_as_long_as_it_is_of_use(client, db, capsys, settings):
    prepare._tell_who_may_set_up()
    told = capsys.readouterr()
    assert re.search(r"\nhttp://localhost:8000/set-up/\?code=\S+\n", told.err)
    assert told.out == ""
    settings.DEMO = True
    prepare._tell_who_may_set_up()
    settings.DEMO = False
    until_account(client)
    client.post("/set-up/account/", ACCOUNT)
    prepare._tell_who_may_set_up()
    assert capsys.readouterr().err == ""


def test_a_link_for_the_set_up_opens_no_account_and_gets_old(client, db, clock):
    token = set_up.link_if_empty().partition("code=")[2]
    assert client.get(f"/sign-in/link/{token}/").status_code == 410
    clock.shift(timedelta(days=8))
    client.get(f"/set-up/?code={token}")
    assert "too old" in client.get("/set-up/").content.decode()


def test_the_administrator_cannot_open_seals(client, db):
    until_account(client)
    client.post("/set-up/account/", ACCOUNT)
    with context.organisation(Organisation.objects.get().pk):
        role = Role.objects.get(code="administrator")
    assert not [one for one in role.permissions if one.startswith("seal") or one.endswith("view_confidential")]

"""One-time links and passwords."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from qsms.org import links
from qsms.org.models import Account, OneTimeLink, SignInTry
from qsms.records.models import Deed
from qsms.site.accounts import passwords, sweeping
from tests.cast import PASSWORD, Cast
from tests.harness.together import at_once

NEW = "grey heron over runway"
CHOSEN = {"new": NEW, "again": NEW}


@pytest.fixture
def account(cast: Cast) -> Account:
    found = cast.safety.account
    assert found
    return found


@pytest.fixture
def path(account: Account) -> str:
    return urlsplit(passwords.address_of(links.make(OneTimeLink.Purpose.INVITE, account))).path


def test_a_link_lets_its_owner_choose_a_password_and_in(client, cast, account, path):
    assert account.email in client.get(path).content.decode()
    # Looking does not use it up: programs look at links in mail before people do.
    assert client.get(path).status_code == 200
    assert client.post(path, CHOSEN)["Location"] == "/"
    assert client.get("/account/password/").status_code == 200
    account.refresh_from_db()
    assert account.check_password(NEW)
    verbs = Deed.everywhere.filter(subject=f"person:{cast.safety.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["password_changed", "signed_in"]


def test_a_weak_password_does_not_use_it_up(client, path):
    for weak in ("demo", "safety@larkfield"):
        assert client.post(path, {"new": weak, "again": weak}).status_code == 422
    assert client.post(path, CHOSEN).status_code == 302


def test_it_works_once(client, path):
    client.post(path, CHOSEN)
    for answer in (Client().get(path), Client().post(path, CHOSEN)):
        assert answer.status_code == 410
        assert "newer one was made" in answer.content.decode() or "used already" in answer.content.decode()


@pytest.mark.usefixtures("real_db")
def test_it_works_once_when_two_press_at_the_same_moment(cast, path):
    answers = at_once(*[partial(Client().post, path, CHOSEN)] * 4)
    assert sorted(answer.status_code for answer in answers) == [302, 410, 410, 410]


def test_it_gets_old(client, path, clock):
    clock.shift(timedelta(hours=24, seconds=-1))
    assert client.get(path).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert "too old" in client.get(path).content.decode()
    assert client.post(path, CHOSEN).status_code == 410


def test_a_newer_one_makes_it_void(client, account, path):
    links.make(OneTimeLink.Purpose.RESET, account)
    assert client.get(path).status_code == 410


def test_a_changed_one_is_refused_without_a_look(client, path, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(path[:-5] + "xxxx/").status_code == 410


def test_the_database_does_not_hold_what_opens(path):
    secret = path.split("/")[-2].split(":")[0]
    assert not OneTimeLink.objects.filter(secret_hash__contains=secret[:10]).exists()


def test_an_account_that_was_switched_off_has_no_way_in(client, account, path):
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert client.post(path, CHOSEN).status_code == 410


class TestForgotten:
    @pytest.fixture(autouse=True)
    def mail_at_once(self, settings):
        settings.MAIL_ON = True
        settings.TASKS = {"default": {"BACKEND": "qsms.base.jobs.backend.JobBackend", "OPTIONS": {"immediate": True}}}

    def test_the_answer_is_the_same_for_everybody(self, client, account):
        known = client.post("/sign-in/forgot/", {"email": account.email})
        unknown = client.post("/sign-in/forgot/", {"email": "nobody@nowhere.test"})
        assert known["Location"] == unknown["Location"] == "/sign-in/forgot/?sent=1"
        assert "If there is an account" in client.get("/sign-in/forgot/?sent=1").content.decode()
        assert [one.to for one in mail.outbox] == [[account.email]]

    def test_the_link_in_the_mail_works(self, client, account):
        client.post("/sign-in/forgot/", {"email": account.email.upper()})
        (address,) = re.findall(r"http://localhost:8000(\S+)", str(mail.outbox[0].body))
        assert client.post(address, CHOSEN).status_code == 302

    def test_it_cannot_be_used_to_flood_somebody(self, client, account):
        answers = [client.post("/sign-in/forgot/", {"email": account.email}) for _each in range(12)]
        assert len(mail.outbox) == 10
        assert "too many tries" in answers[-1].content.decode()

    def test_without_a_mail_server_the_page_says_who_helps(self, client, account, settings):
        settings.MAIL_ON = False
        assert "sends no mail" in client.get("/sign-in/forgot/").content.decode()
        client.post("/sign-in/forgot/", {"email": account.email})
        assert mail.outbox == []


class TestChange:
    @pytest.fixture
    def signed_in(self, client, account):
        account.set_password(PASSWORD)
        account.save()
        client.force_login(account)
        return client

    def test_other_sessions_end_and_this_one_stays(self, signed_in, account):
        other = Client()
        other.force_login(account)
        answer = signed_in.post("/account/password/", {"present": PASSWORD, **CHOSEN})
        assert answer.status_code == 302
        assert signed_in.get("/account/password/").status_code == 200
        assert other.get("/account/password/").status_code == 302

    def test_the_present_one_is_asked_and_cannot_be_guessed(self, signed_in):
        for _each in range(10):
            answer = signed_in.post("/account/password/", {"present": "a wrong guess here", **CHOSEN})
            assert "not your present password" in answer.content.decode()
        answer = signed_in.post("/account/password/", {"present": PASSWORD, **CHOSEN})
        assert "too many tries" in answer.content.decode()


def test_what_is_over_is_swept_away(client, account, path, clock):
    client.force_login(account)
    client.post("/sign-in/", {"email": "nobody@nowhere.test", "password": "some wrong password"})
    assert not sweeping.is_due()
    clock.shift(timedelta(days=31, hours=1))
    assert sweeping.is_due()
    sweeping.sweep()
    assert not sweeping.is_due()
    assert not OneTimeLink.objects.exists()
    assert not Session.objects.exists()
    assert not SignInTry.objects.exists()

"""The door: who gets in, what is said to who does not, and what nobody learns from it."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.org import throttle
from qsms.org.models import Person, SignInTry
from qsms.records.models import Deed
from qsms.site.accounts import cast as demo
from tests.cast import PASSWORD, Cast
from tests.harness.together import at_once

WRONG = "not the password at all"
OWN_PAGE = "/account/password/"


@pytest.fixture
def safety(cast: Cast) -> str:
    """The address of an account that has a password."""
    account = cast.safety.account
    assert account
    account.set_password(PASSWORD)
    account.save()
    return str(account.email)


def sign_in(client: Client, email: str, password: str, **more: str):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


def test_the_right_password_gets_in_and_leaves_a_deed(client, cast, safety):
    client.get("/sign-in/")
    answer = sign_in(client, safety.upper(), PASSWORD, next=OWN_PAGE)
    assert (answer.status_code, answer["Location"]) == (302, OWN_PAGE)
    assert client.get(OWN_PAGE).status_code == 200
    (deed,) = Deed.everywhere.filter(subject=f"person:{cast.safety.pk}")
    assert (deed.verb, deed.organisation_id, deed.actor_id, deed.detail) == (
        "signed_in", cast.organisation.pk, cast.safety.pk, {"by": "password"},
    )  # fmt: skip


def test_the_key_of_the_session_changes_at_the_door(client, safety):
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client, safety, PASSWORD)
    assert client.session.session_key != before
    again = Client()
    again.cookies["qsms_session"] = before
    assert again.get(OWN_PAGE).status_code == 302


def test_signing_out_ends_the_session_and_needs_a_post(client, cast, safety):
    sign_in(client, safety, PASSWORD)
    key = client.session.session_key
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get(OWN_PAGE).status_code == 302
    other = Client()
    other.cookies["qsms_session"] = key
    assert other.get(OWN_PAGE).status_code == 302
    assert Deed.everywhere.filter(subject=f"person:{cast.safety.pk}", verb="signed_out").count() == 1


@pytest.mark.parametrize("broken", ["/sign-in/", "/sign-out/", "/set-up/", "/ui/prefer/"])
def test_a_post_without_the_token_is_refused(broken, cast):
    assert Client(enforce_csrf_checks=True).post(broken, {}).status_code == 403


class TestNothingIsLearnt:
    """An account that does not exist is answered like a wrong password, as slowly, with as many queries."""

    @pytest.fixture(params=["wrong password", "no such account", "no password yet", "switched off"])
    def email(self, request, cast, safety) -> str:
        account = cast.quality.account
        if request.param == "switched off":
            account.set_password(PASSWORD)
            account.is_active = False
            account.save()
        return {
            "wrong password": safety,
            "no such account": "nobody@nowhere.test",
            "no password yet": cast.director.account.email,
            "switched off": account.email,
        }[request.param]

    def answer(self, client, email, password):
        hashed = []
        real = hashers.MD5PasswordHasher.encode

        def encode(*args: Any, **more: Any) -> str:
            hashed.append(1)
            return real(*args, **more)

        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            patch.object(hashers.MD5PasswordHasher, "encode", encode),
        ):
            got = sign_in(client, email, password)
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", got.content.decode().replace(email, ""))
        kinds = [query["sql"].split(" ", 1)[0] for query in queries]
        return got.status_code, body, len(hashed), kinds

    def test_all_say_the_same(self, client, email, safety):
        unknown = self.answer(Client(), "really@nobody.test", WRONG)
        assert self.answer(client, email, WRONG) == unknown
        assert "do not belong together" in unknown[1]
        assert unknown[0] == 403
        assert unknown[2] == 1

    def test_a_password_is_in_no_log_and_no_deed(self, client, email, caplog):
        caplog.set_level(logging.DEBUG)
        sign_in(client, email, WRONG)
        told = caplog.text + "".join(str(deed.detail) + deed.reason for deed in Deed.everywhere.all())
        assert "could not sign in from 127.0.0.1" in told
        assert WRONG not in told
        assert email not in caplog.text


def test_what_is_missing_is_told_and_not_counted(client, cast):
    for email, password in (("", WRONG), ("safety@larkfield.test", "")):
        assert "Write your e-mail address and your password." in sign_in(client, email, password).content.decode()
    assert not SignInTry.objects.exists()


class TestThrottle:
    def test_an_account_rests_after_ten_tries_even_for_the_right_password(self, client, cast, safety, clock):
        for _each in range(throttle.TRIES_OF_ACCOUNT):
            assert "do not belong" in sign_in(client, safety, WRONG).content.decode()
        refused = sign_in(client, safety, PASSWORD)
        assert "too many tries. Try again in 15 minutes" in refused.content.decode()
        clock.shift(timedelta(minutes=14, seconds=30))
        assert "Try again in a minute" in sign_in(Client(), safety, PASSWORD).content.decode()
        clock.shift(timedelta(seconds=31))
        assert sign_in(client, safety, PASSWORD).status_code == 302
        (deed,) = Deed.everywhere.filter(subject=f"person:{cast.safety.pk}")
        assert deed.detail == {"by": "password", "failed_before": 10}

    def test_waiting_is_not_made_longer_by_trying(self, client, safety, clock):
        for _each in range(throttle.TRIES_OF_ACCOUNT + 20):
            sign_in(client, safety, WRONG)
        clock.shift(throttle.WINDOW + timedelta(seconds=1))
        assert sign_in(client, safety, PASSWORD).status_code == 302

    def test_an_unknown_account_rests_as_well(self, client, cast):
        for _each in range(throttle.TRIES_OF_ACCOUNT):
            sign_in(client, "nobody@nowhere.test", WRONG)
        assert "too many tries" in sign_in(client, "nobody@nowhere.test", WRONG).content.decode()

    def test_an_address_rests_after_sixty(self, client, safety):
        for number in range(throttle.TRIES_OF_ADDRESS):
            sign_in(client, f"person{number}@nowhere.test", WRONG)
        assert "too many tries" in sign_in(client, safety, PASSWORD).content.decode()
        assert Client(REMOTE_ADDR="10.1.2.3").post(
            "/sign-in/", {"email": safety, "password": PASSWORD}
        ).status_code == 302  # fmt: skip

    def test_a_made_up_forwarding_header_makes_no_new_address(self, client, safety, settings):
        for number in range(throttle.TRIES_OF_ADDRESS):
            client.post(
                "/sign-in/",
                {"email": f"p{number}@nowhere.test", "password": WRONG},
                headers={"x-forwarded-for": f"10.0.0.{number}"},
            )
        assert "too many tries" in sign_in(client, safety, PASSWORD).content.decode()
        settings.BEHIND_PROXY = True
        entry = client.post(
            "/sign-in/", {"email": safety, "password": PASSWORD}, headers={"x-forwarded-for": "6.6.6.6, 10.0.0.9"}
        )
        assert entry.status_code == 302

    def test_neither_address_is_kept_in_the_open_nor_for_long(self, client, safety, clock):
        sign_in(client, safety, WRONG)
        assert not SignInTry.objects.filter(key__contains="127.0.0.1").exists()
        assert all(len(one.key) == 64 for one in SignInTry.objects.all())
        clock.shift(throttle.WINDOW + timedelta(seconds=1))
        throttle.sweep()
        assert not SignInTry.objects.exists()

    @pytest.mark.usefixtures("real_db")
    def test_tries_at_the_same_moment_count_each_other(self):
        def guess(number: int) -> bool:
            try:
                throttle.begin("one@nowhere.test", f"10.0.0.{number}")
            except throttle.TooManyTries:
                return False
            return True

        assert 0 < sum(at_once(*[partial(guess, number) for number in range(20)])) <= throttle.TRIES_OF_ACCOUNT


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "http:evil.example", "/nowhere-at-all/", "account/", " //evil.example", "/%09/evil.example",
    ],
)  # fmt: skip
def test_the_way_on_leads_to_own_pages_only(client, safety, elsewhere):
    answer = sign_in(client, safety, PASSWORD, next=elsewhere)
    assert answer["Location"] == "/"
    answer = client.get("/sign-in/", {"next": elsewhere})
    assert answer["Location"] == "/"


def test_a_page_asked_for_comes_after_the_door(client, safety):
    asked = client.get("/r/action/?state=open")
    assert asked["Location"] == "/sign-in/?next=/r/action/%3Fstate%3Dopen"
    assert sign_in(client, safety, PASSWORD, next="/r/action/?state=open")["Location"] == "/r/action/?state=open"


def test_a_part_of_a_page_asked_for_after_the_session_leads_the_whole_page_to_the_door(client, cast):
    answer = client.get("/r/action/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/r/action/"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in/?next=/r/action/")


def test_somebody_who_left_is_told_so(client, cast, safety):
    Person.objects.filter(pk=cast.safety.pk).update(is_active=False)
    assert sign_in(client, safety, PASSWORD).status_code == 302
    answer = client.get(OWN_PAGE)
    assert answer.status_code == 403
    assert "stands for nobody" in answer.content.decode()
    assert client.post("/sign-out/").status_code == 302


def test_whoever_has_no_account_can_still_report(client, cast):
    page = client.get("/sign-in/").content.decode()
    for path in re.findall(r'href="(/report/[^"]*)"', page):
        assert client.get(path).status_code == 200
    assert page.count('href="/report/') == 2


class TestDemo:
    @pytest.fixture
    def shown(self, cast, settings):
        """The safety manager as one of the cast, with the password that everybody knows."""
        account = cast.safety.account
        account.set_password(demo.PASSWORD)
        account.save()
        Person.objects.filter(pk=cast.safety.pk).update(cast="Runs triage")
        settings.DEMO = True
        return account

    def test_one_click_signs_in_as_one_of_the_cast(self, client, shown):
        page = client.get("/sign-in/").content.decode()
        assert "Runs triage" in page
        assert page.count("<li>") == 1
        assert f'<button name="email" value="{shown.email}">' in page
        assert sign_in(client, shown.email, "demo", next=OWN_PAGE)["Location"] == OWN_PAGE

    def test_outside_the_demo_there_is_no_trace_of_it_and_its_password_opens_nothing(self, client, shown, settings):
        settings.DEMO = False
        with patch.dict("sys.modules", {"qsms.site.accounts.cast": None}):
            page = client.get("/sign-in/").content.decode()
            assert "demo" not in page.lower()
            assert "Runs triage" not in page
            answer = sign_in(client, shown.email, "demo")
        assert answer.status_code == 403
        assert "do not belong together" in answer.content.decode()

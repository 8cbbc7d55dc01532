"""The door: tokens, sessions, and what is logged of those who are refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from qsms.api import tokens
from qsms.api.models import ApiToken
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Deed
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import GIVEN, Program, token_of

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


def test_only_a_hash_is_kept_and_the_making_is_in_the_history(keeper: Cast) -> None:
    made, text = tokens.create(keeper.actor("safety"), keeper.safety.pk, name="Power BI", days=30)
    assert text.startswith("qsms_")
    assert len(text) >= 5 + 43
    kept = ApiToken.everywhere.values().get(pk=made.pk)
    assert kept["digest"] == hashlib.sha256(text.encode()).hexdigest()
    assert text not in str(kept)
    deed = Deed.everywhere.get(verb="token.created")
    assert (deed.subject, deed.actor_id) == (f"person:{keeper.safety.pk}", keeper.safety.pk)
    assert text not in str(deed.detail)


def test_people_make_tokens_for_themselves_only(keeper: Cast) -> None:
    for who in ("safety", "administrator"):
        with pytest.raises(Refused):
            tokens.create(keeper.actor(who), keeper.gatekeeper.pk, name="Mine")
    for wrong in ({"name": " "}, {"name": "x", "days": 0}, {"name": "x", "days": 367}):
        with pytest.raises(Invalid):
            tokens.create(keeper.actor("safety"), keeper.safety.pk, **wrong)  # type: ignore[arg-type]


def test_a_token_opens_until_it_expires_or_is_revoked(keeper: Cast, spill: Make) -> None:
    made = spill()
    held, text = tokens.create(keeper.actor("safety"), keeper.safety.pk, name="Mine", days=2)
    program = Program(text)
    assert program.get(f"spill/{made.pk}/").status_code == 200
    assert [one.pk for one in tokens.mine(keeper.actor("safety"))] == [held.pk]
    with time_machine.travel(dt.datetime(2026, 3, 4, 9, 0, tzinfo=dt.UTC), tick=False):
        assert program.get(f"spill/{made.pk}/").status_code == 401
    with pytest.raises(NotVisible):
        tokens.revoke(keeper.actor("colleague"), held.pk)
    with pytest.raises(NotVisible):
        tokens.revoke(keeper.actor("outsider"), held.pk)
    tokens.revoke(keeper.actor("administrator"), held.pk)
    assert program.get(f"spill/{made.pk}/").status_code == 401
    assert tokens.mine(keeper.actor("safety")) == []


@pytest.mark.parametrize("who", ["person", "account"])
def test_a_token_goes_with_its_person(keeper: Cast, program: Programs, who: str) -> None:
    safety = program("safety")
    assert safety.get("me/").status_code == 200
    gone = keeper.safety if who == "person" else keeper.safety.account
    assert gone is not None
    gone.is_active = False
    gone.save()
    assert safety.get("me/").status_code == 401


def test_somebody_without_an_account_may_have_one(keeper: Cast) -> None:
    keeper.safety.account = None
    keeper.safety.save()
    assert Program(token_of(keeper.safety)).get("me/").json()["person"]["name"] == "Safety Person"


def test_a_token_that_may_only_read_changes_nothing(keeper: Cast) -> None:
    reader = Program(token_of(keeper.safety, read_only=True))
    assert reader.get("spill/").status_code == 200
    answer = reader.post("spill/", GIVEN)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    assert Spill.everywhere.count() == 0


def test_use_is_noted_now_and_then(keeper: Cast, program: Programs) -> None:
    safety = program("safety")
    for minutes, noted in ((0, 0), (9, 0), (11, 11)):
        at = dt.datetime(2026, 3, 2, 9, minutes, tzinfo=dt.UTC)
        with time_machine.travel(at, tick=False):
            safety.get("me/")
        used = ApiToken.everywhere.get().last_used_at
        assert used == dt.datetime(2026, 3, 2, 9, noted, tzinfo=dt.UTC)


@pytest.mark.parametrize("sent", ["qsms_" + "x" * 43, "swordfish-of-mine", "", "qsms_", "ü" * 50])
def test_a_wrong_token_is_refused_and_never_logged(keeper: Cast, sent: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "qsms.api"):
        answer = Program().client.get("/api/v1/me/", headers={"Authorization": f"Bearer {sent}"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="OpenQSMS", error="invalid_token"'
    [record] = [one for one in caplog.records if one.name == "qsms.api"]
    assert "was refused" in record.getMessage()
    assert len(sent) < 6 or sent not in caplog.text
    assert answer.json()["request"]


def test_nobody_gets_nothing(keeper: Cast, spill: Make) -> None:
    made, nobody = spill(), Program()
    for path in ("", "me/", "tasks/", "spill/", f"spill/{made.pk}/", f"spill/{made.pk}/history/", "nonsense/"):
        answer = nobody.get(path)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="OpenQSMS"')
    assert nobody.get("a/b/c/d/e/").status_code == 404


def test_a_session_reads_and_needs_the_csrf_token_to_write(keeper: Cast, spill: Make) -> None:
    made = spill()
    browser = Client(enforce_csrf_checks=True)
    account = keeper.safety.account
    assert account is not None
    browser.force_login(account)
    assert browser.get(f"/api/v1/spill/{made.pk}/").status_code == 200
    refused = browser.post("/api/v1/spill/", GIVEN, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    secret = "c" * 32
    browser.cookies["qsms_csrf"] = secret
    made_now = browser.post("/api/v1/spill/", GIVEN, content_type="application/json", headers={"X-CSRFToken": secret})
    assert made_now.status_code == 201


def test_a_wrong_token_is_refused_beside_a_good_session(keeper: Cast) -> None:
    browser = Client()
    account = keeper.safety.account
    assert account is not None
    browser.force_login(account)
    assert browser.get("/api/v1/me/").status_code == 200
    assert browser.get("/api/v1/me/", headers={"Authorization": "Bearer qsms_x"}).status_code == 401


def test_who_i_am(keeper: Cast, program: Programs) -> None:
    me = program("colleague").get("me/").json()
    assert me["person"] == {"id": keeper.colleague.pk, "name": "Colleague Person"}
    assert (me["organisation"]["name"], me["zone"], me["roles"]) == ("Larkfield Air", "America/Phoenix", ["reporter"])
    assert me["may"]["spill"] == ["view", "create"]
    assert me["token"]["scope"] == "write"
    listed = program("safety").get("").json()["items"]
    assert {"kind": "spill", "prefix": "SPL", "label": "Fuel spill", "label_plural": "Fuel spills",
            "url": "/api/v1/spill/"} in listed  # fmt: skip

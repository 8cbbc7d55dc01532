"""Records of the made-up type, and browsers signed in as the cast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qsms.base import moment
from qsms.records import services
from tests.cast import PASSWORD, Cast
from tests.newtype.models import Spill

Login = Callable[[str], Client]


@pytest.fixture
def keeper(cast: Cast) -> Cast:
    """The cast, with rights on spills for those who need them, and a password for those who sign."""
    for name in ("safety", "quality", "site_owner", "outsider"):
        role = cast.people[name].grants.exclude(role__code="reporter")[0].role
        role.permissions = [*role.permissions, "spill.*"]
        role.save()
    for organisation in (cast.organisation, cast.other):
        role = organisation.roles.get(code="reporter")
        role.permissions = [*role.permissions, "spill.view", "spill.create"]
        role.save()
    for name in ("safety", "quality", "colleague"):
        account = cast.account(name)
        account.set_password(PASSWORD)
        account.save()
    return cast


@pytest.fixture
def login(keeper: Cast) -> Login:
    """A browser that is signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(keeper.account(name))
        return client

    return sign_in


@pytest.fixture
def spill(keeper: Cast) -> Callable[..., Spill]:
    """Makes a spill at Larkfield, by the safety manager unless said otherwise."""

    def make(who: str = "safety", **values: Any) -> Spill:
        given = {"title": "Fuel under the wing", "fuel": "jet", "spilled_on": "2026-02-20", "site": keeper.sites["LKF"]}
        # What is late by now was to come when it was found.
        past = str(values.get("due_on") or "9") < str(moment.now().date())
        with moment.at(dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC) if past else moment.now()):
            made = services.create(keeper.actor(who), "spill", {**given, **values})
        assert isinstance(made, Spill)
        return made

    return make

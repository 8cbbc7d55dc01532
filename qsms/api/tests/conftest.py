"""Records of the made-up type, and programs that hold tokens of the cast."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qsms.api import tokens
from qsms.base import context, moment
from qsms.org import actor as actors
from qsms.org.models import Person
from qsms.records import services
from tests.cast import PASSWORD, Cast
from tests.newtype.models import Spill

GIVEN = {"title": "Fuel under the wing", "fuel": "jet", "spilled_on": "2026-02-20"}


class Program:
    """A client with a token, or without one."""

    def __init__(self, token: str = "") -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"} if token else {})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to one request; `headers` are written with underscores, as in If_Match."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            content,
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self("PATCH", path, body, **headers)


@pytest.fixture
def keeper(keeper: Cast) -> Cast:
    """Those who work with spills, with a password for those who sign."""
    for name in ("safety", "quality"):
        account = keeper.people[name].account
        assert account is not None
        account.set_password(PASSWORD)
        account.save()
    return keeper


def token_of(person: Person, **options: Any) -> str:
    """The text of a new token of this person."""
    system = actors.system(person.organisation_id, "Test")
    with context.organisation(person.organisation_id):
        return tokens.create(system, person.pk, name="Test", **options)[1]


@pytest.fixture
def program(keeper: Cast) -> Callable[[str], Program]:
    """A program that acts as one of the cast; without a name, as nobody."""
    return lambda name: Program(token_of(keeper.people[name]) if name else "")


@pytest.fixture
def spill(keeper: Cast) -> Callable[..., Spill]:
    """Makes a spill at Larkfield, by the safety manager unless said otherwise."""

    def make(who: str = "safety", **values: Any) -> Spill:
        # What is late by now was to come when it was found.
        past = str(values.get("due_on") or "9") < str(moment.now().date())
        with moment.at(dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC) if past else moment.now()):
            made = services.create(keeper.actor(who), "spill", {**GIVEN, "site": keeper.sites["LKF"], **values})
        assert isinstance(made, Spill)
        return made

    return make

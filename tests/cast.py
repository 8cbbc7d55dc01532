"""The same cast in every test: two organisations, three sites, and people who may and may not."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from qsms.base import context, moment
from qsms.org import actor as actors
from qsms.org import services
from qsms.org.actor import Actor
from qsms.org.models import Account, Organisation, Person, Site, Unit
from tests.harness.clock import runs_at_real_time
from tests.harness.kept import Kept
from tests.harness.legs import has_one_connection, uses_database
from tests.harness.standing import taken_back, written_at_start

PASSWORD = "a long enough password"


@dataclass
class Cast:
    """People by their part in the tests; `actor(name)` is what they may do today."""

    organisation: Organisation
    other: Organisation
    sites: dict[str, Site]
    units: dict[str, Unit]
    people: dict[str, Person]

    def account(self, name: str) -> Account:
        """What this person signs in with."""
        account = self.people[name].account
        assert account is not None
        return account

    def actor(self, name: str) -> Actor:
        person = Person.objects.select_related("organisation").get(pk=self.people[name].pk)
        return actors.load(person, moment.now().date())

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["people"][name]
        except KeyError as error:
            raise AttributeError(name) from error


ROLES: dict[str, tuple[str, str]] = {
    "safety": ("safety_manager", "all"),
    "quality": ("quality_manager", "all"),
    "director": ("department_director", "all"),
    "executive": ("accountable_executive", "all"),
    "gatekeeper": ("gatekeeper", "all"),
    "administrator": ("administrator", "all"),
    "site_owner": ("process_owner", "site"),
    "other_site_auditor": ("auditor", "site"),
}


def _found() -> Cast:
    ours = services.found(name="Larkfield Air", kind="airline_repair", zone="America/Phoenix", region="AZ")
    theirs = services.found(name="Outside Aero", kind="repair")
    sites = {
        code: Site.objects.create(organisation=ours, code=code, name=name, zone="America/Phoenix")
        for code, name in (("LKF", "Larkfield"), ("STV", "Stavnes"), ("DOR", "Dormant"))
    }
    units = {"MX": Unit.objects.create(organisation=ours, code="MX", name="Line maintenance", site=sites["LKF"])}
    people = {}
    for name in ("reporter", "owner", "colleague", *ROLES):
        site = sites["STV"] if name == "other_site_auditor" else sites["LKF"]
        person = services.add_person(
            ours, name=f"{name.replace('_', ' ').title()} Person", email=f"{name}@larkfield.test", site=site
        )
        if name in ROLES:
            role, axis = ROLES[name]
            services.grant(person, role, axis=axis)
        people[name] = person
    people["outsider"] = services.add_person(theirs, name="Outside Manager", email="outsider@outside.test")
    services.grant(people["outsider"], "safety_manager", axis="all")
    services.grant(people["outsider"], "quality_manager", axis="all")
    return Cast(ours, theirs, sites, units, people)


# By the day on which their rights begin: the rows, and the people as they were just after they came.
_kept: dict[dt.date, tuple[Kept, bytes]] = {}


def come() -> Cast:
    """Everybody, as `_found` makes them. Only the first time of a run they are made; later their rows come back."""
    if Organisation.objects.exists():
        return _found()
    day = moment.now().date()
    if day in _kept:
        rows, everybody = _kept[day]
        rows.put_back()
    else:
        made: list[Cast] = []
        rows = Kept(lambda: made.append(_found()))
        everybody = pickle.dumps(made[0])
        _kept[day] = rows, everybody
    return pickle.loads(everybody)


class House:
    """Where the cast is at home: their rows are left standing for the next test that begins with them.

    That test runs in a savepoint. Whoever begins with something else finds the rows taken back.
    """

    def __init__(self, blocker: Any) -> None:
        self._blocker = blocker
        self._standing = ExitStack()
        self.everybody: bytes | None = None

    def prepare(self, item: pytest.Item) -> None:
        """Before anything is set up for this test: have it find the rows of the cast, or none."""
        if begins_with_cast(item):
            if self.everybody is None and not connection.in_atomic_block:
                self._standing.enter_context(taken_back(self._blocker))
                with written_at_start(self._blocker):
                    self.everybody = pickle.dumps(come())
        elif uses_database(item):
            self.clear()

    def clear(self) -> None:
        self.everybody = None
        self._standing.close()


def begins_with_cast(item: pytest.Item) -> bool:
    """Whether the test has the cast of this module, at the usual moment, and a single connection."""
    names = getattr(item, "fixturenames", ())
    if "cast" not in names or not has_one_connection(item) or runs_at_real_time(item):
        return False
    [*_others, nearest] = item._fixtureinfo.name2fixturedefs["cast"]  # type: ignore[attr-defined]
    return nearest.func.__module__ == __name__ and "_loaded" not in names


_house: list[House] = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for house in _house:
        house.prepare(item)


@pytest.fixture(scope="session")
def _home(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """From the first test on that asks for the cast; that one has it made anew."""
    _house[:] = [House(django_db_blocker)]
    yield _house[0]
    _house.pop().clear()


@pytest.fixture
def cast(_home: House, db: None) -> Iterator[Cast]:
    """Everybody, with the first organisation active."""
    everybody: Cast = pickle.loads(_home.everybody) if _home.everybody else come()
    with context.organisation(everybody.organisation.pk):
        yield everybody

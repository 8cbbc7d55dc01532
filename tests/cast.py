"""The same cast in every test: two organisations, three sites, and people who may and may not."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from qsms.base import context, moment
from qsms.org import actor as actors
from qsms.org import services
from qsms.org.actor import Actor
from qsms.org.models import Account, Organisation, Person, Site, Unit
from tests.harness.kept import Kept

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


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Everybody, with the first organisation active."""
    everybody = come()
    with context.organisation(everybody.organisation.pk):
        yield everybody

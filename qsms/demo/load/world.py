"""An organisation of the demonstration with everybody in it, and the stage on which its two years are played."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from qsms.demo import shapes
from qsms.demo.shapes import Library, Moment
from qsms.org import actor as actors
from qsms.org import roles
from qsms.org import services as org
from qsms.org.actor import Actor
from qsms.org.models import Account, Organisation, Person, Process, Role, Site, Unit
from qsms.records import signing
from qsms.records.choices import Lens
from qsms.risk.matrices import matrix_for
from qsms.risk.models import RiskMatrix

from .timeline import Timeline

PASSWORD = "demo"  # noqa: S105 - everybody may know it
PROOF = signing.Proof(PASSWORD)
GUEST_DAYS = 45
VISITOR = "Visitor"
# Who answers for a lens, by post.
LEADS = {
    "safety": "safety_manager",
    "quality": "quality_manager",
    "environment": "environmental_manager",
    "health": "ohs_manager",
}


@dataclass
class World:
    """One organisation: the rows behind the codes of the library."""

    told: shapes.Organisation
    organisation: Organisation
    today: date
    sites: dict[str, Site] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _matrices: dict[int, RiskMatrix] = field(default_factory=dict)

    def actor(self, code: str) -> Actor:
        """What this person may do."""
        if code not in self._actors:
            person = Person.objects.select_related("organisation").get(pk=self.people[code].pk)
            self._actors[code] = actors.load(person, self.today)
        return self._actors[code]

    @cached_property
    def system(self) -> Actor:
        """The installation itself, for what was taken over from before."""
        return actors.system(self.organisation.pk)

    def id_of(self, code: str) -> int:
        """The key of this person."""
        return int(self.people[code].pk)

    def holder(self, post: str, site: str = "") -> str:
        """Who holds a post, at this site where several do; where nobody does, whoever answers for safety."""
        held = [one for one in self.told.people if one.post == post]
        here = [one for one in held if self.site_of(one.code) == site]
        return (here or held or [one for one in self.told.people if one.post == "safety_manager"])[0].code

    def lead(self, lens: str) -> str:
        """Who answers for a lens."""
        return self.holder(LEADS[lens])

    def site_of(self, person: str) -> str:
        """The site that a person works at."""
        unit = next(one.unit for one in self.told.people if one.code == person)
        return next(one.site for one in self.told.units if one.code == unit)

    def unit_of(self, person: str) -> str:
        """The unit that a person belongs to."""
        return next(one.unit for one in self.told.people if one.code == person)

    def zone(self, site: str) -> ZoneInfo:
        """The time zone of a site."""
        return ZoneInfo(self.sites[site].zone)

    def matrix(self, lens: Lens, code: str) -> RiskMatrix:
        """The matrix this organisation rates a lens with."""
        if lens not in self._matrices:
            self._matrices[lens] = matrix_for(self.actor(code), lens)
        return self._matrices[lens]

    @cached_property
    def reporters(self) -> dict[str, list[str]]:
        """Who reports from each unit: its people, or else those of its site who are no managers of the office."""
        found: dict[str, list[str]] = {}
        for unit in self.told.units:
            here = [one.code for one in self.told.people if one.unit == unit.code and not one.guest]
            crew = [
                one.code
                for one in self.told.people
                if self.site_of(one.code) == unit.site and not one.grants and not one.guest
            ]
            found[unit.code] = here or crew or [one.code for one in self.told.people if not one.guest]
        return found


@dataclass
class Stage:
    """What every story needs: the world, the library, the line of time, and what exists by its code."""

    world: World
    library: Library
    timeline: Timeline
    seed: int
    hazards: dict[str, int] = field(default_factory=dict)
    controls: dict[str, int] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The present of the demonstration."""
        return self.timeline.now

    def rng(self, *what: object) -> Random:
        """Chance of its own for one matter, so that one story more does not change the others."""
        return Random(f"{self.seed} {' '.join(map(str, what))}")  # noqa: S311 - sample data, nothing secret

    def moment(self, told: Moment, site: str) -> datetime:
        """When a moment of the hand-written story is, on the clock of a site."""
        zone = self.world.zone(site)
        day = self.now.astimezone(zone).date() + timedelta(days=told.days)
        return datetime.combine(day, told.clock or time(17), zone).astimezone(UTC)

    def day(self, told: Moment) -> date:
        """The day of a moment, for due dates."""
        return (self.now + timedelta(days=told.days)).date()


def present(now: datetime, zone: ZoneInfo) -> datetime:
    """The present of the demonstration: nine in the morning at the head office, of today or, before nine, yesterday.

    So every load of one day tells the same, and nothing of it lies ahead.
    """
    local = now.astimezone(zone)
    nine = datetime.combine(local.date(), time(9), zone)
    return (nine if local >= nine else nine - timedelta(days=1)).astimezone(UTC)


def found(told: shapes.Organisation, today: date) -> World:
    """The organisation with its places, people and grants. Accounts get their password later, all at once."""
    main = told.sites[0]
    made = org.found(
        name=told.name, kind=told.kind, size=told.size, zone=main.zone, country=told.holidays.country,
        region=told.holidays.subdivision, code=told.code,
    )  # fmt: skip
    world = World(told, made, today)
    for site in told.sites:
        world.sites[site.code] = Site.objects.create(
            organisation=made, code=site.code, name=site.name, zone=site.zone, holiday_country=site.holidays.country,
            holiday_region=site.holidays.subdivision,
        )  # fmt: skip
    for unit in told.units:
        parent = world.units.get(unit.parent)
        world.units[unit.code] = Unit.objects.create(
            organisation=made, code=unit.code, name=unit.name, site=world.sites[unit.site], parent=parent
        )
    for one in told.people:
        world.people[one.code] = _person(world, one, today)
    for process in told.processes:
        world.processes[process.code] = Process.objects.create(
            organisation=made, code=process.code, name=process.name, owner=world.people[process.owner]
        )
    return world


def _person(world: World, told: shapes.Person, today: date) -> Person:
    unit = world.units[told.unit]
    site = unit.site
    person = org.add_person(
        world.organisation, name=told.name, email=f"{told.code}@{world.told.code}.example", title=told.job, site=site,
        unit=unit, with_account=False, cast=told.cast,
    )  # fmt: skip
    person.account = Account.objects.create(email=person.email)
    assert site is not None
    person.zone = "" if site.zone == world.organisation.zone else site.zone
    person.save(update_fields=["account", "zone"])
    ends_on = today + timedelta(days=GUEST_DAYS) if told.guest else None
    if told.guest:
        person.grants.update(role=_visitor(world.organisation), ends_on=ends_on)
    for grant in told.grants:
        places: dict[str, Any] = {}
        if grant.site:
            places["site"] = world.sites[grant.site]
        if grant.unit:
            places["unit"] = world.units[grant.unit]
        org.grant(person, grant.role, axis=grant.scope, ends_on=ends_on, **places)
    return person


def _visitor(organisation: Organisation) -> Role:
    """What guests hold in place of the role of every member: they report and read like one, and are trained at home."""
    known = Role.objects.filter(organisation=organisation, title=VISITOR).first()
    return known or roles.copy(Role.objects.get(organisation=organisation, code=roles.EVERYBODY), title=VISITOR)


def set_passwords(world: World, encoded: str) -> None:
    """Give every account of the organisation this encoded password."""
    Account.objects.filter(people__organisation=world.organisation).update(password=encoded)

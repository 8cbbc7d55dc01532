"""The life of one control: in place, checked again and again by somebody else, now and then found weak and mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from qsms.base import moment
from qsms.demo.shapes import Control as ToldControl
from qsms.records import services
from qsms.records.models import Record
from qsms.risk.doors import raise_control
from qsms.risk.models import Control

from .timeline import in_office
from .world import Stage

CHECKERS = ("lead_auditor", "quality_manager", "safety_manager", "environmental_manager", "ohs_manager", "investigator")
# What is checked each month in the hangar is looked at from outside each quarter.
SHORTEST_MONTHS = 3
WEAK_SHARE, LATE_SHARE = 0.05, 0.12
LENS_BITS = {"safety": 1, "quality": 2, "environment": 4, "health": 8}


@dataclass
class ControlLife:
    """One control of the library. Hazards hear through `weak` and `mended` when it matters to them."""

    stage: Stage
    told: ToldControl
    lenses: tuple[str, ...]
    rng: Random
    pk: int = field(default=0, init=False)
    weak: list[Callable[[], None]] = field(default_factory=list, init=False)
    mended: list[Callable[[], None]] = field(default_factory=list, init=False)

    @property
    def owner(self) -> str:
        """Who owns it."""
        return self.stage.world.holder(self.told.owner)

    @property
    def checker(self) -> str:
        """Who checks it: somebody of the office who does not own it, always the same person."""
        world = self.stage.world
        pool = [world.holder(post) for post in CHECKERS]
        free = [one for one in pool if one != self.owner]
        return free[sum(map(ord, self.told.code)) % len(free)]

    @property
    def months(self) -> int:
        """Months between checks."""
        return max(SHORTEST_MONTHS, self.told.verify_days // 30)

    def record(self) -> Record:
        """The control as it stands."""
        return Control.everywhere.get(pk=self.pk)

    def soon(self, low_days: float, high_days: float) -> dt.datetime:
        """An office hour so many days from now."""
        zone = self.stage.world.zone(self.stage.world.told.sites[0].code)
        return in_office(self.rng, moment.now(), low_days * 24, high_days * 24, zone)

    def add(self, hazard: Record | None = None) -> None:
        """Take it into the library: working already, or planned against a hazard."""
        world = self.stage.world
        site, unit = world.site_of(self.owner), world.unit_of(self.owner)
        made = raise_control(
            world.actor(world.lead("safety")), hazard, title=self.told.title, level=self.told.level,
            state="" if hazard is not None else "in_place", description=self._how(),
            disciplines=sum(LENS_BITS[lens] for lens in self.lenses), owner=world.id_of(self.owner),
            verifier=world.id_of(self.checker), watched_by=self.told.watched_by, interval_months=self.months,
            site=world.sites[site].pk, unit=world.units[unit].pk,
            next_verification_on=None if hazard is not None else self._first_check().date(),
        )  # fmt: skip
        self.pk = self.stage.controls[self.told.code] = made.pk
        if hazard is None:
            self.stage.timeline.at(self._first_check(), self.check)

    def _how(self) -> str:
        return f"{self.told.title}. Watched by: {self.told.watched_by[:1].lower()}{self.told.watched_by[1:]}."

    def _first_check(self) -> dt.datetime:
        return self.stage.now - dt.timedelta(days=729 - self.stage.rng("first check", self.told.code).randrange(20, 80))

    def put_in_place(self) -> None:
        """It works from now on; the first check follows soon."""
        if self.record().state != "proposed":
            return
        services.move(self.stage.world.actor(self.owner), self.pk, "put_in_place")
        self.stage.timeline.at(self.soon(20, 50), self.check)

    def check(self) -> None:
        """Somebody else looks whether it works."""
        talk = self.stage.library.talk
        checker = self.stage.world.actor(self.checker)
        if self.rng.random() < WEAK_SHARE:
            found = {"check_result": self.rng.choice(talk.check_failed)}
            services.move(checker, self.pk, "find_weak", fields=found)
            self.stage.timeline.at(self.soon(15, 60), self.mend)
            for follow in self.weak:
                follow()
            return
        services.move(checker, self.pk, "verify", fields={"check_result": self.rng.choice(talk.check_passed)})
        late = self.rng.uniform(6, 40) if self.rng.random() < LATE_SHARE else self.rng.uniform(-14, -1)
        self.stage.timeline.at(self.soon(self.months * 30 + late, self.months * 30 + late + 1), self.check)
        for follow in self.mended:
            follow()

    def mend(self) -> None:
        """The owner strengthens it and asks for another look."""
        services.move(
            self.stage.world.actor(self.owner), self.pk, "mend", reason="Done again with the people on shift."
        )
        self.stage.timeline.at(self.soon(14, 30), self.check)

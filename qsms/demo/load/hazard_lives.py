"""The life of one hazard: analysed, rated, controlled, its risk accepted by signature, watched and rated again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from qsms.base import moment
from qsms.demo.shapes import ActionStory
from qsms.demo.shapes import Hazard as ToldHazard
from qsms.records import services
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.risk import doors
from qsms.risk.models import Assessment, Control, Hazard
from qsms.risk.picture import Picture
from qsms.risk.queries import newest, standing_acceptance

from .action_lives import ActionLife
from .control_lives import LENS_BITS, ControlLife
from .report_lives import ENVIRONMENT
from .timeline import in_office
from .world import PROOF, Stage

DIRECTORS = ("maintenance_director", "flight_director", "ground_director")
# Who takes a risk for a department, by the process it belongs to.
DEPARTMENTS = {
    "flight": "flight_director",
    "cabin": "flight_director",
    "dispatch": "flight_director",
    "turnround": "ground_director",
    "deicing": "ground_director",
    "ground_equipment": "ground_director",
}
FORGOTTEN, YEAR = 0.1, 360


@dataclass
class HazardLife:
    """One hazard of the register, and the controls against it."""

    stage: Stage
    told: ToldHazard
    library: dict[str, ControlLife]
    rng: Random
    # Controls whose coming is told elsewhere, so that they are only planned here.
    built_elsewhere: frozenset[str] = frozenset()
    pk: int = field(default=0, init=False)
    rated_actual: bool = field(default=False, init=False)

    @property
    def office(self) -> str:
        """Who keeps the register."""
        return self.stage.world.lead("safety")

    @property
    def owner(self) -> str:
        """Who owns the hazard."""
        return self.stage.world.holder(self.told.owner)

    @property
    def taker(self) -> str:
        """The director who may take its risk."""
        post = self.told.owner if self.told.owner in DIRECTORS else DEPARTMENTS.get(self.told.process, DIRECTORS[0])
        return self.stage.world.holder(post)

    @property
    def lens(self) -> Lens:
        """Through which lens it is rated."""
        if "safety" in self.told.lenses:
            return Lens.SAFETY
        return Lens.HEALTH if "health" in self.told.lenses else Lens.ENVIRONMENT

    def soon(self, low_days: float, high_days: float) -> dt.datetime:
        """An office hour so many days from now."""
        zone = self.stage.world.zone(self.told.site)
        return in_office(self.rng, moment.now(), low_days * 24, high_days * 24, zone)

    def record(self) -> Record:
        """The hazard as it stands."""
        return Hazard.everywhere.get(pk=self.pk)

    def _move(self, who: str, code: str, **more: Any) -> None:
        services.move(self.stage.world.actor(who), self.pk, code, **more)

    def identify(self) -> None:
        """It comes onto the register."""
        world = self.stage.world
        given = {
            "title": self.told.title,
            "description": self.told.description,
            "source": self.rng.choice(("register", "observation", "audit", "investigation")),
            "disciplines": sum(LENS_BITS[lens] for lens in self.told.lenses),
            "site": world.sites[self.told.site].pk,
            "process": world.processes[self.told.process].pk,
            "owner": world.id_of(self.owner),
        }
        made = services.create(world.actor(self.office), "hazard", given)
        self.pk = self.stage.hazards[self.told.code] = made.pk
        self.stage.timeline.at(self.soon(2, 12), self.analyse)

    def analyse(self) -> None:
        """What can happen is written down."""
        titles = [self.library[code].told.title for code in self.told.controls]
        fields = {
            "threats": "\n".join(one.text for one in self.told.threats),
            "top_event": self.told.top_event,
            "consequences": "\n".join(one.text for one in self.told.consequences),
            "existing_controls": "\n".join(titles),
        }
        self._move(self.owner, "analyse", fields=fields)
        self.stage.timeline.at(self.soon(1, 8), self.rate_first)

    def rate(self, kind: str, cell: str) -> None:
        """A rating of its risk by the office."""
        choice: Any = cell
        if self.lens == Lens.ENVIRONMENT:
            severity, scale, duration = ENVIRONMENT[cell[1]]
            named = {"probability": cell[0], "severity": severity, "scale": scale, "duration": duration}
            choice = {name: str(value) for name, value in named.items()}
        why = self.rng.choice(self.stage.library.talk.assessment_reasons)
        milder = "The barrier takes the energy or the substance away." if cell[1] > self.told.initial[1] else ""
        matrix = self.stage.world.matrix(self.lens, self.office)
        doors.assess(
            self.stage.world.actor(self.office), self.pk, kind=kind, matrix=matrix, choice=choice, why=why,
            why_severity=milder, lens=self.lens,
        )  # fmt: skip

    def rate_first(self) -> None:
        """The risk as it is, with the controls that there are."""
        office = self.stage.world.actor(self.office)
        for code in self.told.controls:
            doors.mitigate(office, self.library[code].record(), self.record())
            self._place(code)
        self.rate("initial", self.told.initial)
        self.stage.timeline.at(self.soon(3, 25), self.plan_controls)

    def _place(self, code: str) -> None:
        """A control gets its place on the bow-tie."""
        side, line = self.told.places[code]
        office = self.stage.world.actor(self.office)
        doors.place(office, self.record(), self.library[code].record(), side, line)

    def plan_controls(self) -> None:
        """More controls are planned, and the risk with them is rated."""
        office = self.stage.world.actor(self.office)
        for code in self.told.added:
            control = self.library[code]
            if control.pk:
                doors.mitigate(office, control.record(), self.record())
            else:
                control.add(self.record())
            self._place(code)
        self.rate("predicted", self.told.predicted)
        self._move(self.office, "plan_controls")
        for code in (*self.told.controls, *self.told.added):
            self.library[code].weak.append(self.hear_of_weakness)
            self.library[code].mended.append(self.hear_of_check)
        self.stage.timeline.at(self.soon(1, 9), self.ask)

    def ask(self) -> None:
        """Whoever has the authority is asked to take the risk."""
        if standing_acceptance(self.pk, self.lens) is not None or not self._can_be_taken():
            return
        doors.ask(self.stage.world.actor(self.office), self.pk, lens=self.lens)
        self.stage.timeline.at(self.soon(0.5, 9), self.accept)

    def _can_be_taken(self) -> bool:
        rating = newest(self.record(), self.lens)
        return rating is not None and bool(rating.matrix.rule.risk_class(rating.class_code).authority)

    def _unpredicted(self) -> bool:
        return bool(Picture.of(self.record()).unpredicted)

    def accept(self) -> None:
        """The risk is taken, signed, for a time."""
        if standing_acceptance(self.pk, self.lens) is not None or not self._can_be_taken() or self._unpredicted():
            return
        words = self.rng.choice(self.stage.library.talk.acceptance_reasons)
        doors.accept(self.stage.world.actor(self.taker), self.pk, lens=self.lens, conditions=words, proof=PROOF)
        if self.record().state == "accepted":
            self.stage.timeline.at(self.soon(1, 8), self.implement)
        if self.rng.random() > FORGOTTEN:
            self.stage.timeline.at(self.soon(YEAR - 40, YEAR - 8), self.renew)

    def implement(self) -> None:
        """The controls are put in place, each as an action of its owner."""
        if self.record().state != "accepted":
            return
        self._move(self.office, "implement")
        for code in self.told.added:
            control = self.library[code]
            if control.record().state != "proposed" or code in self.built_elsewhere:
                continue
            title = f"Put in place: {control.told.title[:1].lower()}{control.told.title[1:]}"
            proof = f"{control.told.title}, seen by the office."
            told = ActionStory("improvement", title, control.told.owner, proof)
            life = ActionLife(
                self.stage, told, {}, self.pk, "hazard", self.office, control.owner, self.rng,
                closed=control.put_in_place,
            )  # fmt: skip
            self.stage.timeline.at(self.soon(0.2, 4), life.raise_it)
        self.stage.timeline.at(self.soon(30, 60), self.watch)

    def watch(self) -> None:
        """Everything is in place: it is watched. While something lacks, the office looks again in two weeks."""
        if self.record().state != "implementing":
            return
        mine = [self.library[code].pk for code in self.told.added]
        if Control.everywhere.filter(pk__in=mine, state="proposed").exists():
            self.stage.timeline.at(self.soon(14, 16), self.watch)
            return
        review = moment.now().date() + dt.timedelta(days=self.rng.randint(150, 330))
        fields = {"due_on": review, "watched_by": self.library[self.told.added[0]].told.watched_by}
        self._move(self.office, "monitor", fields=fields)
        self._plan_review(review)

    def _plan_review(self, day: dt.date) -> None:
        zone = self.stage.world.zone(self.told.site)
        morning = dt.datetime.combine(day, dt.time(8, 10), zone).astimezone(dt.UTC)
        self.stage.timeline.at(in_office(self.stage.rng("review", self.told.code), morning, 0, 6, zone), self.review)

    def review(self) -> None:
        """On the day that was set its office looks at what watches it, and sets the next day; some are forgotten."""
        record, today = self.record(), moment.now().date()
        if not record.is_open or record.due_on is None:
            return
        if record.due_on <= today:
            rng = self.stage.rng("review", self.told.code, today.isoformat())
            if rng.random() < FORGOTTEN:
                return
            later = today + dt.timedelta(days=rng.randint(150, 330))
            why = "Reviewed: what watches it shows no growth, and the controls are the same."
            record = services.edit(
                self.stage.world.actor(self.office), self.pk, record.version, {"due_on": later}, reason=why
            )
        assert record.due_on is not None
        self._plan_review(record.due_on)

    def hear_of_check(self) -> None:
        """One of its controls was checked: once, the actual risk is rated with what is known then."""
        if self.rated_actual or self.told.actual is None or self.record().state not in ("implementing", "monitoring"):
            return
        self.rated_actual = True
        self.stage.timeline.at(self.soon(2, 15), self.rate_actual)

    def hear_of_weakness(self) -> None:
        """One of its controls is weak: the risk is rated again."""
        if self.rated_actual:
            self.stage.timeline.at(self.soon(2, 12), self.rate_actual)

    def rate_actual(self) -> None:
        """The risk with the controls that were checked; what goes beyond what was accepted is asked for anew."""
        if self.told.actual is None or not self.record().is_open:
            return
        self.rate("actual", self.told.actual)
        self.stage.timeline.at(self.soon(1, 6), self.ask)

    def renew(self) -> None:
        """Before an acceptance runs out the risk is rated and taken again."""
        if standing_acceptance(self.pk, self.lens) is None or not self._can_be_taken() or self._unpredicted():
            return
        if Assessment.everywhere.filter(record_id=self.pk, kind="actual", valid=True).exists():
            self.rate_actual()
        words = self.rng.choice(self.stage.library.talk.acceptance_reasons)
        doors.accept(self.stage.world.actor(self.taker), self.pk, lens=self.lens, conditions=words, proof=PROOF)
        rating = newest(self.record(), self.lens)
        if self.record().state == "monitoring" and rating is not None and rating.kind == "actual" and rating.tone == 1:
            self.stage.timeline.at(self.soon(5, 20), self.close)
        elif self.rng.random() > FORGOTTEN:
            self.stage.timeline.at(self.soon(YEAR - 40, YEAR - 8), self.renew)

    def close(self) -> None:
        """Acceptable for a year, checked and accepted: it needs no more watching."""
        if self.record().state == "monitoring":
            self._move(self.office, "close", reason="Acceptable through four checks. The controls stay in the library.")


def register(stage: Stage, few: bool = False) -> None:
    """Plan the register: the controls that work already, then one hazard after the other."""
    lenses: dict[str, list[str]] = {}
    for hazard in stage.library.hazards:
        for code in (*hazard.controls, *hazard.added):
            lenses.setdefault(code, []).extend(one for one in hazard.lenses if one not in lenses.get(code, ()))
    told = stage.library.hazards[:2] if few else stage.library.hazards
    used = {code for hazard in told for code in (*hazard.controls, *hazard.added)}
    lives = {
        one.code: ControlLife(stage, one, tuple(lenses[one.code]), stage.rng("control", one.code))
        for one in stage.library.controls
        if one.code in used
    }
    begin = stage.now - dt.timedelta(days=729)
    working = {code for hazard in told for code in hazard.controls}
    elsewhere = frozenset(code for action in stage.library.actions for code in action.builds) - working
    for number, one in enumerate(life for code, life in lives.items() if code in working):
        stage.timeline.at(begin + dt.timedelta(minutes=30 * number), one.add)
    for number, hazard in enumerate(told):
        # The register grows: most in the first year, some lately.
        days = 3 + number * 9 + number**2 * 0.86
        life = HazardLife(stage, hazard, lives, stage.rng("hazard", hazard.code), elsewhere)
        stage.timeline.at(begin + dt.timedelta(days=days), life.identify)

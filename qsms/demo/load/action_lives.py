"""The life of one action: raised, its cause found, done with evidence, checked later by somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from qsms.actions import services as acting
from qsms.actions.choices import CAUSAL
from qsms.actions.doors import raise_action
from qsms.actions.models import Action
from qsms.base import moment
from qsms.demo.shapes import ActionStory
from qsms.demo.stories import fill
from qsms.records import attachments, scope, services
from qsms.records.models import Record

from . import evidence
from .timeline import in_office
from .world import PROOF, Stage

# Days from raised to due, by kind.
DUE_DAYS = {
    "containment": (2, 5),
    "correction": (12, 28),
    "corrective": (35, 70),
    "preventive": (45, 90),
    "improvement": (60, 150),
}
CHECK_DAYS = (45, 75)
LATE_SHARE, EXTENDED_SHARE, FAILED_SHARE = 0.26, 0.14, 0.3
# Of those that are late, one in four is late by months.
FORGOTTEN_SHARE = 0.25
CHECKERS = ("lead_auditor", "quality_manager", "safety_manager", "ohs_manager", "maintenance_director")
METHODS = ("five_whys", "five_whys", "five_whys", "fishbone", "hfacs", "shell", "other")


def nothing() -> None:
    """What follows the close of an action that nothing waits for."""


@dataclass
class ActionLife:
    """One action. `closed` is called when it is closed for good."""

    stage: Stage
    told: ActionStory
    slots: Mapping[str, str]
    source: int
    source_kind: str
    raiser: str
    owner: str
    rng: Random
    closed: Callable[[], None] = nothing
    # Moves the record out of reach of a check that finds fault.
    never_fails: bool = False
    pk: int = field(default=0, init=False)
    round: int = field(default=0, init=False)

    @property
    def causal(self) -> bool:
        """Whether it begins with a cause and ends with a check."""
        return self.told.kind in CAUSAL

    def say(self, text: str) -> str:
        """A text of the story with its slots filled."""
        return fill(text, self.slots)

    def soon(self, low_days: float, high_days: float) -> dt.datetime:
        """An office hour so many days from now, on the clock of the owner's site."""
        zone = self.stage.world.zone(self.stage.world.site_of(self.owner))
        return in_office(self.rng, moment.now(), low_days * 24, high_days * 24, zone)

    def raise_it(self) -> None:
        """Raise the action from its source and plan what follows."""
        world = self.stage.world
        raiser = world.actor(self.raiser)
        source = services.find(raiser, self.source_kind, self.source)
        low, high = DUE_DAYS[self.told.kind]
        due = moment.now().date() + dt.timedelta(days=self.rng.randint(low, high))
        made = raise_action(
            raiser, source, title=self.say(self.told.title), kind=self.told.kind, owner_id=world.id_of(self.owner),
            due_on=due, description=f"{self.say(self.told.title)}. It is done when this is there: {self._proof()}",
        )  # fmt: skip
        self.pk = made.pk
        lateness = self.rng.random()
        span = (due - moment.now().date()).days
        late = lateness < LATE_SHARE
        done_after = span * self.rng.uniform(0.5, 0.95)
        if late:
            forgotten = self.rng.random() < FORGOTTEN_SHARE
            done_after = span + (self.rng.uniform(60, 170) if forgotten else self.rng.uniform(3, 45))
        self.stage.timeline.at(self.soon(0.5, max(1.0, min(6.0, span / 3))), self.begin)
        if LATE_SHARE <= lateness < LATE_SHARE + EXTENDED_SHARE and span > 20:
            done_after = span + self.rng.uniform(4, 20)
            self.stage.timeline.at(self.soon(span * 0.8, span * 0.92), self.ask_for_time)
        self.stage.timeline.at(self.soon(done_after, done_after + 1), self.finish)

    def _proof(self) -> str:
        return self.say(self.told.evidence)

    def record(self) -> Record:
        """The action as it stands."""
        return Record.everywhere.get(pk=self.pk)

    def _move(self, who: str, code: str, **more: Any) -> None:
        services.move(self.stage.world.actor(who), self.pk, code, **more)

    def begin(self) -> None:
        """The owner starts; whoever has a cause to find finds it some days later."""
        if not self.causal:
            self._move(self.owner, "start")
            return
        self._move(self.owner, "analyse")
        self.stage.timeline.at(self.soon(2, 9), self.plan)

    def plan(self) -> None:
        """The cause is found and the fix is planned."""
        if self.record().state != "analysis":
            return
        again = self.round > 0
        cause = self.say(self.told.failed if again else self.told.root_cause)
        steps = f"{self.say(self.told.title)}. Checked by: {self.say(self.told.check)}"
        fields = {"root_cause": cause, "plan": steps, "cause_method": self.rng.choice(METHODS)}
        self._move(self.owner, "plan", fields=fields)

    def ask_for_time(self) -> None:
        """The owner asks for more time; whoever raised it answers within days."""
        if self.record().state not in ("open", "analysis", "doing"):
            return
        due = self.record().due_on
        assert due is not None
        talk = self.stage.library.talk
        until = due + dt.timedelta(days=self.rng.randint(7, 30))
        reason = self.rng.choice(talk.extension_reasons)
        acting.ask_extension(self.stage.world.actor(self.owner), self.pk, until=until, reason=reason)
        self.stage.timeline.at(self.soon(0.3, 3), self.answer_it)

    def answer_it(self) -> None:
        """The request is granted or refused."""
        if self.record().state not in ("open", "analysis", "doing"):
            return
        world = self.stage.world
        said = self.rng.choice(self.stage.library.talk.extension_answers)
        able = (self.raiser, *(world.holder(post) for post in ("quality_manager", "safety_manager", "chief_executive")))
        record = self.record()
        # Of a confidential action only some may know.
        deciders = (one for one in able if one != self.owner and scope.may(world.actor(one), "grant_extension", record))
        decider = next(deciders, None)
        if decider is None:
            return
        acting.decide_extension(world.actor(decider), self.pk, grant=said.granted, answer=said.words)

    def finish(self) -> None:
        """Done, with evidence; the check is planned where there is one."""
        record = self.record()
        if record.state == "analysis":
            self.plan()
        elif record.state != "doing":
            return
        self.show_evidence()
        done = {"done_summary": self._proof()}
        if not self.causal:
            self._move(self.owner, "finish", fields=done)
            self.closed()
            return
        days = self.rng.randint(*CHECK_DAYS)
        checker = self.checker()
        fields = done | {
            "verifier": self.stage.world.id_of(checker),
            "check_on": moment.now().date() + dt.timedelta(days=days),
            "check_method": self.say(self.told.check),
        }
        self._move(self.owner, "implement", fields=fields)
        slow = self.rng.uniform(4, 25) if self.rng.random() < 0.15 else 0.0
        self.stage.timeline.at(self.soon(days - 3 + slow, days + slow), lambda: self.check(checker))

    def show_evidence(self) -> None:
        """A file that shows what was done."""
        actor = self.stage.world.actor(self.owner)
        picture = self.rng.random() < 0.45
        name = f"done-{self.round + 1}.{'jpg' if picture else 'txt'}"
        content = evidence.file(name, self.say(self.told.title), self._proof(), self.rng)
        attachments.add(actor, self.pk, content, name=name, note=self._proof()[:200], role=attachments.EVIDENCE)

    def checker(self) -> str:
        """Somebody who neither does the action nor raised it."""
        world = self.stage.world
        pool = [world.holder(post) for post in CHECKERS]
        free = [one for one in dict.fromkeys(pool) if one not in (self.owner, self.raiser)]
        if not free:
            free = [one.code for one in world.told.people if one.code != self.owner and not one.guest]
        weights = [3 if place == 0 else 1 for place in range(len(free))]
        return self.rng.choices(free, weights)[0]

    def check(self, checker: str) -> None:
        """The check: it works and is closed, or it goes back to the cause."""
        talk = self.stage.library.talk
        fails = not self.round and not self.never_fails and bool(self.told.failed)
        if fails and self.rng.random() < FAILED_SHARE:
            said = self.say(self.told.failed)
            self._move(checker, "fail", fields={"check_result": said}, reason=self.rng.choice(talk.check_failed))
            self.round += 1
            self.stage.timeline.at(self.soon(3, 12), self.plan)
            self.stage.timeline.at(self.soon(20, 45), self.finish)
            return
        said = self.rng.choice(talk.check_passed)
        early = acting.days_early(self.stage.world.actor(checker), Action.everywhere.get(pk=self.pk))
        why = talk.check_early if early else ""
        self._move(checker, "verify", fields={"check_result": said}, reason=why, proof=PROOF)
        self.closed()

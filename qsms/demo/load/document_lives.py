"""The documents of the airline: written, reviewed, signed, in effect, read; some are still on the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from qsms.base import moment
from qsms.demo.shapes import Moment, ToldDocument
from qsms.documents import distributing, effect, placing, reading, reminding, routing
from qsms.documents.models import Document, Receipt, Revision
from qsms.org.models import Role
from qsms.records import moves, services

from .world import PROOF, Stage

# Days from the first word of a revision to its being sent, to its review, its approval, and to its day.
SENT, REVIEWED, APPROVED, IN_EFFECT = 3, 6, 9, 12
# After so many days everybody has read what is in effect, but for one in each group who is away.
LONG_AGO = 60
POSTS = {
    "safety_manager": ("safety_manager",),
    "quality_manager": ("quality_manager",),
    "accountable_executive": ("chief_executive",),
    "department_director": ("maintenance_director", "flight_director", "ground_director"),
}
UNFINISHED = {"void": 0, "draft": 0, "review": SENT, "approval": REVIEWED}


def plan(stage: Stage, *, few: bool) -> None:
    """Let every document live its life; of those that are simply in effect a quick load brings one of each type."""
    seen: set[str] = set()
    for number, told in enumerate(stage.library.documents):
        plain = told.state == "effective" and told.temporary is None and told.withdrawn is None
        if few and plain and told.type in seen:
            continue
        seen.add(told.type)
        Life(stage, told, number).plan()
    stage.timeline.at(stage.now - dt.timedelta(hours=1), lambda: _last_round(stage))


def _last_round(stage: Stage) -> None:
    organisation_id = stage.world.organisation.pk
    reminding.ask_for_reviews(organisation_id)
    reminding.remind(organisation_id)


@dataclass
class Life:
    """One document on the line of time."""

    stage: Stage
    told: ToldDocument
    number: int
    document_id: int = 0
    revisions: list[int] = field(default_factory=list)

    def plan(self) -> None:
        """Plan each revision back from the day on which it takes effect."""
        days = [self.told.since, *(Moment.parse(text) for text in self.told.revised)]
        for index, day in enumerate(days):
            at = self._instant(day)
            steps = self.told.steps[: len(self.told.steps) - len(days) + index + 1]
            body = self._body(steps)
            summary = f"New: {steps[-1]}" if index else "It is the first revision."
            if self.told.state in UNFINISHED:
                self._write(at, body, summary, until=UNFINISHED[self.told.state])
            elif self.told.state == "planned" and self.told.takes_effect is not None:
                on = self.stage.day(self.told.takes_effect)
                self._write(at, body, summary, until=APPROVED, effective_on=on)
            else:
                self._write(at - dt.timedelta(days=IN_EFFECT), body, summary, last=day is days[-1])
        if self.told.temporary is not None:
            short = self.told.temporary
            begins = self._instant(short.since) - dt.timedelta(days=IN_EFFECT)
            ends = self.stage.day(short.ends)
            self._write(begins, f"## For now\n\n{short.what}", short.what, expires_on=ends)
            over, index = self._instant(short.ends) + dt.timedelta(days=1), len(self.revisions) - 1
            self._at(over, lambda: self._expire(index))
        if self.told.withdrawn is not None:
            begins = self._instant(self.told.withdrawn.since)
            steps = (*self.told.steps, self.told.withdrawn.what)
            self._write(begins, self._body(steps), f"New: {self.told.withdrawn.what}", until=0)
            self._give_up(begins + dt.timedelta(days=2), self.told.withdrawn.why)
        if self.told.state == "void":
            begins = self._instant(self.told.since)
            self._give_up(begins + dt.timedelta(days=4), self.told.why)
            self._at(begins + dt.timedelta(days=5), self._void)
        if self.told.state in ("obsolete", "archived"):
            self._at(self.stage.now - dt.timedelta(days=80 + self.number), self._end)

    def _give_up(self, at: dt.datetime, why: str) -> None:
        """The revision that was begun last is withdrawn."""
        index, writer = len(self.revisions) - 1, self.told.by
        self._at(
            at,
            lambda: moves.move(self.stage.world.actor(writer), self.revisions[index], "withdraw", reason=why),
        )

    def _instant(self, told: Moment) -> dt.datetime:
        """Within the morning of that day, each document at minutes of its own."""
        there = self.stage.moment(told, "LKF")
        return there - dt.timedelta(hours=9, minutes=-3 * self.number)

    def _at(self, instant: dt.datetime, step: object) -> None:
        self.stage.timeline.at(instant, step)  # type: ignore[arg-type]

    def _body(self, steps: tuple[str, ...]) -> str:
        purpose = f"## Purpose\n\n{self.told.purpose}.\n\n" if self.told.purpose else ""
        return purpose + "## How\n\n" + "\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1)) + "\n"

    def _write(
        self, begins: dt.datetime, body: str, summary: str, *, until: int = IN_EFFECT, last: bool = False,
        effective_on: dt.date | None = None, expires_on: dt.date | None = None,
    ) -> None:  # fmt: skip
        index = len(self.revisions)
        self.revisions.append(0)
        on = effective_on or (begins + dt.timedelta(days=IN_EFFECT)).date()
        given = {
            "body": body, "summary": summary, "effective_on": on, "expires_on": expires_on,
            "training_impact": self.told.training and last, "why": self.told.why if last else "",
        }  # fmt: skip
        self._at(begins, lambda: self._begin(index, given))
        steps = ((SENT, self._send), (REVIEWED, self._review), (APPROVED, self._approve), (IN_EFFECT, self._in_effect))
        for days, step in steps:
            if days <= until:
                self._at(begins + dt.timedelta(days=days), lambda step=step: step(index))  # type: ignore[misc]
        if last and self.told.read:
            self._at(begins + dt.timedelta(days=IN_EFFECT, minutes=1), self._readers)

    # -- what happens on its days ------------------------------------------------------------------------------------

    def _begin(self, index: int, given: dict[str, object]) -> None:
        world, told = self.stage.world, self.told
        writer = world.actor(told.by)
        place = {
            "title": told.title, "site": world.sites[told.site].pk if told.site else None,
            "process": world.processes[told.process].pk if told.process else None, "owner": world.id_of(told.by),
        }  # fmt: skip
        if not self.document_id:
            about = {
                "document_type": told.type, "issuer": told.issuer, "issuer_edition": told.edition,
                "review_months": told.review or None,
            }  # fmt: skip
            self.document_id = services.create(writer, "document", {**place, **about}).pk
            placing.put(writer, self.document_id, [world.processes[code].pk for code in told.also])
            for readers in told.to:
                role = Role.objects.filter(organisation=world.organisation, code=readers.role).first()
                unit = world.units[readers.unit].pk if readers.unit else None
                distributing.add_rule(
                    writer, self.document_id, role_id=role.pk if role else None, unit_id=unit,
                    acknowledge=not told.inform,
                )  # fmt: skip
        made = services.create(writer, "revision", {**place, **given, "document": self.document_id})
        self.revisions[index] = made.pk

    def _now(self, index: int) -> Revision:
        return Revision.everywhere.select_related("document").get(pk=self.revisions[index])

    def _send(self, index: int) -> None:
        reviewed = bool(routing.route(self._now(index))["review"])  # type: ignore[index]
        moves.move(self.stage.world.actor(self.told.by), self.revisions[index], "send" if reviewed else "send_on")

    def _review(self, index: int) -> None:
        if self._now(index).state == "in_review":
            self._sign(index, "review")

    def _approve(self, index: int) -> None:
        self._sign(index, "approve")

    def _sign(self, index: int, code: str) -> None:
        world = self.stage.world
        for step in routing.waiting(self._now(index)):
            signer = next(one for post in POSTS[step.role] if (one := world.holder(post)) != self.told.by)
            moves.move(world.actor(signer), self.revisions[index], code, proof=PROOF)
        routing.go_on(world.organisation.pk, self.revisions[index])

    def _in_effect(self, index: int) -> None:
        organisation_id = self.stage.world.organisation.pk
        effect.take_effect(organisation_id, self.revisions[index], effect.local_day(organisation_id))

    def _expire(self, index: int) -> None:
        organisation_id = self.stage.world.organisation.pk
        effect.expire(organisation_id, self.revisions[index], effect.local_day(organisation_id))

    def _void(self) -> None:
        keeper = self.stage.world.actor(self.stage.world.holder("quality_manager"))
        moves.move(keeper, self.document_id, "void", reason=self.told.why)

    def _end(self) -> None:
        keeper = self.stage.world.actor(self.stage.world.holder("quality_manager"))
        moves.move(keeper, self.document_id, "make_obsolete", reason="Nobody works like this any more.")
        if self.told.state == "archived":
            moves.move(keeper, self.document_id, "archive")

    def _readers(self) -> None:
        """Some read at once, some later, some not yet."""
        given = Receipt.everywhere.filter(document_id=self.document_id, acknowledge=True, ended_at=None)
        people = sorted(given.values_list("person_id", flat=True))
        rng = self.stage.rng("read", self.number)
        rng.shuffle(people)
        old = self.stage.now - moment.now() > dt.timedelta(days=LONG_AGO)
        share = len(people) - 1 if old else len(people) * self.told.read // 100
        for person_id in people[: max(share, 1)]:
            at = moment.now() + dt.timedelta(hours=rng.uniform(1, 24 * 11))
            self._at(at, lambda person_id=person_id: self._acknowledge(person_id))  # type: ignore[misc]

    def _acknowledge(self, person_id: int) -> None:
        document = Document.everywhere.get(pk=self.document_id)
        found = reading.text(document)
        code, person = next(pair for pair in self.stage.world.people.items() if pair[1].pk == person_id)
        actor = self.stage.world.actor(code)
        if found is None or not person.is_active or reading.receipt(actor, document) is None:
            return
        for page in range(1, len(found.pages) + 1):
            reading.opened(actor, found, page)
        reading.acknowledge(actor, self.document_id)

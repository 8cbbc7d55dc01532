"""The life of one report: filed, acknowledged, judged through the lenses, worked on, answered, closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from qsms.base import moment
from qsms.demo.shapes import ActionStory, Story
from qsms.records import services, tasks
from qsms.records.choices import Lens, Relation
from qsms.reports import forms
from qsms.reports import services as reporting
from qsms.reports.choices import Mode
from qsms.reports.models import Report, ReportForm
from qsms.reports.services import publishing
from qsms.reports.services.mailbox import READ_TASK
from qsms.reports.services.pictures import Incoming
from qsms.risk.doors import assess

from . import evidence
from .action_lives import ActionLife
from .telling import Told, tell
from .timeline import in_office, later
from .world import Stage

# Out of how many reports what becomes of them; the rest is worked on.
REJECTED, VOID, SETTLED, INVESTIGATED = 0.05, 0.01, 0.36, 0.12
ASKED, COMMENTED, WITH_PHOTO, RATED, TAKEN_UP = 0.16, 0.2, 0.1, 0.5, 0.9
# An office sleeps on a report now and then.
SLOW_TO_GREET, SLOW_TO_JUDGE = 0.05, 0.06
JUDGED = ("safety", "quality", "environment")
# What is rated on three factors, by the letter of a first look: severity, scale and duration for the environment.
ENVIRONMENT = {"A": (5, 4, 4), "B": (4, 4, 3), "C": (3, 3, 2), "D": (2, 2, 1), "E": (1, 1, 1)}


class Shelf:
    """The forms of an organisation, looked up once."""

    def __init__(self, organisation_id: int) -> None:
        self.rows = {row.code: row for row in forms.offered(organisation_id)}
        self.forms = {code: row.form for code, row in self.rows.items()}


@dataclass
class ReportLife:
    """One report of a story. `twin_of` is an earlier report about the very same event."""

    stage: Stage
    shelf: Shelf
    story: Story
    happened: dt.datetime
    rng: Random
    twin_of: ReportLife | None = None
    pk: int = field(default=0, init=False)
    code: str = field(default="", init=False)
    left: int = field(default=0, init=False)

    @cached_property
    def told(self) -> Told:
        """What the reporter tells; of a twin, somebody else about the same place."""
        return tell(self.stage, self.story, self.shelf.forms[self.story.form], self.happened, self.rng)

    @cached_property
    def lead(self) -> str:
        """Who answers for the report: whoever answers for the lens that it concerns most."""
        usual = {"quality": "quality", "environment": "environment", "ohs": "health"}
        return self.stage.world.lead(usual.get(self.story.form, "safety"))

    @property
    def form(self) -> ReportForm:
        """The version of the form that is filed on."""
        return self.shelf.rows[self.story.form]

    def soon(self, low_hours: float, high_hours: float) -> dt.datetime:
        """An office hour so many hours from now."""
        return in_office(self.rng, moment.now(), low_hours, high_hours, self.stage.world.zone(self.told.site))

    def report(self) -> Report:
        """The report as it stands."""
        return Report.everywhere.get(pk=self.pk)

    def _move(self, who: str, code: str, **more: Any) -> None:
        services.move(self.stage.world.actor(who), self.pk, code, **more)

    def plan(self) -> None:
        """It happened; it is told some hours later."""
        self.stage.timeline.at(later(self.rng, self.happened, 0.4, 30), self.file)

    def file(self) -> None:
        """The report comes in, acknowledged by hand some hours later."""
        world, told = self.stage.world, self.told
        who = None if told.mode == Mode.ANONYMOUS else world.actor(told.reporter)
        filed = reporting.file_report(
            who, world.organisation, self.form, told.answers, told.mode, files=self._photos(), acknowledge=False
        )
        self.pk, self.code = filed.report.pk, filed.code
        slow = self.rng.random() < SLOW_TO_GREET
        # A house that reads reports at night, too: somebody is on call.
        greeted = later(self.rng, moment.now(), 25, 60) if slow else later(self.rng, moment.now(), 0.3, 9)
        self.stage.timeline.at(greeted, self.greet)

    def _photos(self) -> list[Incoming]:
        field_code = next((one.code for one in self.shelf.forms[self.story.form].fields if one.type == "photo"), "")
        if not field_code or self.rng.random() > WITH_PHOTO:
            return []
        return [Incoming("IMG_4471.jpg", evidence.picture(self.rng), field_code)]

    def greet(self) -> None:
        """The reporter hears that it was read; the lenses are asked."""
        self._move(self.lead, "acknowledge")
        outcome = self.rng.random()
        if self.twin_of is not None:
            self.stage.timeline.at(self.soon(2, 20), self.merge)
        elif outcome < REJECTED:
            self.stage.timeline.at(self.soon(4, 50), self.reject)
        elif outcome < REJECTED + VOID and self.told.mode == Mode.NAMED:
            self.stage.timeline.at(self.soon(4, 50), self.void)
        else:
            self._plan_triage()

    def _plan_triage(self) -> None:
        last = moment.now()
        for lens in JUDGED:
            slow = self.rng.random() < SLOW_TO_JUDGE / len(JUDGED)
            at = self.soon(70, 200) if slow else self.soon(1, 16)
            last = max(last, at)
            self.stage.timeline.at(at, lambda lens=lens: self.judge(lens))  # type: ignore[misc]
        self.stage.timeline.at(last + dt.timedelta(minutes=self.rng.randrange(8, 90)), self.decide)
        if self.story.ask is not None or self.rng.random() < ASKED:
            self.stage.timeline.at(self.soon(3, 30), self.ask)

    def judge(self, lens: str) -> None:
        """One lens has a look."""
        letter = self.story.lenses.get(lens, "")
        who = self.stage.world.lead(lens)
        note = self.rng.choice(self.stage.library.talk.assessment_reasons) if letter and self.rng.random() < 0.6 else ""
        following = self.rng.choice(("actions", "actions", "trend", "investigate")) if letter else ""
        reporting.judge(
            self.stage.world.actor(who), self.pk, lens, "yes" if letter else "no", severity=letter,
            next_step=following, note=note,
        )  # fmt: skip
        if lens == "safety" and letter and self.rng.random() < RATED:
            self.rate(Lens.SAFETY, self.story.cell, who)
        elif lens == "environment" and letter and self.rng.random() < RATED:
            severity, scale, duration = ENVIRONMENT[letter]
            likely = {"probability": self.story.cell[0], "severity": severity, "scale": scale, "duration": duration}
            self.rate(Lens.ENVIRONMENT, {name: str(value) for name, value in likely.items()}, who)

    def rate(self, lens: Lens, choice: Any, who: str) -> None:
        """A first rating of the risk."""
        why = self.rng.choice(self.stage.library.talk.assessment_reasons)
        matrix = self.stage.world.matrix(lens, who)
        assess(self.stage.world.actor(who), self.pk, kind="initial", matrix=matrix, choice=choice, why=why, lens=lens)

    def decide(self) -> None:
        """The triage ends: where it belongs, whose it is, and what follows."""
        world = self.stage.world
        lead = world.actor(self.lead)
        report = self.report()
        hazard = next((one for one in self.stage.library.hazards if one.code == self.story.hazard), None)
        process = world.processes.get(hazard.process) if hazard is not None else None
        given: dict[str, Any] = {"unit": world.units[self.told.unit].pk, "owner": world.id_of(self.lead)}
        if process is not None:
            given["process"] = process.pk
        if "health" in self.story.lenses:
            given["disciplines"] = report.disciplines | Lens.HEALTH
        services.edit(lead, self.pk, report.version, given)
        if self.story.hazard in self.stage.hazards and self.rng.random() < TAKEN_UP:
            services.link(lead, self.pk, self.stage.hazards[self.story.hazard], Relation.CASE_OF)
        chance = self.rng.random()
        if chance < SETTLED:
            self._move(self.lead, "settle")
            self.stage.timeline.at(self.soon(20, 240), self.answer_reporter)
            return
        said = self.rng.choice(self.stage.library.talk.feedback_decision)
        self._move(self.lead, "finish_triage", fields={"decision_feedback": said})
        if self.rng.random() < COMMENTED:
            self.stage.timeline.at(self.soon(10, 200), self.comment)
        if chance < SETTLED + INVESTIGATED or not self.story.actions:
            self.stage.timeline.at(self.soon(24 * 8, 24 * 70), self.work_done)
            return
        self._act()

    def _act(self) -> None:
        told = self._chosen_actions()
        self.left = len(told)
        for number, one in enumerate(told):
            life = ActionLife(
                self.stage, one, self.told.slots, self.pk, "report", self.lead, self._owner(one), self.rng,
                closed=self.one_less,
            )  # fmt: skip
            self.stage.timeline.at(self.soon(1 + number, 60), life.raise_it)

    def _chosen_actions(self) -> list[ActionStory]:
        quick = [one for one in self.story.actions if one.kind in ("containment", "correction")]
        slow = [one for one in self.story.actions if one not in quick]
        # A cause is looked for in every second case; the others are mended and watched.
        wanted = [*quick[:1], *slow[:1]] if self.rng.random() < 0.5 else quick[:1]
        return wanted or slow[:1]

    def _owner(self, told: ActionStory) -> str:
        return self.stage.world.holder(told.owner, self.told.site)

    def one_less(self) -> None:
        """An action is closed; after the last one the work is done."""
        self.left -= 1
        if not self.left:
            self.stage.timeline.at(self.soon(4, 120), self.work_done)

    def work_done(self) -> None:
        """Nothing is left but the answer."""
        self._move(self.lead, "work_done")
        self.stage.timeline.at(self.soon(4, 150), self.answer_reporter)

    def answer_reporter(self) -> None:
        """The reporter hears what came of it."""
        said = self.story.feedback or self.rng.choice(self.stage.library.talk.feedback_closing)
        self._move(self.lead, "tell", fields={"closing_feedback": said})
        self.stage.timeline.at(self.soon(20, 200), self.close)

    def close(self) -> None:
        """Closed; some are told to everybody, without names."""
        self._move(self.lead, "close")
        if self.story.publish is not None and self.rng.random() < 0.35:
            self.stage.timeline.at(self.soon(24, 300), self.publish)

    def publish(self) -> None:
        """A text without names, for everybody to learn from."""
        told = self.story.publish
        assert told is not None
        actor = self.stage.world.actor(self.stage.world.lead("safety"))
        try:
            reporting.publish(actor, self.pk, told.title, told.text)
        except reporting.Unconfirmed as warned:
            marks = {publishing.mark(span) for span in warned.spans}
            reporting.publish(actor, self.pk, told.title, told.text, confirmed=marks)

    def ask(self) -> None:
        """A question to the reporter, answered by most."""
        if self.report().phase > 2:
            return
        talk = self.stage.library.talk
        one = self.story.ask or self.rng.choice(talk.questions)
        reporting.ask(self.stage.world.actor(self.lead), self.pk, one.question)
        if self.rng.random() < 0.8:
            self.stage.timeline.at(later(self.rng, moment.now(), 6, 90), lambda: self.answer(one.answer))

    def answer(self, text: str) -> None:
        """The reporter answers; the office reads it."""
        if self.told.mode == Mode.ANONYMOUS:
            report = reporting.open_mailbox(self.code)
        else:
            report = reporting.own_mailbox(self.stage.world.actor(self.told.reporter), self.pk)
        reporting.answer(report, text)
        self.stage.timeline.at(self.soon(1, 40), self.read_answer)

    def read_answer(self) -> None:
        """Whoever asked has read it."""
        tasks.finish(self.stage.world.actor(self.lead), self.report(), (READ_TASK,), outcome="Read")

    def comment(self) -> None:
        """Somebody of the office or the line has something to add."""
        world = self.stage.world
        who = self.rng.choice([self.lead, world.holder("investigator"), world.lead("quality")])
        text = self.rng.choice(self.stage.library.talk.comments)
        mentions = [world.id_of(self.lead)] if who != self.lead and self.rng.random() < 0.4 else []
        services.comment(world.actor(who), self.pk, text, mentions=mentions)

    def reject(self) -> None:
        """Not taken up, with a reason that the reporter hears."""
        said = self.rng.choice(self.stage.library.talk.rejection_reasons)
        who = self.stage.world.lead("safety")
        self._move(who, "reject", reason=said.reason, fields={"decision_feedback": said.told})

    def void(self) -> None:
        """A slip of the finger."""
        self._move(self.stage.world.lead("safety"), "void", reason="Filed twice by the same person by accident.")

    def merge(self) -> None:
        """Somebody else told of the same event: the earlier report carries on for both."""
        first = self.twin_of
        assert first is not None
        if not first.pk or first.report().state in ("merged", "void", "rejected"):
            self._plan_triage()
            return
        actor = self.stage.world.actor(self.stage.world.lead("safety"))
        reporting.merge(actor, self.pk, first.pk, reason="The same event, told by somebody else.")

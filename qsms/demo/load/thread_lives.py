"""The story written by hand: the reports and actions of thread.yaml, each step at the moment that is written there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from qsms.actions import services as acting
from qsms.actions.choices import CAUSAL
from qsms.actions.doors import raise_action
from qsms.demo.shapes import Evidence, Judgement, Letter, Moment, ThreadAction, ThreadReport
from qsms.records import attachments, services
from qsms.records.choices import Lens, Relation
from qsms.reports import services as reporting
from qsms.reports.choices import LENSES
from qsms.reports.models import Report
from qsms.reports.services import publishing
from qsms.risk.doors import assess

from . import evidence
from .report_lives import Shelf
from .world import Stage

BEYOND_TRIAGE = ("actions", "investigating", "waiting", "closed")
NOW = Moment(0, dt.time(8, 58))


@dataclass
class Thread:
    """What of the hand-written story exists, by its key."""

    stage: Stage
    shelf: Shelf
    told_reports: tuple[ThreadReport, ...] = ()
    told_actions: tuple[ThreadAction, ...] = ()
    reports: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)

    def plan(self) -> None:
        """Put everything on the line of time."""
        for report in self.told_reports:
            self._plan_report(report)
        for action in self.told_actions:
            self._plan_action(action)

    def _at(self, told: Moment, site: str, step: Callable[[], None], minutes: float = 0) -> dt.datetime:
        instant = self.stage.moment(told, site) + dt.timedelta(minutes=minutes)
        self.stage.timeline.at(instant, step)
        return instant

    def _move(self, who: str, pk: int, code: str, **more: Any) -> None:
        services.move(self.stage.world.actor(who), pk, code, **more)

    # -- reports ------------------------------------------------------------------------------------------------------

    def _plan_report(self, told: ThreadReport) -> None:
        self._at(told.received, told.site, lambda: self._file(told))
        self._at(told.received, told.site, lambda: self._take_up(told), 25)
        for judgement in told.lenses:
            self._at(judgement.at, told.site, lambda one=judgement: self._judge(told, one))  # type: ignore[misc]
        for letter in told.mailbox:
            self._at(letter.at, told.site, lambda one=letter: self._write(told, one))  # type: ignore[misc]
        if told.publish is not None:
            self._at(NOW, told.site, lambda: self._publish(told))
        if told.state in BEYOND_TRIAGE:
            last = max((one.at for one in told.lenses), key=lambda at: at.order)
            self._at(last, told.site, lambda: self._decide(told), 40)
            if told.state == "waiting":
                self._at(last, told.site, lambda: self._wait(told), 300)
            elif told.state == "closed":
                self._at(last, told.site, lambda: self._close(told), 60 * 24 * 5)

    def _file(self, told: ThreadReport) -> None:
        world = self.stage.world
        form = self.shelf.forms[told.form]
        happened = self.stage.moment(told.occurred, told.site).astimezone(world.zone(told.site))
        made_up: dict[str, Any] = {
            "title": told.title,
            "narrative": told.narrative,
            "place": {"site": told.site, "text": told.place[:1].upper() + told.place[1:]},
            "occurred_at": happened.strftime("%Y-%m-%d %H:%M"),
            "phase": told.phase or None,
            "aircraft": told.aircraft or None,
        }
        answers = {one.code: made_up[one.maps_to] for one in form.fields if made_up.get(one.maps_to) is not None}
        who = world.actor(told.reporter) if told.reporter else None
        filed = reporting.file_report(
            who, world.organisation, self.shelf.rows[told.form], answers | dict(told.answers), told.mode,
            acknowledge=False,
        )  # fmt: skip
        self.reports[told.key] = filed.report.pk

    def _take_up(self, told: ThreadReport) -> None:
        world = self.stage.world
        pk = self.reports[told.key]
        self._move(world.lead("safety"), pk, "acknowledge")
        hazard = next((one for one in self.stage.library.hazards if one.code == told.hazard), None)
        given = {"owner": world.id_of(told.owner), "unit": world.units[told.unit].pk}
        if hazard is not None:
            given["process"] = world.processes[hazard.process].pk
        report = Report.everywhere.get(pk=pk)
        lead = world.actor(world.lead("safety"))
        services.edit(lead, pk, report.version, given)
        if told.hazard in self.stage.hazards and told.state != "triage":
            services.link(lead, pk, self.stage.hazards[told.hazard], Relation.CASE_OF)

    def _judge(self, told: ThreadReport, one: Judgement) -> None:
        pk = self.reports[told.key]
        actor = self.stage.world.actor(one.by)
        if one.lens in LENSES:
            reporting.judge(
                actor, pk, one.lens, "yes" if one.concerns else "no", severity=one.severity or one.cell[1:],
                next_step="actions" if one.concerns else "", note=one.reason,
            )  # fmt: skip
        else:
            report = Report.everywhere.get(pk=pk)
            services.edit(
                actor, pk, report.version, {"disciplines": report.disciplines | Lens.HEALTH}, reason=one.reason
            )
        if one.cell:
            matrix = self.stage.world.matrix(Lens.SAFETY, one.by)
            assess(actor, pk, kind="initial", matrix=matrix, choice=one.cell, why=one.reason, lens=Lens.SAFETY)

    def _decide(self, told: ThreadReport) -> None:
        pk = self.reports[told.key]
        world = self.stage.world
        judged = {one.lens for one in told.lenses}
        for lens in LENSES:
            if lens not in judged:
                reporting.judge(world.actor(world.lead(lens)), pk, lens, "no")
        self._move(world.lead("safety"), pk, "finish_triage")

    def _wait(self, told: ThreadReport) -> None:
        asked = bool(told.mailbox) and told.mailbox[-1].sender == "office"
        reason = "Waiting for the reporter's answer." if asked else self.stage.library.talk.late_reasons[0]
        self._move(told.owner, self.reports[told.key], "wait", reason=reason)

    def _close(self, told: ThreadReport) -> None:
        pk = self.reports[told.key]
        office = self.stage.world.lead("safety")
        self._move(told.owner, pk, "work_done")
        self._move(told.owner, pk, "tell", fields={"closing_feedback": told.feedback})
        self._move(office, pk, "close")

    def _write(self, told: ThreadReport, letter: Letter) -> None:
        pk = self.reports[told.key]
        if letter.sender == "office":
            reporting.ask(self.stage.world.actor(letter.by), pk, letter.text)
            return
        reporting.answer(reporting.own_mailbox(self.stage.world.actor(told.reporter), pk), letter.text)

    def _publish(self, told: ThreadReport) -> None:
        assert told.publish is not None
        actor = self.stage.world.actor(self.stage.world.lead("safety"))
        pk, title, text = self.reports[told.key], told.publish.title, told.publish.text
        try:
            reporting.publish(actor, pk, title, text)
        except reporting.Unconfirmed as warned:
            marks = {publishing.mark(span) for span in warned.spans}
            reporting.publish(actor, pk, title, text, confirmed=marks)

    # -- actions ------------------------------------------------------------------------------------------------------

    def _plan_action(self, told: ThreadAction) -> None:
        site = self.stage.world.site_of(told.owner)
        self._at(told.raised, site, lambda: self._raise(told))
        if told.state == "open":
            return
        self._at(told.raised, site, lambda: self._begin(told), 30)
        for one in told.evidence:
            self._at(one.at, site, lambda shown=one: self._show(told, shown))  # type: ignore[misc]
        if told.extension is not None:
            self._at(told.extension.at, site, lambda: self._ask_for_time(told))
        if told.state in ("closed", "implemented"):
            self._at(told.evidence[-1].at, site, lambda: self._finish(told), 20)

    def _raise(self, told: ThreadAction) -> None:
        world = self.stage.world
        raiser = world.actor(told.raised_by)
        reports = [self.reports[key] for key in told.raised_from]
        hazard = self.stage.hazards.get(told.hazard)
        sources = [*reports, *([hazard] if hazard is not None else [])]
        kind = "report" if reports else "hazard"
        source = services.find(raiser, kind, sources[0]) if sources else None
        # The report is judged later, through one lens after the other; the hazard behind it has its lenses already.
        lenses: dict[str, Any] = {}
        if hazard is not None:
            lenses = {"disciplines": services.find(raiser, "hazard", hazard).disciplines}
        made = raise_action(
            raiser, source, title=told.title, description=told.description, kind=told.kind,
            owner_id=world.id_of(told.owner), due_on=self.stage.day(told.due), **lenses,
        )  # fmt: skip
        self.actions[told.key] = made.pk
        for other in reports[1:]:
            services.link(raiser, made.pk, other, Relation.RAISED_FROM)
        if reports and hazard is not None:
            services.link(raiser, made.pk, hazard, Relation.MITIGATES)
        for code in told.builds:
            if code in self.stage.controls:
                services.link(raiser, made.pk, self.stage.controls[code], Relation.CHANGES)

    def _begin(self, told: ThreadAction) -> None:
        pk = self.actions[told.key]
        if told.kind not in CAUSAL:
            self._move(told.owner, pk, "start")
            return
        self._move(told.owner, pk, "analyse")
        fields = {"root_cause": told.root_cause, "plan": told.description, "cause_method": "five_whys"}
        self._move(told.owner, pk, "plan", fields=fields)

    def _show(self, told: ThreadAction, one: Evidence) -> None:
        actor = self.stage.world.actor(one.by)
        content = evidence.file(one.file, told.title, one.text, self.stage.rng("evidence", one.file))
        attachments.add(actor, self.actions[told.key], content, name=one.file, note=one.text, role=attachments.EVIDENCE)

    def _ask_for_time(self, told: ThreadAction) -> None:
        assert told.extension is not None
        actor = self.stage.world.actor(told.extension.by)
        until = self.stage.day(told.extension.until)
        acting.ask_extension(actor, self.actions[told.key], until=until, reason=told.extension.reason)

    def _finish(self, told: ThreadAction) -> None:
        pk = self.actions[told.key]
        fields: dict[str, Any] = {"done_summary": told.evidence[-1].text}
        if told.kind not in CAUSAL:
            self._move(told.owner, pk, "finish", fields=fields)
            return
        assert told.check is not None
        day = self.stage.day(Moment(told.evidence[-1].at.days + told.check.after_days))
        fields |= {
            "verifier": self.stage.world.id_of(told.check.by),
            "check_on": day,
            "check_method": told.check.looks_at,
        }
        self._move(told.owner, pk, "implement", fields=fields)

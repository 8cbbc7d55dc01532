"""What others found at the airline, and how far each of their findings is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qsms.actions.doors import raise_action
from qsms.base import moment
from qsms.records import attachments, services
from qsms.records.models import Record
from qsms.rules.data_files import read_mapping
from qsms.standards import certifying, finding_verbs, findings
from qsms.standards.models import Certificate

from . import evidence
from .world import PROOF, Stage

DATA = Path(__file__).parent.parent / "data" / "findings.yaml"
DUE_DAYS = 45


@lru_cache(maxsize=1)
def told() -> Mapping[str, Any]:
    """What is told of findings."""
    return read_mapping(DATA)[1]


def plan(stage: Stage) -> None:
    """The audit and its findings on their days, after the certificates were entered."""
    work = told()
    _at(stage, work["audit"]["day"] + 1, lambda: _limit(stage))
    _at(stage, work["audit"]["day"], lambda: _audit(stage))
    for number, one in enumerate(work["findings"]):
        _at(stage, one["entered"], lambda one=one: _Life(stage, one).enter(), minutes=10 * number)


def _at(stage: Stage, days: int, act: Callable[[], None], minutes: int = 0) -> None:
    stage.timeline.at(stage.now - dt.timedelta(days=days, hours=-3, minutes=-minutes), act)


def _today() -> dt.date:
    return moment.now().date()


def _certificate(standard: str) -> Certificate | None:
    found: Certificate | None = Certificate.everywhere.filter(framework=standard).order_by("pk").first()
    return found


def _limit(stage: Stage) -> None:
    actor = stage.world.actor(stage.world.lead("quality"))
    for one in told()["limits"]:
        held = _certificate(one["standard"])
        if held is not None:
            finding_verbs.set_limit(actor, held.pk, one["grade"], one["plan"], one["evidence"])


def _audit(stage: Stage) -> None:
    actor, audit = stage.world.actor(stage.world.lead("quality")), told()["audit"]
    held = _certificate(audit["standard"])
    if held is not None:
        certifying.note_audit(actor, held.pk, "surveillance", _today(), audit["outcome"])


class _Life:
    """One finding; each step as it is told, on its day."""

    def __init__(self, stage: Stage, one: Mapping[str, Any]) -> None:
        self.stage, self.one = stage, one
        self.lead = stage.world.lead("quality")
        self.pk = self.action = 0

    def enter(self) -> None:
        """The finding is entered and issued, and what follows is put on the line of time."""
        one, world = self.one, self.stage.world
        held = _certificate(one.get("standard", ""))
        audited = self.stage.now.date() - dt.timedelta(days=told()["audit"]["day"])
        given = {
            "title": one["title"], "grade": one["grade"], "origin": one.get("origin", "body"),
            "finder": one.get("finder") or (held.body if held else ""), "framework": one.get("standard", ""),
            "clause": one.get("clause", ""), "cited": one.get("cited", ""), "reference": one.get("reference", ""),
            "under_certificate": held, "audit_on": audited if held else None, "statement": one["statement"],
            "objective_evidence": one["evidence"], "owner": world.id_of(one["owner"]),
            "site": world.sites[one["site"]].pk if "site" in one else None,
            "process": world.processes[one["process"]].pk if "process" in one else None, "disciplines": 2,
        }  # fmt: skip
        made = services.create(world.actor(self.lead), findings.KIND, given, raised_from=held)
        self.pk = made.pk
        named = {}
        if "evidence_in" in one:
            named["evidence_by"] = self.stage.now.date() + dt.timedelta(days=one["evidence_in"])
        self._move(self.lead, "issue", issued_on=_today(), **named)
        action = one.get("action", {})
        steps: list[tuple[int | None, Callable[[], None]]] = [
            (action.get("begun"), self._begin),
            (one.get("sent"), lambda: self._move(one["owner"], "answer", plan_sent_on=_today())),
            (one.get("accepted"), lambda: self._move(self.lead, "accept_plan", plan_accepted_on=_today())),
            (action.get("done"), self._finish),
            (one.get("shown"), lambda: self._move(one["owner"], "show", evidence_sent_on=_today())),
            (one["closed"]["day"] if "closed" in one else None, self._close),
        ]
        for days, act in steps:
            if days is not None:
                _at(self.stage, days, act, minutes=30)

    def _move(self, who: str, code: str, **fields: Any) -> None:
        services.move(self.stage.world.actor(who), self.pk, code, fields=fields)

    def _begin(self) -> None:
        world, action = self.stage.world, self.one["action"]
        made = raise_action(
            world.actor(self.lead), services.find(world.actor(self.lead), findings.KIND, self.pk),
            title=action["title"], description=f"{action['title']}. The body wants to see it.", kind=action["kind"],
            owner_id=world.id_of(self.one["owner"]), due_on=_today() + dt.timedelta(days=DUE_DAYS),
        )  # fmt: skip
        self.action = made.pk
        services.move(world.actor(self.one["owner"]), self.action, "start")

    def _finish(self) -> None:
        owner = self.stage.world.actor(self.one["owner"])
        record: Record = Record.everywhere.get(pk=self.action)
        content = evidence.file("shelf.jpg", record.title, self.one["title"], self.stage.rng("finding", record.title))
        attachments.add(owner, self.action, content, name="shelf.jpg", note="After", role=attachments.EVIDENCE)
        services.move(owner, self.action, "finish", fields={"done_summary": f"{record.title}: done, see the picture."})

    def _close(self) -> None:
        told_end = self.one["closed"]
        fields = {"accepted_on": _today(), "accepted_by": told_end["by"], "closing_note": told_end["note"]}
        services.move(self.stage.world.actor(self.lead), self.pk, "verify", fields=fields, proof=PROOF)

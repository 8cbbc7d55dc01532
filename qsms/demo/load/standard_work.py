"""What the airline is at with its standards: living queries, a gap assessment, a transition, a pair, certificates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from qsms.base import moment
from qsms.records import services
from qsms.rules.data_files import read_mapping
from qsms.rules.frameworks import Confidence, Reference
from qsms.standards import adopting, asking, assessing, certifying, declaring, judging, moving_on, tracking
from qsms.standards.binding import Given
from qsms.standards.judging import Judged

from .standard_lives import BOUND
from .world import Stage

DATA = Path(__file__).parent.parent / "data" / "standards_work.yaml"


@lru_cache(maxsize=1)
def told() -> Mapping[str, Any]:
    """What is told of the work on standards."""
    return read_mapping(DATA)[1]


def plan(stage: Stage) -> None:
    """Each piece of work on its day, after the standards were adopted and their evidence bound."""
    work = told()
    _at(stage, BOUND - 2, lambda: _ask(stage, work["questions"]))
    _at(stage, work["assessment"]["begun"], lambda: _assess(stage, work["assessment"]))
    _at(stage, work["transition"]["begun"], lambda: _move_on(stage, work["transition"]))
    for one in work["pairs"]:
        _at(stage, BOUND - 4, lambda one=one: _judge(stage, one))
    for number, one in enumerate(work["certificates"]):
        _at(stage, BOUND - 5 - number, lambda one=one: _certify(stage, one))
    for one in work["declarations"]:
        _at(stage, one["begun"], lambda one=one: _declare(stage, one))
    for days in (38, 28, 19, 1):
        _at(stage, days, lambda: tracking.note(stage.world.organisation))


def _at(stage: Stage, days: int, act: Any) -> None:
    stage.timeline.at(stage.now - dt.timedelta(days=days, hours=-2), act)


def _day(days: int) -> dt.date:
    """So many days before the moment that is played."""
    return moment.now().date() - dt.timedelta(days=days)


def _ask(stage: Stage, questions: list[Mapping[str, Any]]) -> None:
    leads = {one.standard: one.by for one in stage.library.adoptions}
    for one in questions:
        actor = stage.world.actor(stage.world.lead(leads[one["standard"]]))
        at = Reference(one["standard"], one["number"])
        given = Given(fresh_months=one["fresh"], owner_id=actor.person_id)
        asking.ask(actor, at, one["query"], one["with"], given)


def _assess(stage: Stage, work: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead(work["by"]))
    given = {"title": work["title"], "framework": work["standard"], "scope": work["scope"], "owner": actor.person_id}
    made = services.create(actor, assessing.KIND, given)
    for one in work["answers"]:
        assessing.answer(actor, made.pk, one["number"], one["answer"], one.get("note", ""))
        if one.get("action"):
            given = {
                "title": one["action"], "description": one["note"], "action_kind": "improvement",
                "owner": actor.person_id, "due_on": stage.now.date() + dt.timedelta(days=45),
            }  # fmt: skip
            assessing.raise_action(actor, made.pk, one["number"], given)
    assessing.keep_snapshot(actor, made.pk, "First walk through")


def _move_on(stage: Stage, work: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead(work["by"]))
    old = next(one for one in adopting.live(actor) if one.key == work["standard"])
    moving_on.begin(actor, old.pk, work["to"])


def _judge(stage: Stage, one: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead("quality"))
    left, right = (Reference(end["standard"], end["number"]) for end in (one["left"], one["right"]))
    judging.judge(actor, Judged(left, right, one["relation"], one["why"], Confidence.SECONDARY))


def _certify(stage: Stage, one: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead(one["by"]))
    given = {"title": one["title"], "framework": one["standard"], "body": one["body"], "covered": one["covered"],
             "owner": actor.person_id}  # fmt: skip
    made = services.create(actor, certifying.KIND, given)
    fields = {"decided_on": _day(one["decided"]), "certificate_number": one["certificate_number"]}
    services.move(actor, made.pk, "certify", fields=fields)
    for days in one["surveillance"]:
        certifying.note_audit(actor, made.pk, "surveillance", _day(days), "Two minor findings, both closed")


def _declare(stage: Stage, one: Mapping[str, Any]) -> None:
    actor = stage.world.actor(stage.world.lead("safety"))
    told = {name: value for name, value in one.items() if name != "begun"}
    services.create(actor, declaring.KIND, {**told, "owner": actor.person_id})

"""The standards of the airline: adopted, parts of them left out, and what counts as evidence, some of it grown old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from qsms.base import moment
from qsms.demo.shapes import ToldAdoption, ToldEvidence
from qsms.records import services
from qsms.records.models import Record
from qsms.risk.models import Control
from qsms.rules.frameworks import Reference
from qsms.standards import adopting, binding
from qsms.standards.binding import Given

from .world import Stage

# Days before the present on which the work on the standards was put into the program.
TAKEN_UP, BOUND = 45, 40


def plan(stage: Stage) -> None:
    """Let each standard be adopted, one a day, and its evidence be bound some days later."""
    for number, told in enumerate(stage.library.adoptions):
        begun = stage.now - dt.timedelta(days=TAKEN_UP - number, hours=-1)
        stage.timeline.at(begun, lambda told=told: _take_up(stage, told))  # type: ignore[misc]


def _take_up(stage: Stage, told: ToldAdoption) -> None:
    world = stage.world
    actor = world.actor(world.lead(told.by))
    made = adopting.adopt(actor, told.standard, {"site": world.sites[told.site].pk} if told.site else None)
    made = services.edit(actor, made.pk, made.version, {"scope": told.scope})
    if told.also:
        adopting.place(actor, made.pk, [world.sites[code].pk for code in told.also], ())
    if told.since is not None:
        services.move(actor, made.pk, "adopt", fields={"adopted_on": stage.day(told.since)})
    for out in told.left_out:
        adopting.exclude(actor, made.pk, out.number, out.why)
    later = moment.now() + dt.timedelta(days=TAKEN_UP - BOUND)
    for number, (one, record_id) in enumerate(_there(stage, told)):
        at = later + dt.timedelta(minutes=7 * number)
        stage.timeline.at(at, lambda one=one, record_id=record_id: _bind(stage, told, one, record_id))  # type: ignore[misc]


def _there(stage: Stage, told: ToldAdoption) -> Iterator[tuple[ToldEvidence, int]]:
    """The evidence whose record is there: a quick load brings few."""
    titles = [one.document for one in told.evidence if one.document]
    rows = Record.everywhere.filter(organisation=stage.world.organisation, kind="document", title__in=titles)
    documents = dict(rows.values_list("title", "pk"))
    for one in told.evidence:
        if one.document:
            if one.document in documents:
                yield one, documents[one.document]
            continue
        known = stage.hazards if one.hazard else stage.controls
        if (one.hazard or one.control) in known:
            yield one, known[one.hazard or one.control]


def _bind(stage: Stage, told: ToldAdoption, one: ToldEvidence, record_id: int) -> None:
    actor = stage.world.actor(stage.world.lead(told.by))
    record: Record = Record.everywhere.get(pk=record_id)
    checked = Control.everywhere.filter(pk=record_id).values_list("last_verified_on", flat=True).first()
    given = Given(
        strength=one.strength,
        as_of=checked or binding.usual_day(record, actor),
        fresh_months=one.months or None,
        note=one.note,
        owner_id=record.owner_id,
        for_all_sites=one.everywhere,
    )
    binding.bind(actor, record_id, Reference(told.standard, one.number), given)

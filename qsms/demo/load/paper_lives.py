"""What else stands in the training records of the airline: certificates from outside, who is excused, and who left."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from qsms.base import moment
from qsms.demo.shapes import ToldClaim, ToldLeaver, ToldWaiver
from qsms.org import services as org
from qsms.records import bulk, history, moves
from qsms.site.administration import services as administration
from qsms.training import holdings, waiving
from qsms.training.models import Course

from . import evidence
from .training_lives import KEEPER, TAKEN_OVER
from .world import Stage

# How long after it was asked an answer comes.
ANSWER = dt.timedelta(days=2, hours=3)
# Those who left had completed what they held so long before that old records were taken over.
BEFORE = dt.timedelta(days=40)
FILE = "certificate.pdf"


def plan(stage: Stage, *, few: bool) -> None:
    """Each on its day; a quick load tells the first of each kind."""
    library, most = stage.library, 1 if few else None
    for claim in library.claims[:most]:
        at = stage.moment(claim.at, stage.world.site_of(claim.who))
        stage.timeline.at(at, lambda claim=claim: _bring(stage, claim))  # type: ignore[misc]
    for waiver in library.waivers[:most]:
        at = stage.moment(waiver.at, stage.world.site_of(waiver.who))
        stage.timeline.at(at, lambda waiver=waiver: _excuse(stage, waiver))  # type: ignore[misc]
    for leaver in library.leavers[:most]:
        taken_over = stage.now - dt.timedelta(days=TAKEN_OVER, hours=-14)
        stage.timeline.at(taken_over, lambda leaver=leaver: _had(stage, leaver))  # type: ignore[misc]


def _course(stage: Stage, code: str) -> Course:
    return Course.everywhere.get(organisation_id=stage.world.organisation.pk, code=code)


def _bring(stage: Stage, told: ToldClaim) -> None:
    """The training manager adds the certificate for whoever brought it."""
    keeper = stage.world.actor(stage.world.holder(KEEPER))
    course = _course(stage, told.course)
    paper = evidence.file(FILE, told.issuer, f"{told.reference}: {course.title}", stage.rng("claim", told.reference))
    made = holdings.claim(
        keeper, course.pk, holder_id=stage.world.id_of(told.who), completed_on=stage.day(told.completed),
        issuer=told.issuer, reference=told.reference, upload=SimpleUploadedFile(FILE, paper.read()),
    )  # fmt: skip

    def look() -> None:
        if told.verified:
            moves.move(keeper, made.pk, "verify")
        else:
            moves.move(keeper, made.pk, "refuse", reason=told.refused)

    if told.verified or told.refused:
        stage.timeline.at(moment.now() + ANSWER, look)


def _excuse(stage: Stage, told: ToldWaiver) -> None:
    keeper = stage.world.actor(stage.world.holder(KEEPER))
    course, person = _course(stage, told.course), stage.world.id_of(told.who)
    asked = waiving.ask(keeper, course.pk, person, reason=told.why, until=stage.day(told.until))
    if told.answered_by:
        decider = stage.world.actor(told.answered_by)

        def answer() -> None:
            waiving.decide(decider, asked.pk, approve=True, answer=told.answer)

        stage.timeline.at(moment.now() + ANSWER, answer)


def _had(stage: Stage, told: ToldLeaver) -> None:
    """Somebody with records from before, who leaves on their day."""
    world = stage.world
    unit = world.units[told.unit]
    person = org.add_person(
        world.organisation, name=told.name, title=told.job, site=unit.site, unit=unit, with_account=False
    )
    world.people[told.code] = person
    rows = []
    for code in told.held:
        course = _course(stage, code)
        given = {"title": course.title, "holder": person.pk, "course": course.pk,
                 "completed_on": (moment.now() - BEFORE).date()}  # fmt: skip
        rows.append(bulk.prepare(world.system, "holding", bulk.Row(given, state="held")).record)
    bulk.create(world.system, "holding", rows, verb=history.IMPORTED)
    last, administrator = stage.day(told.left), world.actor(world.holder("administrator"))
    evening = stage.moment(told.left, next(one.site for one in world.told.units if one.code == told.unit))
    stage.timeline.at(evening, lambda: administration.set_active(administrator, person, active=False, left_on=last))

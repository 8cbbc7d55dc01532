"""The training of the airline: what is asked of whom, who holds it, and sessions past and planned.

What people brought along from before the program is taken over in one go; what they did since, they did in sessions.
"""

from __future__ import annotations

import datetime as dt

from qsms.base import moment
from qsms.demo.shapes import ToldCourse, ToldSession
from qsms.org.models import Role
from qsms.records import bulk, history, moves, services
from qsms.records.models import Record
from qsms.rules.calendar_days import add_months
from qsms.training import requiring, sessions, standing, starters
from qsms.training.choices import Level
from qsms.training.models import Course

from .world import PROOF, Stage

KEEPER = "training_manager"
# Days before the present on which the courses were set up, and on which old records were taken over.
SET_UP, TAKEN_OVER = 200, 195
# How long something holds that does not expire, for the day on which it was completed.
LONG = 48


def plan(stage: Stage, *, few: bool) -> None:
    """Let courses be set up, old records be taken over, and sessions be held, each on its day."""
    keeper = stage.world.holder(KEEPER)
    every = stage.library.courses
    courses = [*every[:3], *every[5:7], *(one for one in every if one.document)] if few else list(every)
    begun = stage.now - dt.timedelta(days=SET_UP)
    starter_codes = [one.code for one in courses if one.starter]
    stage.timeline.at(begun, lambda: _bring(stage, keeper, starter_codes))
    for number, told in enumerate(courses):
        at = begun + dt.timedelta(hours=1 + number)
        stage.timeline.at(at, lambda told=told: _set_up(stage, keeper, told))  # type: ignore[misc]
        if told.readers:
            # Who has read the document holds it.
            continue
        later = stage.now - dt.timedelta(days=TAKEN_OVER) + dt.timedelta(hours=number)
        stage.timeline.at(later, lambda told=told: _take_over(stage, told))  # type: ignore[misc]
    known = {one.code for one in courses}
    for one in stage.library.sessions:
        if one.course in known:
            _session(stage, keeper, one)


def _bring(stage: Stage, keeper: str, codes: list[str]) -> None:
    starters.add(stage.world.actor(keeper), codes)


def _course(stage: Stage, code: str) -> Course:
    return Course.everywhere.get(organisation_id=stage.world.organisation.pk, code=code)


def _document(stage: Stage, title: str) -> int:
    rows = Record.everywhere.filter(organisation=stage.world.organisation, kind="document", title=title)
    return int(rows.values_list("pk", flat=True).get())


def _set_up(stage: Stage, keeper: str, told: ToldCourse) -> None:
    actor = stage.world.actor(keeper)
    if not told.starter:
        given = {
            "title": told.title, "course_kind": told.kind, "purpose": told.purpose, "months": told.months or None,
            "month_end": told.month_end, "grace_days": told.grace_days, "early_months": told.early_months,
            "evaluate_days": told.evaluate_days or None, "code": told.code, "owner": actor.person_id,
            "document": _document(stage, told.document) if told.document else None,
        }  # fmt: skip
        made = services.create(actor, "course", given)
        services.move(actor, made.pk, "release")
    course = _course(stage, told.code)
    site = stage.world.sites[told.site].pk if told.site else None
    for role in Role.objects.filter(organisation=stage.world.organisation, code__in=told.roles).order_by("pk"):
        requiring.require(actor, course.pk, role_id=role.pk, site_id=site)
    for duty in told.duties:
        requiring.require(actor, course.pk, duty=duty)
    if told.readers:
        requiring.require(actor, course.pk, readers=True)


def _take_over(stage: Stage, told: ToldCourse) -> None:
    """Records from before the program, such that so many people are current today."""
    course, rng = _course(stage, told.code), stage.rng("training", told.code)
    today = stage.now.date()
    asked = standing.needs(stage.world.organisation.pk, moment.now().date(), None, {course.pk})
    apart = {stage.world.id_of(who) for who, code in stage.library.told_apart if code == told.code}
    system = stage.world.system
    rows = []
    for person in sorted(asked):
        chance = rng.randrange(100)
        if person in apart or (chance >= told.current and chance % 2):
            continue
        months = course.months or LONG
        newest = moment.now().date()
        if chance < told.current:
            # Still valid today: completed at most so many months before it, and before it was taken over.
            first = add_months(today, -months)
            day = first + dt.timedelta(days=rng.randrange(1, max(2, (newest - first).days)))
        else:
            day = add_months(today, -months) - dt.timedelta(days=rng.randrange(5, 300))
        given = {"title": course.title, "holder": person, "course": course.pk, "completed_on": day}
        ready = bulk.prepare(system, "holding", bulk.Row(given, state="held"))
        rows.append(ready.record)
    bulk.create(system, "holding", rows, verb=history.IMPORTED)


def _session(stage: Stage, keeper: str, told: ToldSession) -> None:
    site = stage.world.site_of(told.by)
    begins = stage.moment(told.at, site)
    planned = min(begins - dt.timedelta(days=30), stage.now - dt.timedelta(days=4))
    found: list[int] = []

    def set_up() -> None:
        course = _course(stage, told.course)
        made = services.create(stage.world.actor(keeper), "session", {
            "title": course.title, "course": course.pk, "starts_at": begins, "ends_at": begins + dt.timedelta(hours=3),
            "place": told.place, "site": stage.world.sites[site], "instructor": stage.world.people[told.by],
            "owner": stage.world.people[keeper],
        })  # fmt: skip
        found.append(made.pk)
        sessions.invite(stage.world.actor(keeper), made.pk, [stage.world.id_of(one) for one in told.people])

    def sign(who: str) -> None:
        sessions.sign_in(stage.world.actor(who), found[0], PROOF)

    def close() -> None:
        teacher = stage.world.actor(told.by)
        results = {stage.world.id_of(one): "passed" if one in told.passed else "absent" for one in told.people}
        sessions.judge(teacher, found[0], results)
        course = _course(stage, told.course)
        moves.move(teacher, found[0], "hold" if course.evaluate_days is not None else "complete", proof=PROOF)

    def evaluate() -> None:
        given = {"evaluation_level": Level.BEHAVIOUR, "effect": told.effect, "evaluation": told.found}
        moves.move(stage.world.actor(keeper), found[0], "evaluate", fields=given)

    def call_off() -> None:
        moves.move(stage.world.actor(keeper), found[0], "void", reason=told.called_off)

    stage.timeline.at(planned, set_up)
    if told.called_off:
        stage.timeline.at(begins - dt.timedelta(days=1), call_off)
        return
    if begins > stage.now:
        return
    for number, who in enumerate(told.passed):
        stage.timeline.at(begins + dt.timedelta(minutes=2 * number), lambda who=who: sign(who))  # type: ignore[misc]
    stage.timeline.at(begins + dt.timedelta(hours=3), close)
    if told.effect:
        stage.timeline.at(begins + dt.timedelta(days=95), evaluate)

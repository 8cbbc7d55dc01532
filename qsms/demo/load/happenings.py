"""When what happens: reports over two years, by seasons, weekdays and hours, more of them from year to year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

from qsms.demo.shapes import Library, Story

from .report_lives import ReportLife, Shelf
from .telling import answers
from .world import Stage

DAYS = 730
# One in so many events is told by two people.
TOLD_TWICE = 32
HOURS = {"night": (22, 6), "morning": (6, 11), "afternoon": (11, 17), "evening": (17, 22)}


def days(library: Library, stories: list[Story], now: dt.datetime) -> tuple[list[dt.date], list[float]]:
    """The days of the two years and how much happens on each, relative to one another."""
    seasons = library.seasons
    found = [now.date() - dt.timedelta(days=back) for back in range(DAYS, -1, -1)]
    by_month = [
        sum(one.weight * seasons.seasons[one.season][month] / sum(seasons.seasons[one.season]) for one in stories)
        for month in range(12)
    ]
    weights = [
        by_month[day.month - 1] * seasons.weekdays[day.weekday()] * seasons.growth_per_year ** (number / 365)
        for number, day in enumerate(found)
    ]
    return found, weights


def plan(stage: Stage, shelf: Shelf, stories: list[Story], amount: int) -> None:
    """Put so many reports on the line of time."""
    rng = stage.rng("happenings", amount)
    possible, weights = days(stage.library, stories, stage.now)
    for number, day in enumerate(sorted(rng.choices(possible, weights, k=amount))):
        story = _story(stage.library, stories, day, rng)
        life = ReportLife(stage, shelf, story, _instant(stage, day, rng), stage.rng("report", number))
        life.plan()
        if number % TOLD_TWICE == TOLD_TWICE // 2:
            _twin(life, number).plan()


def _story(library: Library, stories: list[Story], day: dt.date, rng: Random) -> Story:
    seasons = library.seasons.seasons
    return rng.choices(stories, [one.weight * seasons[one.season][day.month - 1] for one in stories])[0]


def _instant(stage: Stage, day: dt.date, rng: Random) -> dt.datetime:
    hours = stage.library.seasons.hours
    first, last = HOURS[rng.choices(*zip(*hours.items(), strict=True))[0]]
    hour = (first + rng.randrange((last - first) % 24)) % 24
    zone = stage.world.zone(stage.world.told.sites[0].code)
    at = dt.datetime.combine(day, dt.time(hour, rng.randrange(60)), zone).astimezone(dt.UTC)
    return min(at, stage.now - dt.timedelta(hours=1))


def _twin(first: ReportLife, number: int) -> ReportLife:
    """The same event by somebody else: same place, same slots, another telling where there is one."""
    life = ReportLife(
        first.stage, first.shelf, first.story, first.happened, first.stage.rng("twin", number), twin_of=first
    )
    world, told = first.stage.world, first.told
    crew = [one for one in world.reporters[told.unit] if one != told.reporter] or world.reporters[told.unit]
    chosen = first.story.tellings[number % len(first.story.tellings)]
    form = first.shelf.forms[first.story.form]
    said = answers(world, first.story, form, chosen, told.slots, told.site, first.happened)
    life.told = replace(told, reporter=life.rng.choice(crew), mode="named", answers=said)
    return life

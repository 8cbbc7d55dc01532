"""From a story of the library to what one reporter wrote in one form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from qsms.demo.shapes import Story
from qsms.demo.stories import fill, slots_of
from qsms.reports.rules import ReportForm

from .world import Stage, World

# Where it was when the words of the story do not say it.
SPOTS = {
    "flight_crew": "In flight",
    "cabin": "Cabin",
    "maintenance": "Line station",
    "ground": "Apron",
    "hazard": "Site",
    "quality": "Receiving",
    "environment": "Yard",
    "ohs": "Work place",
}
# The phase where a form insists on one and the story is silent.
USUAL_PHASE = {"flight_crew": "ENR", "cabin": "ENR"}


@dataclass(frozen=True)
class Told:
    """What one reporter tells: who, how, where, and the answers to the form."""

    reporter: str
    mode: str
    site: str
    unit: str
    answers: dict[str, Any]
    slots: dict[str, str]


def slots(world: World, stage: Stage, story: Story, site: str, rng: Random) -> dict[str, str]:
    """One filling for every slot, those of the place from the site where it happens."""
    place = next(one for one in world.told.sites if one.code == site)
    fleet = [one for one in world.told.aircraft if not story.aircraft_type or one.type == story.aircraft_type]
    found = {name: rng.choice(words) for name, words in sorted(stage.library.slots.items())}
    return found | {
        "aircraft": rng.choice(fleet or list(world.told.aircraft)).registration,
        "stand": rng.choice(place.stands),
        "runway": rng.choice(place.runways),
        "hangar": rng.choice(place.hangars),
        "site": place.name,
    }


def tell(stage: Stage, story: Story, form: ReportForm, happened: datetime, rng: Random) -> Told:
    """A report of this story, by somebody of a crew to which it happens. `happened` is in UTC."""
    world = stage.world
    units = [unit for unit in story.units if unit in world.units] or list(world.units)
    weights = {one.code: one.weight for one in world.told.sites}
    sites = {one.code: one.site for one in world.told.units}
    unit = rng.choices(units, [weights[sites[unit]] for unit in units])[0]
    site = sites[unit]
    mode = story.mode or rng.choices(*zip(*stage.library.seasons.modes.items(), strict=True))[0]
    if mode not in form.modes:
        mode = form.modes[0]
    filled = slots(world, stage, story, site, rng)
    reporter = rng.choice(world.reporters[unit])
    chosen = rng.choice(story.tellings)
    return Told(reporter, mode, site, unit, answers(world, story, form, chosen, filled, site, happened), filled)


def answers(
    world: World, story: Story, form: ReportForm, chosen: Any, filled: dict[str, str], site: str, happened: datetime
) -> dict[str, Any]:
    """The answers to the form: the story's own, and what is made up for each report."""
    used = slots_of(chosen.title) | slots_of(chosen.narrative)
    spot = next((filled[name] for name in ("hangar", "runway", "stand") if name in used), SPOTS[story.form])
    spot = f"Runway {spot}" if "runway" in used and "hangar" not in used else spot
    spot = f"Stand {spot}" if "stand" in used and not used & {"hangar", "runway"} else spot
    made_up: dict[str, Any] = {
        "title": fill(chosen.title, filled),
        "narrative": fill(chosen.narrative, filled),
        "place": {"site": site, "text": spot[:1].upper() + spot[1:]},
        "occurred_at": happened.astimezone(world.zone(site)).strftime("%Y-%m-%d %H:%M"),
        "phase": USUAL_PHASE.get(story.form),
        "aircraft": filled["aircraft"] if "aircraft" in used else None,
    }
    given = {one.code: made_up[one.maps_to] for one in form.fields if made_up.get(one.maps_to) is not None}
    return {**given, **story.answers}

"""The story library holds together, and its checks notice when it does not."""

from dataclasses import replace
from datetime import time
from importlib.resources import files
from random import Random
from typing import Any

import pytest
import yaml

from qsms.demo.shapes import Control, Moment, StoryError, Telling
from qsms.demo.stories import STORY_FILES, build, fill, load_library, slots_of
from qsms.demo.story_checks import LEVELS, PLACE_SLOTS, faults
from qsms.org.choices import OrganisationKind, OrganisationSize
from qsms.reports.rules import shipped_forms
from qsms.rules.control_hierarchy import load_hierarchy

LIBRARY = load_library()
ROLES = yaml.safe_load(files("qsms.org").joinpath("data/roles.yaml").read_text(encoding="utf-8"))
CODES = {role["code"] for role in ROLES["roles"]}
CONFLICTS = {frozenset(conflict["roles"]) for conflict in ROLES["conflicts"]}


def found(library):
    return faults(library, forms=shipped_forms(), roles=CODES, conflicts=CONFLICTS)


def swapped(part, code, **values):
    """The library with one entry of one part changed."""
    entries = getattr(LIBRARY, part)
    changed = [replace(e, **values) if getattr(e, "code", getattr(e, "key", "")) == code else e for e in entries]
    assert changed != list(entries)
    changes: dict[str, Any] = {part: tuple(changed)}
    return replace(LIBRARY, **changes)


def test_the_library_holds_together():
    assert found(LIBRARY) == []


def test_it_is_large_enough_to_look_alive():
    assert len(LIBRARY.stories) >= 60
    assert len(LIBRARY.hazards) == 25
    assert len(LIBRARY.controls) >= 40
    assert len(LIBRARY.home.sites) == 3
    assert len(LIBRARY.home.people) >= 40
    assert {story.form for story in LIBRARY.stories} == {form.code for form in shipped_forms()} - {"quick"}
    assert sum(1 for story in LIBRARY.stories for action in story.actions if action.failed) >= 20
    assert sum(1 for story in LIBRARY.stories if story.publish) >= 10


def test_every_shipped_role_is_held_but_the_one_everybody_holds():
    held = {grant.role for person in LIBRARY.home.people for grant in person.grants}
    assert held == {role["code"] for role in ROLES["roles"] if not role.get("every_member")}


def test_kinds_and_sizes_are_those_of_the_set_up():
    assert {one.kind for one in LIBRARY.organisations} <= set(OrganisationKind.values)
    assert {one.size for one in LIBRARY.organisations} <= set(OrganisationSize.values)


def test_levels_are_those_of_the_control_hierarchy():
    hierarchy = load_hierarchy(files("qsms.risk").joinpath("data/hierarchy.yaml").read_text(encoding="utf-8"))
    assert tuple(level.code for level in hierarchy.levels) == LEVELS
    assert tuple(level.may_lower_severity for level in hierarchy.levels) == (True, True, True, False, False)


def test_the_second_organisation_shares_nothing_but_the_installation():
    home, other = LIBRARY.organisations
    for part, key in (("people", "code"), ("people", "name"), ("units", "code"), ("sites", "code")):
        mine = {getattr(one, key) for one in getattr(home, part)}
        assert not mine & {getattr(one, key) for one in getattr(other, part)}


def test_the_running_story_is_the_spill_on_stand_14():
    spill = next(report for report in LIBRARY.reports if report.key == "stand_14")
    assert spill.title == "Hydraulic fluid on stand 14 after servicing, some reached the storm drain"
    assert spill.occurred == Moment(-3, time(21, 40))
    couplings = next(action for action in LIBRARY.actions if action.key == "couplings")
    assert couplings.raised_from == ("stand_14",)
    hazard = next(hazard for hazard in LIBRARY.hazards if hazard.code == couplings.hazard)
    assert (hazard.initial, hazard.predicted, hazard.actual) == ("4B", "2B", "3B")


def test_several_hundred_reports_do_not_look_copied():
    random = Random(7)
    told = set()
    for _ in range(400):
        story = random.choices(LIBRARY.stories, [story.weight for story in LIBRARY.stories])[0]
        site = random.choice(LIBRARY.home.sites)
        words = {slot: random.choice(fillings) for slot, fillings in LIBRARY.slots.items()}
        words |= {"aircraft": random.choice(LIBRARY.home.aircraft).registration, "site": site.name}
        words |= {"stand": random.choice(site.stands), "runway": random.choice(site.runways)}
        words |= {"hangar": random.choice(site.hangars)}
        telling = random.choice(story.tellings)
        text = fill(telling.narrative, words)
        assert not slots_of(text)
        told.add((fill(telling.title, words), text))
    assert len(told) > 320


def test_slots_are_filled_and_sentences_start_with_a_capital():
    text = "{few} units went. {litres} ran over."
    assert slots_of(text) == {"few", "litres"}
    assert fill(text, {"few": "two", "litres": "about a litre"}) == "Two units went. About a litre ran over."
    with pytest.raises(KeyError):
        fill(text, {"few": "two"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [("-3 21:40", Moment(-3, time(21, 40))), ("0 08:05", Moment(0, time(8, 5))), ("+7", Moment(7))],
)
def test_moments_are_read(text, moment):
    assert Moment.parse(text) == moment


@pytest.mark.parametrize("text", ["yesterday", "-3 25h", 3, None, "2026-11-21"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(StoryError, match="is not a moment"):
        Moment.parse(text)


def test_a_day_without_a_time_ends_after_all_its_hours():
    assert Moment.parse("0 23:59").order < Moment.parse("0").order < Moment.parse("+1 00:00").order


def test_unknown_and_missing_names_are_refused():
    data = {"code": "a", "title": "A", "level": "engineering", "owner": "x", "verify_days": 9, "watched_by": "y"}
    assert build(Control, data, "Control 1").verify_days == 9
    with pytest.raises(StoryError, match="Control 1 has “colour”"):
        build(Control, data | {"colour": "red"}, "Control 1")
    with pytest.raises(StoryError, match="Control 1 has no “owner”"):
        build(Control, {key: value for key, value in data.items() if key != "owner"}, "Control 1")
    with pytest.raises(StoryError, match="must have names"):
        build(Control, ["a"], "Control 1")


def test_every_story_file_is_read():
    names = {path.name for path in files("qsms.demo").joinpath("data/stories").iterdir()}
    assert names == {f"{name}.yaml" for name in STORY_FILES}
    assert set(PLACE_SLOTS).isdisjoint(LIBRARY.slots)


@pytest.mark.parametrize(
    ("part", "code", "values", "sentence"),
    [
        ("stories", "bird_strike", {"hazard": "dragons"},
         "Story bird_strike names the hazard “dragons”, which does not exist."),
        ("stories", "bird_strike", {"cell": "6C"},
         "Story bird_strike has the cell “6C”, which is not on the matrix."),
        ("stories", "bird_strike", {"units": ("moon",)},
         "Story bird_strike names the unit “moon”, which does not exist."),
        ("stories", "bird_strike", {"tellings": (Telling("Bird on {aircraft}", "Once. Twice."),)},
         "Story bird_strike names an aircraft in its title, which a confidential report must not."),
        ("stories", "bird_strike", {"tellings": (Telling("Bird", "We saw {dragon}. It flew."),)},
         "Story bird_strike names the slot “dragon”, which does not exist."),
        ("stories", "bird_strike", {"answers": {"event_types": ["comet"], "phase": "TOF"}},
         "Story bird_strike, event_types: “comet” is not among the choices of “What kind of event was it?”. "
         "Choose one of them."),
        ("stories", "bird_strike", {"answers": {"birds": "one"}},
         "Story bird_strike answers “birds”, which is not asked."),
        ("controls", "spill_kits", {"level": "magic"},
         "Control spill_kits names the level “magic”, which does not exist."),
        ("hazards", "fuel_overfill", {"predicted": "2C", "added": ("fuel_stop_test",)},
         "Hazard fuel_overfill lowers its severity by procedures alone."),
        ("hazards", "fuel_overfill", {"predicted": "4A"},
         "Hazard fuel_overfill is worse at 4A than at the start."),
        ("hazards", "fuel_overfill", {"initial": "3C"},
         "Hazard fuel_overfill starts at 3C, but its worst consequence is A."),
        ("reports", "deicing_truck", {"reporter": "nia.robertson"},
         "Report deicing_truck is anonymous; only an anonymous report has no reporter."),
        ("reports", "stand_14", {"title": "Leak on N418LF"},
         "Report stand_14 shows a registration where it must not."),
        ("reports", "stand_14", {"occurred": Moment(0, time(9))},
         "Report stand_14 has something happen before it was received, or was received before it happened."),
        ("actions", "couplings", {"owner": "priya.nair"},
         "Action couplings is checked by somebody who planned or did it."),
        ("actions", "couplings", {"raised": Moment(-9)},
         "Action couplings was raised before its report came in."),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_told(part, code, values, sentence):
    assert sentence in found(swapped(part, code, **values))


def test_a_person_with_two_roles_that_exclude_each_other_is_told():
    home, other = LIBRARY.organisations
    keeper = next(person for person in home.people if person.post == "gatekeeper")
    admin = next(person for person in home.people if person.post == "administrator")
    both = replace(keeper, grants=keeper.grants + admin.grants)
    people = tuple(both if person is keeper else person for person in home.people)
    library = replace(LIBRARY, organisations=(replace(home, people=people), other))
    assert "Ken Ostrowski holds administrator and gatekeeper, which one person must not." in found(library)

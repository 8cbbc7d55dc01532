"""Frameworks from data: the tree, extension of one edition by another, the way back to data, and every fault told."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.rules.data_files import DataError
from qsms.rules.framework_check import date_text, validate
from qsms.rules.framework_data import checksum, from_dict, load, load_all, to_dict
from qsms.rules.frameworks import (
    Change,
    Documented,
    Framework,
    FrameworkMisuse,
    Reference,
    numbers_above,
    reading_order,
)

PLAIN: dict[str, Any] = {
    "code": "house",
    "edition": "2020",
    "title": "House standard",
    "publisher": "The house",
    "status": "in_force",
    "basis": "Written for the test",
    "confidence": "verified",
    "confidence_note": "Ours",
    "dates": {"published_on": "2020-05"},
    "requirements": [
        {"number": "1", "title": "Ground", "heading": True},
        {"number": "1.1", "title": "Walls", "intent": "Stand.", "evidence": "A wall", "documented": "maintain"},
        {"number": "1.1(a)", "title": "Doors", "intent": "Open.", "documented": ["maintain", "retain"]},
        {"number": "1.2", "title": "Floor", "intent": "Carry.", "applies_when": "wet", "confidence": "doubtful"},
        {"number": "A", "title": "Annex", "heading": True},
        {"number": "A.1", "title": "Shed", "intent": "Hold.", "note": "Optional"},
        {"number": "9", "title": "Attic", "under": "1", "intent": "Keep."},
    ],
}
NEXT: dict[str, Any] = {
    **{key: value for key, value in PLAIN.items() if key != "requirements"},
    "edition": "2030",
    "extends": {"framework": "house/2020", "kind": "revises", "leaves_out": ["1.2"]},
    "requirements": [
        {"number": "1.1", "intent": "Stand for long."},
        {"number": "1.2", "title": "Roof", "intent": "Keep dry."},
        {"number": "1.3", "title": "Floor", "intent": "Carry.", "was": ["1.2"]},
        {"number": "A.1", "adds": "Lock it."},
        {"number": "1.10", "title": "Cellar", "intent": "Store."},
    ],
}
HOUSE = from_dict(PLAIN)


def broken(data: dict[str, Any], path: tuple[Any, ...], to: Any, *, base: Framework | None = None) -> list[str]:
    data = deepcopy(data)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return [str(sentence) for sentence in validate(data, base.by_number if base else None)]


def test_the_tree_follows_the_numbers_unless_told_otherwise() -> None:
    assert HOUSE.children() == ("1", "A")
    assert HOUSE.children("1") == ("1.1", "1.2", "9")
    assert list(HOUSE.ancestors("1.1(a)")) == ["1.1", "1"]
    assert list(HOUSE.subtree("1")) == ["1", "1.1", "1.1(a)", "1.2", "9"]
    assert HOUSE.requirement("1.1(a)").documented == (Documented.MAINTAIN, Documented.RETAIN)
    assert HOUSE.key == "house/2020"
    assert str(Reference("house/2020", "1.1")) == "house/2020 1.1"
    with pytest.raises(FrameworkMisuse, match=r"house/2020 has no requirement “7”"):
        HOUSE.requirement("7")


def test_numbers_stand_under_the_nearest_above_them_and_sort_as_people_read() -> None:
    assert list(numbers_above("5.21(a)(1)")) == ["5.21(a)", "5.21", "5"]
    assert list(numbers_above("145.A.200(a)")) == ["145.A.200", "145.A", "145"]
    assert list(numbers_above("Subpart A")) == ["Subpart"]
    assert sorted(["8.10", "8.2", "8.2.1", "8", "8.2(b)", "8.2(a)"], key=reading_order) == [
        "8", "8.2", "8.2.1", "8.2(a)", "8.2(b)", "8.10",
    ]  # fmt: skip


def test_an_edition_extends_another_and_says_what_became_of_each_number() -> None:
    new = from_dict(NEXT, {HOUSE.key: HOUSE})
    became = {each.number: (each.change, each.was) for each in new.requirements}
    assert list(became) == ["1", "1.1", "1.1(a)", "1.2", "1.3", "1.10", "9", "A", "A.1"]
    assert became["1"] == (Change.SAME, ("1",))
    assert became["1.1"] == (Change.CHANGED, ("1.1",))
    assert became["1.2"] == (Change.NEW, ()), "the number was left out and came back with another subject"
    assert became["1.3"] == (Change.RENUMBERED, ("1.2",))
    assert became["1.10"] == (Change.NEW, ())
    assert became["A.1"] == (Change.EXTENDED, ("A.1",))
    shed = new.requirement("A.1")
    assert (shed.intent, shed.addition, shed.note) == ("Hold.", "Lock it.", "Optional")
    assert new.requirement("1.1").evidence == "A wall", "what a row leaves out stays as it was"
    assert from_dict(to_dict(new)) == new, "written out whole, it needs its base no more"


def test_what_extends_needs_its_base() -> None:
    with pytest.raises(DataError, match="extends “house/2020”, which is not there"):
        from_dict(NEXT)
    orphan = deepcopy(NEXT)
    orphan["extends"]["leaves_out"] = ["1.1", "1.2"]
    orphan["requirements"] = [{"number": "2", "title": "New", "intent": "Be.", "was": ["1.1"]}]
    with pytest.raises(DataError, match=r"1\.1\(a\) stands under “1.1”, which is not kept"):
        from_dict(orphan, {HOUSE.key: HOUSE})


def test_circles_and_chains_without_end_are_refused() -> None:
    circle = deepcopy(NEXT)
    circle["extends"]["leaves_out"] = ["1.1"]
    circle["requirements"] = [{"number": "1.1", "title": "Odd", "intent": "Be.", "under": "1.1(a)"}]
    with pytest.raises(DataError, match=r"stand under one another in a circle: 1\.1, 1\.1\(a\)"):
        from_dict(circle, {HOUSE.key: HOUSE})
    chain = deepcopy(PLAIN)
    chain["requirements"] = [
        {"number": f"r{place}", "title": "Step", "intent": "Be.", "under": f"r{place - 1}" if place else ""}
        for place in range(5000)
    ]
    with pytest.raises(DataError, match=r"r12 is nested too deep\. Use at most 12 steps"):
        from_dict(chain)


def test_the_checksum_follows_the_content_and_not_the_form() -> None:
    again = deepcopy(PLAIN)
    again["requirements"][1]["documented"] = ["maintain"]
    assert checksum(from_dict(again)) == checksum(HOUSE)
    again["requirements"][1]["intent"] = "Fall."
    assert checksum(from_dict(again)) != checksum(HOUSE)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)


NUMBERS = [
    f"{top}{below}{letter}" for top in (1, 2, 10) for below in ("", ".1", ".1.1", ".10") for letter in ("", "(a)")
]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(NUMBERS),
            WORDS, WORDS, st.booleans(), st.sets(st.sampled_from(["maintain", "retain"])),
        ),
        min_size=1, max_size=12, unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_any_framework_comes_back_from_its_data(rows: list[tuple[str, str, str, bool, set[str]]]) -> None:
    data = deepcopy(PLAIN)
    data["requirements"] = [
        {"number": number, "title": title, "intent": intent, "heading": heading, "documented": sorted(documented)}
        for number, title, intent, heading, documented in rows
    ]
    framework = from_dict(data)
    assert from_dict(to_dict(framework)) == framework
    assert {each.number for each in framework.requirements} == {row[0] for row in rows}
    walked = [below for root in framework.children() for below in framework.subtree(root)]
    assert sorted(walked) == sorted(framework.by_number), "every requirement stands once in the tree"


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("edition",), 2015, "“edition” is missing. Write it as text, in quotes where it is a number"),
        (("code",), "ISO 9001", "“ISO 9001” is not a code"),
        (("edition",), "two/three", "“two/three” is not an edition"),
        (("status",), "old", "“status” is “old”. Write one of draft, in_force"),
        (("confidence",), None, "“confidence” is “”. Write one of verified"),
        (("colour",), "red", "“colour” is not known here"),
        (("dates",), [1], "“dates” must name dates"),
        (("dates", "published_on"), "May", "“published_on” is “May”. Write a year, a month or a day"),
        (("dates", "printed_on"), "2020", "“printed_on” is not a date known here"),
        (("extends",), "house", "“extends” must name a framework"),
        (("extends",), {"framework": "a/b", "kind": "kills"}, "“extends: kind” is “kills”"),
        (("base",), {"framework": "a/b", "kind": "revises", "leaves_out": "x"}, "“leaves_out” must list numbers"),
        (("requirements",), [], "“requirements” is missing"),
        (("requirements", 0), "1", "Requirement 1 has no number"),
        (("requirements", 0, "number"), 5.1, "Write it in quotes: without them, 5.10 becomes 5.1"),
        (("requirements", 0, "number"), "1" * 61, "Requirement 1 has no number"),
        (("requirements", 1, "number"), "1", "Requirement 1 is listed twice"),
        (("requirements", 1, "title"), "", "Requirement 1.1: write “title” as text"),
        (("requirements", 1, "intent"), "x" * 20_001, "Requirement 1.1: write “intent” as text"),
        (("requirements", 1, "text"), "copied", "Requirement 1.1: “text” is not known here"),
        (("requirements", 1, "heading"), "no", "Requirement 1.1: “heading” is true or false"),
        (("requirements", 1, "documented"), "keep", "“1.1: documented” is “keep”. Write one of maintain, retain"),
        (("requirements", 1, "confidence"), "high", "“1.1: confidence” is “high”"),
        (("requirements", 1, "change"), "gone", "“1.1: change” is “gone”"),
        (("requirements", 1, "was"), "1", "Requirement 1.1: list in “was”"),
        (("requirements", 1, "under"), "9", "stands under “9”, which is not listed before it"),
        (("requirements", 1, "under"), ["1"], "Requirement 1.1: write “under” as text"),
        (("requirements", 1, "under"), "1.1", "stands under “1.1”, which is not listed before it"),
        (("requirements", 1, "number"), ".".join("1" * 20), "is nested too deep. Use at most 12 steps"),
    ],
)
def test_every_fault_says_where_it_is_and_how_to_mend_it(path: tuple[Any, ...], to: Any, said: str) -> None:
    found = broken(PLAIN, path, to)
    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "7", "title": "Well"}, "Requirement 7 has no “intent”"),
        ({"number": "7", "intent": "Be deep."}, "Requirement 7 has no “title”"),
        ({"number": "7", "title": "Well", "adds": "Water."}, "Requirement 7 adds to nothing"),
        ({"number": "7", "title": "Well", "intent": "Be.", "was": ["6"]}, "Requirement 7 was “6”, which the base"),
    ],
)
def test_a_row_upon_a_base_is_held_to_it(change: dict[str, Any], said: str) -> None:
    found = broken(NEXT, ("requirements", 0), change, base=HOUSE)
    assert any(said in sentence for sentence in found), found


def test_two_ways_to_name_a_base_are_one_too_many() -> None:
    both = {**NEXT, "base": {"framework": "house/2020", "kind": "revises"}}
    assert any("not both" in sentence for sentence in validate(both, HOUSE.by_number))


def test_too_many_requirements_are_refused_before_they_are_read() -> None:
    rows = [{"number": str(number)} for number in range(10_001)]
    assert [str(each) for each in validate({**PLAIN, "requirements": rows})] == [
        "There are more than 10000 requirements. Split the framework."
    ]


@pytest.mark.parametrize(
    ("given", "text"),
    [("2015", "2015"), ("2015-09", "2015-09"), ("2015-13", ""), (True, ""), (2015, "2015"), ("9", "")],
)
def test_dates_may_be_known_to_the_year_the_month_or_the_day(given: object, text: str) -> None:
    assert date_text(given) == text


def test_yaml_says_where_it_is_wrong() -> None:
    with pytest.raises(DataError, match=r"Line 2: “code” is written twice"):
        load("code: a\ncode: b\n")


def test_a_folder_is_read_with_bases_before_what_extends_them(tmp_path: Any) -> None:
    (tmp_path / "house-2030.yaml").write_text(yaml.safe_dump({**NEXT, "edition": "2030"}))
    with pytest.raises(DataError, match="Load that edition first"):
        load_all(tmp_path)
    (tmp_path / "house-2020.yaml").write_text(yaml.safe_dump(PLAIN))
    assert list(load_all(tmp_path)) == ["house/2020", "house/2030"]
    (tmp_path / "twin.yaml").write_text(yaml.safe_dump(PLAIN))
    with pytest.raises(DataError, match="The edition house/2020 is in another file already"):
        load_all(tmp_path)
    (tmp_path / "twin.yaml").write_text(yaml.safe_dump({**PLAIN, "edition": "2021"}))
    with pytest.raises(DataError, match="Name the file after code and edition"):
        load_all(tmp_path)

"""Levels, classes and scales that come and go: what was decided stays, what was not is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules import risk_matrix_shape as shape
from qsms.rules.risk_matrix_data import from_dict, load_all, to_dict, validate

DATA = Path(__file__).parents[2] / "risk" / "data" / "matrices"
MATRICES = {key.split("/")[0]: to_dict(one) for key, one in load_all(DATA).items()}
ICAO, FAA, RPN = MATRICES["icao-5x5"], MATRICES["faa-8040"], MATRICES["rpn-5x5x5"]
AUTHORITIES = [{"code": "director", "label": "director"}]

step = st.tuples(
    st.sampled_from(("add_level", "take_level", "add_class", "take_class", "add_scale", "take_scale")),
    st.integers(0, 5),
    st.integers(0, 10),
)


def take_step(data: dict[str, Any], one: tuple[str, int, int]) -> dict[str, Any]:
    what, scale, place = one
    given_ = {"add_scale": (), "take_scale": (scale,), "add_class": (place,), "take_class": (place,)}
    try:
        return getattr(shape, what)(data, *given_.get(what, (scale, place)))  # type: ignore[no-any-return]
    except shape.OutOfShape:
        return data


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """The same with everything decided that was left open."""
    classes = data["classes"]
    for n, one in enumerate(classes):
        one |= {key: one[key] or f"{key} {n}" for key in ("label", "meaning", "behaviour")}
        one["acceptance"] = None
        if data["kind"] == "product":
            one["at_least"] = n * 10
    for axis in data["axes"]:
        axis["label"] = axis["label"] or "A scale"
        for level in axis["levels"]:
            level |= {"label": level["label"] or "A level", "meaning": level["meaning"] or "It is so."}
    if data["kind"] == "grid":
        data["cells"] = {cell: value or classes[-1]["code"] for cell, value in data["cells"].items()}
    return data


@given(st.sampled_from(sorted(MATRICES)), st.lists(step, max_size=12))
def test_whatever_comes_and_goes_only_what_is_undecided_is_wrong(code: str, steps: list[tuple[str, int, int]]) -> None:
    data = MATRICES[code]
    for one in steps:
        data = take_step(data, one)
    assert validate(filled(data)) == []
    matrix = from_dict(data)
    assert [len(axis.levels) for axis in matrix.axes] == [len(axis["levels"]) for axis in data["axes"]]


@given(st.sampled_from(sorted(MATRICES)), st.integers(0, 1), st.integers(0, 5))
def test_a_level_that_comes_and_goes_leaves_no_trace(code: str, scale: int, place: int) -> None:
    data = MATRICES[code]
    assert shape.take_level(shape.add_level(data, scale, place), scale, place) == data


def test_codes_and_cells_go_along_with_their_levels() -> None:
    """ICAO has likelihood 5 to 1 and severity A to E; a level between 4 and 3 makes six of them."""
    six = shape.add_level(ICAO, 0, 2)
    levels = [(level["code"], level["label"], level["order"]) for level in six["axes"][0]["levels"]]
    assert levels == [
        ("6", "Frequent", 6), ("5", "Occasional", 5), ("4", "", 4), ("3", "Remote", 3), ("2", "Improbable", 2),
        ("1", "Extremely improbable", 1),
    ]  # fmt: skip
    assert [six["cells"][f"{row}A"] for row in "654321"] == [
        "intolerable", "intolerable", "", "intolerable", "tolerable", "tolerable",
    ]  # fmt: skip
    wrong = [str(one) for one in validate(six)]
    assert any("needs a code and a label" in one for one in wrong)
    four = shape.take_level(ICAO, 1, 0)
    assert four["axes"][1]["levels"][0]["label"] == "Hazardous"
    assert four["cells"]["5A"] == ICAO["cells"]["5B"]
    assert set(four["cells"]) == {f"{row}{column}" for row in "12345" for column in "ABCD"}


def test_a_rule_of_its_own_follows_its_level_and_goes_with_it() -> None:
    """In the FAA style severity 1 is the worst and stands last; likelihood E is the rarest."""
    (rule,) = FAA["overrides"]
    assert rule["when"] == {"severity": "1", "likelihood": "E"}
    longer = shape.add_level(FAA, 0, 0)
    assert longer["overrides"][0]["when"] == {"severity": "1", "likelihood": "F"}
    assert longer["axes"][0]["levels"][5]["label"] == "Extremely improbable"
    assert shape.take_level(FAA, 0, 4)["overrides"] == []
    assert shape.take_class(FAA, len(FAA["classes"]) - 1)["overrides"] == []
    named = shape.rename_levels(FAA, 0, ["a", "b", "c", "d", "e"])
    assert named["overrides"][0]["when"]["likelihood"] == "e"
    assert named["cells"]["1e"] == FAA["cells"]["1E"]


def test_cells_of_a_class_that_goes_wait_for_another_one() -> None:
    less = shape.take_class(ICAO, 1)
    assert {value for value in less["cells"].values() if value != ""} == {"acceptable", "intolerable"}
    assert all("is not a class" in str(one) for one in validate(less) if "Cell" in str(one))


def test_a_grid_has_two_scales_and_a_score_as_many_as_five() -> None:
    with pytest.raises(shape.OutOfShape):
        shape.add_scale(ICAO)
    more = shape.add_scale(RPN)
    assert more["score"] == [["severity"], ["occurrence"], ["detection"], ["scale_1"]]
    assert shape.take_scale(more, 3) == RPN
    assert not shape.may_take_scale(RPN, 0)
    assert shape.may_take_scale(RPN, 2)


@pytest.mark.parametrize("kind", ["grid", "product"])
def test_a_matrix_from_nothing_asks_for_every_decision(kind: str) -> None:
    made = shape.new_matrix("Our own", kind, ["safety"], (4, 3), AUTHORITIES)
    made |= {"code": "our-own", "edition": "1", "status": "draft", "basis": "The board, 2026", "confidence": "our own"}
    assert [len(axis["levels"]) for axis in made["axes"]] == [4, 3]
    assert validate(made)
    assert validate(filled(made)) == []
    assert list(made.get("cells", {}))[:3] == (["4A", "4B", "4C"] if kind == "grid" else [])

"""Every way in which the data of a matrix can be wrong has a sentence that names the place and the mend."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.data_files import DataError
from qsms.rules.risk_matrix_data import cautions, from_dict, load, to_dict, validate

DATA = Path(__file__).parents[2] / "risk" / "data" / "matrices"
GRID = to_dict(load(DATA / "icao-5x5-4th.yaml"))
SCORED = to_dict(load(DATA / "environment-significance.yaml"))


def _broken(base: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> list[str]:
    data = deepcopy(base)
    change(data)
    return [str(sentence) for sentence in validate(data)]


def _set(*path: Any, to: Any) -> Callable[[dict[str, Any]], object]:
    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["cells"].pop("3C"), "Cell 3C is missing. Give it one of the classes acceptable, tolerable"),
        (_set("cells", "3C", to="terrible"), "Cell 3C is “terrible”, which is not a class"),
        (_set("cells", "6A", to="tolerable"), "Cell 6A does not fit the levels"),
        (_set("axes", 1, "levels", 1, "code", to="A"), "The code “A” is used twice in axis severity"),
        (_set("axes", 0, "levels", 0, "order", to=4), "orders 1, 2, 3, 4, 4. Number them 1 to 5"),
        (_set("axes", 0, "levels", 0, "code", to=False), "Entry 1 of axis likelihood needs a code and a label"),
        (_set("axes", 0, "role", to="severity"), "Exactly one axis must have the role “likelihood”"),
        (_set("axes", 0, "role", to="mood"), "has the role “mood”"),
        (lambda d: d["axes"].append(deepcopy(d["axes"][0]) | {"code": "x", "role": "factor"}), "A grid has two axes"),
        (lambda d: d["axes"][0]["levels"].__delitem__(slice(1, None)), "needs at least two levels"),
        (_set("classes", 0, "tone", to="green"), "has the tone “green”. Write one of accep, toler, intol"),
        (lambda d: d["classes"].reverse(), "List the mildest class first"),
        (_set("classes", 1, "code", to="acceptable"), "“acceptable” is used twice in classes"),
        (_set("classes", 0, "behaviour", to=""), "has no “behaviour”"),
        (_set("classes", 0, "days_to_act", to=-1), "has “-1” days to act"),
        (lambda d: d["classes"][0].pop("acceptance"), "does not say who may accept it"),
        (_set("classes", 0, "acceptance", "authority", to="king"), "accepted by “king”, which is not listed"),
        (_set("classes", 0, "acceptance", "authority", to="accountable_executive"), "by a lower authority"),
        (_set("classes", 1, "acceptance", "max_months", to=0), "for “0” months"),
        (_set("kind", to="sum"), "“kind” is “sum”. Write one of grid, product"),
        (_set("edition", to=""), "“edition” is missing"),
        (_set("disciplines", to=[]), "“disciplines” is missing"),
        (_set("axes", to=None), "“axes” is missing"),
        (_set("notation", to=["severity"]), "“notation” says in which order"),
        (_set("cells", to=None), "“cells” is missing. Write the class of each of the 25 cells"),
        (_set("score", to=[["severity"], ["likelihood"]]), "“score” belongs to matrices of the kind “product”"),
    ],
)
def test_a_broken_grid_is_told(change: Callable[[dict[str, Any]], object], said: str) -> None:
    told = _broken(GRID, change)
    assert any(said in sentence for sentence in told), told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("score", to=[["severity", "scale"], ["probability"]]), "“score” must name every axis once"),
        (_set("score", to="severity"), "“score” must name every axis once"),
        (_set("classes", 1, "at_least", to=None), "does not say from which score it begins"),
        (_set("classes", 0, "at_least", to=5), "must begin at 0"),
        (_set("classes", 1, "at_least", to=0), "must begin at a higher score"),
        (_set("overrides", 0, "class", to="huge"), "leads to “huge”, which is not a class"),
        (_set("overrides", 3, "when", to={"severity": 9}), "asks for level “9” of axis “severity”"),
        (_set("overrides", 3, "when", to="severity 5"), "write “when” as axis and level"),
        (_set("overrides", 1, "code", to="regulated"), "“regulated” is used twice in overrides"),
        (_set("overrides", to={"a": 1}), "“overrides” must be a list"),
        (_set("cells", to={"1A": "significant"}), "“cells” belongs to matrices of the kind “grid”"),
    ],
)
def test_a_broken_scored_matrix_is_told(change: Callable[[dict[str, Any]], object], said: str) -> None:
    told = _broken(SCORED, change)
    assert any(said in sentence for sentence in told), told


def test_level_codes_that_make_one_name_twice_are_told() -> None:
    def change(data: dict[str, Any]) -> None:
        for axis, codes in zip(data["axes"], (["1", "11"], ["1", "11"]), strict=True):
            axis["levels"] = [
                {"code": code, "label": code, "meaning": "", "order": order} for order, code in enumerate(codes, 1)
            ]

    assert any("same name" in sentence for sentence in _broken(GRID, change))


def test_a_cell_milder_than_its_milder_neighbour_is_a_caution_not_a_fault() -> None:
    data = deepcopy(GRID)
    data["cells"]["4B"] = "acceptable"
    told = cautions(from_dict(data))
    assert any("Cell 4B is acceptable although 3B" in sentence for sentence in told)


def test_the_file_is_named(tmp_path: Path) -> None:
    source = (DATA / "icao-5x5-4th.yaml").read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    path.write_text(source.replace("3C: tolerable, ", ""), encoding="utf-8")
    with pytest.raises(DataError, match=r"ours\.yaml: Cell 3C is missing") as caught:
        load(path)
    assert caught.value.name == "ours.yaml"
    assert len(caught.value.sentences) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: a\ncode: b\n", "Line 2: “code” is written twice"),
        ("cells: {1A: low, 1A: high}\n", "“1A” is written twice"),
        ("a: [1, 2\n", "is not valid YAML"),
        ("- 1\n", "must hold names with values"),
        ("", "must hold names with values"),
        ("? [1]\n: 2\n", "not valid YAML"),
        ("day: 2026-02-30\n", "not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]\n", "not valid YAML"),
    ],
)
def test_text_that_is_no_usable_yaml_is_told(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load(text)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"title: caf\xe9\n")
    with pytest.raises(DataError, match="Save it as UTF-8"):
        load(path)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(GRID)), JUNK)
def test_whatever_stands_in_a_field_the_answer_is_sentences(key: str, junk: Any) -> None:
    data = deepcopy(GRID)
    data[key] = junk
    told = validate(data)
    assert all(str(sentence).strip() for sentence in told)
    if not told:
        assert from_dict(data)


@given(
    st.sampled_from(["axes", "classes", "authorities"]),
    st.sampled_from(["code", "levels", "order", "acceptance"]),
    JUNK,
)
def test_whatever_stands_inside_an_entry_the_answer_is_sentences(part: str, key: str, junk: Any) -> None:
    data = deepcopy(GRID)
    data[part][0][key] = junk
    if not validate(data):
        assert from_dict(data)

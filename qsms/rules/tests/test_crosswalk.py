"""Crosswalks: both directions, chains that are only suggested, and relations held against real sets."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.crosswalk import BACKWARDS, Crosswalk, Pair, Relation, Source, compose, contained, joined, overruled
from qsms.rules.crosswalk_data import load_crosswalk
from qsms.rules.data_files import DataError
from qsms.rules.framework_data import from_dict
from qsms.rules.frameworks import Confidence, Framework, Reference

A, B, C, D = (Reference(f"house-{letter}/1", "1") for letter in "abcd")

SETS = st.frozensets(st.integers(0, 5), min_size=1)


def relation(left: frozenset[int], right: frozenset[int]) -> Relation | None:
    if left == right:
        return Relation.EQUAL
    if left < right:
        return Relation.SUBSET
    if left > right:
        return Relation.SUPERSET
    return Relation.OVERLAP if left & right else None


def holds(claim: Relation, left: frozenset[int], right: frozenset[int]) -> bool:
    """Whether a claim is true; an overlap that was concluded says that they share something, whatever more they do."""
    return {
        Relation.EQUAL: left == right,
        Relation.SUBSET: left <= right,
        Relation.SUPERSET: left >= right,
        Relation.OVERLAP: bool(left & right),
    }[claim]


@given(SETS, SETS)
def test_backwards_is_the_relation_from_the_other_side(left: frozenset[int], right: frozenset[int]) -> None:
    found = relation(left, right)
    if found is not None:
        assert relation(right, left) is BACKWARDS[found]
        assert BACKWARDS[BACKWARDS[found]] is found


@given(SETS, SETS, SETS)
def test_what_a_chain_concludes_is_true_of_real_sets(
    one: frozenset[int], two: frozenset[int], three: frozenset[int]
) -> None:
    first, second = relation(one, two), relation(two, three)
    if first is None or second is None:
        return
    found = compose(first, second)
    if found is not None:
        assert holds(found, one, three)


def test_chains_that_may_join_strangers_conclude_nothing() -> None:
    assert compose(Relation.SUBSET, Relation.SUPERSET) is None
    assert compose(Relation.OVERLAP, Relation.OVERLAP) is None
    assert compose(Relation.SUBSET, Relation.OVERLAP) is None
    assert compose(Relation.SUPERSET, Relation.SUBSET) is Relation.OVERLAP
    for each in Relation:
        assert compose(Relation.EQUAL, each) is each
        assert compose(each, Relation.EQUAL) is each


def test_a_superset_read_backwards_is_a_subset() -> None:
    crosswalk = Crosswalk((Pair(A, B, Relation.SUPERSET, "more"),))
    (there,) = crosswalk.readings(A)
    (back,) = crosswalk.readings(B, A.framework)
    assert (there.relation, there.there, there.is_backwards) == (Relation.SUPERSET, B, False)
    assert (back.relation, back.there, back.is_backwards) == (Relation.SUBSET, A, True)
    assert [each.here for each in crosswalk.readings_into(B.framework)] == [A]
    assert crosswalk.readings(A, C.framework) == ()


def test_suggestions_are_chains_beyond_what_is_judged_the_surest_first() -> None:
    crosswalk = Crosswalk(
        (
            Pair(A, B, Relation.SUPERSET),
            Pair(B, C, Relation.EQUAL),
            Pair(A, D, Relation.SUBSET),
            Pair(D, C, Relation.SUPERSET),
            Pair(B, D, Relation.OVERLAP),
        )
    )
    (found,) = crosswalk.suggestions(A, C.framework)
    assert (found.there, found.relation) == (C, Relation.SUPERSET), "over B, not over D which concludes nothing"
    assert (found.first.there, found.second.here) == (B, B)
    assert crosswalk.suggestions(A, B.framework) == (), "what is judged is not suggested"
    (unsure,) = Crosswalk((Pair(A, D, Relation.SUBSET), Pair(D, C, Relation.SUPERSET))).suggestions(A, C.framework)
    assert unsure.relation is None


def test_of_two_pairs_with_the_same_ends_the_first_is_kept() -> None:
    kept = joined([Pair(A, B, Relation.EQUAL), Pair(B, A, Relation.OVERLAP), Pair(A, C, Relation.OVERLAP)])
    assert [each.relation for each in kept.pairs] == [Relation.EQUAL, Relation.OVERLAP]


def framework(code: str, *numbers: str, **more: Any) -> Framework:
    data: dict[str, Any] = {
        "code": code, "edition": "1", "title": code, "publisher": "us", "status": "in_force", "basis": "test",
        "confidence": "verified", "confidence_note": "ours",
        "requirements": [{"number": number, "title": number, "intent": "Do."} for number in numbers],
    }  # fmt: skip
    return from_dict(data | more, {"house-a/1": HOUSE} if "extends" in more else None)


HOUSE = framework("house-a", "1", "2", "10.1", "10.3")
OTHER = framework("house-b", "1", "2")


def test_a_supplement_contains_its_base() -> None:
    supplement = framework(
        "house-s",
        extends={"framework": "house-a/1", "kind": "supplements"},
        requirements=[
            {"number": "2", "adds": "More."},
            {"number": "3", "title": "New", "intent": "Do."},
        ],
    )
    pairs = {each.left.number: each for each in contained(supplement)}
    assert set(pairs) == {"1", "2", "10.1", "10.3"}
    assert pairs["1"].relation is Relation.EQUAL
    assert (pairs["2"].relation, pairs["2"].rationale) == (Relation.SUPERSET, "More.")
    assert pairs["2"].right == Reference("house-a/1", "2")
    assert {each.source for each in pairs.values()} == {Source.CONTAINED}
    assert list(contained(HOUSE)) == []
    assert list(contained(NEXT)) == [], "a revision is no supplement"


NEXT = framework(
    "house-n",
    extends={"framework": "house-a/1", "kind": "revises", "leaves_out": ["10.1", "10.3"]},
    requirements=[{"number": "10.1", "title": "Moved", "intent": "Do.", "was": ["10.3"]}],
)
KNOWN = {each.key: each for each in (HOUSE, OTHER, NEXT)}
TABLE: dict[str, Any] = {
    "edition": "1",
    "basis": "test",
    "confidence": "background",
    "confidence_note": "ours",
    "columns": {"a": "house-a/1", "n": {"framework": "house-n/1", "follows": "a"}, "b": "house-b/1"},
    "rows": [
        {"row": 1, "topic": "One", "relation": "superset", "from": {"a": ["1", "2"]}, "to": {"b": ["1"]}, "why": "So."},
        {"row": 2, "topic": "Two", "relation": "subset", "from": {"b": ["2"]}, "to": {"a": ["1", "2"]}, "why": "So."},
        {"row": 3, "topic": "Three", "relation": "overlap", "from": {"b": ["1"]},
         "to": {"a": ["10.3"], "n": ["10.1"]}, "why": "So.", "confidence": "doubtful"},
        {"row": 4, "topic": "Four", "relation": "none", "from": {"b": ["2"]}, "why": "Alone."},
    ],
}  # fmt: skip


def test_rows_make_pairs_also_for_the_column_that_follows() -> None:
    table = load_crosswalk(yaml.safe_dump(TABLE), KNOWN)
    pairs = {(str(each.left), str(each.right)): each for each in table.pairs}
    assert set(pairs) == {
        ("house-a/1 1", "house-b/1 1"), ("house-a/1 2", "house-b/1 1"),
        ("house-n/1 1", "house-b/1 1"), ("house-n/1 2", "house-b/1 1"),
        ("house-b/1 2", "house-a/1 1"), ("house-b/1 2", "house-a/1 2"),
        ("house-b/1 2", "house-n/1 1"), ("house-b/1 2", "house-n/1 2"),
        ("house-b/1 1", "house-a/1 10.3"), ("house-b/1 1", "house-n/1 10.1"),
    }  # fmt: skip
    assert pairs["house-a/1 1", "house-b/1 1"].jointly == ("2",), "only 1 and 2 together demand more than the other"
    assert pairs["house-b/1 2", "house-a/1 2"].jointly == ("1",), "it is contained in 1 and 2 together"
    assert pairs["house-b/1 1", "house-a/1 10.3"].jointly == ()
    assert pairs["house-b/1 1", "house-a/1 10.3"].confidence is Confidence.DOUBTFUL
    assert table.rows[3].pairs == ()
    assert [str(each) for each in table.rows[3].anchors] == ["house-b/1 2"]


def test_a_row_among_columns_pairs_each_with_each_but_not_two_editions_of_one_standard() -> None:
    row: dict[str, Any] = {"row": 5, "topic": "Five", "relation": "overlap", "why": "So.",
           "among": {"b": ["2"], "a": ["1", "2"], "s": ["1"], "n": ["10.1"]}}  # fmt: skip
    columns = {**TABLE["columns"], "s": "house-a/2"}
    known = {**KNOWN, "house-a/2": replace(HOUSE, edition="2")}
    table = load_crosswalk(yaml.safe_dump({**TABLE, "columns": columns, "rows": [row]}), known)
    pairs = {(str(each.left), str(each.right)) for each in table.pairs}
    assert pairs == {
        ("house-a/1 1", "house-n/1 10.1"), ("house-a/1 2", "house-n/1 10.1"), ("house-a/1 1", "house-b/1 2"),
        ("house-a/1 2", "house-b/1 2"), ("house-b/1 2", "house-n/1 10.1"), ("house-n/1 10.1", "house-a/2 1"),
        ("house-b/1 2", "house-a/2 1"),
    }  # fmt: skip
    wrong: tuple[dict[str, Any], ...] = (
        {"relation": "subset"},
        {"from": {"a": ["1"]}},
        {"among": {"a": ["1"]}},
        {"relation": "equal"},
    )
    said = ("Write one of equal, overlap", "either “among”, or", "two columns or more", "two cannot both equal a third")
    for change, words in zip(wrong, said, strict=True):
        with pytest.raises(DataError, match=words):
            load_crosswalk(yaml.safe_dump({**TABLE, "columns": columns, "rows": [{**row, **change}]}), known)


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("edition",), "", "“edition” is missing"),
        (("colour",), "red", "“colour” is not known here"),
        (("confidence",), "high", "“confidence” must be one of verified"),
        (("columns",), {}, "“columns” is missing"),
        (("columns", "b"), "house-z/1", "Column b stands for “house-z/1”, which is not loaded"),
        (("columns", "n", "follows"), "z", "Column n follows “z”, which is not before it"),
        (("rows",), [], "“rows” is missing"),
        (("rows", 0, "relation"), "none", "Row 1: “none” is not a relation here. Write one of equal"),
        (("rows", 3, "relation"), "equal", "Row 4: “equal” is not a relation here. Write one of none"),
        (("rows", 0, "why"), "", "Row 1: “why” is missing"),
        (("rows", 0, "row"), "x", "Row x needs its “row” as a whole number"),
        (("rows", 0, "note"), "x", "Row 1: “note” is not known here"),
        (("rows", 0, "from"), {"a": ["1"], "b": ["1"]}, "Row 1: “from” names one column"),
        (("rows", 0, "to"), {"b": ["7"]}, "Row 1: house-b/1 has no requirement “7”"),
        (("rows", 0, "to"), {"b": [1]}, "Row 1, b: list the numbers in quotes"),
        (("rows", 0, "to"), {"b": [{}]}, "Row 1, b: list the numbers in quotes"),
        (("rows", 2, "to"), {"a": [[]]}, "Row 3, a: list the numbers in quotes"),
        (("rows", 0, "to"), {"z": ["1"]}, "Row 1: there is no column “z”"),
        (("rows", 0, "to"), ["1"], "Row 1: “to” names columns"),
        (("rows", 0, "confidence"), "high", "Row 1: “confidence” must be one of"),
        (("rows", 2, "to"), {"a": ["10.1"]}, "Row 3: “10.1” is not the same requirement in house-n/1. Name it under n"),
    ],
)
def test_every_fault_of_a_crosswalk_names_its_row(path: tuple[Any, ...], to: Any, said: str) -> None:
    data = yaml.safe_load(yaml.safe_dump(TABLE))
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    with pytest.raises(DataError) as caught:
        load_crosswalk(yaml.safe_dump(data), KNOWN)
    assert said in str(caught.value)


def test_an_organisation_judges_otherwise_and_the_shipped_pair_is_left_as_it_is() -> None:
    a, b, c = Reference("x/1", "1"), Reference("y/1", "2"), Reference("z/1", "3")
    shipped = Crosswalk((Pair(a, b, Relation.EQUAL), Pair(a, c, Relation.OVERLAP)))
    own = Pair(b, a, Relation.SUBSET, source=Source.OWN)
    found = overruled(shipped, [own], [frozenset((a, c))])
    assert found.pairs == (own,)
    assert [one.relation for one in found.readings(a)] == [Relation.SUPERSET]
    assert len(shipped.pairs) == 2

"""The shipped crosswalk: all rows of the field, every number known, both directions, and nothing by way of a third."""

from itertools import combinations

import pytest

from qsms.rules.crosswalk import Relation
from qsms.rules.crosswalk_data import Row
from qsms.rules.frameworks import Reference
from qsms.standards import shipped

PART_5 = "us-14cfr-5/2024"


def rows(number: int) -> list[Row]:
    return [row for row in shipped.crosswalk_table().rows if row.row == number]


def pairs(number: int) -> dict[tuple[str, str], str]:
    return {(str(pair.left), str(pair.right)): pair.relation.value for row in rows(number) for pair in row.pairs}


def relation(here: Reference, there: Reference) -> Relation | None:
    found = [each.relation for each in shipped.crosswalk().readings(here, there.framework) if each.there == there]
    return found[0] if found else None


def test_there_are_the_72_rows_and_one_of_ours() -> None:
    numbers = [row.row for row in shipped.crosswalk_table().rows]
    assert sorted(set(numbers)) == list(range(1, 74))
    assert numbers == sorted(numbers)
    assert len(rows(71)) == 2, "register and evaluation of compliance are told apart"


def test_every_pair_stands_on_requirements_that_are_there() -> None:
    frameworks = shipped.frameworks()
    for pair in shipped.crosswalk().pairs:
        for end in (pair.left, pair.right):
            assert end.number in frameworks[end.framework].by_number, pair
        if pair.row:
            assert pair.rationale
            assert pair.left.framework != pair.right.framework


@pytest.mark.parametrize(
    ("relation_name", "numbers"),
    [
        ("equal", {16, 27, 44}),
        ("subset", {5, 9, 10, 19, 57, 67, 68, 69, 70, 72}),
        ("superset", {15, 21, 22, 26, 37, 40, 48, 61, 63, 64, 65, 66}),
    ],
)
def test_relations_are_those_of_the_table(relation_name: str, numbers: set[int]) -> None:
    found = {pair.row for row in shipped.crosswalk_table().rows for pair in row.pairs if pair.relation == relation_name}
    assert found == numbers


def test_the_six_monthly_summary_stands_alone() -> None:
    (row,) = rows(51)
    assert row.pairs == ()
    assert row.anchors == (Reference(PART_5, "5.71(c)"),)


def test_the_2026_numbers_of_14001_are_those_of_the_table() -> None:
    assert (f"{PART_5} 5.55(c)", "iso-14001/2015 6.1.4") in pairs(39)
    assert (f"{PART_5} 5.55(c)", "iso-14001/2026 6.1.5") in pairs(39)
    assert (f"{PART_5} 5.55(c)", "iso-14001/2026 6.1.4") not in pairs(39)
    assert (f"{PART_5} 5.51(b)", "iso-14001/2026 6.3") in pairs(30)
    assert (f"{PART_5} 5.51(b)", "iso-14001/2026 8.1") not in pairs(30)
    assert (f"{PART_5} 5.19", "iso-14001/2026 6.3") in pairs(7)
    assert not any("iso-14001/2015" in right for _left, right in pairs(7))
    assert (f"{PART_5} 5.75", "iso-14001/2015 10.3") in pairs(57)
    assert (f"{PART_5} 5.75", "iso-14001/2026 10.1") in pairs(57)


def test_only_the_code_of_ethics_is_judged_against_the_draft_of_9001() -> None:
    assert {row for row in range(1, 74) for _left, right in pairs(row) if right.startswith("iso-9001/2026")} == {14}


def test_both_directions_of_the_signed_policy() -> None:
    policy, quality = Reference(PART_5, "5.21(b)"), Reference("iso-9001/2015", "5.2.1")
    assert relation(policy, quality) is Relation.SUPERSET
    assert relation(quality, policy) is Relation.SUBSET


def test_what_two_standards_share_with_part_5_is_a_suggestion_between_them() -> None:
    aerospace, health = Reference("as9100/D", "5.2.2"), Reference("iso-45001/2018", "5.2")
    assert relation(aerospace, health) is None
    suggested = {each.there: each.relation for each in shipped.crosswalk().suggestions(aerospace, health.framework)}
    assert suggested[health] is Relation.EQUAL, "both equal 5.21(c)"


def test_as9100_contains_what_it_took_over() -> None:
    calibration = Reference("as9100/D", "7.1.5.2"), Reference("iso-9001/2015", "7.1.5.2")
    assert relation(*calibration) is Relation.SUPERSET
    communication = Reference("as9100/D", "8.2.1"), Reference("iso-9001/2015", "8.2.1")
    assert relation(*communication) is Relation.EQUAL


def test_several_numbers_on_the_larger_side_hold_only_together() -> None:
    (row,) = rows(61)
    assert {pair.left.number: pair.jointly for pair in row.pairs} == {"5.93(c)": ("5.93(d)",), "5.93(d)": ("5.93(c)",)}
    joint = {pair.right.number: pair.jointly for pair in rows(57)[0].pairs if pair.right.framework == "iso-9001/2015"}
    assert joint == {"10.2": ("10.3",), "10.3": ("10.2",)}


# What ISO gives to all management system standards.

SHARED = ("iso-9001/2015", "iso-14001/2015", "iso-45001/2018", "iso-iec-27001/2022")


def test_the_harmonized_structure_relates_the_same_numbers_of_each_pair_of_standards() -> None:
    for number in ("4.1", "4.2", "4.3", "5.3", "7.2", "7.3", "7.5.1", "7.5.2", "9.2.1", "9.2.2"):
        for here, there in combinations(SHARED, 2):
            found = relation(Reference(here, number), Reference(there, number))
            assert found is (Relation.EQUAL if number == "7.5.2" else Relation.OVERLAP), (here, there, number)
    improvement = {"iso-9001/2015": "10.3", "iso-14001/2026": "10.1", "iso-iec-27001/2022": "10.1"}
    for one, other in combinations(improvement, 2):
        assert relation(Reference(one, improvement[one]), Reference(other, improvement[other])) is Relation.OVERLAP
    assert relation(Reference("iso-9001/2015", "10.1"), Reference("iso-14001/2026", "10.1")) is None


def test_equal_are_only_the_clauses_that_name_no_subject() -> None:
    equal = {
        end.number
        for pair in shipped.harmonized_table().pairs if pair.relation is Relation.EQUAL
        for end in (pair.left, pair.right)
    }  # fmt: skip
    assert equal == {"7.5.2", "7.5.3"}
    control = Reference("iso-9001/2015", "7.5.3"), Reference("iso-14001/2015", "7.5.3")
    assert relation(*control) is Relation.SUPERSET


def test_every_assessable_clause_of_the_structure_has_its_pair() -> None:
    """Between ISO 9001 and ISO 14001 nothing of the shared structure is left to “nothing”."""
    known = shipped.frameworks()
    quality, environment = SHARED[:2]
    alone = {
        one.number
        for one in known[environment].requirements
        if one.assessable and not shipped.crosswalk().readings(Reference(environment, one.number), quality)
    }
    assert alone == {"6.1.2", "6.1.3", "8.2", "9.1.2"}, "aspects, obligations and emergencies are of the environment"


def test_the_two_files_number_their_rows_apart_and_judge_no_pair_twice() -> None:
    first, second = shipped.crosswalk_table(), shipped.harmonized_table()
    assert not {row.row for row in first.rows} & {row.row for row in second.rows}
    ends = [{frozenset((pair.left, pair.right)) for pair in table.pairs} for table in (first, second)]
    assert not ends[0] & ends[1]

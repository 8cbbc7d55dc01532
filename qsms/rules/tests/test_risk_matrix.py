"""Matrices by their published cells (source named at each) and by property over every matrix that is shipped."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.risk_matrix import Matrix, MatrixMisuse, Rating, tone_rank
from qsms.rules.risk_matrix_data import cautions, from_dict, load, load_all, to_dict, validate

DATA = Path(__file__).parents[2] / "risk" / "data" / "matrices"
MATRICES = load_all(DATA)
ICAO = load(DATA / "icao-5x5-4th.yaml")
FIVE = load(DATA / "icao-5x5-3rd-five-classes.yaml")
FAA = load(DATA / "faa-8040.yaml")
ASPECT = load(DATA / "environment-significance.yaml")
RPN = load(DATA / "rpn-5x5x5.yaml")

# Doc 9859, 4th edition: the tolerability table, row by row from frequent to extremely improbable, A to E.
FOURTH = {
    "5": "IIITT",
    "4": "IITTT",
    "3": "ITTTA",
    "2": "TTTAA",
    "1": "TAAAA",
}
WORDS = {"I": "intolerable", "T": "tolerable", "A": "acceptable"}
ALL_25 = [
    (row + letter, WORDS[word]) for row, line in FOURTH.items() for letter, word in zip("ABCDE", line, strict=True)
]
# Doc 9859, 3rd edition, 2-App 2 table Att-5: digit = severity, letter = likelihood.
THIRD = {
    "extreme": "5A 5B 4A",
    "high": "5C 4B 3A",
    "moderate": "1A 2A 2B 3B 3C 4C 4D 5D 5E",
    "low": "1B 1C 2C 2D 3D 3E 4E",
    "negligible": "1D 1E 2E",
}


@pytest.mark.parametrize(("cell", "expected"), ALL_25)
def test_each_cell_of_the_fourth_edition(cell: str, expected: str) -> None:
    assert ICAO.cell(cell).class_code == expected


def test_the_fourth_edition_has_6_12_and_7_cells() -> None:
    assert Counter(ICAO.cells.values()) == {"intolerable": 6, "tolerable": 12, "acceptable": 7}


def test_a_cell_is_looked_up_and_not_multiplied() -> None:
    # 4E, 2D and 1B have one product, 4: the first is tolerable, the others are acceptable.
    assert [ICAO.rate_cell(cell).class_code for cell in ("4E", "2D", "1B")] == ["tolerable", "acceptable", "acceptable"]


@pytest.mark.parametrize(("expected", "cells"), THIRD.items())
def test_each_cell_of_the_third_edition(expected: str, cells: str) -> None:
    assert {FIVE.cell(cell).class_code for cell in cells.split()} == {expected}
    assert sum(value == expected for value in FIVE.cells.values()) == len(cells.split())


def test_the_third_edition_is_written_the_other_way_round() -> None:
    rating = FIVE.rate({"severity": "5", "likelihood": "A"})
    assert rating.index == "5A"
    same_words = ICAO.rate({"severity": "A", "likelihood": "5"})
    assert same_words.index == "5A"
    # 4E: major and exceptional there, negligible and occasional here.
    assert FIVE.cell("4E").class_code == "low"
    assert ICAO.cell("4E").class_code == "tolerable"
    assert FIVE.cell("4E") != ICAO.cell("4E")
    assert dict(FIVE.cell("4E").levels) == {"severity": "4", "likelihood": "E"}
    assert dict(ICAO.cell("4E").levels) == {"severity": "E", "likelihood": "4"}


def test_the_faa_style_counts_severity_from_the_worst() -> None:
    assert FAA.cell("1A").class_code == "high"
    assert FAA.cell("5E").class_code == "low"
    assert FAA.axis("severity").level("1").label == "Catastrophic"
    assert FAA.status == "draft"


def test_one_failure_alone_raises_the_faa_corner_and_nothing_else() -> None:
    corner = FAA.rate_cell("1E", facts={"single_point"})
    assert (corner.class_code, corner.looked_up_class, corner.overrides) == ("high", "medium", ("single_point",))
    assert FAA.rate_cell("2E", facts={"single_point"}).class_code == "medium"
    assert FAA.rate_cell("1E").overrides == ()


def test_environmental_significance_worked() -> None:
    # (3 + 3 + 4) x 3 = 30 is significant: at least 30, not above it.
    levels = {"severity": "3", "scale": "3", "duration": "4", "probability": "3"}
    assert (ASPECT.rate(levels).score, ASPECT.rate(levels).class_code) == (30, "significant")
    below = {**levels, "duration": "3"}
    assert (ASPECT.rate(below).score, ASPECT.rate(below).class_code) == (27, "not_significant")
    highest = dict.fromkeys(levels, "5")
    assert ASPECT.rate(highest).score == 75


@pytest.mark.parametrize("fact", ["regulated", "permit_limit", "past_exceedance"])
def test_an_override_wins_over_a_low_score_and_both_are_kept(fact: str) -> None:
    lowest = {"severity": "1", "scale": "1", "duration": "1", "probability": "1"}
    rating = ASPECT.rate(lowest, facts={fact})
    assert (rating.score, rating.looked_up_class) == (3, "not_significant")
    assert (rating.class_code, rating.overrides) == ("significant", (fact,))


def test_an_emergency_counts_only_with_the_worst_severity() -> None:
    worst = {"severity": "5", "scale": "1", "duration": "1", "probability": "1"}
    assert ASPECT.rate(worst, facts={"emergency"}).class_code == "significant"
    assert ASPECT.rate({**worst, "severity": "4"}, facts={"emergency"}).class_code == "not_significant"


def test_risk_priority_number_worked() -> None:
    at = RPN.rate({"severity": "5", "occurrence": "3", "detection": "3"})
    assert (at.score, at.index, at.class_code) == (45, "45", "significant")
    assert RPN.rate({"severity": "4", "occurrence": "4", "detection": "2"}).class_code == "not_significant"


@pytest.mark.parametrize("key", MATRICES)
def test_every_shipped_matrix_says_where_it_comes_from(key: str) -> None:
    matrix = MATRICES[key]
    assert matrix.basis
    assert matrix.confidence
    assert matrix.edition
    assert not cautions(matrix)
    assert from_dict(to_dict(matrix)) == matrix


@st.composite
def _two_ratings(draw: st.DrawFn) -> tuple[Matrix, Rating, Rating]:
    matrix = draw(st.sampled_from(list(MATRICES.values())))
    both = [{axis.code: draw(st.sampled_from(axis.levels)).code for axis in matrix.axes} for _ in range(2)]
    facts = draw(st.sets(st.sampled_from([each.code for each in matrix.overrides] or ["none"])))
    return matrix, matrix.rate(both[0], facts), matrix.rate(both[1], facts)


@given(_two_ratings())
def test_worse_on_every_axis_is_never_a_milder_class(case: tuple[Matrix, Rating, Rating]) -> None:
    matrix, first, second = case
    moved = matrix.movement(first, second)
    if all(step >= 0 for _axis, step in moved.steps):
        worse = {code: matrix.risk_class(code).order for code in (first.looked_up_class, second.looked_up_class)}
        assert worse[second.looked_up_class] >= worse[first.looked_up_class]


@given(_two_ratings())
def test_an_override_never_makes_a_class_milder(case: tuple[Matrix, Rating, Rating]) -> None:
    matrix, rating, _other = case
    assert matrix.risk_class(rating.class_code).order >= matrix.risk_class(rating.looked_up_class).order


def test_a_grid_is_drawn_as_it_is_printed() -> None:
    drawn = [(level.code, [cell.code for cell in row]) for level, row in ICAO.rows()]
    assert drawn[0] == ("5", ["5A", "5B", "5C", "5D", "5E"])
    assert drawn[-1] == ("1", ["1A", "1B", "1C", "1D", "1E"])
    assert RPN.rows() == ()


def test_tones_compare_across_matrices() -> None:
    assert [tone_rank(tone) for tone in ("intol", "toler", "accep", "")] == [3, 2, 1, 0]


def test_how_a_risk_moved() -> None:
    moved = ICAO.movement(ICAO.rate_cell("2B"), ICAO.rate_cell("3B"))
    assert dict(moved.steps) == {"likelihood": 1, "severity": 0}
    assert moved.sentence == "1 step worse than before (2B)."
    better = ICAO.movement(ICAO.rate_cell("4B"), ICAO.rate_cell("2B"))
    assert (better.class_steps, better.sentence) == (-1, "2 steps better than before (4B).")
    mixed = ICAO.movement(ICAO.rate_cell("2B"), ICAO.rate_cell("3C"))
    assert "in another" in mixed.sentence
    assert ICAO.movement(ICAO.rate_cell("2B"), ICAO.rate_cell("2B")).sentence.startswith("The same")


def test_ratings_of_two_matrices_are_not_compared() -> None:
    with pytest.raises(MatrixMisuse, match="cannot be compared"):
        ICAO.movement(ICAO.rate_cell("3B"), FIVE.rate_cell("3B"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ICAO.cell("B3"), "“B3” is not a cell"),
        (lambda: ICAO.rate({"severity": "F", "likelihood": "3"}), "“F” is not a level of Severity"),
        (lambda: ICAO.rate({"severity": "A"}), "No level is chosen for Probability"),
        (lambda: ICAO.rate({"severity": "A", "likelihood": "3", "mood": "1"}), "“mood” is not an axis"),
        (lambda: ICAO.risk_class("high"), "“high” is not a class"),
        (lambda: RPN.class_of_score(-1), "No class"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MatrixMisuse, match=said):
        call()


def test_an_editor_gets_sentences_not_exceptions() -> None:
    assert validate({})
    assert validate(to_dict(ICAO)) == []

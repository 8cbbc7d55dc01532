"""A quiz by example and by property: the same seed, the same paper; marks that add up; and a wait that is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.courses import Course, Kind, Question, QuizRule, Section
from qsms.rules.quiz import Asked, Attempt, credit, draw, mark, standing

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


def question(key: str, kind: Kind = Kind.SINGLE, right: frozenset[int] = frozenset({2}), count: int = 4) -> Question:
    return Question(key, kind, f"{key}?", tuple(f"{key}{place}" for place in range(1, count + 1)), right, "Because.")


def course(*banks: tuple[int, int], rule: QuizRule | None = None) -> Course:
    """A course whose sections have (questions, drawn)."""
    sections = tuple(
        Section(f"s{place}", "Title", "Text", tuple(question(f"s{place}q{n}") for n in range(count)), drawn)
        for place, (count, drawn) in enumerate(banks)
    )
    return Course("c", "1", "T", "S", "A", 10, rule or QuizRule(80), sections)


MIXED = question("m", Kind.MULTIPLE, frozenset({1, 3}), 5)
BANKS = st.lists(st.integers(0, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1, max_size=5)


@given(banks=BANKS, seed=st.text(max_size=12))
def test_a_paper_has_from_each_section_what_it_says_in_order_and_comes_back_for_its_seed(
    banks: list[tuple[int, int]], seed: str
) -> None:
    some = course(*banks)
    paper = draw(some, seed)
    assert paper == draw(some, seed)
    assert len({asked.question.key for asked in paper}) == len(paper) == some.drawn
    sections = [asked.question.key.split("q")[0] for asked in paper]
    assert sections == [f"s{place}" for place, (_, drawn) in enumerate(banks) for _ in range(drawn)]
    for asked in paper:
        assert sorted(asked.order) == list(range(1, len(asked.question.options) + 1))


def test_the_paper_of_a_seed_never_changes_between_releases() -> None:
    """Attempts are shown again from their seed; if this fails, papers of the past would be shown wrongly."""
    paper = draw(course((4, 2), (3, 1)), "attempt-1")
    assert [(asked.question.key, asked.order) for asked in paper] == [
        ("s0q3", (2, 3, 1, 4)), ("s0q0", (3, 1, 2, 4)), ("s1q2", (2, 1, 3, 4)),
    ]  # fmt: skip


def test_seeds_spread_questions_and_places_evenly() -> None:
    papers = [draw(course((4, 1)), str(seed)) for seed in range(800)]
    drawn = [paper[0].question.key for paper in papers]
    first = [paper[0].order[0] for paper in papers]
    for counts in ([drawn.count(f"s0q{n}") for n in range(4)], [first.count(place) for place in range(1, 5)]):
        assert all(150 < count < 250 for count in counts), counts  # 200 expected, 50 is four standard deviations


def test_order_is_kept_where_the_course_or_the_question_asks_for_it() -> None:
    plain = course((6, 3), rule=QuizRule(80, shuffle=False))
    paper = draw(plain, "x")
    assert [asked.question.key for asked in paper] == sorted(asked.question.key for asked in paper)
    assert all(asked.order == (1, 2, 3, 4) for asked in paper)
    for kept in (replace(question("k"), keep_order=True), question("t", Kind.TRUE_FALSE, frozenset({1}), 2)):
        one = replace(course((1, 1)), sections=(Section("s", "T", "C", (kept,), 1),))
        orders = {draw(one, str(seed))[0].order for seed in range(20)}
        assert orders == {tuple(range(1, len(kept.options) + 1))}


@pytest.mark.parametrize(
    ("chosen", "whole", "part"),
    [
        ({1, 3}, 1, 1), ({1}, 0, Fraction(1, 2)), ({1, 2, 3}, 0, Fraction(1, 2)), ({1, 2}, 0, 0), ({2, 4}, 0, 0),
        (set(), 0, 0), ({1, 2, 3, 4, 5}, 0, 0),
    ],
)  # fmt: skip
def test_credit_of_a_question_with_two_right_of_five(chosen: set[int], whole: int, part: Fraction) -> None:
    assert credit(MIXED, chosen) == whole
    assert credit(MIXED, chosen, partial=True) == part


def test_a_single_choice_has_no_part_and_an_unknown_option_is_refused() -> None:
    assert credit(question("q"), {2, 3}, partial=True) == 0
    with pytest.raises(ValueError, match="no such option"):
        credit(question("q"), {5})


ANY_SET = st.frozensets(st.integers(1, 5))


@given(right=ANY_SET.filter(lambda s: 0 < len(s) < 5), chosen=ANY_SET, more=st.integers(1, 5))
def test_partial_credit_lies_between_and_a_right_choice_never_costs(
    right: frozenset[int], chosen: frozenset[int], more: int
) -> None:
    asked = question("m", Kind.MULTIPLE, right, 5)
    worth = credit(asked, chosen, partial=True)
    assert credit(asked, chosen) <= worth <= 1
    assert worth >= 0
    assert (worth == 1) == (chosen == right)
    with_more = credit(asked, chosen | {more}, partial=True)
    assert with_more >= worth if more in right else with_more <= worth


@given(hits=st.integers(0, 30), of=st.integers(1, 30), needed=st.integers(1, 100))
def test_passing_is_exact_and_the_percentage_never_promises_more(hits: int, of: int, needed: int) -> None:
    hits = min(hits, of)
    paper = [Asked(question(str(n)), (1, 2, 3, 4)) for n in range(of)]
    answers = {str(n): {2} for n in range(hits)} | {"another paper": {1}}
    result = mark(paper, answers, QuizRule(needed))
    assert result.passed == (hits * 100 >= needed * of)
    assert result.passed == (result.percent >= needed)
    assert sum(each.is_right for each in result.marked) == hits


def test_an_empty_paper_has_no_result() -> None:
    with pytest.raises(ValueError, match="no result"):
        mark([], {}, QuizRule(80))


def failed(hours_ago: float) -> Attempt:
    return Attempt(NOW - timedelta(hours=hours_ago), passed=False)


RULE = QuizRule(80, attempts=3, wait_hours=12)


def test_attempts_run_out_and_can_be_granted() -> None:
    assert (standing(RULE, [], NOW).may_start, standing(RULE, [], NOW).left) == (True, 3)
    used = [failed(60), failed(40), failed(20)]
    shut = standing(RULE, used, NOW)
    assert not shut.may_start
    assert shut.left == 0
    assert shut.reason == "All attempts are used. Ask the course manager for another one."
    again = standing(RULE, used, NOW, granted=1)
    assert again.may_start
    assert again.left == 1


def test_the_wait_is_from_the_last_attempt_and_ends_to_the_minute() -> None:
    early = standing(RULE, [failed(11), failed(40)], NOW)
    assert not early.may_start
    assert early.opens_at == NOW + timedelta(hours=1)
    assert early.left == 1
    assert standing(RULE, [failed(12), failed(40)], NOW).may_start


def test_no_limit_means_no_limit_and_a_pass_ends_it() -> None:
    free = QuizRule(80)
    assert standing(free, [failed(1)] * 50, NOW).left is None
    assert standing(free, [failed(1)] * 50, NOW).may_start
    done = standing(free, [failed(9), Attempt(NOW - timedelta(days=1), passed=True)], NOW)
    assert not done.may_start
    assert done.reason == "You have passed this quiz."

"""The courses that come with the product: complete, answerable, not to be guessed, true to the clauses they name."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import qsms
from qsms.rules import framework_data
from qsms.rules.course_file import load_all, read_course, write_course
from qsms.rules.courses import Course, Kind, Question
from qsms.rules.quiz import draw, mark

ROOT = Path(qsms.__file__).parent
COURSES = load_all(ROOT / "training" / "data" / "courses")
EXPECTED = {
    "sms-everybody", "sms-managers", "accountable-executive", "quality-basics", "internal-auditor-basics",
    "environmental-awareness", "confidential-reporting",
}  # fmt: skip
PLACES = {"Hangar", "Ramp", "Cockpit", "Shop", "Stores", "Boardroom", "Airport", "Line station", "Office"}

LONGEST_SECTION = 200  # words; about a minute on a phone
LONGEST_SENTENCE = 32  # words
MOST_BY_LENGTH = 0.40  # a guesser who always takes the longest, or the shortest, gains little
MOST_BY_LENGTH_OVERALL = 1 / 3
MOST_AT_ONE_PLACE = 0.40

each_course = pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)


def singles(courses: Iterable[Course]) -> list[Question]:
    return [each for course in courses for each in course.questions.values() if each.kind is Kind.SINGLE]


def by_length(questions: list[Question], extreme: Callable[[Iterable[int]], int]) -> float:
    """The share of questions in which the right option alone is the longest (`max`) or the shortest (`min`)."""
    hits = 0
    for question in questions:
        lengths = [len(option) for option in question.options]
        (right,) = question.right
        hits += lengths[right - 1] == extreme(lengths) and lengths.count(extreme(lengths)) == 1
    return hits / len(questions)


def test_every_course_of_the_first_release_is_there() -> None:
    assert set(COURSES) == EXPECTED


@each_course
def test_a_course_is_short_to_read_and_has_an_example_in_each_section(course: Course) -> None:
    assert 4 <= len(course.sections) <= 8
    for section in course.sections:
        assert section.example, section.key
        assert section.example.place in PLACES, section.key
        assert section.basis, section.key
        words = len(section.content.split())
        assert 80 <= words <= LONGEST_SECTION, (section.key, words)
        for text in (section.content, section.example.text):
            prose = re.sub(r"^\s*(\|.*|[-#>]+ |\d+\. )", "\n\n", text, flags=re.MULTILINE)
            for sentence in re.split(r"(?<=[.?!:;])\s|\n\n", prose):
                assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


@each_course
def test_a_bank_has_enough_to_draw_from_and_every_question_explains_itself(course: Course) -> None:
    assert len(course.questions) >= 15
    assert course.drawn >= 10
    for section in course.sections:
        assert len(section.questions) > section.draw >= 2, section.key
    for question in course.questions.values():
        assert len(question.explanation.split()) >= 8, question.key
        assert question.kind is Kind.TRUE_FALSE or len(question.options) >= 4, question.key
        if question.kind is Kind.MULTIPLE:
            assert len(question.right) >= 2, question.key
    assert {each.kind for each in course.questions.values()} == set(Kind)


@each_course
def test_who_knows_everything_passes_and_who_knows_nothing_does_not(course: Course) -> None:
    for seed in map(str, range(20)):
        paper = draw(course, seed)
        assert mark(paper, {each.question.key: each.question.right for each in paper}, course.quiz).percent == 100
        assert not mark(paper, {each.question.key: {each.order[0]} for each in paper}, course.quiz).passed


@each_course
def test_neither_place_nor_length_gives_the_answer_away(course: Course) -> None:
    questions = singles([course])
    places = Counter(place for question in questions for place in question.right)
    assert set(places) == {1, 2, 3, 4}
    assert max(places.values()) <= MOST_AT_ONE_PLACE * len(questions), places
    assert by_length(questions, max) <= MOST_BY_LENGTH
    assert by_length(questions, min) <= MOST_BY_LENGTH


def test_over_all_courses_length_tells_as_little_as_chance() -> None:
    questions = singles(COURSES.values())
    assert by_length(questions, max) <= MOST_BY_LENGTH_OVERALL
    assert by_length(questions, min) <= MOST_BY_LENGTH_OVERALL


def test_questions_of_several_answers_and_of_true_or_false_have_no_pattern() -> None:
    banks = [each for course in COURSES.values() for each in course.questions.values()]
    shapes = Counter((len(each.right), len(each.options)) for each in banks if each.kind is Kind.MULTIPLE)
    assert len(shapes) >= 3, shapes
    truths = [min(each.right) for each in banks if each.kind is Kind.TRUE_FALSE]
    assert 0.25 <= truths.count(1) / len(truths) <= 0.75


def test_no_question_is_in_two_courses_and_no_text_is_repeated() -> None:
    banks = [each for course in COURSES.values() for each in course.questions.values()]
    assert len({each.key for each in banks}) == len(banks)
    assert len({each.text for each in banks}) == len(banks)
    assert len({each.explanation for each in banks}) == len(banks)


def test_every_clause_is_one_of_a_shipped_framework() -> None:
    frameworks = framework_data.load_all(ROOT / "standards" / "data" / "frameworks")
    for course in COURSES.values():
        assert course.clauses, course.code
        for key, numbers in course.clauses.items():
            for number in numbers:
                assert number in frameworks[key].by_number, (course.code, key, number)


@each_course
def test_a_course_can_be_taken_out_as_a_file_and_brought_back(course: Course) -> None:
    assert read_course(write_course(course).encode()) == course


def test_the_course_of_the_how_to_page_can_be_brought_in() -> None:
    page = (ROOT.parent / "docs" / "how-to" / "write-a-course.md").read_text(encoding="utf-8")
    _before, sample, _after = re.split(r"```(?:yaml)?\n", page)
    assert len(read_course(sample.encode()).questions) == 3

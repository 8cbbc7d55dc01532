"""Courses in files: what is written is read back, and each fault gets a sentence that names its place and the mend."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from qsms.rules.course_check import validate
from qsms.rules.course_file import checksum, from_dict, load_all, read_course, to_dict, write_course
from qsms.rules.courses import TRUE, Kind
from qsms.rules.data_files import DataError

PLAIN: dict[str, Any] = {
    "code": "ramp", "version": "2", "title": "On the “ramp”", "summary": "How to: stay whole", "audience": "Loaders",
    "minutes": 20, "validity_months": 24, "clauses": {"iso-9001/2015": ["7.2", "7.10"]},
    "quiz": {"pass_percent": 80, "attempts": 3, "wait_hours": 12, "partial_credit": True},
    "sections": [
        {
            "key": "cones", "title": "Cones", "content": "- not a list of ours\n\n# not a heading", "draw": 2,
            "example": {"place": "Ramp", "text": "A tug came."}, "basis": "Station manual, 4.2",
            "questions": [
                {"key": "q1", "text": "Why?", "options": ["To see", "yes", "1.10"], "right": 2, "explanation": "So."},
                {"key": "q2", "kind": "multiple", "text": "Which?", "options": ["a", "b", "c"], "right": [1, 3],
                 "explanation": "These.", "keep_order": True},
                {"key": "q3", "kind": "true_false", "text": "Is it?", "right": True, "explanation": "It is."},
            ],
        },
        {"key": "end", "title": "End", "content": "Go home."},
    ],
}  # fmt: skip


def test_what_is_written_is_read_back_equal() -> None:
    course = from_dict(PLAIN)
    assert read_course(write_course(course).encode()) == course
    assert checksum(from_dict(to_dict(course))) == checksum(course)
    assert course.questions["q3"].right == {TRUE}
    assert course.questions["q1"].kind is Kind.SINGLE
    assert course.drawn == 2


def test_a_changed_word_changes_the_checksum() -> None:
    other = deepcopy(PLAIN)
    other["sections"][0]["questions"][0]["explanation"] = "So!"
    assert checksum(from_dict(other)) != checksum(from_dict(PLAIN))


def put(*path: str | int, value: object = None) -> Callable[[dict[str, Any]], None]:
    """A change that writes a value at a path, or takes away what is there."""

    def change(data: dict[str, Any]) -> None:
        at: Any = data
        for step in path[:-1]:
            at = at[step]
        if value is None:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return change


Q1 = ("sections", 0, "questions", 0)
Q2 = ("sections", 0, "questions", 1)
Q3 = ("sections", 0, "questions", 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("title"), "“title” is missing. Write it as text"),
        (put("version", value=1.1), "“version” is missing. Write it as text, in quotes where it is a number."),
        (put("code", value="Ramp 1"), "“Ramp 1” is not a code. Write small letters"),
        (put("colour", value="red"), "“colour” is not known here. Remove it."),
        (put("minutes", value="20"), "“minutes” is “20”. Write a whole number from 1 to 2400."),
        (put("validity_months", value=0), "“validity_months” is “0”. Write a whole number from 1 to 120."),
        (put("clauses", value={"iso-9001/2015": [7.1]}), "“clauses” must name frameworks with their numbers in quotes"),
        (put("quiz"), "“quiz” is missing. Write at least “pass_percent: 80” under it."),
        (put("quiz", "pass_percent", value=101), "“quiz: pass_percent” is “101”. Write a whole number from 1 to 100."),
        (put("quiz", "attempts", value=True), "“quiz: attempts” is “True”."),
        (put("quiz", "shuffle", value="no"), "quiz: “shuffle” is true or false."),
        (put("quiz", "points", value=1), "quiz: “points” is not known here."),
        (put("sections"), "“sections” is missing. List the sections"),
        (put("sections", 0, "key"), "Section 1 has no “key”."),
        (put("sections", 1, "key", value="cones"), "Section cones is listed twice."),
        (put("sections", 1, "content", value=" "), "Section end: “content” is missing. Write it as text."),
        (put("sections", 0, "example", "place"), "Section cones: “example” has a place and a text"),
        (put("sections", 0, "draw", value=4), "Section cones: 4 questions are to be drawn, but there are only 3."),
        (put("sections", 0, "draw", value=0), "No section draws a question."),
        (put("sections", 0, "draw", value=-1), "Section cones: “draw” is “-1”. Write a whole number."),
        (put(*Q2, "key", value="q1"), "Question q1 is in the course twice."),
        (put(*Q2, "key", value=7), "Section cones: question 2 has no “key”."),
        (put(*Q1, "explanation"), "Question q1: “explanation” is missing."),
        (put(*Q1, "kind", value="essay"), "Question q1: “kind” is “essay”. Write one of single, multiple, true_false."),
        (put(*Q1, "options", value=["only"]), "Question q1: list 2 to 8 options as text"),
        (put(*Q1, "options", value=["See. ", "see", "x"]), "Question q1: two options say the same."),
        (put(*Q1, "right", value=4), "Question q1: “right” is “4”. Write the place of the right option, 1 to 3."),
        (put(*Q1, "right", value=True), "Question q1: “right” is “True”."),
        (put(*Q2, "right", value=[]), "Question q2: list in “right” the places of the right options"),
        (put(*Q2, "right", value=[1, 1]), "Question q2: a place stands twice in “right”."),
        (put(*Q2, "right", value=[1, 2, 3]), "Question q2: every option is right, so that nothing is asked."),
        (put(*Q3, "right", value="yes"), "Question q3: write “right: true” or “right: false”, and no options."),
    ],
)
def test_each_fault_is_told_with_its_place(change: Callable[[dict[str, Any]], None], said: str) -> None:
    data = deepcopy(PLAIN)
    change(data)
    with pytest.raises(DataError) as caught:
        read_course(yaml.safe_dump(data).encode(), name="my course")
    assert said in str(caught.value)
    assert str(caught.value).startswith("my course: ")


def test_all_faults_are_told_at_once() -> None:
    data = deepcopy(PLAIN)
    for change in (put("title"), put(*Q1, "explanation"), put(*Q3, "right", value=3)):
        change(data)
    assert len(validate(data)) == 3


@pytest.mark.parametrize("content", [b"\xff", b"a: &x 1\nb: *x\n", b"- a\n", b"a: 1\na: 2\n", b"sections: {a: 1}\n"])
def test_hostile_and_broken_files_get_a_sentence(content: bytes) -> None:
    with pytest.raises(DataError):
        read_course(content)


def test_a_file_of_the_product_is_named_after_its_code(tmp_path: Path) -> None:
    (tmp_path / "apron.yaml").write_text(yaml.safe_dump(PLAIN), encoding="utf-8")
    with pytest.raises(DataError, match=r"Name the file after its code: ramp\.yaml"):
        load_all(tmp_path)


def test_wrapped_texts_of_the_product_flow_again(tmp_path: Path) -> None:
    data = deepcopy(PLAIN)
    wrapped = "One\ntwo.\n\n- three\n  four\n- five\n\n|a|b|\n|-|-|\n|1|2|\n\n> six\n\n1. seven\n   eight"
    data["sections"][0]["content"] = wrapped
    (tmp_path / "ramp.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    flowing = "One two.\n\n- three four\n- five\n\n|a|b|\n|-|-|\n|1|2|\n\n> six\n\n1. seven eight"
    assert load_all(tmp_path)["ramp"].sections[0].content == flowing

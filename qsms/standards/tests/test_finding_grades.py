"""The grades of findings and by when each is answered, from the shipped file."""

from __future__ import annotations

from datetime import date

import pytest

from qsms.rules.clocks import Unit
from qsms.rules.data_files import DataError
from qsms.rules.finding_grades import NAMED, Step, limit, load_schemes
from qsms.rules.findings import Weight
from qsms.standards import shipped


def test_grades_belong_to_their_scheme_and_say_where_they_come_from() -> None:
    grades = shipped.grades()
    assert {key: one.weight for key, one in grades.items() if one.asks_answer} == {
        "iso/major": Weight.FAILS,
        "iso/minor": Weight.LAPSES,
        "easa/level_1": Weight.FAILS,
        "easa/level_2": Weight.LAPSES,
        "customer/request": Weight.LAPSES,
    }
    assert all(scheme.basis and scheme.confidence for scheme in shipped.schemes())
    assert [key for key, one in grades.items() if one.at_once] == ["easa/level_1"]


ISSUED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("grade", "step", "more", "expected"),
    [
        ("iso/minor", Step.PLAN, {}, ("certification.minor_plan", 30, Unit.CALENDAR_DAYS)),
        ("iso/minor", Step.EVIDENCE, {}, ("certification.minor_evidence", 90, Unit.CALENDAR_DAYS)),
        ("iso/minor", Step.PLAN, {"own_days": 14}, ("certification.minor_plan", 14, Unit.CALENDAR_DAYS)),
        ("iso/minor", Step.PLAN, {"own_days": 14, "named": date(2026, 3, 9)},
         ("certification.minor_plan", 7, Unit.CALENDAR_DAYS)),
        ("iso/major", Step.EVIDENCE, {"before_decision": True},
         ("certification.major_closure", 6, Unit.CALENDAR_MONTHS)),
        ("easa/level_2", Step.EVIDENCE, {}, ("finding.level_2", 3, Unit.CALENDAR_MONTHS)),
        ("easa/level_2", Step.PLAN, {"named": date(2026, 3, 12)}, (NAMED[Step.PLAN], 10, Unit.CALENDAR_DAYS)),
        ("easa/level_2", Step.PLAN, {}, None),
        ("easa/level_1", Step.EVIDENCE, {}, None),
        ("customer/request", Step.EVIDENCE, {"named": ISSUED}, None),
    ],
)  # fmt: skip
def test_the_day_named_comes_before_the_bodys_own_limit_and_that_before_the_rule(
    grade: str, step: Step, more: dict[str, object], expected: tuple[str, int, Unit] | None
) -> None:
    rule = limit(shipped.grades()[grade], step, shipped.certification_rules(), ISSUED, body="Register", **more)  # type: ignore[arg-type]
    assert (None if rule is None else (rule.code, rule.amount, rule.unit)) == expected
    if rule is not None:
        assert rule.basis
        assert rule.confidence
        assert ("Register" in rule.basis) is bool(more.keys() - {"before_decision"})


def test_a_file_of_grades_is_told_what_is_wrong_in_it() -> None:
    text = (
        "schemes: [{code: x, label: X, basis: b, confidence: c, grades: [{code: a, label: A, meaning: m, says: ruins, "
        "plan: nowhere, more: 1}, {code: a, label: A, meaning: m, says: fails}]}]"
    )
    with pytest.raises(DataError) as raised:
        load_schemes(text, shipped.certification_rules())
    said = str(raised.value)
    for part in ("“says” is one of", "no clock rule “nowhere”", "“more” is not known", "x/a is listed twice"):
        assert part in said

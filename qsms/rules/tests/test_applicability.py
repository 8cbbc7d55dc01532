"""Rules of applicability: what is not known decides nothing, and data that cannot be used says why."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
import yaml

from qsms.rules.applicability import Certificate, duties, not_applicable
from qsms.rules.applicability_data import load_applicability
from qsms.rules.data_files import DataError
from qsms.rules.framework_data import from_dict

LAW = from_dict(
    {
        "code": "law", "edition": "1", "title": "Law", "publisher": "us", "status": "in_force", "basis": "test",
        "confidence": "verified", "confidence_note": "ours",
        "requirements": [
            {"number": "1", "title": "Old ones", "intent": "Do.", "applies_when": "old"},
            {"number": "2", "title": "Policy", "heading": True},
            {"number": "2(a)", "title": "Words", "intent": "Do."},
            {"number": "2(b)", "title": "Deeds", "intent": "Do."},
            {"number": "3", "title": "Exemption", "heading": True},
        ],
    }
)  # fmt: skip
RULES: dict[str, Any] = {
    "framework": "law/1",
    "edition": "1",
    "basis": "test",
    "confidence": "ours",
    "kinds": {"ship": "Ship", "boat": "Boat"},
    "facts": {"held_since": "Held since", "asked_on": "Asked on"},
    "flags": {"small": "Small"},
    "conditions": {
        "old": {
            "label": "Old",
            "applies_to": [{"kinds": ["ship"], "when": {"held_since": {"until": date(2020, 1, 1)}}}],
        },
    },
    "exemptions": [{"paragraph": "3", "applies_to": [{"kinds": ["boat"], "flags": ["small"]}], "numbers": ["2(a)"]}],
    "duties": [
        {
            "paragraph": "1",
            "applies_to": [{"kinds": ["ship"], "when": {"held_since": {"until": date(2020, 1, 1)}}}],
            "duties": [
                {"what": "Declare", "by": date(2027, 5, 28), "declaration": True},
                {"what": "Finish", "months": 36, "after": "asked_on"},
                {"what": "Show", "at": "inspection"},
            ],
        }
    ],
}  # fmt: skip
KNOWN = {LAW.key: LAW}
LOADED = load_applicability(yaml.safe_dump(RULES), KNOWN)
OLD = Certificate("ship", {"held_since": date(2020, 1, 1)})
NEW = Certificate("ship", {"held_since": date(2020, 1, 2)})
UNKNOWN = Certificate("ship")
SMALL = Certificate("boat", flags=frozenset({"small"}))


def test_only_what_surely_does_not_apply_falls_away() -> None:
    assert not_applicable(LOADED, LAW, [OLD]) == {}
    assert not_applicable(LOADED, LAW, [NEW]) == {"1": "old"}
    assert not_applicable(LOADED, LAW, [UNKNOWN]) == {}, "the date could be an old one"
    assert not_applicable(LOADED, LAW, [OLD, NEW]) == {}
    assert not_applicable(LOADED, LAW, []) == {}


def test_an_exemption_needs_every_certificate() -> None:
    assert not_applicable(LOADED, LAW, [SMALL]) == {"1": "old", "2(a)": "3"}
    assert not_applicable(LOADED, LAW, [SMALL, Certificate("boat")]) == {"1": "old"}


def test_duties_have_their_day_or_say_what_it_hangs_on() -> None:
    waiting = {each.duty.what: (each.due_on, each.needs) for each in duties(LOADED, [OLD])}
    assert waiting == {
        "Declare": (date(2027, 5, 28), ""), "Finish": (None, "asked_on"), "Show": (None, ""),
    }  # fmt: skip
    asked = Certificate("ship", {"held_since": date(2019, 1, 1), "asked_on": date(2024, 2, 29)})
    first, second, _last = duties(LOADED, [asked])
    assert (first.duty.what, first.due_on) == ("Finish", date(2027, 2, 28)), "the earliest day comes first"
    assert second.days_left(date(2027, 6, 1)) == -4
    assert duties(LOADED, [UNKNOWN]) == ()


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("basis",), "", "“basis” is missing"),
        (("colour",), "red", "“colour” is not known here"),
        (("kinds",), ["ship"], "“kinds” is missing"),
        (("conditions",), [], "“conditions” is missing"),
        (("duties",), {}, "“duties” is missing"),
        (("framework",), "law/2", "“law/2” is not a framework that is loaded"),
        (("conditions", "old"), {}, "Condition old needs a label"),
        (("conditions", "new"), {"label": "New", "applies_to": [{"kinds": ["ship"]}]}, "Condition “new” stands only"),
        (("conditions", "old", "applies_to"), [], "old: “applies_to” is missing"),
        (("exemptions", 0, "paragraph"), "9", "law/1 has no paragraph “9”"),
        (("exemptions", 0, "numbers"), ["9"], "law/1 has no paragraph “9”"),
        (("exemptions", 0, "numbers"), ["2(a)", "2(a)"], "Exemption 3 lists each number once"),
        (("exemptions", 0, "applies_to"), [{"kinds": ["raft"]}], "3 names “raft”, which is not among the kinds"),
        (("exemptions", 0, "applies_to"), [{"flags": ["small"]}], "3: “applies_to” names “kinds”"),
        (("duties", 0, "paragraph"), "9", "law/1 has no paragraph “9”"),
        (("duties", 0, "applies_to", 0, "when"), {"born_on": {"until": date(2020, 1, 1)}}, "1: “when” compares a date"),
        (("duties", 0, "applies_to", 0, "when"), {"held_since": {"until": "May"}}, "1: “when” compares a date"),
        (("duties", 0, "applies_to", 0, "when"), ["held_since"], "1: “when” compares a date"),
        (("exemptions", 0, "paragraph"), ["3"], "law/1 has no paragraph “['3']”"),
        (("duties", 0, "applies_to", 0, "kinds"), [["ship"]], "1 names “['ship']”, which is not among the kinds"),
        (("duties", 0, "duties"), 7, "Duty 1 says “what” is to be done"),
        (("duties", 0, "duties"), [], "Duty 1 says “what” is to be done"),
        (("duties", 0, "duties", 0, "by"), "May", "Duty 1: “May” is not a day"),
        (("duties", 0, "duties", 0, "at"), "sea", "Duty 1 has one of: “by” a day"),
        (("duties", 0, "duties", 1, "after"), "born_on", "Duty 1 needs whole months after one of the dates"),
    ],
)
def test_every_fault_of_the_rules_names_its_place(path: tuple[Any, ...], to: Any, said: str) -> None:
    data = deepcopy(RULES)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    with pytest.raises(DataError) as caught:
        load_applicability(yaml.safe_dump(data), KNOWN)
    assert said in str(caught.value)

"""What may be left out by choice: data that says why not and what to do instead, and refuses what it cannot use."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from qsms.rules.data_files import DataError
from qsms.rules.exclusions import load_exclusions
from qsms.rules.tests.test_coverage import HOUSE, SHIP

ROW: dict[str, Any] = {
    "frameworks": ["house/1"], "may_leave_out": ["2.1"], "basis": "House rules, 4", "confidence": "Ours",
    "why": "The rest holds the roof.", "instead": "Prop it up.", "reason": "Say why the roof stays up.",
}  # fmt: skip
KNOWN = {one.key: one for one in (HOUSE, SHIP)}


def test_what_is_listed_may_go_with_all_below_it_and_nothing_else() -> None:
    rule = load_exclusions(yaml.safe_dump({"rules": [ROW]}), KNOWN)["house/1"]
    assert {number for number in HOUSE.by_number if rule.allows(HOUSE, number)} == {"2.1", "2.1(a)", "2.1(b)"}
    assert rule.refusal("2") == "2 may not be left out. The rest holds the roof. Prop it up."


def test_without_a_list_nothing_may_go() -> None:
    row = {key: value for key, value in ROW.items() if key not in ("may_leave_out", "reason")}
    rule = load_exclusions(yaml.safe_dump({"rules": [row | {"frameworks": ["house/1", "ship/1"]}]}), KNOWN)["ship/1"]
    assert not any(rule.allows(SHIP, number) for number in SHIP.by_number)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"frameworks": ["boat/1"]}, "“boat/1” is not a framework that is loaded."),
        ({"may_leave_out": ["9.9"]}, "house/1 has no paragraph “9.9”."),
        ({"basis": ""}, "“basis” is missing."),
        ({"reason": ""}, "“reason” is missing."),
        ({"frameworks": []}, "A rule lists its “frameworks”"),
        ({"frameworks": ["house/1", "house/1"]}, "stands under two rules"),
        ({"perhaps": True}, "and nothing else"),
    ],
)
def test_data_that_cannot_be_used_says_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        load_exclusions(yaml.safe_dump({"rules": [deepcopy(ROW) | change]}), KNOWN)


def test_a_file_without_rules_is_said_so() -> None:
    with pytest.raises(DataError, match="“rules” is missing"):
        load_exclusions("other: 1", KNOWN)

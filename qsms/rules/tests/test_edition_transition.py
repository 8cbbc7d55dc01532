"""From one edition to the next: a number alone carries nothing, and the old links stay."""

from datetime import date
from typing import Any

import pytest

from qsms.rules.edition_transition import Outcome, counted, proposals, transition
from qsms.rules.evidence import Evidence
from qsms.rules.framework_data import from_dict
from qsms.rules.frameworks import FrameworkMisuse, Reference

HEAD: dict[str, Any] = {
    "code": "house", "title": "House", "publisher": "us", "status": "in_force", "basis": "test",
    "confidence": "verified", "confidence_note": "ours",
}  # fmt: skip
OLD = from_dict(
    {
        **HEAD,
        "edition": "2015",
        "requirements": [
            {"number": number, "title": title, "intent": "Do."}
            for number, title in (("1", "Walls"), ("2", "Floor"), ("3", "Roof"), ("4", "Moat"))
        ],
    }
)
NEW = from_dict(
    {
        **HEAD,
        "edition": "2026",
        "extends": {"framework": "house/2015", "kind": "revises", "leaves_out": ["3", "4"]},
        "requirements": [
            {"number": "2", "intent": "Carry more."},
            {"number": "3", "title": "Cellar", "intent": "Store."},
            {"number": "5", "title": "Roof", "intent": "Keep dry.", "was": ["3"]},
        ],
    },
    {OLD.key: OLD},
)


def test_each_requirement_of_the_new_edition_has_its_outcome() -> None:
    way = transition(OLD, NEW)
    assert {step.number: step.outcome for step in way.steps} == {
        "1": Outcome.CARRIED, "2": Outcome.REJUDGE, "3": Outcome.NEW, "5": Outcome.MOVED,
    }  # fmt: skip
    assert way.numbers(Outcome.NEW, Outcome.MOVED) == ("3", "5")
    assert way.dropped == ("4",)
    assert counted(way) == dict.fromkeys(Outcome, 1)


def test_links_are_proposed_by_where_the_subject_went_and_the_old_ones_stay() -> None:
    links = [Evidence(number, Reference(OLD.key, number), date(2026, 1, 1)) for number in ("1", "2", "3", "4")]
    before = list(links)
    found = [
        (each.evidence.id, each.at.number, each.needs_judgement) for each in proposals(transition(OLD, NEW), links)
    ]
    assert found == [("1", "1", False), ("2", "2", True), ("3", "5", True)], "3 went to 5, and 4 leads nowhere"
    assert links == before
    assert {each.at.framework for each in links} == {"house/2015"}


def test_an_edition_that_does_not_say_how_it_follows_is_refused() -> None:
    with pytest.raises(FrameworkMisuse, match="house/2015 does not say how it follows house/2026"):
        transition(NEW, OLD)

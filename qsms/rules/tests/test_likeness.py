"""Suggestions of duplicates: a true pair comes first, with reasons that a person can check."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.likeness import Account, alike

SPILL = Account(
    "REP-2026-0318",
    "Hydraulic fluid on stand 14 after servicing, some reached the storm drain",
    "Around 21:40 I was topping up system 2 on stand 14. The quick-release coupling on cart 3 did not lock fully, I "
    "felt it turn past the stop. When I opened the valve it let go and about 12 litres of Skydrol went on the concrete "
    "before I got it shut. It was raining and the stand slopes to the drain by the jet bridge.",
    "Larkfield, stand 14",
    date(2026, 11, 21),
)
WET_PATCH = Account(
    "REP-2026-0312",
    "Wet patch under hydraulic cart 3",
    "Wet patch of Skydroll under cart 3 this morning, it looks like the coupling is weeping.",
    "Larkfield, stand 15",
    date(2026, 11, 13),
)
UNRELATED = [
    Account(
        "REP-2026-0288",
        "Unstable approach at Port Ellery, go-around flown",
        "We were high and fast at 1,000 feet, called unstable and went around. The second approach was normal.",
        "Port Ellery",
        date(2026, 11, 2),
    ),
    Account(
        "REP-2026-0285",
        "Baggage loader struck the aft door sill",
        "The belt loader came in too fast and struck the sill of the aft hold. The aircraft was held for inspection.",
        "Larkfield, stand 14",
        date(2026, 11, 20),
    ),
    Account(
        "REP-2026-0281",
        "Paint-stripper drum without a label, hangar 3",
        "A drum of paint stripper stood in hangar 3 without a label.",
        "Larkfield, hangar 3",
        date(2026, 10, 28),
    ),
]
ASRS = Path(__file__).parents[4] / "shared" / "data" / "narratives" / "asrs"


def test_the_same_cart_is_found_and_the_reasons_can_be_checked() -> None:
    first, *others = alike(SPILL, [*UNRELATED, WET_PATCH], at_least=0.0)
    assert first.key == "REP-2026-0312"
    assert first.reasons == ("Both speak of: hydraulic, coupling, cart 3, skydrol",)
    assert {"Another place", "8 days apart"} <= set(first.differs)
    assert any("drain" in each for each in first.differs)
    assert all(first.score > 1.5 * other.score for other in others)


def test_place_and_day_alone_suggest_nothing() -> None:
    same_stand = Account("REP-1", "Chock missing", "No chock at the nose wheel.", SPILL.place, SPILL.on)
    assert alike(SPILL, [same_stand, *UNRELATED]) == []


def test_the_same_words_are_told_as_such() -> None:
    again = Account("REP-2026-0319", SPILL.title, SPILL.body, SPILL.place, SPILL.on)
    (first,) = alike(SPILL, [again, *UNRELATED])
    assert first.score == 1.0
    assert first.reasons == ("Written in the same words", "Same place, same day")
    assert first.differs == ()


def test_a_report_is_not_its_own_duplicate() -> None:
    assert alike(SPILL, [SPILL]) == []
    assert alike(SPILL, []) == []
    assert alike(Account("x", "", ""), [WET_PATCH]) == []


@pytest.mark.parametrize(
    ("on", "place", "expected"),
    [
        (date(2026, 11, 21), "larkfield, stand 14 ", "Same place, same day"),
        (date(2026, 11, 20), "Stand 14, Larkfield", "Same place, 1 day apart"),
        (date(2026, 11, 18), "", "3 days apart"),
        (date(2026, 10, 20), "Larkfield, stand 14", "Same place"),
        (None, "Larkfield, stand 14", "Same place"),
    ],
)
def test_how_place_and_time_are_told(on: date | None, place: str, expected: str) -> None:
    other = Account(
        "REP-1", "Coupling of cart 3 leaks", "The coupling on cart 3 let go, Skydrol on the stand.", place, on
    )
    (first,) = alike(SPILL, [other, *UNRELATED])
    assert first.reasons[-1] == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 11, 8), "13 days apart"),
        (date(2026, 10, 20), "5 weeks apart"),
        (date(2025, 9, 20), "14 months apart"),
        (date(2023, 11, 21), "3 years apart"),
    ],
)
def test_long_ago_speaks_against_it(on: date, expected: str) -> None:
    other = Account("REP-1", "Coupling of cart 3 leaks", "The coupling on cart 3 let go, Skydrol on the stand.", "", on)
    (first,) = alike(SPILL, [other, *UNRELATED])
    assert expected in first.differs
    assert not any("apart" in each for each in first.reasons)


def test_another_site_is_another_place_whatever_the_exact_place_says() -> None:
    for place in ("", "Larkfield, stand 14"):
        told = Account("REP-1", SPILL.title, SPILL.body, place, SPILL.on, "STV")
        (first,) = alike(replace(SPILL, site="LKF"), [told, *UNRELATED])
        assert "Another place" in first.differs
        assert "Same place, same day" not in first.reasons
        (same,) = alike(replace(SPILL, site="LKF"), [replace(told, site="LKF"), *UNRELATED])
        assert "Another place" not in same.differs
        assert same.score > first.score or same.score == 1.0


def test_a_nearer_day_and_the_same_place_lift_a_suggestion() -> None:
    near = Account("a", WET_PATCH.title, WET_PATCH.body, SPILL.place, date(2026, 11, 20))
    far = Account("b", WET_PATCH.title, WET_PATCH.body, "Port Ellery", date(2024, 1, 1))
    found = alike(SPILL, [far, near], at_least=0.0)
    assert [each.key for each in found] == ["a", "b"]


@given(st.permutations([WET_PATCH, *UNRELATED]), st.integers(1, 4))
def test_the_order_of_the_candidates_does_not_matter(candidates: list[Account], limit: int) -> None:
    assert alike(SPILL, candidates, at_least=0.0, limit=limit) == alike(
        SPILL, [WET_PATCH, *UNRELATED], at_least=0.0, limit=limit
    )


@given(st.lists(st.text(max_size=60), max_size=6), st.text(max_size=200))
def test_any_text_gives_scores_from_0_to_1_in_order(bodies: list[str], body: str) -> None:
    candidates = [Account(str(number), text[:10], text) for number, text in enumerate(bodies)]
    found = alike(Account("new", body[:20], body), candidates, at_least=0.0)
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)


@given(st.sets(st.integers(0, 59), min_size=45, max_size=59))
def test_a_shortened_retelling_comes_first(kept: set[int]) -> None:
    words = SPILL.body.split()
    shorter = " ".join(word for number, word in enumerate(words) if number in kept)
    assert alike(SPILL, [*UNRELATED, Account("again", "Spill", shorter)])[0].key == "again"


@pytest.mark.skipif(not ASRS.is_dir(), reason="needs ../shared/data/narratives beside the repository")
def test_two_crew_members_telling_one_real_event_are_paired() -> None:
    """In ASRS exports some events have two narratives: the second is looked for among eighty others."""
    pairs: list[tuple[Account, Account]] = []
    with (ASRS / "company_policy_2015_2021.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        header = next(lines)
        first, second = [number for number, name in enumerate(header) if name == "Narrative"][:2]
        for row in lines:
            told = [" ".join(row[at].split()[:150]) for at in (first, second)] if len(row) > second else ["", ""]
            if all(len(each.split()) >= 60 for each in told):
                one, other = (Account(f"{row[0]}-{number}", "", text) for number, text in enumerate(told))
                pairs.append((one, other))
    others = [other for _one, other in pairs]
    right = sum(
        next((each.key for each in alike(one, others, limit=1, at_least=0.0)), "") == other.key for one, other in pairs
    )
    assert len(pairs) == 81
    assert right >= 60

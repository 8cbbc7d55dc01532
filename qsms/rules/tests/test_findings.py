"""Open findings: how grave they are, where else they surely are, and what they leave of coverage."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from qsms.rules.coverage import Coverage, Judgement, Reason, State, cover
from qsms.rules.coverage_words import WHY, told_of_finding, why
from qsms.rules.crosswalk import Crosswalk, Pair, Reading, Relation, Source, followed
from qsms.rules.evidence import Strength
from qsms.rules.findings import OpenFinding, Weight, along, counts_against
from qsms.rules.framework_data import from_dict
from qsms.rules.frameworks import Reference

from .test_coverage import HOUSE, SHIP, TODAY, piece
from .test_edition_transition import HEAD, NEW, OLD

# A third edition: 1 is kept once more, 2 moved, 3 is worded anew, 5 is left out.
NEXT = from_dict(
    {
        **HEAD,
        "edition": "2031",
        "extends": {"framework": "house/2026", "kind": "revises", "leaves_out": ["2", "5"]},
        "requirements": [
            {"number": "3", "intent": "Store dry."},
            {"number": "6", "title": "Floor", "intent": "Carry more.", "was": ["2"]},
        ],
    },
    {NEW.key: NEW},
)

FAILS, LAPSES, NOTES = Weight.FAILS, Weight.LAPSES, Weight.NOTES


def found(number: str, weight: Weight = LAPSES, of: str = "house/1", key: object = "F") -> OpenFinding:
    return OpenFinding(key, Reference(of, number), weight)


def covered(*evidence: object, of: str = "house/1", **more: object) -> Coverage:
    return cover([HOUSE, SHIP], evidence, TODAY, **more)[of]  # type: ignore[arg-type]


def pair(left: str, right: str, relation: Relation, **more: object) -> Pair:
    return Pair(Reference("house/1", left), Reference("ship/1", right), relation, **more)  # type: ignore[arg-type]


# Where it was found.


@pytest.mark.parametrize(
    ("weight", "shown", "judged", "state", "reason"),
    [
        (FAILS, True, None, State.GAP, Reason.FOUND_FAILING),
        (FAILS, True, State.MET, State.GAP, Reason.FOUND_FAILING),
        (LAPSES, True, None, State.PARTLY, Reason.FOUND_LAPSING),
        (LAPSES, True, State.MET, State.PARTLY, Reason.FOUND_LAPSING),
        (LAPSES, False, None, State.GAP, Reason.FOUND_LAPSING),
        (LAPSES, False, State.PARTLY, State.PARTLY, Reason.FOUND_LAPSING),
        (NOTES, True, None, State.MET, Reason.FOUND_NOTED),
        (NOTES, False, None, State.NOT_ASSESSED, Reason.FOUND_NOTED),
    ],
)
def test_while_it_is_open_it_is_a_gap_in_what_is_met(
    weight: Weight, shown: bool, judged: State | None, state: State, reason: Reason
) -> None:
    evidence = [piece("1.1")] if shown else []
    judgements = [Judgement(Reference("house/1", "1.1"), judged, TODAY)] if judged else []
    one = covered(*evidence, findings=[found("1.1", weight)], judgements=judgements).covered["1.1"]
    assert one.state is state
    assert reason in one.reasons
    assert [each.id for each in one.findings] == ["F"]
    assert all(WHY[each] in why(one) for each in one.reasons)
    closed = covered(*evidence, judgements=judgements).covered["1.1"]
    assert (closed.state is State.MET) is (shown and judged in (None, State.MET)), "closed, it is as if it never was"


def test_it_rolls_up_and_what_is_exempt_stays_so() -> None:
    everything = [piece(number) for number in ("1.1", "1.2", "2.1", "2.1(a)", "2.1(b)")]
    plain = covered(*everything)
    assert {plain.covered[number].state for number in ("1", "2", "2.1")} == {State.MET}
    one = covered(*everything, findings=[found("2.1(a)")])
    assert [one.covered[number].together for number in ("2.1(a)", "2.1", "2", "1")] == [
        State.PARTLY, State.PARTLY, State.PARTLY, State.MET,
    ]  # fmt: skip
    away = covered(*everything, findings=[found("2.1(a)", FAILS)], exempt={"house/1": ["2.1(a)"]})
    assert away.covered["2.1(a)"].state is State.NOT_APPLICABLE


def test_against_a_heading_it_keeps_evidence_there_from_speaking_for_what_is_below() -> None:
    one = covered(piece("1"), findings=[found("1")])
    assert one.covered["1.1"].state is State.NOT_ASSESSED
    assert Reason.FOUND_ABOVE in one.covered["1.1"].reasons
    every = covered(piece("1.1"), piece("1.2"), findings=[found("1")])
    assert every.covered["1"].state is State.PARTLY
    assert every.covered["1.1"].state is State.MET


def test_below_a_heading_that_is_shown_it_takes_its_own_part_alone() -> None:
    one = covered(piece("1"), findings=[found("1.1")])
    assert (one.covered["1.1"].state, one.covered["1.2"].state) == (State.PARTLY, State.MET)


# Over a pair.


@pytest.mark.parametrize("weight", [LAPSES, FAILS])
@pytest.mark.parametrize(
    ("relation", "counts"), [(Relation.EQUAL, None), (Relation.SUBSET, LAPSES), (Relation.SUPERSET, NOTES),
                             (Relation.OVERLAP, NOTES)],
)  # fmt: skip
def test_it_crosses_where_what_is_asked_there_contains_what_is_asked_here(
    relation: Relation, counts: Weight | None, weight: Weight
) -> None:
    crosswalk = Crosswalk((pair("1.1", "7.1", relation),))
    one = covered(piece("7.1", "ship/1"), of="ship/1", findings=[found("1.1", weight)], crosswalk=crosswalk)
    [hit] = one.covered["7.1"].struck
    assert hit.weight is (weight if counts is None else counts)
    expected = {FAILS: State.GAP, LAPSES: State.PARTLY, NOTES: State.MET}[hit.weight]
    assert one.covered["7.1"].state is expected
    assert (Reason.FOUND_ELSEWHERE if hit.weight else Reason.FOUND_NEAR) in one.covered["7.1"].reasons
    assert "house/1 1.1" in str(told_of_finding(hit))


def test_a_demand_that_is_not_met_belongs_to_every_set_that_contains_it() -> None:
    """By sets: whatever is violated in A is violated in every B that the relation says contains A, and only there."""
    chance = Random(9)
    for _round in range(500):
        here = frozenset(chance.sample(range(6), chance.randint(1, 5)))
        there = frozenset(chance.sample(range(6), chance.randint(1, 5)))
        if not here & there:
            continue
        relation = (
            Relation.EQUAL if here == there
            else Relation.SUBSET if here < there
            else Relation.SUPERSET if here > there
            else Relation.OVERLAP
        )  # fmt: skip
        reading = Reading(Reference("a", "1"), Reference("b", "1"), relation, pair("1.1", "7.1", relation))
        surely = all(demand in there for demand in here)
        assert bool(counts_against(reading, LAPSES)) is surely
        # Never graver there than here: more is asked there, of which the rest may be met.
        assert counts_against(reading, FAILS) <= (FAILS if here == there else LAPSES)


def test_of_several_on_the_larger_side_none_surely_holds_it() -> None:
    joint = pair("1.1", "7.1", Relation.SUBSET, jointly=("7.2",))
    one = covered(of="ship/1", findings=[found("1.1")], crosswalk=Crosswalk((joint,)))
    assert one.covered["7.1"].state is State.NOT_ASSESSED


def test_it_crosses_from_what_it_stands_under_but_not_out_of_a_text_that_is_contained() -> None:
    def state(**more: object) -> State:
        walk = Crosswalk((pair("2.1", "8", Relation.SUBSET, **more),))
        return covered(of="ship/1", findings=[found("2.1(a)", FAILS)], crosswalk=walk).covered["8"].state

    assert state() is State.GAP
    assert state(source=Source.CONTAINED) is State.NOT_ASSESSED


def test_it_crosses_one_pair_takes_from_what_is_lent_and_stands_but_once() -> None:
    there = Pair(Reference("ship/1", "7.1"), Reference("house/1", "1.2"), Relation.EQUAL)
    walk = Crosswalk((pair("1.1", "7.1", Relation.EQUAL), there))
    home = covered(piece("1.1"), findings=[found("1.1", FAILS)], crosswalk=walk)
    assert home.covered["1.2"].state is State.NOT_ASSESSED, "a chain of two pairs proves nothing"
    ship = covered(piece("1.1"), of="ship/1", findings=[found("1.1", FAILS)], crosswalk=walk)
    assert not ship.covered["7.1"].through, "what is found to fail lends nothing"
    both = [found("1.1", FAILS), found("7.1", LAPSES, "ship/1")]
    graded = covered(piece("7.1", "ship/1"), of="ship/1", findings=both, crosswalk=walk)
    assert (graded.covered["7.1"].state, graded.covered["7.1"].struck) == (State.PARTLY, ()), "its own grade holds"


def test_a_finding_never_covers_more() -> None:
    order = [State.GAP, State.PARTLY, State.MET]
    for strength, weight in product(Strength, Weight):
        evidence = [piece("2.1", strength=strength), piece("1")]
        before, after = covered(*evidence), covered(*evidence, findings=[found("2.1", weight), found("1.2", weight)])
        for number, one in after.covered.items():
            was = before.covered[number].state
            if State.NOT_ASSESSED not in (was, one.state):
                assert order.index(one.state) <= order.index(was), (number, strength, weight)


# Over to the next edition.


@pytest.mark.parametrize("weight", [LAPSES, FAILS])
@pytest.mark.parametrize(
    ("number", "expected"),
    [("1", None), ("2", LAPSES), ("3", None), ("5", LAPSES)],
)
def test_a_new_edition_closes_no_finding(number: str, expected: Weight | None, weight: Weight) -> None:
    """Kept: as grave as it was. Worded anew or moved: not wholly met. A number of another content has none of it."""
    against = {"1": "1", "2": "2", "3": "3", "5": "3"}[number]
    crosswalk = Crosswalk(tuple(followed(NEW)))
    shown = piece(number, NEW.key)
    one = cover([OLD, NEW], [shown], TODAY, crosswalk=crosswalk, findings=[found(against, weight, OLD.key)])[NEW.key]
    weights = [hit.weight for hit in one.covered[number].struck]
    assert weights == ([] if number == "3" else [weight if expected is None else expected])
    state = {FAILS: State.GAP, LAPSES: State.PARTLY}[weights[0]] if weights else State.MET
    assert one.covered[number].state is state
    assert all("closes no finding" in str(told_of_finding(hit)) for hit in one.covered[number].struck)


def test_what_is_found_against_the_new_edition_is_found_in_the_old_one_where_it_asks_the_same() -> None:
    crosswalk = Crosswalk(tuple(followed(NEW)))
    everything = [piece(number, OLD.key) for number in ("1", "2")]
    against = [found("1", FAILS, NEW.key, "F"), found("2", FAILS, NEW.key, "G")]
    both = cover([OLD, NEW], everything, TODAY, crosswalk=crosswalk, findings=against)
    assert [both[OLD.key].covered[number].state for number in ("1", "2")] == [State.GAP, State.MET]
    assert both[NEW.key].tally.through_crosswalk == 0, "no evidence crosses from one edition to the next by itself"


@pytest.mark.parametrize("weight", [LAPSES, FAILS])
@pytest.mark.parametrize(("number", "there", "expected"), [("1", "1", None), ("2", "6", LAPSES), ("3", "", LAPSES)])
def test_two_new_editions_close_no_finding_either(
    number: str, there: str, expected: Weight | None, weight: Weight
) -> None:
    """Over two changes: as grave where it is the same all along, not wholly met where it was worded anew on the way."""
    crosswalk = Crosswalk((*followed(NEW), *followed(NEXT)))
    against = [found(number, weight, OLD.key)]
    shown = [piece(one, NEXT.key) for one in NEXT.by_number]
    for editions in ([OLD, NEXT], [OLD, NEW, NEXT]):
        last = cover(editions, shown, TODAY, crosswalk=crosswalk, findings=against)[NEXT.key]
        hits = {each: hit.weight for each, one in last.covered.items() for hit in one.struck}
        assert hits == ({there: weight if expected is None else expected} if there else {}), "5 of 2026 leads nowhere"
        assert last.tally.met == len(NEXT.by_number) - len(hits)
        said = [str(told_of_finding(hit)) for one in last.covered.values() for hit in one.struck]
        assert all(each.startswith(f"{OLD.key} {number} ") and "closes no finding" in each for each in said)


def test_along_the_line_a_place_is_reached_from_either_end() -> None:
    crosswalk = Crosswalk((*followed(NEW), *followed(NEXT)))

    def reached(edition: str, number: str) -> dict[str, Relation]:
        return {str(one.there): one.relation for one in along(Reference(edition, number), crosswalk)}

    assert reached(OLD.key, "1") == {"house/2026 1": Relation.EQUAL, "house/2031 1": Relation.EQUAL}
    assert reached(NEXT.key, "1") == {"house/2026 1": Relation.EQUAL, "house/2015 1": Relation.EQUAL}
    assert reached(OLD.key, "2") == {"house/2026 2": Relation.OVERLAP, "house/2031 6": Relation.OVERLAP}
    assert reached(NEXT.key, "6") == {"house/2026 2": Relation.OVERLAP}, "no further back than the text is the same"
    round_about = Pair(Reference(OLD.key, "1"), Reference(NEXT.key, "1"), Relation.EQUAL, source=Source.FOLLOWS)
    ring = Crosswalk((*crosswalk.pairs, round_about))
    assert {str(one.there) for one in along(Reference(OLD.key, "1"), ring)} >= {"house/2031 1"}, (
        "a ring comes to an end"
    )

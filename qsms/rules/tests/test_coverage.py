"""Coverage: evidence that ages, what crosses a pair, what rolls up, what an assessor says, and the reason for each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.rules.coverage import Coverage, Covered, Judgement, Reason, State, Tally, cover
from qsms.rules.coverage_words import WHY, through_crosswalk, told, why
from qsms.rules.crossing import Doubt, counts_for
from qsms.rules.crosswalk import Crosswalk, Pair, Relation, Source, contained
from qsms.rules.evidence import Ageing, Evidence, Freshness, Level, Strength, ageing, fresh_until, freshness, level
from qsms.rules.framework_data import from_dict
from qsms.rules.frameworks import Framework, Reference, Subject

TODAY = date(2026, 11, 28)
IDS = count()


def framework(code: str, *rows: str, **more: Any) -> Framework:
    """A framework of numbers; a heading ends with a colon."""
    data: dict[str, Any] = {
        "code": code, "edition": "1", "title": code, "publisher": "us", "status": "in_force", "basis": "test",
        "confidence": "verified", "confidence_note": "ours",
        "requirements": [
            {"number": row.rstrip(":"), "title": row, "intent": "Do.", "heading": row.endswith(":")} for row in rows
        ],
    }  # fmt: skip
    return from_dict(data | more, {"house/1": HOUSE} if "extends" in more else None)


HOUSE = framework("house", "1:", "1.1", "1.2", "2:", "2.1", "2.1(a)", "2.1(b)", "3:")
SHIP = framework("ship", "7:", "7.1", "7.2", "8")


def piece(number: str, of: str = "house/1", **more: Any) -> Evidence:
    return Evidence(next(IDS), Reference(of, number), more.pop("as_of", TODAY), **more)


def covered(*evidence: Evidence, of: str = "house/1", **more: Any) -> Coverage:
    return cover([HOUSE, SHIP], evidence, TODAY, **more)[of]


def states(coverage: Coverage) -> dict[str, str]:
    return {number: each.state.value for number, each in coverage.covered.items()}


# Evidence


@pytest.mark.parametrize(
    ("as_of", "months", "expires", "found"),
    [
        (date(2025, 11, 28), 12, None, Freshness.FRESH),
        (date(2025, 11, 27), 12, None, Freshness.STALE),
        (date(2026, 8, 31), 3, None, Freshness.FRESH),  # 31 August + 3 months is 30 November
        (date(2020, 1, 1), None, None, Freshness.FRESH),
        (date(2020, 1, 1), None, date(2026, 11, 28), Freshness.FRESH),
        (date(2020, 1, 1), None, date(2026, 11, 27), Freshness.EXPIRED),
        (date(2020, 1, 1), 12, date(2026, 11, 27), Freshness.EXPIRED),
        (date(2020, 1, 1), 12, date(2027, 1, 1), Freshness.STALE),
        (None, 12, None, Freshness.EMPTY),
        (date(2026, 11, 29), None, None, Freshness.AHEAD),
    ],
)
def test_evidence_ages_by_calendar_months_and_ends_on_its_day(
    as_of: date | None, months: int | None, expires: date | None, found: Freshness
) -> None:
    assert freshness(piece("1.1", as_of=as_of, fresh_months=months, expires_on=expires), TODAY) is found


@pytest.mark.parametrize(
    ("strength", "state", "counts"),
    [
        (Strength.WHOLE, Freshness.FRESH, Level.WHOLE),
        (Strength.WHOLE, Freshness.STALE, Level.PART),
        (Strength.PART, Freshness.FRESH, Level.PART),
        (Strength.PART, Freshness.STALE, Level.PART),
        (Strength.SUPPORTS, Freshness.FRESH, Level.NOTHING),
        (Strength.WHOLE, Freshness.EXPIRED, Level.NOTHING),
        (Strength.WHOLE, Freshness.EMPTY, Level.NOTHING),
        (Strength.WHOLE, Freshness.AHEAD, Level.NOTHING),
    ],
)
def test_what_evidence_counts_for(strength: Strength, state: Freshness, counts: Level) -> None:
    assert level(piece("1.1", strength=strength), state) is counts


@given(st.dates(date(2020, 1, 1), TODAY), st.integers(1, 60), st.none() | st.dates(date(2020, 1, 1), date(2032, 1, 1)))
def test_the_last_fresh_day_is_fresh_and_the_next_is_not(as_of: date, months: int, expires: date | None) -> None:
    one = piece("1.1", as_of=as_of, fresh_months=months, expires_on=expires)
    last = fresh_until(one)
    assert last is not None
    if last >= as_of:
        assert freshness(one, last) is Freshness.FRESH
    assert freshness(one, max(last, as_of) + timedelta(days=1)) in (Freshness.STALE, Freshness.EXPIRED)


@pytest.mark.parametrize(
    ("as_of", "months", "expires", "found"),
    [
        (date(2026, 1, 26), 12, None, Ageing.SOON),  # fresh until 26 January, in 59 days
        (date(2026, 1, 27), 12, None, None),
        (date(2025, 11, 27), 12, None, Ageing.STALE),
        (date(2025, 1, 1), 12, date(2026, 11, 27), Ageing.OVER),
        (date(2025, 1, 1), None, date(2026, 11, 28), Ageing.SOON),
        (date(2025, 1, 1), None, None, None),
        (None, 12, None, Ageing.OVER),
    ],
)
def test_what_has_to_be_renewed_is_told_before_it_is_late(
    as_of: date | None, months: int | None, expires: date | None, found: Ageing | None
) -> None:
    assert ageing(piece("1.1", as_of=as_of, fresh_months=months, expires_on=expires), TODAY) is found


def test_what_does_not_age_has_no_last_day() -> None:
    assert fresh_until(piece("1.1")) is None
    assert fresh_until(piece("1.1", as_of=None, fresh_months=3)) is None


# States


def test_nothing_known_is_not_a_gap() -> None:
    coverage = covered()
    assert set(states(coverage).values()) == {"not_assessed"}
    assert coverage.covered["1.1"].reasons == (Reason.NOTHING_KNOWN,)
    assert coverage.covered["3"].reasons == (Reason.NOTHING_TO_ASSESS,)
    assert coverage.tally == Tally(not_assessed=5)
    assert coverage.tally.share_met == 0.0


def test_states_roll_up() -> None:
    coverage = covered(piece("1.1"), piece("1.2"), piece("2.1(a)", strength=Strength.PART))
    assert states(coverage) == {
        "1": "met", "1.1": "met", "1.2": "met", "2": "partly", "2.1": "not_assessed", "2.1(a)": "partly",
        "2.1(b)": "not_assessed", "3": "not_assessed",
    }  # fmt: skip
    assert coverage.covered["2.1"].together is State.PARTLY, "its own text is one thing, with its points another"
    assert coverage.covered["2"].tally == Tally(partly=1, not_assessed=2)
    assert coverage.tally == Tally(met=2, partly=1, not_assessed=2)
    assert coverage.tally.share_met == pytest.approx(2 / 5)


def test_evidence_turns_amber_by_itself_and_then_is_a_gap() -> None:
    bound = piece("1.1", as_of=date(2026, 1, 31), fresh_months=12, expires_on=date(2027, 6, 30))

    def on(day: date) -> tuple[State, tuple[Reason, ...]]:
        found = cover([HOUSE], [bound], day)["house/1"].covered["1.1"]
        return found.state, found.reasons

    assert on(date(2027, 1, 31)) == (State.MET, (Reason.SHOWN,))
    assert on(date(2027, 2, 1)) == (State.PARTLY, (Reason.STALE,))
    assert on(date(2027, 6, 30)) == (State.PARTLY, (Reason.STALE,))
    assert on(date(2027, 7, 1)) == (State.GAP, (Reason.EXPIRED,))


def test_an_empty_query_is_a_gap_and_support_alone_is_nothing() -> None:
    coverage = covered(piece("1.1", as_of=None), piece("1.2", strength=Strength.SUPPORTS))
    assert coverage.covered["1.1"].state is State.GAP
    assert coverage.covered["1.1"].reasons == (Reason.EMPTY,)
    assert coverage.covered["1.2"].state is State.NOT_ASSESSED
    assert coverage.covered["1.2"].reasons == (Reason.SUPPORTED_ONLY,)
    assert coverage.covered["1"].state is State.GAP


def test_evidence_at_a_heading_shows_what_stands_under_it() -> None:
    coverage = covered(piece("2"))
    assert states(coverage)["2.1"] == "met", "its own text is shown, the points below it are not"
    assert coverage.covered["2.1"].reasons == (Reason.SHOWN_ABOVE,)
    assert coverage.covered["2.1"].together is State.PARTLY
    assert states(coverage)["2.1(a)"] == "not_assessed"
    assert states(covered(piece("1")))["1.2"] == "met"
    assert states(covered(piece("1", strength=Strength.PART)))["1"] == "partly"
    assert states(covered(piece("1", strength=Strength.PART)))["1.1"] == "not_assessed"


def test_what_does_not_apply_is_out_of_every_count() -> None:
    coverage = covered(piece("1.1"), exempt={"house/1": ["1.2", "2.1"]})
    assert states(coverage) == {
        "1": "met", "1.1": "met", "1.2": "not_applicable", "2": "not_applicable", "2.1": "not_applicable",
        "2.1(a)": "not_applicable", "2.1(b)": "not_applicable", "3": "not_assessed",
    }  # fmt: skip
    assert coverage.tally == Tally(met=1, not_applicable=4)
    assert coverage.tally.share_met == 1.0


def test_an_assessor_lifts_parts_and_lowers_what_is_not_enough() -> None:
    def judged(answer: State, *evidence: Evidence, on: date = TODAY) -> tuple[State, tuple[Reason, ...]]:
        at = Reference("house/1", "1.1")
        found = covered(*evidence, judgements=[Judgement(at, answer, on)]).covered["1.1"]
        return found.state, found.reasons

    part = piece("1.1", strength=Strength.PART, as_of=date(2026, 11, 1))
    assert judged(State.MET, part) == (State.MET, (Reason.SHOWN_IN_PART, Reason.JUDGED_MET))
    assert judged(State.MET) == (State.PARTLY, (Reason.JUDGED_MET, Reason.CLAIMED)), "a claim without evidence"
    assert judged(State.GAP, piece("1.1", as_of=date(2026, 11, 1))) == (State.GAP, (Reason.SHOWN, Reason.JUDGED_GAP))
    assert judged(State.PARTLY)[0] is State.PARTLY
    assert judged(State.GAP, part, on=date(2026, 10, 31))[1] == (
        Reason.SHOWN_IN_PART, Reason.JUDGED_GAP, Reason.JUDGED_BEFORE_EVIDENCE,
    )  # fmt: skip
    with pytest.raises(ValueError, match="not not_applicable"):
        Judgement(Reference("house/1", "1.1"), State.NOT_APPLICABLE, TODAY)


def test_the_latest_judgement_holds_and_one_at_a_heading_caps_it() -> None:
    at = Reference("house/1", "1")
    older, newer = Judgement(at, State.MET, date(2026, 1, 1)), Judgement(at, State.GAP, date(2026, 2, 1))
    for order in ([older, newer], [newer, older]):
        coverage = covered(piece("1.1"), piece("1.2"), judgements=order)
        assert coverage.covered["1"].state is State.PARTLY
        assert Reason.JUDGED_GAP in coverage.covered["1"].reasons


def test_evidence_at_unknown_places_is_left_out() -> None:
    assert covered(piece("9.9"), piece("1", of="house/0")).tally == Tally(not_assessed=5)


# Across the crosswalk

SETS = st.frozensets(st.integers(0, 5), min_size=1)


@given(SETS, SETS, st.frozensets(st.integers(0, 5)))
def test_evidence_counts_across_a_pair_only_for_what_it_surely_shows(
    source: frozenset[int], target: frozenset[int], shown: frozenset[int]
) -> None:
    if source == target:
        relation = Relation.EQUAL
    elif source < target:
        relation = Relation.SUBSET
    elif source > target:
        relation = Relation.SUPERSET
    elif source & target:
        relation = Relation.OVERLAP
    else:
        return
    counts = counts_for(relation, Level.WHOLE if shown >= source else Level.PART if shown & source else Level.NOTHING)
    if counts is Level.WHOLE:
        assert shown >= target
    if counts is Level.PART:
        assert shown & target


def over(relation: Relation, left: str = "1.1", right: str = "8", jointly: tuple[str, ...] = ()) -> Pair:
    return Pair(Reference("house/1", left), Reference("ship/1", right), relation, "So.", jointly=jointly)


@pytest.mark.parametrize(
    ("relation", "strength", "state"),
    [
        (Relation.EQUAL, Strength.WHOLE, State.MET),
        (Relation.EQUAL, Strength.PART, State.PARTLY),
        (Relation.SUPERSET, Strength.WHOLE, State.MET),
        (Relation.SUPERSET, Strength.PART, State.NOT_ASSESSED),
        (Relation.SUBSET, Strength.WHOLE, State.PARTLY),
        (Relation.SUBSET, Strength.PART, State.PARTLY),
        (Relation.OVERLAP, Strength.WHOLE, State.PARTLY),
        (Relation.OVERLAP, Strength.PART, State.NOT_ASSESSED),
    ],
)
def test_what_crosses_a_pair(relation: Relation, strength: Strength, state: State) -> None:
    crosswalk = Crosswalk((over(relation),))
    found = covered(piece("1.1", strength=strength), of="ship/1", crosswalk=crosswalk).covered["8"]
    assert found.state is state
    counted = state is not State.NOT_ASSESSED
    assert found.reasons == ((Reason.THROUGH_CROSSWALK if counted else Reason.TOUCHED_ONLY),)
    assert found.tally.through_crosswalk == counted
    (through,) = found.through
    assert [each.at.number for each in through.evidence] == ["1.1"]


def test_read_backwards_a_superset_lends_only_a_part() -> None:
    crosswalk = Crosswalk((over(Relation.SUPERSET),))
    found = covered(piece("8", of="ship/1"), crosswalk=crosswalk).covered["1.1"]
    assert found.state is State.PARTLY
    assert found.through[0].reading.relation is Relation.SUBSET
    assert told(found.through[0]) == "ship/1 8 asks for a part of this. Its evidence counts here as a part."


def test_evidence_crosses_one_pair_and_never_two() -> None:
    plane = framework("plane", "5")
    pairs = (over(Relation.EQUAL), Pair(Reference("ship/1", "8"), Reference("plane/1", "5"), Relation.EQUAL))
    found = cover([HOUSE, SHIP, plane], [piece("1.1")], TODAY, crosswalk=Crosswalk(pairs))
    assert found["ship/1"].covered["8"].state is State.MET
    assert found["plane/1"].covered["5"].state is State.NOT_ASSESSED
    assert found["plane/1"].covered["5"].through == ()


def heading() -> Crosswalk:
    """The heading 1 of the house with the heading 7 and the clause 8 of the ship."""
    return Crosswalk((over(Relation.EQUAL, "1", "7"), over(Relation.EQUAL, "1", "8")))


def test_a_part_of_what_stands_under_a_heading_is_only_suggested_across_it() -> None:
    part = covered(piece("1.1"), of="ship/1", crosswalk=heading())
    assert states(part) == dict.fromkeys(["7", "7.1", "7.2", "8"], "not_assessed")
    (through,) = part.covered["8"].through
    assert (through.counts, through.doubts) == (Level.NOTHING, (Doubt.FROM_UNDER_A_HEADING,))
    assert [each.at.number for each in through.evidence] == ["1.1"]
    assert part.covered["8"].reasons == (Reason.PERHAPS,)
    assert told(through).startswith("house/1 1 asks for the same. A suggestion, not counted. Only a part")
    assert part.covered["7.1"].reasons == (Reason.PERHAPS,)
    assert part.tally.through_crosswalk == 0


def test_what_is_bound_to_the_heading_itself_or_shows_all_under_it_crosses_to_its_pair_and_no_further() -> None:
    everything, itself = [piece("1.1"), piece("1.2")], [piece("1")]
    for evidence in (everything, itself):
        whole = covered(*evidence, of="ship/1", crosswalk=heading())
        assert states(whole) == {"7": "partly", "7.1": "not_assessed", "7.2": "not_assessed", "8": "met"}
        (below,) = whole.covered["7.1"].through
        assert (below.counts, below.doubts) == (Level.NOTHING, (Doubt.TO_THE_HEADING_ABOVE,))
        assert told(below).startswith("house/1 1 is paired with 7. A suggestion, not counted. The crosswalk speaks")
        said = "1 of the 1 that are covered or partly covered counts through the crosswalk."
        assert through_crosswalk(Covered("", State.MET, (), tally=whole.tally)) == said
    part = covered(piece("1", strength=Strength.PART), piece("1.2"), of="ship/1", crosswalk=heading())
    assert states(part)["8"] == "partly"
    assert [each.at.number for each in part.covered["8"].through[0].evidence] == ["1"], "it owes nothing to 1.2"


def test_a_clause_that_is_paired_by_itself_needs_no_hint_from_its_heading() -> None:
    crosswalk = Crosswalk((*heading().pairs, over(Relation.OVERLAP, "1.2", "7.1")))
    found = covered(piece("1"), of="ship/1", crosswalk=crosswalk)
    assert [each.doubts for each in found.covered["7.1"].through] == [()]
    assert states(found)["7.1"] == "partly"


@pytest.mark.parametrize(
    ("subject", "pair", "state"),
    [
        (Subject.ENVIRONMENT, Source.JUDGED, State.NOT_ASSESSED),
        (Subject.HEALTH_AND_SAFETY, Source.JUDGED, State.NOT_ASSESSED),
        (None, Source.JUDGED, State.NOT_ASSESSED),
        (Subject.QUALITY, Source.JUDGED, State.MET),
        (Subject.AVIATION_SAFETY, Source.JUDGED, State.MET),
        (Subject.ENVIRONMENT, Source.OWN, State.MET),
    ],
)
def test_another_subject_shows_flight_safety_only_when_somebody_says_so(
    subject: Subject | None, pair: Source, state: State
) -> None:
    lender, flying = replace(HOUSE, subject=subject), replace(SHIP, subject=Subject.AVIATION_SAFETY)
    crosswalk = Crosswalk((replace(over(Relation.EQUAL), source=pair),))
    one = cover([lender, flying], [piece("1.1")], TODAY, crosswalk=crosswalk)["ship/1"].covered["8"]
    assert one.state is state
    assert one.through[0].doubts == (() if state is State.MET else (Doubt.OTHER_SUBJECT,))
    back = cover([lender, flying], [piece("8", of="ship/1")], TODAY, crosswalk=crosswalk)["house/1"].covered["1.1"]
    assert back.state is State.MET, "what shows flight safety may show the rest"


def test_what_holds_only_together_counts_as_a_part_until_all_is_shown() -> None:
    crosswalk = Crosswalk((over(Relation.SUPERSET, jointly=("1.2",)), over(Relation.SUPERSET, "1.2", jointly=("1.1",))))
    one = covered(piece("1.1"), of="ship/1", crosswalk=crosswalk).covered["8"]
    assert one.state is State.PARTLY
    assert Reason.NOT_ALL_TOGETHER in one.reasons
    both = covered(piece("1.1"), piece("1.2"), of="ship/1", crosswalk=crosswalk).covered["8"]
    assert both.state is State.MET
    assert both.reasons == (Reason.THROUGH_CROSSWALK,)


def test_a_supplement_and_its_base_lend_each_other_by_what_they_contain() -> None:
    supplement = framework(
        "supplement",
        extends={"framework": "house/1", "kind": "supplements"},
        requirements=[
            {"number": "1.1", "adds": "More."},
            {"number": "1.1.1", "title": "New", "intent": "Do."},
        ],
    )
    crosswalk = Crosswalk(tuple(contained(supplement)))
    down = cover([HOUSE, supplement], [piece("1.1"), piece("1.2")], TODAY, crosswalk=crosswalk)["supplement/1"]
    assert (states(down)["1.1"], states(down)["1.2"]) == ("partly", "met")
    assert told(down.covered["1.1"].through[0]).startswith("house/1 1.1 is contained in this requirement, which adds")
    assert told(down.covered["1.2"].through[0]).startswith("house/1 1.2 is the same requirement")
    up = cover([HOUSE, supplement], [piece("1.1", of="supplement/1")], TODAY, crosswalk=crosswalk)["house/1"]
    assert states(up)["1.1"] == "met", "whatever new clauses hang below it"
    assert told(up.covered["1.1"].through[0]).startswith("supplement/1 1.1 contains this requirement and adds to it")


def test_what_does_not_apply_or_was_judged_a_gap_lends_nothing() -> None:
    crosswalk = Crosswalk((over(Relation.EQUAL),))
    exempt = covered(piece("1.1"), of="ship/1", crosswalk=crosswalk, exempt={"house/1": ["1.1"]})
    assert exempt.covered["8"].through == ()
    gap = Judgement(Reference("house/1", "1.1"), State.GAP, TODAY)
    judged = covered(piece("1.1"), of="ship/1", crosswalk=crosswalk, judgements=[gap]).covered["8"]
    assert (judged.state, judged.reasons, judged.through) == (State.NOT_ASSESSED, (Reason.NOTHING_KNOWN,), ())
    old = piece("1.1", expires_on=date(2026, 11, 27))
    assert covered(old, of="ship/1", crosswalk=crosswalk).covered["8"].through == ()
    target = Judgement(Reference("ship/1", "8"), State.GAP, TODAY)
    assert covered(piece("1.1"), of="ship/1", crosswalk=crosswalk, judgements=[target]).covered["8"].state is State.GAP


def test_only_some_frameworks_are_worked_out_and_the_others_lend() -> None:
    found = cover([HOUSE, SHIP], [piece("1.1")], TODAY, crosswalk=Crosswalk((over(Relation.EQUAL),)), only=["ship/1"])
    assert list(found) == ["ship/1"]
    assert found["ship/1"].tally.met == 1


def test_every_reason_has_its_sentence() -> None:
    assert set(WHY) == set(Reason)
    assert all(sentence.endswith(".") for sentence in WHY.values())
    assert why(covered(piece("1.1")).covered["1.1"]) == ("Fresh evidence shows all of it.",)


NUMBERS = st.sampled_from([*HOUSE.by_number])
PIECES = st.lists(
    st.builds(
        piece, NUMBERS, as_of=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        strength=st.sampled_from(Strength), fresh_months=st.none() | st.integers(1, 24),
    ),
    max_size=6,
)  # fmt: skip
WORTH = {State.NOT_ASSESSED: 0, State.GAP: 0, State.PARTLY: 1, State.MET: 2, State.NOT_APPLICABLE: 3}


def test_what_is_stale_at_a_heading_takes_nothing_from_parts_that_are_shown() -> None:
    shown = [piece("1.1"), piece("1.2")]
    assert covered(*shown, piece("1", as_of=None)).covered["1"].state is State.MET


@settings(max_examples=60)
@given(PIECES, PIECES, st.sampled_from(Relation), st.sets(NUMBERS, max_size=2))
def test_more_evidence_never_makes_it_worse_and_every_requirement_is_counted_once(
    some: list[Evidence], more: list[Evidence], relation: Relation, exempt: set[str]
) -> None:
    crosswalk = Crosswalk((over(relation), over(relation, "2", "7")))
    arguments: dict[str, Any] = {"crosswalk": crosswalk, "exempt": {"house/1": exempt}}
    less = cover([HOUSE, SHIP], some, TODAY, **arguments)
    full = cover([HOUSE, SHIP], [*some, *more], TODAY, **arguments)
    for coverage in full.values():
        for each in coverage.covered.values():
            assert each.reasons
            unknown = Reason.NOTHING_KNOWN in each.reasons
            assert not unknown or each.state is State.NOT_ASSESSED, "what is shown says why"
    for key, coverage in less.items():
        for number, each in coverage.covered.items():
            assert WORTH[each.state] <= WORTH[full[key].covered[number].state]
    for one in (HOUSE, SHIP):
        tally = full[one.key].tally
        assessable = sum(requirement.assessable for requirement in one.requirements)
        assert tally.applicable + tally.not_applicable == assessable
        assert tally.through_crosswalk <= tally.met + tally.partly


@st.composite
def trees(draw: st.DrawFn) -> Framework:
    """A framework with headings, clauses with points below them and both at every depth."""
    numbers = ["1"]
    for _each in range(draw(st.integers(1, 14))):
        above = draw(st.sampled_from(["", *numbers]))
        siblings = sum(one.rpartition(".")[0] == above for one in numbers)
        numbers.append(f"{above}.{siblings + 1}".lstrip("."))
    return framework("tree", *(f"{one}{draw(st.sampled_from(['', ':']))}" for one in numbers))


@settings(max_examples=60)
@given(trees(), st.data())
def test_the_rows_that_count_add_up_to_the_tally_at_every_number(tree: Framework, data: st.DataObject) -> None:
    numbers = st.sampled_from([*tree.by_number])
    pieces = st.builds(piece, numbers, of=st.just("tree/1"), strength=st.sampled_from(Strength))
    judged = st.builds(
        Judgement,
        st.builds(Reference, st.just("tree/1"), numbers),
        st.sampled_from([State.MET, State.PARTLY, State.GAP]),
        st.just(TODAY),
    )
    coverage = cover(
        [tree], data.draw(st.lists(pieces, max_size=6)), TODAY,
        judgements=data.draw(st.lists(judged, max_size=3)),
        exempt={"tree/1": data.draw(st.sets(numbers, max_size=2))},
    )["tree/1"]  # fmt: skip

    def added(numbers: Iterable[str]) -> Tally:
        counted = [coverage.covered[one] for one in numbers if coverage.covered[one].counts]
        return Tally(**Counter(one.state.value for one in counted))

    assert added(tree.by_number) == coverage.tally
    for number, each in coverage.covered.items():
        assert each.tally == added(tree.subtree(number))
        assert each.counts is tree.by_number[number].assessable
        assert each.counts or each.state is each.together
        told = {one.state for below in tree.subtree(number) if (one := coverage.covered[below]).counts}
        if each.together is State.MET:
            assert told <= {State.MET, State.NOT_APPLICABLE}


@settings(max_examples=60)
@given(PIECES, st.sampled_from(Relation))
def test_a_pair_of_headings_moves_no_clause_under_either(some: list[Evidence], relation: Relation) -> None:
    pair = Crosswalk((over(relation, "1", "7"),))
    without = cover([HOUSE, SHIP], some, TODAY)
    across = cover([HOUSE, SHIP], some, TODAY, crosswalk=pair)
    for key, coverage in across.items():
        assert coverage.tally == without[key].tally
        for number, each in coverage.covered.items():
            if number not in ("1", "7"):
                assert each.state is without[key].covered[number].state
            assert each.state is without[key].covered[number].state or any(one.counts for one in each.through)

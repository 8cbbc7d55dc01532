"""Coverage of several sites: what holds for all of them is met where it is shown at each."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.rules.at_sites import AtSites
from qsms.rules.coverage import Coverage, Judgement, Reason, State, cover
from qsms.rules.coverage_words import why
from qsms.rules.crossing import counts_for
from qsms.rules.crosswalk import Crosswalk, Pair, Relation
from qsms.rules.evidence import Evidence, Level, Strength
from qsms.rules.findings import OpenFinding, Weight
from qsms.rules.frameworks import Framework, Reference

from .test_coverage import HOUSE, SHIP, TODAY, piece, trees

SITES = ("Larkfield", "Stavnes", "Umbria")
LEVELS = list(Level)


def at(coverage: Coverage, number: str) -> tuple[State, frozenset[Any] | None]:
    one = coverage.covered[number]
    return one.state, one.sites


def everywhere(*evidence: Evidence, **more: Any) -> Coverage:
    return cover([HOUSE, SHIP], evidence, TODAY, sites=SITES, **more)[more.get("of", HOUSE.key)]


def test_at_one_of_three_sites_it_is_met_in_part_and_at_all_of_them_it_is_met() -> None:
    one = everywhere(piece("1.1", site="Larkfield"), piece("1.2"))
    assert at(one, "1.1") == (State.PARTLY, frozenset({"Larkfield"}))
    assert [str(words) for words in why(one.covered["1.1"])] == [
        "Fresh evidence shows all of it, but not at every site."
    ]
    assert at(one, "1.2") == (State.MET, None), "what is of no site in particular shows it everywhere"
    assert (one.tally.met, one.tally.partly) == (1, 1)
    all_three = everywhere(*(piece("1.1", site=site) for site in SITES))
    assert at(all_three, "1.1") == (State.MET, None)
    assert all_three.covered["1.1"].reasons == (Reason.SHOWN,)


def test_a_part_at_one_site_and_the_whole_at_the_others_is_a_part() -> None:
    pieces = [piece("1.1", site=site) for site in SITES[:2]]
    one = everywhere(*pieces, piece("1.1", site="Umbria", strength=Strength.PART))
    assert at(one, "1.1") == (State.PARTLY, None)


def test_a_heading_shown_at_one_site_and_a_clause_at_the_others_are_one_whole() -> None:
    others = [piece("1.1", site=site) for site in SITES[1:]]
    one = everywhere(piece("1", site="Larkfield"), *others)
    assert at(one, "1.1") == (State.MET, None)
    assert at(one, "1.2") == (State.PARTLY, frozenset({"Larkfield"}))


def test_over_a_pair_it_counts_at_the_site_that_it_is_from() -> None:
    crosswalk = Crosswalk((Pair(Reference(HOUSE.key, "1.1"), Reference(SHIP.key, "7.1"), Relation.EQUAL),))
    evidence = [piece("1.1", site="Larkfield"), *(piece("7.1", SHIP.key, site=site) for site in SITES[1:])]
    found = cover([HOUSE, SHIP], evidence, TODAY, crosswalk=crosswalk, sites=SITES)
    assert at(found[SHIP.key], "7.1") == (State.MET, None)
    assert at(found[HOUSE.key], "1.1") == (State.MET, None)
    assert found[SHIP.key].tally.through_crosswalk == 1


def test_what_an_assessor_says_is_said_of_all_sites() -> None:
    judged = Judgement(Reference(HOUSE.key, "1.1"), State.MET, TODAY)
    one = everywhere(piece("1.1", site="Larkfield"), judgements=[judged])
    assert at(one, "1.1") == (State.MET, None)
    assert at(everywhere(judgements=[judged]), "1.1")[0] is State.PARTLY, "a claim, as before"


def test_what_is_of_a_site_that_is_closed_shows_the_others_a_part() -> None:
    assert at(everywhere(piece("1.1", site="Closed")), "1.1") == (State.PARTLY, None)


PIECES = st.builds(
    piece, st.sampled_from([*HOUSE.by_number]), site=st.none() | st.sampled_from(SITES),
    as_of=st.sampled_from([TODAY, None, TODAY.replace(year=2020)]), strength=st.sampled_from(Strength),
    fresh_months=st.none() | st.just(12),
)  # fmt: skip
OF_SHIP = st.builds(
    piece, st.sampled_from([*SHIP.by_number]), of=st.just(SHIP.key), site=st.none() | st.sampled_from(SITES)
)
PAIRS = st.builds(
    lambda left, right, relation, jointly: Pair(
        Reference(HOUSE.key, left), Reference(SHIP.key, right), relation,
        jointly=("1.2",) if jointly and relation is Relation.SUPERSET else (),
    ),
    st.sampled_from([*HOUSE.by_number]), st.sampled_from([*SHIP.by_number]), st.sampled_from(Relation), st.booleans(),
)  # fmt: skip
FOUND = st.builds(
    OpenFinding, st.integers(1, 9), st.builds(Reference, st.just(HOUSE.key), st.sampled_from([*HOUSE.by_number])),
    st.sampled_from(Weight),
)  # fmt: skip
ANSWERED = st.builds(
    Judgement, st.builds(Reference, st.just(HOUSE.key), st.sampled_from([*HOUSE.by_number])),
    st.sampled_from([State.PARTLY, State.GAP]), st.just(TODAY),
)  # fmt: skip


def combined(states: set[State]) -> State:
    """What several sites come to: what all of them are, else a part where anything is shown, else a gap."""
    if len(states) == 1:
        return next(iter(states))
    return State.PARTLY if states & {State.MET, State.PARTLY} else State.GAP


@settings(max_examples=150)
@given(
    st.lists(PIECES | OF_SHIP, max_size=9), st.lists(PAIRS, max_size=4), st.lists(FOUND, max_size=2),
    st.lists(ANSWERED, max_size=2), st.sets(st.sampled_from([*HOUSE.by_number]), max_size=1),
)  # fmt: skip
def test_all_sites_together_say_what_each_site_says_by_itself(
    evidence: list[Evidence], pairs: list[Pair], findings: list[OpenFinding], judged: list[Judgement], exempt: set[str]
) -> None:
    known: dict[str, Any] = {
        "crosswalk": Crosswalk(tuple(pairs)), "findings": findings, "judgements": judged, "exempt": {HOUSE.key: exempt},
    }  # fmt: skip
    together = cover([HOUSE, SHIP], evidence, TODAY, sites=SITES, **known)
    alone = [
        cover([HOUSE, SHIP], [one for one in evidence if one.site in (None, site)], TODAY, **known) for site in SITES
    ]
    for key, coverage in together.items():
        for number, one in coverage.covered.items():
            if one.counts:
                assert one.state is combined({each[key].covered[number].state for each in alone}), (key, number)
    unasked = cover([HOUSE, SHIP], [one._replace(site=None) for one in evidence], TODAY, **known)
    for key, coverage in unasked.items():
        met = {number for number, one in together[key].covered.items() if one.state is State.MET and one.counts}
        assert met <= {number for number, one in coverage.covered.items() if one.state is State.MET}, "never more"


@settings(max_examples=60)
@given(trees(), st.data())
def test_the_rows_add_up_to_the_tally_at_any_number_of_sites(tree: Framework, data: st.DataObject) -> None:
    numbers = st.sampled_from([*tree.by_number])
    pieces = st.builds(piece, numbers, of=st.just(tree.key), site=st.none() | st.sampled_from(SITES))
    found = cover([tree], data.draw(st.lists(pieces, max_size=8)), TODAY, sites=SITES)[tree.key]
    for number, each in found.covered.items():
        counted = [one for below in tree.subtree(number) if (one := found.covered[below]).counts]
        assert each.tally.met == sum(one.state is State.MET for one in counted)
        assert each.tally.partly == sum(one.state is State.PARTLY for one in counted)
        if each.sites is not None:
            assert each.state is State.PARTLY
            assert each.sites < set(SITES)


@given(st.lists(st.sampled_from(LEVELS), min_size=3, max_size=3), st.sampled_from(Relation))
def test_one_number_holds_what_three_levels_say(levels: list[Level], relation: Relation) -> None:
    sites = AtSites(SITES)
    shown = 0
    for level, site in zip(levels, SITES, strict=True):
        shown |= sites.at(level, site)
    whole = all(one is Level.WHOLE for one in levels)
    assert sites.level(shown) is (Level.WHOLE if whole else Level.PART if any(levels) else Level.NOTHING)
    over = sites.through(shown, lambda level: counts_for(relation, level))
    expected = 0
    for level, site in zip(levels, SITES, strict=True):
        expected |= sites.at(counts_for(relation, level), site)
    assert over == expected
    alone = AtSites()
    assert [alone.level(alone.at(level, "anywhere")) for level in LEVELS] == LEVELS

"""What the field asks to see, over the shipped data: the declaration, one pilot, one calibration, one transition."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from qsms.rules import certification
from qsms.rules.applicability import Certificate, duties, not_applicable
from qsms.rules.clocks import count
from qsms.rules.coverage import State, cover
from qsms.rules.crosswalk import Relation
from qsms.rules.declaration import completeness
from qsms.rules.edition_transition import Outcome, proposals, transition
from qsms.rules.evidence import Evidence
from qsms.rules.frameworks import Framework, Reference
from qsms.standards import shipped
from qsms.standards.declared import obstacles

TODAY = date(2026, 11, 22)
PART_5 = "us-14cfr-5/2024"
CHARTER = Certificate("part_135", {"held_since": date(2019, 3, 1)})
ONE_PILOT = Certificate("part_135", {"held_since": date(2019, 3, 1)}, frozenset({"single_pilot"}))
EXEMPT = {
    "5.21(a)(4)", "5.21(a)(5)", "5.21(c)", "5.23(a)(2)", "5.23(a)(3)", "5.23(b)", "5.25(b)(3)", "5.25(c)", "5.27(a)",
    "5.27(b)", "5.71(a)(7)", "5.93", "5.97(d)",
}  # fmt: skip


def part_5() -> Framework:
    return shipped.frameworks()[PART_5]


def fallen_away(*certificates: Certificate) -> dict[str, str]:
    return not_applicable(shipped.applicability()[PART_5], part_5(), certificates)


# 21. A Part 135 operator with several pilots looks at the declaration.


def test_21_the_declaration_is_due_in_187_days_with_its_sections() -> None:
    away = fallen_away(CHARTER)
    safety_policy = [
        Evidence(number, Reference(PART_5, number), date(2026, 6, 1))
        for number in part_5().subtree("5.21")
        if part_5().by_number[number].assessable
    ]
    coverage = cover([part_5()], safety_policy, TODAY, exempt={PART_5: away})[PART_5]
    found = completeness(part_5(), coverage, shipped.applicability()[PART_5], [CHARTER])
    assert found.declaration is not None
    assert (found.declaration.due_on, found.days_left) == (date(2027, 5, 28), 187)
    assert found.declaration.paragraph == "5.9(a)"
    sections = {each.number: each for each in found.sections}
    assert len(sections) == 25
    assert sections["5.21"].is_complete
    assert (sections["5.55"].tally.met, sections["5.55"].tally.not_assessed) == (0, 4)
    assert not sections["5.7"].is_asked, "it is for Part 121"
    assert not sections["5.17"].is_asked, "it is for Part 21"
    assert "5.21" not in {each.number for each in found.open_sections}
    assert obstacles(found)


def test_21_only_when_every_section_is_complete_may_one_declare() -> None:
    away = fallen_away(CHARTER)
    everything = [
        Evidence(each.number, Reference(PART_5, each.number), TODAY)
        for each in part_5().requirements
        if each.assessable
    ]
    coverage = cover([part_5()], everything, TODAY, exempt={PART_5: away})[PART_5]
    assert obstacles(completeness(part_5(), coverage, shipped.applicability()[PART_5], [CHARTER])) == []
    nothing = cover([part_5()], everything[:-1], TODAY, exempt={PART_5: away})[PART_5]
    (said,) = obstacles(completeness(part_5(), nothing, shipped.applicability()[PART_5], [CHARTER]))
    assert "One section is not complete: 5.97" in said


# 22. One pilot does everything.


def test_22_exactly_the_13_paragraphs_fall_away_and_the_others_stay() -> None:
    away = fallen_away(ONE_PILOT)
    assert {number for number, why in away.items() if why == "5.9(e)"} == EXEMPT
    assert len(EXEMPT) == 13
    assert set(away) - EXEMPT == set(fallen_away(CHARTER)), "the rest is what never was for Part 135"
    coverage = cover([part_5()], [], TODAY, exempt={PART_5: away})[PART_5]
    below = {below for number in away for below in part_5().subtree(number)}
    for each in part_5().requirements:
        if each.assessable:
            expected = State.NOT_APPLICABLE if each.number in below else State.NOT_ASSESSED
            assert coverage.covered[each.number].state is expected, each.number
    assert coverage.covered["5.93"].state is State.NOT_APPLICABLE
    assert coverage.covered["5.21"].state is State.NOT_ASSESSED


def test_22_the_exemption_is_not_for_who_also_flies_under_another_certificate() -> None:
    line = Certificate("part_121", {"held_since": date(2015, 1, 1), "sms_accepted_on": date(2018, 3, 9)})
    assert "5.9(e)" not in fallen_away(ONE_PILOT, line).values()


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (CHARTER, [("5.9(a)", date(2027, 5, 28)), ("5.9(a)", date(2027, 5, 28))]),
        (Certificate("section_91_147", {"held_since": date(2024, 5, 27)}), [("5.9(a)", date(2027, 5, 28))] * 2),
        (Certificate("part_135", {"held_since": date(2024, 5, 28)}), [("5.9(b)", None)]),
        (Certificate("part_135", flags=frozenset({"applicant"})), [("5.9(b)", None)]),
        (Certificate("part_121", {"held_since": date(2015, 1, 1), "sms_accepted_on": date(2024, 5, 28)}),
         [("5.7(a)", date(2025, 5, 28))]),
        (Certificate("part_121", flags=frozenset({"applicant"})), [("5.7(b)", None)]),
        (Certificate("part_21_pc", {"held_since": date(2024, 5, 28)}),
         [("5.11", date(2024, 11, 28)), ("5.11", date(2027, 5, 28))]),
        (Certificate("part_21_pc", {"plan_submitted_on": date(2026, 1, 31)}, frozenset({"applicant"})),
         [("5.13", date(2029, 1, 31)), ("5.13", None)]),
        (Certificate("part_21_licensor", {"held_since": date(2020, 1, 1)}),
         [("5.15", date(2024, 11, 28)), ("5.15", date(2027, 5, 28))]),
        (Certificate("part_21_licensor", {"held_since": date(2025, 1, 1), "plan_submitted_on": date(2025, 2, 28)}),
         [("5.15", date(2028, 2, 28)), ("5.15", None)]),
        (Certificate("part_21_licensor", {"held_since": date(2020, 1, 1)}, frozenset({"only_21_29"})), []),
    ],
)  # fmt: skip
def test_dates_follow_from_the_kind_of_certificate_and_its_day(
    certificate: Certificate, expected: list[tuple[str, date | None]]
) -> None:
    rules = shipped.applicability()[PART_5]
    assert [(each.paragraph, each.due_on) for each in duties(rules, [certificate])] == expected


def test_the_six_monthly_summary_is_for_holders_of_both_certificates_alone() -> None:
    held = {"held_since": date(2020, 1, 1)}
    both = Certificate("part_21_pc", held, frozenset({"holds_type_certificate"}))
    assert "5.71(c)" not in fallen_away(both)
    assert "5.71(c)" in fallen_away(Certificate("part_21_pc", held))
    assert "5.71(c)" in fallen_away(CHARTER)


# 29. A calibration finding is raised once.


def test_29_one_calibration_counts_in_four_standards_with_relation_and_direction() -> None:
    keys = ["iso-9001/2015", "as9100/D", "iso-14001/2015", "easa-145/1321-2014"]
    frameworks = [shipped.frameworks()[key] for key in keys]
    finding = Evidence("NC-7", Reference("iso-9001/2015", "7.1.5.2"), TODAY)
    found = cover(frameworks, [finding], TODAY, crosswalk=shipped.crosswalk())
    assert found["iso-9001/2015"].covered["7.1.5.2"].state is State.MET
    for key, number, relations in (
        ("as9100/D", "7.1.5.2", {Relation.SUBSET}),
        ("iso-14001/2015", "9.1.1", {Relation.OVERLAP}),
        ("easa-145/1321-2014", "145.A.40", {Relation.OVERLAP}),
    ):
        covered = found[key].covered[number]
        assert covered.state is State.PARTLY, key
        counted = [through for through in covered.through if through.counts]
        assert {through.reading.relation for through in counted} == relations
        assert all(finding in through.evidence for through in counted)
        assert found[key].tally.through_crosswalk == 1


def test_29_the_other_half_of_its_heading_shows_nothing_of_traceability() -> None:
    frameworks = [shipped.frameworks()[key] for key in ("iso-9001/2015", "as9100/D", "iso-14001/2015")]
    noise = Evidence("ACT-1", Reference("iso-9001/2015", "7.1.5.1"), TODAY)
    found = cover(frameworks, [noise], TODAY, crosswalk=shipped.crosswalk())
    assert found["as9100/D"].covered["7.1.5.1"].state is State.MET, "AS9100D took it over"
    assert found["as9100/D"].covered["7.1.5.2"].state is State.NOT_ASSESSED
    assert found["iso-14001/2015"].covered["9.1.1"].state is State.NOT_ASSESSED


def test_a_hazard_of_the_drain_or_the_back_does_not_show_flight_safety() -> None:
    frameworks = [shipped.frameworks()[key] for key in (PART_5, "iso-14001/2015", "iso-45001/2018")]
    hazards = [
        Evidence("HAZ-4", Reference("iso-14001/2015", "6.1.2"), TODAY),
        Evidence("HAZ-7", Reference("iso-45001/2018", "6.1.2.2"), TODAY),
    ]
    found = cover(frameworks, hazards, TODAY, crosswalk=shipped.crosswalk())[PART_5]
    assert found.tally.partly == found.tally.met == 0
    suggested = {each.reading.here.framework for each in found.covered["5.55(a)"].through if each.doubts}
    assert suggested == {"iso-14001/2015", "iso-45001/2018"}


# 39. A certificate of ISO 14001:2015 moves to the edition of 2026.


def test_39_what_is_new_is_listed_unmapped_and_old_links_keep_their_edition() -> None:
    old, new = shipped.frameworks()["iso-14001/2015"], shipped.frameworks()["iso-14001/2026"]
    way = transition(old, new)
    assert way.numbers(Outcome.NEW, Outcome.MOVED) == ("6.1.4", "6.1.5", "6.3", "9.3.1", "9.3.2", "9.3.3", "10.1")
    assert way.numbers(Outcome.NEW) == ("6.3",)
    assert {"4.1", "4.3", "5.1", "6.1.2", "8.1", "9.2.2"} <= set(way.numbers(Outcome.REJUDGE))
    assert way.dropped == ("10.1",), "what it asked for has no clause of its own any more"
    links = [
        Evidence(each.number, Reference(old.key, each.number), TODAY) for each in old.requirements if each.assessable
    ]
    kept = list(links)
    led = {(each.evidence.at.number, each.at.number): each.needs_judgement for each in proposals(way, links)}
    assert links == kept
    assert {each.at.framework for each in links} == {"iso-14001/2015"}
    assert led["6.1.4", "6.1.5"]
    assert led["10.3", "10.1"]
    assert ("10.1", "10.1") not in led, "the same number, and another subject"
    assert not led["7.2", "7.2"]
    assert "6.3" not in {there for _here, there in led}
    before = cover([old, new], links, TODAY, crosswalk=shipped.crosswalk())
    assert before["iso-14001/2026"].tally.met == 0, "nothing counts for the new edition before it is carried over"


def test_39_the_draft_of_9001_is_judged_again_where_we_do_not_know() -> None:
    way = transition(shipped.frameworks()["iso-9001/2015"], shipped.frameworks()["iso-9001/2026"])
    assert way.numbers(Outcome.NEW, Outcome.MOVED) == ("5.1.1(i)", "6.1.2", "6.1.3")
    assert {"10.1", "10.2.1", "10.3", "8.5.5", "7.3"} <= set(way.numbers(Outcome.REJUDGE))
    assert way.dropped == ()


# The certification cycle.


def test_the_shipped_limits_make_a_cycle_and_run_as_clocks() -> None:
    rules = shipped.certification_rules()
    allowed = certification.limits(rules)
    running = certification.cycle(date(2026, 11, 30), allowed)
    assert running.first_surveillance_by == date(2027, 11, 30)
    assert (running.ends_by, running.surveillance_years) == (date(2029, 11, 30), (2027, 2028))
    vienna = ZoneInfo("Europe/Vienna")
    decided = datetime(2026, 11, 30, 9, tzinfo=UTC)
    due = count(rules["certification.first_surveillance"], decided, vienna).due
    assert due.astimezone(vienna).date() == running.first_surveillance_by
    found = count(rules["certification.minor_plan"], decided, vienna).due
    assert found.astimezone(vienna).date() == date(2026, 12, 30)

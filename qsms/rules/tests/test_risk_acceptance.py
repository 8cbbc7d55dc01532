"""Who may accept what: DOMAIN scenarios 12, 13 and 15, and the end of an acceptance."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.rules.control_hierarchy import load_hierarchy, severity_caution
from qsms.rules.data_files import DataError
from qsms.rules.risk_acceptance import check_acceptance, latest_expiry, may_accept, why_ended
from qsms.rules.risk_matrix_data import load, load_all

DATA = Path(__file__).parents[2] / "risk" / "data"
ICAO = load(DATA / "matrices" / "icao-5x5-4th.yaml")
FIVE = load(DATA / "matrices" / "icao-5x5-3rd-five-classes.yaml")
HIERARCHY = load_hierarchy(DATA / "hierarchy.yaml")
TODAY = date(2026, 11, 24)


def test_nobody_may_accept_an_intolerable_risk() -> None:
    # Scenario 12: 4B is intolerable; a department manager, and the accountable executive too, are refused.
    rating = ICAO.rate_cell("4B")
    for authority in ("", "process_owner", "director", "accountable_executive"):
        answer = may_accept(ICAO, rating.class_code, authority)
        assert not answer.allowed
        assert answer.stop_activity
        assert answer.escalate_to is None
    assert answer.refusal == "Intolerable: nobody may accept this risk. Stop the activity or lower the risk first."


def test_a_tolerable_risk_goes_up_to_the_level_that_may() -> None:
    # Scenario 13: 3B, and the manager's authority is for acceptable risks only.
    answer = may_accept(ICAO, ICAO.rate_cell("3B").class_code, "process_owner")
    assert not answer.allowed
    assert answer.escalate_to == ICAO.authority("director")
    assert answer.refusal is not None
    assert "only director of the area or safety committee may accept" in answer.refusal
    assert "you hold process owner" in answer.refusal
    assert may_accept(ICAO, "tolerable", "director").allowed
    assert may_accept(ICAO, "tolerable", "accountable_executive").allowed
    assert not may_accept(ICAO, "tolerable", "").allowed
    assert not may_accept(ICAO, "acceptable", "somebody else").allowed


def test_a_tolerable_acceptance_needs_an_expiry_within_a_year() -> None:
    assert latest_expiry(ICAO, "tolerable", TODAY) == date(2027, 11, 24)
    told = check_acceptance(ICAO, "tolerable", "director", accepted_on=TODAY, expires_on=None)
    assert told == ["Tolerable: an acceptance needs a day on which it expires. Write one up to 2027-11-24."]
    late = check_acceptance(ICAO, "tolerable", "director", accepted_on=TODAY, expires_on=date(2027, 11, 25))
    assert len(late) == 1
    assert "12 months" in late[0]
    assert not check_acceptance(ICAO, "tolerable", "director", accepted_on=TODAY, expires_on=date(2027, 11, 24))
    past = check_acceptance(ICAO, "tolerable", "director", accepted_on=TODAY, expires_on=TODAY)
    assert "Write a later day" in past[0]


def test_an_acceptable_risk_needs_no_expiry() -> None:
    assert not check_acceptance(ICAO, "acceptable", "process_owner", accepted_on=TODAY, expires_on=None)
    assert latest_expiry(ICAO, "acceptable", TODAY) is None


def test_a_refusal_comes_before_questions_about_the_day() -> None:
    told = check_acceptance(ICAO, "intolerable", "director", accepted_on=TODAY, expires_on=None)
    assert len(told) == 1
    assert "nobody may accept" in told[0]


@given(st.sampled_from(list(load_all(DATA / "matrices").values())), st.data())
def test_a_higher_authority_may_whatever_a_lower_one_may(matrix, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    lower, higher = sorted(
        (data.draw(st.sampled_from(matrix.authorities)) for _ in range(2)), key=lambda authority: authority.rank
    )
    found = data.draw(st.sampled_from(matrix.classes))
    if may_accept(matrix, found.code, lower.code).allowed:
        assert may_accept(matrix, found.code, higher.code).allowed


def _ended(accepted: str, current: str, expires_on: date | None = None) -> str | None:
    return why_ended(ICAO, ICAO.rate_cell(accepted), ICAO.rate_cell(current), expires_on=expires_on, today=TODAY)


def test_when_an_acceptance_ends() -> None:
    assert _ended("2B", "2B") is None
    assert _ended("3B", "2B") is None
    told = _ended("2B", "3B")
    assert told is not None
    assert "given for 2B and the risk is 3B now" in told
    assert _ended("2B", "2B", TODAY) is None
    assert "expired on 2026-11-23" in (_ended("2B", "2B", date(2026, 11, 23)) or "")
    other = why_ended(ICAO, FIVE.rate_cell("2B"), ICAO.rate_cell("2B"), expires_on=None, today=TODAY)
    assert other is not None
    assert "another matrix" in other


def _caution(before: str, after: str, *controls: str) -> str | None:
    return severity_caution(ICAO, ICAO.rate_cell(before), ICAO.rate_cell(after), controls, HIERARCHY)


def test_administrative_controls_do_not_lower_severity() -> None:
    # Scenario 15: only administrative controls added, severity from B to D.
    told = _caution("3B", "3D", "administrative", "administrative")
    assert told is not None
    assert told.startswith("Severity goes from Hazardous to Minor, but the new controls are only administrative,")
    assert "Write why" in told
    assert _caution("3B", "3D", "administrative", "protective") is not None
    assert "without a new control" in (_caution("3B", "3D") or "")


def test_engineering_may_lower_severity_and_likelihood_is_free() -> None:
    assert _caution("3B", "3D", "administrative", "engineering") is None
    assert _caution("4B", "2B", "administrative") is None
    assert _caution("3D", "3B", "administrative") is None


def test_the_hierarchy_is_the_five_levels_in_order() -> None:
    assert [(level.rank, level.code, level.may_lower_severity) for level in HIERARCHY.levels] == [
        (1, "eliminate", True),
        (2, "substitute", True),
        (3, "engineering", True),
        (4, "administrative", False),
        (5, "protective", False),
    ]
    with pytest.raises(KeyError):
        HIERARCHY.level("magic")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("edition: '1'\nbasis: b\nconfidence: c\n", "“levels” is missing"),
        ("levels: [{code: a}]\n", "Level 1 needs code, label, meaning"),
        (
            "edition: '1'\nbasis: b\nconfidence: c\nlevels:\n"
            + "  - {code: a, label: A, meaning: M, may_lower_severity: true}\n" * 2,
            "“a” is used twice",
        ),
    ],
)
def test_a_broken_hierarchy_is_told(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load_hierarchy(text)

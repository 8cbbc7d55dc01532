"""What may be left out of a standard, and what becomes of what was left out although it may not."""

from __future__ import annotations

import pytest

from qsms.base import moment
from qsms.records.errors import Refused
from qsms.rules.coverage import State
from qsms.standards import adopting, shipped, standing
from qsms.standards.models import PART_5, Adoption, Exclusion
from qsms.standards.outputs.statement import Statement
from tests.cast import Cast

from .conftest import Login
from .makers import AS9100, ISO_9001, ISO_14001, action, adopted, bound, text

WHY = "We would rather not do this here."


def left_out_of_old(cast: Cast, adoption: Adoption, number: str, why: str = WHY) -> None:
    """An exclusion from the time before anybody asked whether it may be."""
    Exclusion.everywhere.create(
        organisation=cast.organisation, adoption=adoption, number=number, why=why, by=cast.quality, at=moment.now()
    )


def test_every_shipped_edition_says_what_may_be_left_out_of_it() -> None:
    assert set(shipped.exclusion_rules()) == set(shipped.frameworks())


@pytest.mark.parametrize(
    ("key", "allowed", "refused"),
    [
        (PART_5, [], ["Subpart B", "5.5", "5.7", "5.9", "5.95", "5.97(b)"]),
        (ISO_14001, [], ["9.2.1", "7.4.3"]),
        ("iso-45001/2018", [], ["5.4", "8.1.4.2"]),
        ("easa-camo/1321-2014", [], ["CAMO.A.202"]),
        ("icao-annex-19/3", [], ["Appendix 2"]),
        (ISO_9001, ["8.3", "8.3.4", "7.1.5.2", "8.5.5"], ["9.2.1", "8", "8.5", "8.6", "4.1", "10.2"]),
        (AS9100, ["8.3", "8.5.1.2"], ["8.1.4", "9.2.2"]),
        ("iso-iec-27001/2022", ["A.8.1", "Annex A"], ["6.1.3", "9.2"]),
    ],
)
def test_what_may_be_left_out_by_choice(key: str, allowed: list[str], refused: list[str]) -> None:
    framework = shipped.frameworks()[key]
    numbers = [one for one in (*allowed, *refused) if one not in framework.by_number]
    assert not numbers
    assert {one for one in allowed if not adopting.may_leave_out(framework, one)} == set()
    assert {one for one in refused if adopting.may_leave_out(framework, one)} == set()


def test_what_may_not_be_left_out_is_refused_with_why_and_what_to_do_instead(cast: Cast, login: Login) -> None:
    adoption, part_5 = adopted(cast, ISO_14001), adopted(cast, PART_5, by="safety")
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/exclude/?clause=9.2.1"
    for answer in (client.get(path), client.post(path, {"why": "We do not like internal audits."})):
        assert answer.status_code == 403
        said = answer.content.decode()
        assert "9.2.1 may not be left out. ISO 14001 may be claimed only with every requirement in it" in said
        assert "Say how you meet it" in said
    with pytest.raises(Refused, match=r"5\.9 may not be left out.*Enter the certificate as a declaration"):
        adopting.exclude(cast.actor("safety"), part_5.pk, "5.9", WHY)
    assert not Exclusion.everywhere.exists()
    assert "may be claimed only with every requirement" in text(client, "/standards/edition/iso-14001/2015/")
    assert "7.1.5, 8.2.2, 8.2.3," in text(client, "/standards/edition/iso-9001/2015/")
    clause = text(client, "/standards/clause/iso-14001/2015/9.2.1/")
    assert "leave it out</a>" not in clause
    assert "9.2.1 may not be left out." in clause
    iso_9001 = adopted(cast, ISO_9001)
    dialog = text(client, f"/standards/adopted/{iso_9001.number}/exclude/?clause=8.3")
    assert "why leaving it out does not affect your ability or responsibility" in dialog


def test_what_was_left_out_of_old_counts_again_and_is_shown_as_not_allowed(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_14001)
    left_out_of_old(cast, adoption, "9.2.1", "We do not like internal audits.")
    left_out_of_old(cast, adoption, "7.4", WHY)
    bound(cast, action(cast), ISO_14001, "7.4.2")
    found = standing.of(cast.actor("quality"), adoption)
    assert found.coverage.covered["9.2.1"].state is State.NOT_ASSESSED
    assert found.coverage.covered["7.4.2"].state is State.MET
    assert found.coverage.tally.not_applicable == 0
    page = text(login("quality"), f"/standards/adopted/{adoption.number}/")
    assert "Left out, which is not allowed" in page
    assert "Include it again" in page
    clause = text(login("quality"), "/standards/clause/iso-14001/2015/9.2.1/")
    assert "9.2.1 was left out, which is not allowed." in clause
    told = Statement(found, cast.actor("quality"), moment.now()).exclusions()
    assert [why for _what, why, _by, _on in told] == [
        "Not allowed, and counted all the same: We do not like internal audits.",
        f"Not allowed, and counted all the same: {WHY}",
    ]
    adopting.include(cast.actor("quality"), adoption.pk, "9.2.1")
    assert list(standing.of(cast.actor("quality"), adoption).not_allowed) == ["7.4"]

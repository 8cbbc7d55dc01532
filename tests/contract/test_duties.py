"""What is required of a duty is asked for wherever somebody is named to it, of every kind that has such a part."""

from __future__ import annotations

from typing import Any

import pytest

from qsms.org import actor as actors
from qsms.records import naming, registry
from qsms.records.errors import Invalid
from qsms.training import duties, requiring
from qsms.training.choices import Duty
from qsms.training.tests.makers import course
from tests.cast import Cast

from .factory import make

PARTS = [
    (sheet.kind, part, field)
    for sheet in registry.all_types()
    for part, field in sheet.party_fields.items()
    if part in Duty.values
]
# Which rooms to come will have: offered as soon as one of their kinds has the part.
WAITING = {Duty.INVESTIGATOR}


def test_every_duty_that_can_be_chosen_is_a_part_of_some_record() -> None:
    assert {part for _kind, part, _field in PARTS} | {naming.SIGNATORY} == set(Duty) - WAITING
    assert set(duties.offered()) == set(Duty) - WAITING


@pytest.mark.parametrize(("of_kind", "part", "field"), PARTS)
def test_who_is_not_current_is_refused_where_they_are_named(cast: Cast, of_kind: str, part: str, field: str) -> None:
    system = actors.system(cast.organisation.pk)
    given: dict[str, Any] = {"site": cast.sites["LKF"], "owner": cast.owner, field: cast.colleague}
    made = make(system, of_kind, **given)
    assert getattr(made, f"{field}_id") == cast.colleague.pk
    asked = course(cast, "What the duty asks")
    requiring.require(cast.actor("quality"), asked.pk, duty=part, policy="block")
    with pytest.raises(Invalid) as refused:
        make(system, of_kind, word="Another", **given)
    assert "Colleague Person is not current: “What the duty asks” is missing" in refused.value.errors[field]


def test_a_duty_that_nobody_is_named_to_is_refused(cast: Cast) -> None:
    one = course(cast)
    for duty in WAITING:
        with pytest.raises(Invalid, match="Nobody is named to") as refused:
            requiring.require(cast.actor("quality"), one.pk, duty=duty)
        assert str(duty.label) in refused.value.errors["duty"]
    with pytest.raises(Invalid, match="is no duty"):
        requiring.require(cast.actor("quality"), one.pk, duty="dancer")

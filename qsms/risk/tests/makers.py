"""Hazards, controls and ratings for the tests of this room."""

from __future__ import annotations

from typing import Any

from qsms.org.models import Account
from qsms.records import services
from qsms.records.models import Record
from qsms.records.signing import Proof
from qsms.risk import doors
from qsms.risk.models import Assessment
from tests.cast import PASSWORD, Cast

SAFETY = 1
PROOF = Proof(PASSWORD)


def hazard(cast: Cast, by: str = "safety", **values: Any) -> Record:
    """A hazard at Larkfield that concerns safety."""
    given = {
        "title": "Hydraulic servicing with the aircraft on stand",
        "description": "Skydrol at 3,000 psi in hoses and couplings",
        "site": cast.sites["LKF"],
        "owner": cast.owner,
        "disciplines": SAFETY,
        **values,
    }
    return services.create(cast.actor(by), "hazard", given)


def analysed(cast: Cast, **values: Any) -> Record:
    """A hazard whose risk waits to be rated."""
    made = hazard(cast, **values)
    fields = {"top_event": "Fluid under pressure is released", "consequences": "Eye or skin injury"}
    return services.move(cast.actor("safety"), made.pk, "analyse", fields=fields)


def control(cast: Cast, record: Record | None, level: str = "administrative", **values: Any) -> Record:
    """A proposed control against a hazard, owned by the colleague."""
    given: dict[str, Any] = {"title": "Turn the coupling to the stop and pull once", "owner": cast.colleague, **values}
    return doors.raise_control(cast.actor("safety"), record, level=level, **given)


def rate(cast: Cast, record: Record, cell: str, kind: str = "initial", by: str = "safety", **more: Any) -> Assessment:
    """A rating on the ICAO matrix."""
    actor = cast.actor(by)
    matrix = doors.matrix_for(actor, SAFETY)
    return doors.assess(
        actor, record.pk, kind=kind, matrix=matrix, choice=cell, why=more.pop("why", "Seen twice in a year"), **more
    )


def give_password(cast: Cast, *names: str) -> None:
    """These people can sign."""
    for name in names:
        account = cast.people[name].account
        assert isinstance(account, Account)
        account.set_password(PASSWORD)
        account.save()


def again(record: Record) -> Record:
    """The record as it stands now."""
    return type(record).everywhere.get(pk=record.pk)

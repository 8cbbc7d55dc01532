"""Confidential hazards: who must accept their risk sees them, and never the report behind."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records import scope, services, tasks
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Record
from qsms.risk import doors
from tests.cast import Cast

from .makers import PROOF, give_password, hazard, rate

Login = Callable[[str], Client]


@pytest.fixture
def behind(cast: Cast) -> Record:
    """A confidential report."""
    given = {"title": "Two starts after midnight", "narrative": "Bay 3", "site": cast.sites["LKF"], "disciplines": 1}
    made = services.create(cast.actor("safety"), "report", given)
    Record.everywhere.filter(pk=made.pk).update(confidential=True)
    return Record.everywhere.get(pk=made.pk)


@pytest.fixture
def secret(cast: Cast, behind: Record) -> Record:
    """A hazard raised from it, ready to be rated."""
    made = doors.raise_hazard(cast.actor("safety"), behind, title="Rosters", description="Early after late")
    fields = {"top_event": "Work at a low point", "consequences": "Slip in a critical task"}
    return services.move(cast.actor("safety"), made.pk, "analyse", fields=fields)


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def test_a_hazard_takes_over_the_secrecy_of_its_report(secret: Record, behind: Record, cast: Cast) -> None:
    assert secret.confidential
    for name in ("site_owner", "administrator", "other_site_auditor", "outsider"):
        assert not scope.sees(cast.actor(name), secret), name


@pytest.mark.parametrize("name", ["director", "executive"])
def test_who_holds_the_level_sees_the_hazard_and_nothing_of_the_report(
    name: str, secret: Record, behind: Record, cast: Cast, login: Login
) -> None:
    page = text(login(name).get(f"/r/hazard/{secret.number}/"))
    assert "Rosters" in page
    assert behind.number not in page
    assert behind.title not in page
    assert login(name).get(f"/r/report/{behind.number}/").status_code == 404
    assert not scope.sees(cast.actor(name), behind)


def test_the_director_accepts_a_tolerable_confidential_risk(secret: Record, cast: Cast) -> None:
    give_password(cast, "director", "site_owner")
    rate(cast, secret, "3B")
    asked = doors.ask(cast.actor("safety"), secret.pk)
    assert asked.names == ["Director Person"]
    assert [task.code for task in tasks.mine(cast.actor("director"))] == ["accept_risk"]
    with pytest.raises(NotVisible):
        doors.accept(cast.actor("site_owner"), secret.pk, proof=PROOF)
    assert doors.accept(cast.actor("director"), secret.pk, proof=PROOF).authority == "director"


def test_the_executive_can_open_what_is_to_be_stopped(secret: Record, cast: Cast, login: Login) -> None:
    rate(cast, secret, "4B")
    with pytest.raises(Refused, match="nobody may accept"):
        doors.accept(cast.actor("director"), secret.pk, proof=PROOF)
    assert [task.code for task in tasks.mine(cast.actor("executive"))] == ["stop_activity"]
    assert login("executive").get(f"/risk/assess/{secret.number}/").status_code == 200


@pytest.mark.parametrize("name", ["site_owner", "colleague"])
def test_who_is_given_a_confidential_hazard_opens_it_and_nobody_beside_them(
    name: str, secret: Record, behind: Record, cast: Cast, login: Login
) -> None:
    """A process owner does not see the confidential hazards of the site, but the one that is theirs to work on."""
    assert login(name).get(f"/r/hazard/{secret.number}/").status_code == 404
    services.assign(cast.actor("safety"), secret.pk, cast.people[name].pk)
    assert "Rosters" in text(login(name).get(f"/r/hazard/{secret.number}/"))
    assert login(name).get(f"/r/report/{behind.number}/").status_code == 404
    other = "colleague" if name == "site_owner" else "site_owner"
    assert login(other).get(f"/r/hazard/{secret.number}/").status_code == 404


def test_a_task_on_a_hazard_opens_it_too(secret: Record, cast: Cast) -> None:
    tasks.give(cast.actor("safety"), secret, "rate_risk", "Look at the rosters", person_id=cast.colleague.pk)
    assert scope.sees(cast.actor("colleague"), secret)
    assert [task.code for task in tasks.mine(cast.actor("colleague"))] == ["rate_risk"]
    assert not scope.sees(cast.actor("owner"), hazard(cast, owner=cast.colleague))

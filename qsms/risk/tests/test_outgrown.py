"""An acceptance is of what was shown: when that becomes another hazard, it does not stand any more."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from qsms.records import history, services
from qsms.records.models import Link, Record
from qsms.risk import accepting, queries
from qsms.risk.models import Acceptance
from tests.cast import Cast

from .makers import PROOF, again, analysed, control, give_password, rate


def accepted(cast: Cast, *, controlled: bool = False) -> Record:
    """A hazard that the safety manager accepted."""
    record = analysed(cast, title="Towing with worn tow bar heads")
    rate(cast, record, "2C")
    if controlled:
        control(cast, record)
        rate(cast, record, "1C", "predicted")
    give_password(cast, "director")
    accepting.accept(cast.actor("director"), record.pk, proof=PROOF)
    assert queries.unaccepted(record.pk) == []
    return again(record)


@pytest.mark.parametrize("name", ["title", "description", "consequences", "threats"])
def test_another_text_is_not_what_was_accepted(cast: Cast, name: str) -> None:
    record = accepted(cast)
    services.edit(cast.actor("safety"), record.pk, record.version, {name: ["Fire"] if name == "threats" else "Fire"})
    one = Acceptance.everywhere.get(record_id=record.pk)
    assert one.ended_at is not None
    assert one.why_ended.startswith("It was given for an earlier text. Changed since: ")
    assert queries.unaccepted(record.pk) == [1]
    now = again(record)
    assert now.state == "controls_planned"
    assert accepting.ENDED in [entry.verb for entry in history.entries(now)]


def test_the_page_says_what_differs(cast: Cast, client: Client) -> None:
    record = accepted(cast)
    services.edit(cast.actor("safety"), record.pk, record.version, {"title": "Anhydrous ammonia in the galley"})
    client.force_login(cast.account("safety"))
    text = html.unescape(client.get(f"/r/hazard/{record.number}/").content.decode())
    assert "It was given for an earlier text" in text
    assert "<del>Towing with worn tow bar heads</del>" in text
    assert "<ins>Anhydrous ammonia in the galley</ins>" in text


def test_what_is_beside_the_risk_and_a_control_more_leave_it_standing(cast: Cast) -> None:
    record = accepted(cast)
    services.edit(cast.actor("safety"), record.pk, record.version, {"notes": "Seen at two stands"})
    control(cast, record)
    assert Acceptance.everywhere.get(record_id=record.pk).ended_at is None


def test_a_control_that_went_ends_what_counted_on_it(cast: Cast) -> None:
    record = accepted(cast, controlled=True)
    link = Link.everywhere.get(target_id=record.pk, relation="mitigates")
    services.unlink(cast.actor("safety"), link.pk, reason="Not bought")
    assert "Control" in Acceptance.everywhere.get(record_id=record.pk).why_ended


def test_accepted_as_it_is_nothing_asks_for_controls(cast: Cast, client: Client) -> None:
    record = accepted(cast)
    assert record.state == "accepted"
    client.force_login(cast.account("safety"))
    text = client.get(f"/r/hazard/{record.number}/").content.decode()
    assert "have the risk accepted as it is" not in text
    assert "Next: Watch it as it is" in text
    bar = text.partition('class="stage"')[2].partition("</ol>")[0]
    assert "Accepted" in bar
    assert "Controls planned" not in bar

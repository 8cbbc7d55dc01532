"""The life of an action with its segregation of duties: DOMAIN scenarios 30, 31 and 32."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.actions import escalation, services
from qsms.actions.models import Action, Round
from qsms.base import moment
from qsms.records import history, moves, tasks
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment, Record
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast

NOON = dt.datetime(2026, 11, 2, 19, 0, tzinfo=dt.UTC)
DUE = dt.date(2026, 11, 20)


def raised(cast: Cast, **values: object) -> Record:
    given = {
        "title": "Replace worn couplings",
        "description": "On all hydraulic carts",
        "action_kind": "corrective",
        "owner": cast.owner,
        "due_on": DUE,
        "site": cast.sites["LKF"],
        **values,
    }
    return spine.create(cast.actor("quality"), "action", given)


def add_evidence(record: Record) -> None:
    Attachment.everywhere.create(
        organisation_id=record.organisation_id, record_id=record.pk, name="tags.pdf", media_type="application/pdf",
        size=1, sha256="0" * 64, role="evidence", added_at=moment.now(),
    )  # fmt: skip


def implemented(cast: Cast, check_on: dt.date = dt.date(2027, 2, 1)) -> Record:
    record = raised(cast)
    owner = cast.actor("owner")
    spine.move(owner, record.pk, "analyse")
    spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    add_evidence(record)
    fields = {
        "done_summary": "All eight carts",
        "verifier": cast.colleague.pk,
        "check_on": check_on,
        "check_method": "Audit ten",
    }
    return spine.move(owner, record.pk, "implement", fields=fields)


def give_password(cast: Cast, name: str) -> None:
    account = cast.people[name].account
    assert account is not None
    account.set_password(PASSWORD)
    account.save()


def shut(cast: Cast, who: str, record: Record, code: str) -> str:
    actor = cast.actor(who)
    [verdict] = [v for v in moves.verdicts(actor, record) if v.move.code == code]
    return " ".join(moves.reasons(actor, record, verdict))


@pytest.fixture(autouse=True)
def november() -> object:
    with moment.at(NOON):
        yield


def test_a_corrective_action_goes_through_cause_evidence_and_an_independent_check(cast: Cast) -> None:
    record = raised(cast)
    owner = cast.actor("owner")
    assert [task.code for task in tasks.mine(owner)] == ["start"]
    assert "begins with its cause" in shut(cast, "owner", record, "start")
    spine.move(owner, record.pk, "analyse")
    with pytest.raises(Invalid):
        spine.move(owner, record.pk, "plan", fields={"plan": "New pins"})
    record = spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    assert "There is no evidence" in shut(cast, "owner", record, "implement")


def test_the_verifier_is_never_the_owner(cast: Cast) -> None:
    """Scenario 31."""
    with pytest.raises(Invalid, match="somebody else must check it"):
        raised(cast, verifier=cast.owner)
    record = implemented(cast)
    assert "You are its owner" in shut(cast, "owner", record, "verify")


def test_a_check_that_is_overdue_keeps_the_action_open_and_climbs_the_ladder(cast: Cast) -> None:
    """Scenario 30."""
    record = implemented(cast, check_on=dt.date(2026, 11, 10))
    assert Action.objects.get(pk=record.pk).due_on == dt.date(2026, 11, 10)
    with moment.at(NOON + dt.timedelta(days=20)):
        assert escalation.climb(cast.organisation.pk) == 2
        assert escalation.climb(cast.organisation.pk) == 0
        assert "overdue_1" in [task.code for task in tasks.mine(cast.actor("quality"))]
        give_password(cast, "owner")
        with pytest.raises(Refused, match="another person must do this"):
            spine.move(cast.actor("owner"), record.pk, "verify", fields={"check_result": "Fine"}, proof=Proof(PASSWORD))
    assert Action.objects.get(pk=record.pk).is_open


def test_a_failed_check_opens_the_next_revision_and_keeps_the_evidence(cast: Cast) -> None:
    """Scenario 32."""
    record = implemented(cast)
    checker = cast.actor("colleague")
    with moment.at(NOON + dt.timedelta(days=90)):
        spine.move(checker, record.pk, "fail", fields={"check_result": "Two of ten leak"}, reason="Same failure")
        again = Action.objects.get(pk=record.pk)
        assert (again.state, again.revision, again.root_cause, again.due_on) == ("analysis", 2, "", None)
        [kept] = Round.objects.filter(action=again)
        assert (kept.root_cause, kept.check_result, len(kept.evidence)) == ("The pin wears", "Two of ten leak", 1)
        assert Attachment.objects.filter(record_id=record.pk, removed_at=None).count() == 1
        assert [task.code for task in tasks.mine(cast.actor("owner"))] == ["cause"]
        spine.move(cast.actor("owner"), record.pk, "plan", fields={"root_cause": "Heat", "plan": "Other seal"})
        # The evidence of the first round does not show the second one.
        assert not services.has_evidence(again)


def test_another_person_closes_with_a_signature(cast: Cast) -> None:
    record = implemented(cast)
    give_password(cast, "colleague")
    checker = cast.actor("colleague")
    with pytest.raises(Invalid, match="Type your password"):
        spine.move(checker, record.pk, "verify", fields={"check_result": "None leak"})
    closed = spine.move(checker, record.pk, "verify", fields={"check_result": "None leak"}, proof=Proof(PASSWORD))
    assert (closed.state, history.entries(closed)[0].meaning) == ("closed", "verified effective")
    assert tasks.mine(checker) == []


def test_more_time_is_asked_for_and_granted_by_another(cast: Cast) -> None:
    record = raised(cast)
    owner, quality = cast.actor("owner"), cast.actor("quality")
    with pytest.raises(Invalid, match="not later than"):
        services.ask_extension(owner, record.pk, until=DUE, reason="Parts")
    services.ask_extension(owner, record.pk, until=dt.date(2026, 12, 11), reason="Parts on back order")
    assert "waits for an answer" in shut(cast, "owner", Action.objects.get(pk=record.pk), "ask_extension")
    assert "extension" in [task.code for task in tasks.mine(quality)]
    with pytest.raises(Refused):
        services.decide_extension(owner, record.pk, grant=True)
    with pytest.raises(Invalid, match="Say why"):
        services.decide_extension(quality, record.pk, grant=False)
    services.decide_extension(quality, record.pk, grant=True)
    again = Action.objects.get(pk=record.pk)
    assert (again.due_on, again.first_due_on) == (dt.date(2026, 12, 11), DUE)
    with pytest.raises(Refused, match="page of its own"):
        spine.move(quality, record.pk, "grant_extension")

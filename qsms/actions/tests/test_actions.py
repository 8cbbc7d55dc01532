"""The life of an action with its segregation of duties: DOMAIN scenarios 30, 31 and 32."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.actions import escalation, services
from qsms.actions.models import Action, Round
from qsms.base import moment
from qsms.notify.services import inbox
from qsms.org import services as org
from qsms.org.models import Delegation, Person
from qsms.records import history, moves, tasks
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment, Record, Task
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
    return spine.create(cast.actor(str(given.pop("by", "quality"))), "action", given)


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


def test_what_the_owner_is_asked_is_due_when_the_action_is(cast: Cast) -> None:
    record = raised(cast)
    owner = cast.actor("owner")
    end = dt.datetime(2026, 11, 21, 6, 59, tzinfo=dt.UTC)
    assert [task.due_at for task in tasks.mine(owner)] == [end]
    spine.move(owner, record.pk, "analyse")
    assert [(task.code, task.due_at) for task in tasks.mine(owner)] == [("cause", end)]
    record = spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    assert [(task.code, task.due_at) for task in tasks.mine(owner)] == [("do", end)]
    spine.edit(cast.actor("quality"), record.pk, record.version, {"due_on": dt.date(2026, 11, 25)}, reason="Agreed")
    assert [task.due_at for task in tasks.mine(owner)] == [end + dt.timedelta(days=5)]


def test_who_is_given_an_action_that_nobody_owned_gets_its_task(cast: Cast) -> None:
    record = raised(cast, owner=None)
    quality = cast.actor("quality")
    assert tasks.on_record(record) == []
    spine.assign(quality, record.pk, cast.owner.pk)
    assert [task.code for task in tasks.mine(cast.actor("owner"))] == ["start"]
    spine.edit(quality, record.pk, record.version + 1, {"owner": cast.colleague.pk})
    assert [(task.code, task.person_id) for task in tasks.on_record(record)] == [("start", cast.colleague.pk)]


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


def test_done_late_it_is_off_the_ladder_and_an_overdue_check_climbs_it_anew(cast: Cast) -> None:
    record = raised(cast)
    owner = cast.actor("owner")
    spine.move(owner, record.pk, "analyse")
    spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    add_evidence(record)
    with moment.at(dt.datetime(2026, 12, 10, 19, 0, tzinfo=dt.UTC)):
        assert escalation.climb(cast.organisation.pk) == 2
        fields = {"done_summary": "All", "verifier": cast.colleague.pk, "check_on": dt.date(2027, 2, 1)}
        spine.move(owner, record.pk, "implement", fields=fields | {"check_method": "Look"})
        assert [task.code for task in tasks.on_record(record)] == ["check"]
    with moment.at(dt.datetime(2027, 2, 3, 19, 0, tzinfo=dt.UTC)):
        assert escalation.climb(cast.organisation.pk) == 1
        # Late once in the work of who checks, and in the news.
        assert [task.code for task in tasks.mine(cast.actor("colleague"))] == ["check"]
        assert [one.text for one in inbox(cast.actor("colleague"))] == [
            f"The action is overdue: {record.number} Replace worn couplings"
        ]


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
    with moment.at(dt.datetime(2027, 2, 1, 19, 0, tzinfo=dt.UTC)):
        with pytest.raises(Invalid, match="Type your password"):
            spine.move(checker, record.pk, "verify", fields={"check_result": "None leak"})
        closed = spine.move(checker, record.pk, "verify", fields={"check_result": "None leak"}, proof=Proof(PASSWORD))
    assert (closed.state, history.entries(closed)[0].meaning) == ("closed", "verified effective")
    assert tasks.mine(checker) == []


def test_who_checks_in_the_place_of_another_says_why(cast: Cast) -> None:
    record = implemented(cast, dt.date(2026, 11, 2))
    give_password(cast, "quality")
    other = cast.actor("quality")
    found = {"check_result": "None leak"}
    with pytest.raises(Invalid) as refused:
        spine.move(other, record.pk, "verify", fields=found, proof=Proof(PASSWORD))
    assert refused.value.errors["reason"].startswith(f"{cast.colleague.name} is named to check this. Say why.")
    closed = spine.move(other, record.pk, "verify", fields=found, reason="Away until May", proof=Proof(PASSWORD))
    last = history.entries(closed)[0]
    assert (closed.state, last.reason, last.actor) == ("closed", "Away until May", cast.people["quality"].name)


def test_whoever_checks_is_not_made_owner_and_whoever_owns_is_not_made_checker(cast: Cast) -> None:
    """Scenario 31, whatever comes first and whichever way it comes."""
    record = implemented(cast)
    quality = cast.actor("quality")
    says = f"{cast.colleague.name} checks this action, so somebody else must own it"
    with pytest.raises(Invalid, match=says):
        spine.assign(quality, record.pk, cast.colleague.pk)
    with pytest.raises(Invalid, match=says):
        spine.edit(quality, record.pk, record.version, {"owner": cast.colleague.pk})
    given = spine.assign(quality, record.pk, cast.reporter.pk)
    # Who did it, and who owns it now: neither checks it.
    for name in ("owner", "reporter"):
        with pytest.raises(Invalid, match="somebody else must check it"):
            spine.edit(quality, record.pk, given.version, {"verifier": cast.people[name].pk})
        assert Action.objects.get(pk=record.pk).verifier_id == cast.colleague.pk
    # With another checker named first, the former one may own it: the task to check went along.
    changed = spine.edit(quality, record.pk, given.version, {"verifier": cast.director.pk}, reason="On leave")
    assert [task.code for task in tasks.mine(cast.actor("colleague"))] == []
    assert [task.code for task in tasks.mine(cast.actor("director"), whose="mine")] == ["check"]
    taken = spine.assign(quality, changed.pk, cast.colleague.pk)
    assert taken.owner_id == cast.colleague.pk
    assert f"You are its owner, so another person must do this. Ask {cast.director.name}." in shut(
        cast, "colleague", taken, "verify"
    )


def test_nobody_checks_what_they_did_for_its_owner(cast: Cast) -> None:
    record = raised(cast)
    owner = cast.actor("owner")
    spine.move(owner, record.pk, "analyse")
    spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    add_evidence(record)
    lend(cast, "owner", "colleague")
    fields = {
        "done_summary": "All", "verifier": cast.colleague.pk, "check_on": dt.date(2027, 2, 1), "check_method": "Look",
    }  # fmt: skip
    with pytest.raises(Invalid, match=f"{cast.colleague.name} does this action"):
        spine.move(cast.actor("colleague"), record.pk, "implement", fields=fields)
    done = spine.move(cast.actor("colleague"), record.pk, "implement", fields=fields | {"verifier": cast.director.pk})
    assert Action.objects.get(pk=done.pk).implementer_id == cast.colleague.pk
    with pytest.raises(Invalid, match="somebody else must check it"):
        spine.edit(cast.actor("quality"), done.pk, done.version, {"verifier": cast.colleague.pk})


def test_a_checker_who_stands_in_for_the_owner_does_not_check(cast: Cast) -> None:
    record = implemented(cast)
    lend(cast, "owner", "colleague")
    said = shut(cast, "colleague", record, "verify")
    assert said.startswith("You stand in for its owner, so another person must do this. Ask ")
    assert cast.quality.name in said
    with pytest.raises(Refused, match="You stand in for its owner"):
        spine.move(cast.actor("colleague"), record.pk, "fail", fields={"check_result": "Leaks"}, reason="Leaks")


def lend(cast: Cast, giver: str, taker: str) -> None:
    person = cast.people[giver]
    org.grant(person, "process_owner", axis="all")
    Delegation.objects.create(
        organisation=cast.organisation, giver=person, taker=cast.people[taker], starts_on=NOON.date(),
        ends_on=NOON.date(), reason="Leave",
    )  # fmt: skip


def test_a_check_before_its_day_says_so_and_needs_a_reason(cast: Cast) -> None:
    record = implemented(cast)
    give_password(cast, "colleague")
    checker = cast.actor("colleague")
    found = {"check_result": "None leak"}
    with pytest.raises(Invalid, match=r"for 1 Feb 2027, in 91 days\. An early check proves less"):
        spine.move(checker, record.pk, "verify", fields=found, proof=Proof(PASSWORD))
    moved = spine.edit(
        cast.actor("quality"), record.pk, record.version, {"check_on": dt.date(2026, 11, 3)}, reason="Sooner"
    )
    # The day of the check is when the action is due, and when its task is.
    assert moved.due_on == dt.date(2026, 11, 3)
    [task] = tasks.mine(checker)
    assert (task.code, task.due_at) == ("check", dt.datetime(2026, 11, 4, 6, 59, tzinfo=dt.UTC))
    with pytest.raises(Invalid, match="3 Nov 2026, tomorrow"):
        spine.move(checker, record.pk, "verify", fields=found, proof=Proof(PASSWORD))
    closed = spine.move(
        checker, record.pk, "verify", fields=found, reason="All ten were in for their C check", proof=Proof(PASSWORD)
    )
    assert (closed.state, history.entries(closed)[0].reason) == ("closed", "All ten were in for their C check")


@pytest.mark.parametrize(
    ("raiser", "decides"), [("safety", "safety"), ("site_owner", None), ("left", None)], ids=["may", "may not", "left"]
)
def test_more_time_is_decided_by_whoever_raised_the_action_if_they_may(
    cast: Cast, raiser: str, decides: str | None
) -> None:
    record = raised(cast, by="safety" if raiser == "left" else raiser)
    if raiser == "left":
        Person.objects.filter(pk=cast.safety.pk).update(is_active=False)
    services.ask_extension(cast.actor("owner"), record.pk, until=dt.date(2026, 12, 11), reason="Parts")
    task = Task.everywhere.get(record_id=record.pk, code="extension")
    assert task.person_id == (cast.people[decides].pk if decides else None)
    assert decides or "extension" in [task.code for task in tasks.mine(cast.actor("quality"))]


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

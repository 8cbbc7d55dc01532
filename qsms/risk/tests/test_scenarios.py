"""DOMAIN scenarios 12 to 15, as services."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.base import moment
from qsms.org import services as org
from qsms.records import moves, services, tasks
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Deed, Task
from qsms.risk import doors, following
from qsms.risk.models import Acceptance, Assessment, Hazard
from tests.cast import Cast

from .makers import PROOF, again, analysed, control, give_password, rate

NOON = dt.datetime(2026, 11, 22, 19, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with moment.at(NOON):
        yield


def test_nobody_accepts_an_intolerable_risk_and_the_executive_gets_the_task_to_stop(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "4B")
    for name in ("site_owner", "director", "executive"):
        with pytest.raises(Refused) as refused:
            doors.accept(cast.actor(name), record.pk, proof=PROOF)
        assert "nobody may accept" in refused.value.reasons[0]
    assert not Acceptance.objects.exists()
    task = Task.everywhere.get(record=record.pk, code="stop_activity", done_at=None)
    assert task.role is not None
    assert task.role.code == "accountable_executive"
    assert "4B Intolerable" in task.title
    assert [one.code for one in tasks.mine(cast.actor("executive"))] == ["stop_activity"]
    assert Deed.everywhere.filter(record=record.pk, verb="risk.acceptance_refused").count() == 3


def test_a_tolerable_risk_goes_to_the_level_that_may_accept_it_and_expires(cast: Cast) -> None:
    give_password(cast, "site_owner", "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    with pytest.raises(Refused) as refused:
        doors.accept(cast.actor("site_owner"), record.pk, proof=PROOF)
    assert refused.value.reasons == [
        "Tolerable: only director of the area or safety committee may accept this risk, you hold process owner. "
        "Send it to director of the area or safety committee.",
        "Asked: Director Person.",
    ]
    assert [one.code for one in tasks.mine(cast.actor("director"))] == ["accept_risk"]
    with pytest.raises(Invalid) as invalid:
        doors.accept(cast.actor("director"), record.pk, expires_on=dt.date(2027, 11, 23), proof=PROOF)
    assert "12 months" in invalid.value.errors["expires_on"]
    made = doors.accept(cast.actor("director"), record.pk, conditions="Two people at the cart", proof=PROOF)
    assert made.expires_on == dt.date(2027, 11, 22)
    assert made.authority == "director"
    assert made.signature.meaning == "accepted risk"
    hazard = Hazard.everywhere.get(pk=record.pk)
    assert (hazard.state, hazard.accepted_until) == ("accepted", dt.date(2027, 11, 22))
    assert not Task.everywhere.filter(record=record.pk, code="accept_risk", done_at=None).exists()


def test_an_acceptable_risk_is_taken_by_the_owner_of_the_process_at_the_own_site_only(cast: Cast) -> None:
    give_password(cast, "site_owner")
    record = analysed(cast)
    rate(cast, record, "1C")
    assert doors.accept(cast.actor("site_owner"), record.pk, proof=PROOF).expires_on is None
    elsewhere = analysed(cast, site=cast.sites["STV"])
    rate(cast, elsewhere, "1C")
    with pytest.raises(services.NotVisible):
        doors.accept(cast.actor("site_owner"), elsewhere.pk, proof=PROOF)


def test_an_acceptance_needs_the_own_password_and_who_only_rates_cannot_accept(cast: Cast) -> None:
    give_password(cast, "director", "safety")
    record = analysed(cast)
    rate(cast, record, "3B")
    with pytest.raises(Invalid) as invalid:
        doors.accept(cast.actor("director"), record.pk)
    assert list(invalid.value.errors) == ["password"]
    with pytest.raises(Refused, match="only director"):
        doors.accept(cast.actor("safety"), record.pk, proof=PROOF)


def test_a_delegated_level_is_honoured_and_the_deed_says_whose_it_was(cast: Cast) -> None:
    give_password(cast, "site_owner")
    day = NOON.date()
    org.delegate(cast.director, cast.site_owner, starts_on=day, ends_on=day, reason="Leave")
    record = analysed(cast)
    rate(cast, record, "3B")
    made = doors.accept(cast.actor("site_owner"), record.pk, proof=PROOF)
    assert (made.by_id, made.for_person_id) == (cast.site_owner.pk, cast.director.pk)
    deed = Deed.everywhere.get(record=record.pk, verb="risk.accepted")
    assert (deed.actor_id, deed.for_person_id) == (cast.site_owner.pk, cast.director.pk)
    assert deed.detail["until"] == "2027-11-22"


def test_a_control_is_not_put_in_place_before_the_risk_with_it_is_rated(cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    planned = control(cast, record)
    with pytest.raises(Refused) as refused:
        services.move(cast.actor("safety"), planned.pk, "put_in_place")
    assert "5.55(d)" in refused.value.reasons[0]
    assert record.number in refused.value.reasons[0]
    with pytest.raises(Refused, match=r"5\.55\(d\)"):
        services.move(cast.actor("safety"), record.pk, "plan_controls")
    with pytest.raises(Refused, match=r"5\.55\(d\)"):
        doors.accept(cast.actor("director"), record.pk, proof=PROOF)
    rate(cast, record, "2B", "predicted")
    services.move(cast.actor("safety"), record.pk, "plan_controls")
    doors.accept(cast.actor("director"), record.pk, proof=PROOF)
    services.move(cast.actor("safety"), record.pk, "implement")
    assert Task.everywhere.filter(record=planned.pk, code="put_in_place", person=cast.colleague).exists()
    assert services.move(cast.actor("safety"), planned.pk, "put_in_place").state == "in_place"


def test_a_control_added_after_the_prediction_needs_a_new_one(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    control(cast, record)
    rate(cast, record, "2B", "predicted")
    late = control(cast, record, title="Drain covers at the stands", level="engineering")
    with pytest.raises(Refused, match=r"5\.55\(d\)"):
        services.move(cast.actor("safety"), late.pk, "put_in_place")


def test_the_refusal_does_not_name_a_hazard_outside_the_scope(cast: Cast) -> None:
    record = analysed(cast, site=cast.sites["STV"], confidential=True)
    planned = control(cast, record, site=cast.sites["LKF"])
    here = cast.actor("site_owner")
    reasons = [
        moves.reasons(here, again(planned), verdict)
        for verdict in moves.verdicts(here, again(planned))
        if verdict.move.code == "put_in_place"
    ]
    assert "another hazard" in reasons[0][0]
    assert record.number not in reasons[0][0]


def test_severity_goes_down_by_paper_only_with_a_reason(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    control(cast, record, "administrative")
    with pytest.raises(Invalid) as invalid:
        rate(cast, record, "3D", "predicted")
    assert invalid.value.errors == {
        "why_severity": "Severity goes from Hazardous to Minor, but the new controls are only administrative, which "
        "normally lower likelihood. Write why severity is lower, or keep it at Hazardous."
    }
    made = rate(cast, record, "3D", "predicted", why_severity="The pressure is halved by the new procedure")
    assert made.why_severity
    assert rate(cast, record, "2D", "predicted").cell == "2D"


def test_severity_goes_down_freely_with_an_engineering_control(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    control(cast, record, "engineering")
    assert rate(cast, record, "3D", "predicted").why_severity == ""


def test_an_acceptance_ends_when_the_risk_is_worse_than_what_was_accepted(cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "2B")
    doors.accept(cast.actor("director"), record.pk, proof=PROOF)
    rate(cast, record, "2C", why_severity="Goggles were never the point")
    assert Acceptance.objects.get().ended_at is None
    rate(cast, record, "3B")
    ended = Acceptance.objects.get()
    assert ended.why_ended == "It was given for 2B and the risk is 3B now. Accept it again."
    hazard = Hazard.everywhere.get(pk=record.pk)
    assert (hazard.state, hazard.accepted_until) == ("controls_planned", None)
    assert Task.everywhere.filter(record=record.pk, code="accept_risk", done_at=None, person=cast.director).exists()


def test_an_acceptance_holds_through_its_last_day_and_then_those_who_may_are_asked_again(cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    doors.accept(cast.actor("director"), record.pk, expires_on=dt.date(2027, 3, 12), proof=PROOF)
    # In Phoenix it is still 12 March at 06:59 UTC of the 13th.
    assert doors.expire(dt.datetime(2027, 3, 13, 6, 59, tzinfo=dt.UTC)) == 0
    assert doors.expire(dt.datetime(2027, 3, 13, 7, 1, tzinfo=dt.UTC)) == 1
    assert doors.expire(dt.datetime(2027, 3, 14, 7, 1, tzinfo=dt.UTC)) == 0
    assert Acceptance.objects.get().why_ended.startswith("It expired on 12 Mar 2027.")
    assert again(record).state == "controls_planned"
    assert Task.everywhere.filter(record=record.pk, code="accept_risk", done_at=None, person=cast.director).exists()


def test_a_closed_hazard_opens_again_when_its_acceptance_expires(cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    safety = cast.actor("safety")
    rate(cast, record, "3B")
    doors.accept(cast.actor("director"), record.pk, expires_on=dt.date(2027, 3, 12), proof=PROOF)
    services.move(safety, record.pk, "watch")
    services.move(safety, record.pk, "close", reason="Carts are gone")
    assert doors.expire(dt.datetime(2027, 3, 14, tzinfo=dt.UTC)) == 1
    assert again(record).state == "reopened"


def test_the_whole_life_of_a_hazard(cast: Cast) -> None:
    give_password(cast, "director")
    safety, director = cast.actor("safety"), cast.actor("director")
    record = analysed(cast)
    rate(cast, record, "4C")
    planned = control(cast, record, "engineering", verifier=cast.quality)
    rate(cast, record, "2C", "predicted")
    services.move(safety, record.pk, "plan_controls")
    doors.accept(director, record.pk, proof=PROOF)
    services.move(safety, record.pk, "implement")
    with pytest.raises(Refused, match="only proposed"):
        services.move(safety, record.pk, "monitor", fields={"due_on": dt.date(2027, 5, 1)})
    services.move(safety, planned.pk, "put_in_place")
    services.move(safety, record.pk, "monitor", fields={"due_on": dt.date(2027, 5, 1)})
    with pytest.raises(Invalid, match="has been checked yet"):
        rate(cast, record, "2C", "actual")
    services.move(cast.actor("quality"), planned.pk, "verify", fields={"check_result": "8 of 8 fitted"})
    rate(cast, record, "2C", "actual")
    with pytest.raises(Invalid, match="Say why"):
        services.move(safety, record.pk, "close")
    assert services.move(safety, record.pk, "close", reason="No leak for a year").state == "closed"
    with pytest.raises(Refused, match="is closed"):
        rate(cast, record, "3C", "actual")
    kinds = [(one.kind, one.cell, one.current) for one in doors.assessments(record)]
    assert kinds == [("actual", "2C", True), ("predicted", "2C", False), ("initial", "4C", False)]


def test_a_weak_control_sends_its_hazards_back_to_be_rated(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    planned = control(cast, record, "engineering")
    rate(cast, record, "2B", "predicted")
    services.move(cast.actor("safety"), planned.pk, "put_in_place")
    services.assign(cast.actor("safety"), planned.pk, cast.quality.pk)
    found = {"check_result": "3 of 11 failed"}
    with pytest.raises(Refused, match="another person"):
        services.move(cast.actor("quality"), planned.pk, "find_weak", fields=found)
    services.move(cast.actor("safety"), planned.pk, "find_weak", fields=found)
    waiting = set(Task.everywhere.filter(done_at=None).values_list("record", "code"))
    assert {(record.pk, following.RATE_TASK), (planned.pk, following.MEND_TASK)} <= waiting
    rate(cast, record, "3B", "actual")
    assert not Task.everywhere.filter(record=record.pk, code=following.RATE_TASK, done_at=None).exists()


def test_checks_come_round_at_the_interval(cast: Cast) -> None:
    safety = cast.actor("safety")
    planned = control(cast, None, "engineering", verifier=cast.quality, interval_months=3)
    services.move(safety, planned.pk, "put_in_place")
    task = Task.everywhere.get(record=planned.pk, code=following.CHECK_TASK, done_at=None)
    assert (task.person_id, task.due_at) == (cast.quality.pk, dt.datetime(2027, 2, 23, 6, 59, tzinfo=dt.UTC))
    with moment.at(dt.datetime(2027, 2, 20, 12, tzinfo=dt.UTC)):
        done = services.move(cast.actor("quality"), planned.pk, "verify", fields={"check_result": "8 of 8"})
    assert (again(done).last_verified_on, again(done).next_verification_on) == (  # type: ignore[attr-defined]
        dt.date(2027, 2, 20),
        dt.date(2027, 5, 20),
    )
    assert Task.everywhere.filter(record=planned.pk, code=following.CHECK_TASK, done_at=None).count() == 1


def test_the_check_of_a_control_goes_along_with_its_checker_and_its_day(cast: Cast) -> None:
    safety = cast.actor("safety")
    planned = control(cast, None, "engineering", verifier=cast.quality, interval_months=3)
    services.move(safety, planned.pk, "put_in_place")
    with pytest.raises(Invalid, match="checks this control, so somebody else must own it"):
        services.assign(safety, planned.pk, cast.quality.pk)
    day = dt.date(2027, 3, 1)
    given = {"verifier": cast.director.pk, "next_verification_on": day}
    services.edit(safety, planned.pk, again(planned).version, given, reason="On leave")
    task = Task.everywhere.get(record=planned.pk, code=following.CHECK_TASK, done_at=None)
    assert (task.person_id, task.due_at) == (cast.director.pk, dt.datetime(2027, 3, 2, 6, 59, tzinfo=dt.UTC))
    assert services.assign(safety, planned.pk, cast.quality.pk).owner_id == cast.quality.pk


def test_a_rating_is_never_changed_only_followed(cast: Cast) -> None:
    record = analysed(cast)
    first = rate(cast, record, "3B")
    second = rate(cast, record, "4B")
    assert second.supersedes_id == first.pk
    first.refresh_from_db()
    assert (first.cell, first.valid, first.current) == ("3B", False, False)
    assert Assessment.objects.filter(current=True).get() == second

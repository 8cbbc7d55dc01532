"""The demonstration that a visitor meets: true in itself, alive, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count, F
from django.test import Client
from django.urls import reverse

from qsms import cli
from qsms.actions.models import Action, Extension, Round
from qsms.base import moment
from qsms.base.files import clean_name
from qsms.demo.load import happenings
from qsms.demo.load.world import PASSWORD, present
from qsms.demo.stories import load_library
from qsms.org.models import Account, Person
from qsms.records import lateness, reading, registry, seals, tally, tasks
from qsms.records.models import Attachment, Clock, Deed, Link, Outbox, Record, Signature, Task
from qsms.reports.models import Message, Report
from qsms.risk.bowtie import BowTie
from qsms.risk.models import Acceptance, Assessment, Control, Hazard
from qsms.rules.coverage import State
from qsms.rules.lifecycle import Phase
from qsms.site import prepare
from qsms.standards import adopting, declaring, findings, judging, living, standing
from qsms.standards.models import (
    Certificate,
    ClauseText,
    CoverageDay,
    Declaration,
    Evidence,
    Finding,
    GapAssessment,
)
from qsms.training import standing as training_standing
from qsms.training import starters
from qsms.training.models import Attempt, Content, Holding, Progress, Waiver
from qsms.ui import my_work
from tests.cast import Cast
from tests.harness.clock import START
from tests.larkfield import Larkfield

BEGINNINGS = ("created", "awarded", "imported")
CAST = [one.code for part in load_library().organisations for one in part.people if one.cast]


def test_every_number_is_given_once_and_every_state_is_known(larkfield: Larkfield) -> None:
    assert Record.everywhere.count() == Record.everywhere.values("organisation", "number").distinct().count()
    # When something that came in was closed elsewhere is not known here.
    came_in = set(Deed.everywhere.filter(verb="imported").values_list("record_id", flat=True))
    for row in Record.everywhere.all():
        assert registry.get(row.kind).lifecycle.state(row.state).phase == row.phase, row
        assert row.closed_at is None or row.phase >= Phase.DONE, row
        assert row.closed_at is not None or row.phase < Phase.DONE or row.pk in came_in, row


def test_every_question_lists_what_it_counts(larkfield: Larkfield) -> None:
    """By each question as it is bound, and as it is offered: a trace pack shows what stands behind the figure."""
    actor = larkfield.actor("ravi.menon")
    bound = Evidence.everywhere.filter(organisation_id=actor.organisation_id).exclude(question="")
    asked = [*bound.values_list("question", "asked"), *((one.key, {}) for one in living.offered())]
    today, most, listed = moment.now().astimezone(actor.tz).date(), 30, 0
    for (key, given), answer in zip(asked, living.answers(actor, asked), strict=True):
        query = living.known(key)
        assert query is not None
        assert query.lists is not None, f"{key}: say what it lists (standards/living_found.py)."
        found = query.lists(actor, living.filled(query, given), today, most)
        assert len(found) == min(answer.count, most), (key, given)
        assert answer.newest in (None, *(one.day for one in found[:1])), (key, given)
        listed += len(found)
    assert listed > most


def test_what_goes_along_with_evidence_can_be_opened(larkfield: Larkfield) -> None:
    """The contract of `exhibits`, over every record that is evidence: something to read, in the size that is told."""
    actor, opened = larkfield.actor("ravi.menon"), Counter[str]()
    bound = Evidence.everywhere.filter(ended_at=None, record__isnull=False)
    rows = Record.everywhere.filter(organisation_id=larkfield.organisation.pk, pk__in=bound.values("record"))
    for kind, number in rows.values_list("kind", "number"):
        found = reading.opened(actor, kind, number)
        for one in found.sheet.exhibits(actor, found.record, moment.now()):
            with one.open() as content:
                size = len(content.read())
            assert size > 0, (number, one.name)
            assert one.size in (0, size), (number, one.name)
            assert one.name == clean_name(one.name)
            opened[kind] += 1
    in_effect = rows.filter(kind="document", state="effective").count()
    assert opened["document"] >= in_effect > 0


def test_tallies_are_what_a_recount_says(larkfield: Larkfield) -> None:
    assert tally.recount(larkfield.organisation.pk) == {}
    assert tally.recount(larkfield.other.pk) == {}


def test_history_tells_how_each_record_came_to_stand_where_it_stands(larkfield: Larkfield) -> None:
    for row in Record.everywhere.all():
        deeds = list(Deed.everywhere.filter(record=row).order_by("pk").values_list("verb", "at", "version"))
        assert deeds[0][0] in BEGINNINGS, row
        assert deeds[0][1] == row.opened_at, row
        assert [at for _verb, at, _version in deeds] == sorted(at for _verb, at, _version in deeds), row
        assert max(version for _verb, _at, version in deeds) <= row.version
        if row.phase >= Phase.DONE:
            # A training record is made as it stands: given for a session, or taken over.
            made = row.kind == "holding" and deeds[0][0] in ("awarded", "imported")
            assert made or any(verb.startswith("move.") for verb, _at, _version in deeds), row


def test_ids_grow_with_time_and_nothing_lies_ahead(larkfield: Larkfield) -> None:
    opened = list(
        Record.everywhere.filter(organisation=larkfield.organisation).order_by("pk").values_list("opened_at", flat=True)
    )
    assert opened == sorted(opened)
    assert opened[-1] <= START
    assert not Deed.everywhere.filter(at__gt=START).exists()
    assert not Deed.everywhere.filter(at__lt=START - timedelta(days=happenings.DAYS + 3)).exists()


def test_the_whole_life_is_told(larkfield: Larkfield) -> None:
    states = Counter(Report.everywhere.values_list("state", flat=True))
    assert states["closed"] > 3
    assert {"triage", "work", "waiting", "closed"} <= set(states)
    assert set(Report.everywhere.values_list("mode", flat=True)) == {"named", "confidential", "anonymous"}
    assert Action.everywhere.filter(state="check").exists()
    assert Extension.everywhere.filter(state="asked").count() == 1
    assert Hazard.everywhere.filter(state__in=("implementing", "monitoring")).exists()
    assert set(Assessment.everywhere.values_list("kind", flat=True)) >= {"initial", "predicted"}
    assert Acceptance.everywhere.filter(ended_at=None).exists()
    assert Control.everywhere.filter(state="verified").exists()
    assert set(Message.everywhere.values_list("subject", flat=True)) >= {"receipt", "question", "answer", "decision"}
    assert Attachment.everywhere.filter(role="evidence").values("media_type").distinct().count() >= 4
    assert set(Clock.everywhere.values_list("outcome", flat=True)) >= {"", "met"}


def test_nobody_checked_what_was_their_own(larkfield: Larkfield) -> None:
    checked = Deed.everywhere.filter(verb="move.verify", record__kind="action")
    for deed in checked.select_related("record"):
        action = Action.everywhere.get(pk=deed.record_id)
        assert deed.actor_id not in (action.owner_id, action.implementer_id)
        assert Signature.everywhere.filter(deed=deed).exists()
    for deed in Deed.everywhere.filter(verb__in=("move.verify", "move.find_weak"), record__kind="control"):
        assert deed.actor_id != Control.everywhere.get(pk=deed.record_id).owner_id
    assert not Action.everywhere.filter(verifier=F("owner")).exists()
    assert not Round.objects.filter(verifier=F("action__owner")).exists()


def test_links_stay_within_their_organisation(larkfield: Larkfield) -> None:
    assert Link.everywhere.exists()
    assert not Link.everywhere.exclude(source__organisation=F("organisation")).exists()
    assert not Link.everywhere.exclude(target__organisation=F("organisation")).exists()


def test_who_reported_in_confidence_stands_nowhere_but_under_seal(larkfield: Larkfield) -> None:
    for report in Report.everywhere.exclude(mode="named"):
        assert report.raised_by_id is None
        first = Deed.everywhere.filter(record=report).order_by("pk").first()
        assert first is not None
        assert first.actor_id is None
    sealed = seals.own(larkfield.actor("joaquin.ortega"))
    assert Report.everywhere.get(title__startswith="Hydraulic fluid on stand 14").pk in sealed


def test_nothing_is_left_to_be_mailed(larkfield: Larkfield) -> None:
    assert Outbox.objects.exists()
    assert not Outbox.objects.filter(done_at=None).exists()


def test_the_password_of_everybody_is_known_and_kept_well(larkfield: Larkfield) -> None:
    encoded = set(Account.objects.values_list("password", flat=True))
    assert len(encoded) == 1
    assert check_password(PASSWORD, encoded.pop())


@pytest.mark.parametrize("code", CAST)
def test_everybody_of_the_cast_has_work_and_nobody_drowns(larkfield: Larkfield, code: str) -> None:
    waiting = tasks.mine(larkfield.actor(code))
    assert 0 < len(waiting) < 60


def test_the_button_of_an_overdue_check_leads_on(larkfield: Larkfield) -> None:
    check = next(one for one in tasks.mine(larkfield.actor("dana.whitlock")) if one.code == "check")
    label, address = my_work.verb_of(check)
    # Both answers stand on the page of the action, so the button does not say one of them.
    assert label == "Check"
    assert address == f"/r/action/{check.record.number}/"


def test_every_control_of_a_hazard_stands_on_a_path_of_its_bow_tie(larkfield: Larkfield) -> None:
    dana = larkfield.actor("dana.whitlock")
    # A hazard is analysed first, and its controls are linked afterwards.
    drawn = [BowTie.of(dana, one) for one in Hazard.objects.exclude(state="identified")]
    assert sum(len(path.controls) for bow in drawn for path in (*bow.threats, *bow.consequences)) > 4
    assert [one.title for bow in drawn for one in bow.unplaced] == []


def test_tasks_of_what_is_closed_are_done(larkfield: Larkfield) -> None:
    assert not Task.everywhere.filter(done_at=None, record__phase__gte=Phase.DONE).exists()


def test_the_other_organisation_has_a_life_of_its_own(larkfield: Larkfield) -> None:
    theirs = Record.everywhere.filter(organisation=larkfield.other)
    assert theirs.filter(kind="report").count() >= 3
    assert not theirs.filter(site__organisation=larkfield.organisation).exists()
    places = theirs.exclude(site=None).exclude(site__organisation=larkfield.other).aggregate(n=Count("pk"))
    assert places == {"n": 0}


def test_the_present_of_the_demonstration_is_nine_in_the_morning() -> None:
    zone = ZoneInfo("America/Denver")
    assert present(datetime(2026, 3, 2, 15, 59, tzinfo=UTC), zone) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert present(datetime(2026, 3, 2, 16, 0, tzinfo=UTC), zone) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert present(datetime(2026, 7, 2, 23, 0, tzinfo=UTC), zone) == datetime(2026, 7, 2, 15, 0, tzinfo=UTC)


def test_it_goes_into_an_empty_installation_only(larkfield: Larkfield, capsys: pytest.CaptureFixture[str]) -> None:
    before = Record.everywhere.count()
    assert cli.main(["demo", "load", "--if-empty", "--quick"]) == cli.DONE
    assert cli.main(["demo", "load", "--quick"]) == cli.FAILED
    assert "QSMS_HOME" in capsys.readouterr().err
    assert Record.everywhere.count() == before


def test_an_installation_in_use_is_refused_before_anything_is_done(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "migrate", lambda: pytest.fail("The database of somebody else was changed."))
    assert cli.main(["demo", "load"]) == cli.FAILED
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "qsms demo load: There is an organisation in this installation already. Name an empty folder with QSMS_HOME.\n"
    )


def test_four_standards_are_adopted_with_honest_holes(larkfield: Larkfield) -> None:
    actor = larkfield.actor("ravi.menon")
    found = {one.adoption.key: one for one in standing.of_all(actor, adopting.live(actor))}
    assert set(found) == {one.standard for one in load_library().adoptions} | {"iso-14001/2026"}
    assert len(found) == 5, "four, and one to which a transition is under way"
    planned = {key for key, one in found.items() if one.adoption.state == "planned"}
    assert planned == {"iso-14001/2026"}, "four are in force"
    assert {key for key, one in found.items() if len(one.adoption.sites) > 1} == {
        "iso-9001/2015", "iso-14001/2015", "iso-14001/2026", "iso-45001/2018",
    }  # fmt: skip
    assert found["iso-9001/2015"].exclusions.keys() == {"8.3"}
    for one in found.values():
        assert one.coverage.tally.not_assessed, "nobody believes a standard without a hole"
    assert any(one.coverage.tally.met + one.coverage.tally.partly for one in found.values())
    assert not Evidence.everywhere.exclude(organisation=larkfield.organisation).exists()
    asked = [one for each in found.values() for one in each.pieces.values() if one.question]
    assert asked
    assert any(one.as_of is not None for one in asked), "a living query finds something"


def test_the_work_on_standards_is_under_way(larkfield: Larkfield) -> None:
    assessment = GapAssessment.everywhere.get(state="open")
    assert assessment.snapshots.count() == 1
    finished = GapAssessment.everywhere.get(state="finished")
    first, last = finished.snapshots.order_by("pk")
    assert sum(first.answers[number] != last.answers[number] for number in first.answers) == 4, "something to compare"
    assert ClauseText.everywhere.get().text.startswith("Example of a pasted text, in our own words")
    assert assessment.answers.filter(action__isnull=False).count() == 2
    held = list(Certificate.everywhere.order_by("pk"))
    assert [one.state for one in held] == ["held", "held"]
    assert all(one.due_on for one in held)
    assert judging.own(larkfield.organisation.pk)
    assert CoverageDay.everywhere.filter(adoption__framework="iso-9001/2015").count() >= 2


def test_findings_stand_in_several_states_and_a_major_one_is_late(larkfield: Larkfield) -> None:
    found = {one.grade: one for one in Finding.everywhere.order_by("-pk")}
    states = Counter(Finding.everywhere.values_list("state", flat=True))
    assert states == {"issued": 2, "accepted": 1, "closed": 1, "answered": 1}
    assert (
        Record.everywhere.filter(lateness.late(START, START.date()), kind="finding").get().pk == found["iso/major"].pk
    )
    assert all(
        findings.done_about(one) for one in Finding.everywhere.filter(state__in=("answered", "accepted", "closed"))
    )
    actor = larkfield.actor("ravi.menon")
    [own] = [one for one in standing.of_all(actor, adopting.live(actor)) if one.adoption.key == "iso-9001/2015"]
    assert own.coverage.covered["8.4.1"].state is State.GAP, "a control was bound to it, and is not enough"
    assert own.n_open == 3


def test_the_courses_that_people_take_alone_are_taken_over_and_under_way(larkfield: Larkfield) -> None:
    texts = Content.everywhere.filter(organisation=larkfield.organisation)
    assert texts.values("course").distinct().count() == len(starters.shipped())
    assert texts.filter(source="").count() == 1, "one was made their own"
    assert sorted(len(row.read) for row in Progress.everywhere.all()) == [2, 6, 6, 6, 6, 6, 6]
    tries = Counter((row.person.name, row.passed) for row in Attempt.everywhere.select_related("person"))
    assert tries["Joaquín Ortega", True] == tries["Teo Alvarez", True] == 1, "passed at the first go"
    assert tries["Nia Robertson", False] == tries["Nia Robertson", True] == 1, "passed at the second"
    assert tries["Hugo Lindgren", False] == 1, "failed, and waits for the next try"
    assert sum(tries.values()) == 7


def test_no_course_is_asked_of_a_guest(larkfield: Larkfield) -> None:
    asked = training_standing.needs(larkfield.organisation.pk, START.date())
    assert len(asked) > 40
    assert larkfield.person("walt.jessup").pk not in asked


def test_what_somebody_passed_is_a_certificate_that_anybody_can_verify(larkfield: Larkfield, client: Client) -> None:
    held = Holding.everywhere.get(attempt__person=larkfield.person("nia.robertson"))
    said = client.get(reverse("training:verify", args=[held.code])).content.decode()
    assert "Nia Robertson" in said
    assert "Valid" in said


def test_papers_of_training_lie_where_they_would(larkfield: Larkfield) -> None:
    claim = Holding.everywhere.get(state="claimed")
    assert claim.holder == larkfield.person("viktor.petrov")
    assert Task.everywhere.filter(record=claim, code="verify", done_at=None).exists()
    assert Waiver.everywhere.get().state == "approved"
    now = present(START, ZoneInfo(larkfield.organisation.zone))
    gone = Person.objects.get(name="Gordon Pike")
    assert (gone.is_active, gone.left_on) == (False, (now - timedelta(days=74)).date())
    assert Holding.everywhere.filter(holder=gone).count() == 2


def test_two_declarations_are_under_way_and_one_has_its_day(larkfield: Larkfield) -> None:
    dana = larkfield.actor("dana.whitlock")
    found = {one.certificate_kind: declaring.readiness(dana, one) for one in Declaration.everywhere.all()}
    assert {one.declaration.state for one in found.values()} == {"draft"}
    # Only those under 5.9 declare; for Part 121 the SMS was to be revised, and there is nothing to submit.
    assert (found["part_121"].days_left, [one.paragraph for one in found["part_121"].duties]) == (None, ["5.7(a)"])
    left = (date(2027, 5, 28) - START.date()).days
    assert found["part_135"].days_left == left
    for one in found.values():
        assert one.completeness is not None
        assert one.completeness.open_sections, "nobody believes one without a hole"
        assert one.completeness.tally.met, "and nobody begins with nothing"

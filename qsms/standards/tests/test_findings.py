"""A finding from its wording to its verified end: limits, answers, coverage, certificate, and who may."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from qsms.org import actor as actors
from qsms.records import history, lateness, proof, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Clock, Record, Signature, Task
from qsms.rules.coverage import State
from qsms.rules.frameworks import Reference
from qsms.standards import certifying, finding_verbs, findings, standing
from qsms.standards.models import Adoption, Certificate, CertificationAudit, Finding
from qsms.standards.outputs.pack import Pack
from qsms.standards.outputs.statement import Statement
from tests.cast import PASSWORD, Cast

from .conftest import Login
from .makers import AS9100, ISO_9001, ISO_14001, PART_145, action, adopted, bound, text

TODAY = dt.date(2026, 3, 2)
CLAUSE = "7.1.5.2"


def certificate(cast: Cast, **more: Any) -> Certificate:
    given = {"title": "ISO 9001 of the hangars", "framework": ISO_9001, "body": "Northern Register", **more}
    made = services.create(cast.actor("quality"), "certificate", {"owner": cast.quality, **given})
    if "decided_on" in more:
        fields = {"decided_on": more["decided_on"], "certificate_number": "NR 1234"}
        made = services.move(cast.actor("quality"), made.pk, "certify", fields=fields)
    assert isinstance(made, Certificate)
    return made


def finding(cast: Cast, *, issue: bool = True, by: str = "quality", **more: Any) -> Finding:
    """A minor finding against 7.1.5.2, issued today unless told otherwise."""
    given = {
        "title": "Torque wrenches past their date", "grade": "iso/minor", "framework": ISO_9001, "clause": CLAUSE,
        "statement": "Wrenches are used past their calibration.", "objective_evidence": "Bay 3, wrenches 7 and 9.",
        "owner": cast.owner, **more,
    }  # fmt: skip
    made = services.create(cast.actor(by), "finding", given)
    if issue:
        made = services.move(cast.actor("quality"), made.pk, "issue", fields={"issued_on": TODAY})
    assert isinstance(made, Finding)
    return made


def again(one: Record) -> Finding:
    return Finding.everywhere.get(pk=one.pk)


def state(cast: Cast, adoption: Adoption, number: str, who: str = "quality") -> State:
    return standing.of(cast.actor(who), adoption).coverage.covered[number].state


def do(client: Client, one: Record, move: str, status: int = 303, **given: Any) -> str:
    answer = client.post(f"/r/finding/{one.number}/move/{move}/", given)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_a_finding_of_the_body_goes_from_its_wording_to_its_verified_end(cast: Cast, login: Login, clock: Any) -> None:
    """Issue 3, done when 1, with a real finding: bound once, shown in three standards, in the pack, and on the way."""
    adoptions = {key: adopted(cast, key) for key in (ISO_9001, AS9100, ISO_14001)}
    bound(cast, action(cast), ISO_9001, CLAUSE)
    held = certificate(cast, decided_on=dt.date(2025, 6, 1))
    certifying.note_audit(cast.actor("quality"), held.pk, "surveillance", TODAY, "One minor finding")
    quality, owner = login("quality"), login("owner")

    assert "Note an audit" in text(quality, f"/r/certificate/{held.number}/")
    assert 'href="/r/finding/"' not in text(owner, "/"), "who sees own findings alone comes to them from tasks"

    # Entered from the certificate, which fills in what it knows.
    form = text(quality, f"/r/certificate/{held.number}/raise/finding/")
    assert "Northern Register" in form
    given = {
        "title": "Torque wrenches past their date", "grade": "iso/minor", "framework": ISO_9001, "clause": "7.1.5.9",
        "origin": "body", "finder": "Northern Register", "under_certificate": held.number, "audit_on": "2026-03-02",
        "owner": "Owner Person",
    }  # fmt: skip
    refused = quality.post(f"/r/certificate/{held.number}/raise/finding/", given)
    assert refused.status_code == 422
    assert "There is no requirement “7.1.5.9” in this standard" in refused.content.decode()
    made = quality.post(f"/r/certificate/{held.number}/raise/finding/", {**given, "clause": CLAUSE})
    assert made.status_code == 303, made.content.decode()
    one = Finding.everywhere.get()
    here = f"/r/finding/{one.number}/"
    page = text(quality, here)
    assert "ISO 9001:2015 7.1.5.2 Measurement traceability" in page
    assert "Surveillance, 2 Mar 2026" in page
    assert "is empty. Fill it in first." in page, "no statement and no evidence: it cannot be issued"
    assert state(cast, adoptions[ISO_9001], CLAUSE) is State.MET, "a draft counts for nothing"
    services.edit(cast.actor("quality"), one.pk, one.version, {
        "statement": "Wrenches are used past their calibration.", "objective_evidence": "Bay 3, wrenches 7 and 9.",
    })  # fmt: skip
    do(quality, one, "issue", issued_on="2026-03-02")

    # Its limits run, its owner is asked, and it is due when the first of them ends.
    running = {row.rule: row.due_at.date() for row in Clock.everywhere.filter(record=one, stopped_at=None)}
    assert running == {
        "certification.minor_plan": dt.date(2026, 4, 2), "certification.minor_evidence": dt.date(2026, 6, 1),
    }, "each to the end of its day where the organisation is"  # fmt: skip
    assert again(one).due_on == dt.date(2026, 4, 1)
    assert [task.person for task in Task.everywhere.filter(record=one, done_at=None)] == [cast.owner]

    assert "Nothing is done about it" in text(quality, f"{here}trace/")

    # One finding, three standards, each with relation and direction.
    three = ((ISO_9001, CLAUSE), (AS9100, CLAUSE), (ISO_14001, "9.1.1"))
    assert [state(cast, adoptions[key], number) for key, number in three] == [State.PARTLY, State.PARTLY, State.GAP], (
        "ISO 14001 names the heading above: what is found counts there as a part, what shows the clause does not"
    )
    assert "An open finding says that it is not wholly met." in text(quality, f"/standards/clause/{ISO_9001}/{CLAUSE}/")
    page = text(quality, f"/standards/clause/{AS9100}/{CLAUSE}/")
    assert "An open finding against another standard or edition counts here." in page
    said = "is contained in this requirement, which adds to it. What is found there is a part of this that is not met."
    assert f"ISO 9001:2015 7.1.5.2</a> {said}" in page
    assert one.number in page
    page = text(quality, f"/standards/clause/{ISO_14001}/9.1.1/")
    assert "ISO 9001:2015 7.1.5</a> asks for a part of this. What is found there is a part of this" in page
    assert "1 finding" in text(quality, f"/standards/adopted/{adoptions[ISO_14001].number}/")
    for key, number in ((ISO_9001, CLAUSE), (AS9100, CLAUSE)):
        draft = io.BytesIO()
        Pack(standing.of(cast.actor("quality"), adoptions[key]), number, cast.actor("quality"), one.opened_at).write(
            draft
        )
        archive = zipfile.ZipFile(draft)
        assert archive.testzip() is None
        assert f"records/{one.number}.pdf" in archive.namelist()
        assert "Minor nonconformity, Issued, iso-9001/2015 7.1.5.2" in archive.read("index.html").decode()
    assert one.number in text(quality, f"/standards/adopted/{adoptions[AS9100].number}/export/")

    statement = Statement(standing.of(cast.actor("quality"), adoptions[AS9100]), cast.actor("quality"), one.opened_at)
    [line] = [line for line in statement.lines() if line.number == CLAUSE]
    assert line.findings == f"{one.number} {one.title} (Minor nonconformity, {ISO_9001} {CLAUSE})"
    assert ("Open findings", "1") in statement.facts()

    # What is done about it stands in an action; without one there is no plan to send.
    assert "No action is raised from it yet" in do(owner, one, "answer", 403, plan_sent_on="2026-03-02")
    fix = services.create(
        cast.actor("quality"), "action",
        {"title": "Lock what is past its date", "description": "In the crib", "action_kind": "correction",
         "owner": cast.owner},
        raised_from=again(one),
    )  # fmt: skip
    assert fix.number in text(quality, here)
    do(owner, one, "answer", plan_sent_on="2026-03-02")
    assert Clock.everywhere.get(record=one, rule="certification.minor_plan").outcome == "met"
    do(quality, one, "refuse_plan", reason="The cause is missing")
    assert again(one).due_on == dt.date(2026, 4, 1), "it is to be answered by the same day"
    do(owner, one, "answer", plan_sent_on="2026-03-02")
    do(quality, one, "accept_plan", plan_accepted_on="2026-03-02")
    assert "Plan accepted on" in text(quality, here)
    assert "Plan accepted on" not in text(quality, f"{here}edit/")
    assert again(one).due_on == dt.date(2026, 5, 31)
    assert "is not carried out yet" in do(owner, one, "show", 403, evidence_sent_on="2026-03-02")
    Record.everywhere.filter(pk=fix.pk).update(state="closed", phase=3)
    do(owner, one, "show", evidence_sent_on="2026-03-02")
    assert again(one).due_on is None

    # Verified by somebody else, with a signature; then it is as if it never was.
    clock.move_to(dt.datetime(2026, 3, 20, 15, tzinfo=dt.UTC))
    safety = cast.account("safety")
    safety.set_password(PASSWORD)
    safety.save()
    done: dict[str, Any] = {
        "accepted_on": "2026-03-20",
        "accepted_by": "A. Lund",
        "closing_note": "Looked at all 14",
        "password": PASSWORD,
    }
    signer = login("safety")
    shown = signer.get(f"{here}move/verify/").context["shown_hash"]
    do(signer, one, "verify", shown=shown, **done)
    assert (again(one).state, Signature.everywhere.get(record=one).meaning) == ("closed", "verified closed")
    assert {state(cast, adoptions[ISO_9001], CLAUSE), state(cast, adoptions[AS9100], CLAUSE)} == {
        State.MET,
        State.PARTLY,
    }
    page = text(login("quality"), f"/r/certificate/{held.number}/")
    assert "1 closed finding" in page
    assert page.count(f"/r/finding/{one.number}/") >= 2, "in the list, and under the audit that it came from"

    # It came back: everything begins again from today, and what was said is in the history.
    do(signer, one, "reopen", reason="Wrench 12 in the next month")
    opened = again(one)
    assert (opened.state, opened.closing_note, opened.due_on) == ("issued", "", dt.date(2026, 4, 19))
    told = {(change.field, change.old) for deed in history.entries(opened)[:1] for change in deed.changes}
    assert ("closing_note", "Looked at all 14") in told
    assert state(cast, adoptions[ISO_9001], CLAUSE) is State.PARTLY
    assert list(proof.records(cast.organisation.pk)) == []


def test_who_did_what_was_done_does_not_verify_it(cast: Cast) -> None:
    one = finding(cast, owner=cast.owner)
    fix = action(cast, "Lock what is past its date", owner=cast.quality)
    services.link(cast.actor("quality"), fix.pk, one.pk, "raised_from")
    Record.everywhere.filter(pk=fix.pk).update(state="closed", phase=3)
    Record.everywhere.filter(pk=one.pk).update(state="shown", phase=2)
    with pytest.raises(Refused, match="who did what was done about it, so another person must"):
        services.move(cast.actor("quality"), one.pk, "verify")
    with pytest.raises(Refused, match="You are its owner"):
        services.move(cast.actor("owner"), one.pk, "verify")
    services.move(cast.actor("safety"), one.pk, "fail", reason="Two more were found")
    assert again(one).state == "accepted"
    assert Clock.everywhere.filter(record=one, stopped_at=None).exists()


def test_an_observation_asks_for_no_answer_and_notes_without_counting(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001)
    bound(cast, action(cast), ISO_9001, CLAUSE)
    one = finding(cast, grade="iso/opportunity", clause="", cited="How the crib is lit")
    services.edit(cast.actor("quality"), one.pk, one.version, {"clause": CLAUSE}, reason="The body says so")
    assert (again(one).due_on, Clock.everywhere.count()) == (None, 0)
    assert state(cast, adoption, CLAUSE) is State.MET
    with pytest.raises(Refused, match="asks for no answer"):
        services.move(cast.actor("quality"), one.pk, "answer", fields={"plan_sent_on": TODAY})
    [asked] = Task.everywhere.filter(record=one)
    assert asked.title == f"Say what you make of {one.number}, and close it"
    services.move(cast.actor("owner"), one.pk, "settle", fields={"closing_note": "New lamps are ordered"})
    assert again(one).state == "closed"


def test_one_finding_has_a_grade_of_its_own_in_each_standard(cast: Cast, login: Login) -> None:
    """Scenario 29: raised once, each standard shows its own grade, and nobody maps one onto another."""
    adoptions = {key: adopted(cast, key) for key in (ISO_9001, PART_145)}
    for key, number in ((ISO_9001, CLAUSE), (PART_145, "145.A.40")):
        bound(cast, action(cast), key, number)
    one = finding(cast)
    assert state(cast, adoptions[PART_145], "145.A.40") is State.MET, "an overlap proves nothing"
    quality = login("quality")
    path = f"/standards/findings/{one.number}/against/"
    wrong = quality.post(path, {"standard": PART_145, "clause": "145.A.4000", "grade": "easa/level_1"})
    assert "There is no requirement" in wrong.content.decode()
    assert quality.post(path, {"standard": PART_145, "clause": "145.A.40", "grade": "easa/level_1"}).status_code == 303
    assert state(cast, adoptions[PART_145], "145.A.40") is State.GAP
    assert state(cast, adoptions[ISO_9001], CLAUSE) is State.PARTLY
    page = text(quality, f"/r/finding/{one.number}/")
    assert "Level 1 finding" in page
    assert "Minor nonconformity" in page
    row = one.also.get()
    gone = f"/standards/findings/{one.number}/no-longer-against/?requirement={row.pk}"
    assert quality.post(gone, {"reason": ""}).status_code == 422
    assert quality.post(gone, {"reason": "Not found there"}).status_code == 303
    assert state(cast, adoptions[PART_145], "145.A.40") is State.MET
    assert [deed.verb for deed in history.entries(one)[:2]] == [finding_verbs.NO_LONGER, finding_verbs.AGAINST]
    with pytest.raises(Invalid, match="already"):
        finding_verbs.add_requirement(cast.actor("quality"), one.pk, Reference(ISO_9001, CLAUSE), "iso/major")
    assert login("executive").get(path).status_code == 403
    assert login("outsider").get(path).status_code == 404


def test_the_limits_of_the_body_hold_for_its_certificate_and_a_day_named_before_them(cast: Cast, login: Login) -> None:
    held = certificate(cast, decided_on=dt.date(2025, 6, 1))
    one = finding(cast, under_certificate=held)
    quality, path = login("quality"), f"/standards/certificates/{held.number}/limits/"
    assert "Write 1 to" in quality.post(path, {"grade": "iso/minor", "plan_days": "0"}).content.decode()
    answer = quality.post(path, {"grade": "iso/minor", "plan_days": "14", "evidence_days": "60"})
    assert answer.status_code == 303, answer.content.decode()
    assert again(one).due_on == TODAY + dt.timedelta(days=14), "what is open runs by them from now on"
    [plan] = Clock.everywhere.filter(record=one, rule="certification.minor_plan", stopped_at=None)
    assert plan.basis == "Limit of Northern Register"
    assert "plan in 14 days, evidence in 60 days" in text(quality, f"/r/certificate/{held.number}/")
    with pytest.raises(Invalid, match="Say who named another day"):
        services.edit(cast.actor("quality"), one.pk, again(one).version, {"plan_by": dt.date(2026, 3, 9)})
    named = {"plan_by": dt.date(2026, 3, 9)}
    services.edit(cast.actor("quality"), one.pk, again(one).version, named, reason="Letter of the body")
    assert again(one).due_on == dt.date(2026, 3, 9)
    assert Task.everywhere.get(record=one, code="answer").due_at == again(one).due_at
    assert {row.outcome for row in Clock.everywhere.filter(record=one).exclude(stopped_at=None)} == {"void"}
    with pytest.raises(Refused):
        finding_verbs.set_limit(cast.actor("executive"), held.pk, "iso/minor", 10, None)
    with pytest.raises(NotVisible):
        finding_verbs.set_limit(cast.actor("outsider"), held.pk, "iso/minor", 10, None)


def test_a_major_holds_the_decision_back_and_is_told_when_late(cast: Cast, login: Login, clock: Any) -> None:
    asked = certificate(cast, stage_1_on=dt.date(2026, 1, 10), stage_2_on=dt.date(2026, 2, 20))
    one = finding(cast, grade="iso/major", under_certificate=asked)
    running = {row.rule: row.due_at.date() for row in Clock.everywhere.filter(record=one, stopped_at=None)}
    assert running["certification.major_closure"] == dt.date(2026, 8, 21), "6 months from the end of stage 2"
    decision = {"decided_on": TODAY, "certificate_number": "NR 1"}
    with pytest.raises(Refused, match=f"Still open: {one.number}"):
        services.move(cast.actor("quality"), asked.pk, "certify", fields=decision)
    quality, path = login("quality"), f"/r/certificate/{asked.number}/"
    assert "The body decides once its major findings are closed." in text(quality, path)
    clock.move_to(dt.datetime(2026, 8, 25, 15, tzinfo=dt.UTC))
    quality = login("quality")
    page = text(quality, path)
    assert "stage 2 is repeated" in page
    assert f"1 finding is past its limit: {one.number}." in page
    system = actors.system(cast.organisation.pk)
    assert Record.everywhere.filter(lateness.late_to(system), kind="finding").count() == 1
    page = text(quality, "/overview/")
    assert '/r/finding/?late=1">1<' in page
    assert "Findings late" in page
    secret = finding(cast, grade="iso/major", under_certificate=asked, confidential=True, title="Quokka")
    assert "Quokka" not in text(login("director"), path)
    Record.everywhere.filter(pk=asked.pk).update(owner=cast.director)
    with pytest.raises(Refused, match=f"Still open: {one.number}, another finding") as told:
        services.move(cast.actor("director"), asked.pk, "certify", fields=decision)
    assert secret.number not in str(told.value)


def test_a_finding_chooses_its_audit_and_the_one_of_its_day_is_proposed(cast: Cast, login: Login) -> None:
    held, quality = certificate(cast, decided_on=dt.date(2025, 6, 1)), login("quality")
    first, day = dt.date(2025, 5, 12), dt.date(2026, 2, 20)
    of_day = finding(cast, under_certificate=held, audit_on=first, title="Entered before its audit was noted")
    path = f"/standards/findings/{of_day.number}/audit/"
    assert "No audit is noted" in quality.get(path).content.decode()
    for kind, on in (("stage_2", first), ("surveillance", day), ("special", day)):
        certifying.note_audit(cast.actor("quality"), held.pk, kind, on)
    stage_2, surveillance, special = CertificationAudit.everywhere.order_by("pk")
    assert again(of_day).audit_id is None, "what is there keeps what it has"
    assert "Stage 2, 12 May 2025" in text(quality, f"/r/finding/{of_day.number}/"), "and is known by its day"
    at_once = finding(cast, under_certificate=held, audit_on=first, title="Only one audit ended on that day")
    assert again(at_once).audit_id == stage_2.pk

    one = finding(cast, under_certificate=held, audit_on=day, title="Two audits ended on that day")
    assert again(one).audit_id is None, "two of a day are for a person to tell apart"
    path = f"/standards/findings/{one.number}/audit/"
    assert path in text(quality, f"/r/finding/{one.number}/")
    page = text(quality, path)
    assert re.findall(r'value="(\d+)"[^>]*checked', page) == [str(special.pk)], "proposed by its day, the latest noted"
    assert "Choose the audit." in quality.post(path, {}).content.decode()
    assert quality.post(path, {"audit": str(surveillance.pk)}).status_code == 303
    assert again(one).audit_id == surveillance.pk
    assert history.entries(one)[0].verb == finding_verbs.AUDIT
    audits = text(quality, f"/r/certificate/{held.number}/").split('id="audits-h"')[1].split("</section>")[0]
    here = {name: one.number in part for name, part in re.findall(r"<li>([^<]+)(.*?)</li>", audits, re.S)}
    assert here == {"Surveillance": True, "Special, or at short notice": False, "Stage 2": False}

    finding_verbs.choose_audit(cast.actor("quality"), one.pk, stage_2.pk)
    assert again(one).audit_on == first, "its day follows"
    services.edit(cast.actor("quality"), one.pk, again(one).version, {"audit_on": dt.date(2025, 7, 1)})
    assert again(one).audit_id is None, "of another day it is from another audit"
    other = certificate(cast, decided_on=dt.date(2025, 6, 1), site=cast.sites["LKF"])
    elsewhere = certifying.note_audit(cast.actor("quality"), other.pk, "surveillance", day)
    with pytest.raises(Invalid, match="noted on the certificate"):
        finding_verbs.choose_audit(cast.actor("quality"), one.pk, elsewhere.pk)
    finding_verbs.choose_audit(cast.actor("quality"), one.pk, None)
    assert (again(one).audit_id, again(one).audit_on) == (None, None)
    assert login("executive").get(path).status_code == 403
    assert login("outsider").get(path).status_code == 404


def test_a_level_1_finding_is_due_at_once(cast: Cast) -> None:
    one = finding(cast, grade="easa/level_1", framework=PART_145, clause="145.A.40", origin="authority")
    assert (one.due_on, one.due_at) == (TODAY, None)
    assert findings.limit(one, findings.Step.PLAN)[1] is None


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ((), "Today, within the scope"),
        (("suspend",), "It may not be used while the certificate is suspended"),
        (("end",), "The certificate is over."),
    ],
)
def test_whether_the_mark_may_be_used_today(cast: Cast, login: Login, moves: tuple[str, ...], said: str) -> None:
    held = certificate(cast, logo_use="Letters\nWeb page", logo_rules="Only with the number")
    assert "It may be used once the body has decided." in text(login("quality"), f"/r/certificate/{held.number}/")
    services.move(cast.actor("quality"), held.pk, "certify", fields={"decided_on": TODAY, "certificate_number": "1"})
    for move in moves:
        services.move(cast.actor("quality"), held.pk, move, reason="The body wrote so")
    page = text(login("quality"), f"/r/certificate/{held.number}/")
    for part in (said, "Web page", "Only with the number", "On a product"):
        assert part in page


def test_the_days_of_an_answer_come_in_their_order(cast: Cast) -> None:
    quality, one = cast.actor("quality"), finding(cast)
    services.create(
        quality, "action", {"title": "New wrenches", "description": "Buy", "owner": cast.colleague}, raised_from=one
    )
    services.move(quality, one.pk, "answer", fields={"plan_sent_on": TODAY})
    early = TODAY - dt.timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        services.move(quality, one.pk, "accept_plan", fields={"plan_accepted_on": early})
    assert list(refused.value.errors) == ["plan_accepted_on"]
    assert "2 Mar 2026" in refused.value.errors["plan_accepted_on"]
    assert services.move(quality, one.pk, "accept_plan", fields={"plan_accepted_on": TODAY}).state == "accepted"

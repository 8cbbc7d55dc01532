"""The pages of training through HTTP: a session from invitation to certificate, the matrix, the public page."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from csv import DictReader
from typing import Any

import openpyxl
import pytest
from django.test import Client

from qsms.base import moment
from qsms.records import attachments, moves, services, signing
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record, Signature, Task
from qsms.rules.competence import State
from qsms.training import duties, sessions, standing
from qsms.training.models import Attendance, Course, Holding, Session, Waiver
from tests.cast import PASSWORD, Cast

from .makers import asked, course, held

pytestmark = pytest.mark.django_db


def browser(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.account(who))
    return client


def words(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    raw = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(raw.decode())


def planned(cast: Cast, one: Course, hours: int = 0, **given: Any) -> Session:
    made = services.create(cast.actor("quality"), "session", {
        "title": one.title, "course": one.pk, "instructor": cast.director, "site": cast.sites["LKF"],
        "starts_at": moment.now() + dt.timedelta(hours=hours), "owner": cast.quality, **given,
    })  # fmt: skip
    assert isinstance(made, Session)
    return made


def proof(cast: Cast, who: str) -> signing.Proof:
    account = cast.account(who)
    account.set_password(PASSWORD)
    account.save()
    return signing.Proof(PASSWORD)


def test_a_session_from_invitation_to_training_records(cast: Cast) -> None:
    one = course(cast, "Human factors", months=24, evaluate_days=90)
    asked(cast, one)
    session = planned(cast, one, seats=3)
    office = browser(cast, "quality")
    assert "Reporter Person, needs it" in words(office, f"/training/session/{session.number}/invite/")
    people = [cast.reporter.pk, cast.owner.pk, cast.colleague.pk]
    answer = office.post(f"/training/session/{session.number}/invite/", {"people": people})
    assert answer.status_code == 303
    with pytest.raises(Invalid, match="3 seats"):
        sessions.invite(cast.actor("quality"), session.pk, [cast.executive.pk])

    # Each signs for being there, with their own password; whoever is not on the list does not.
    for who in ("reporter", "owner"):
        proof(cast, who)
        theirs, path = browser(cast, who), f"/training/session/{session.number}/sign/"
        assert theirs.post(path, {"password": PASSWORD}).status_code == 422, "nothing was read"
        [shown] = re.findall(r'name="shown" value="(\w+)"', theirs.get(path).content.decode())
        page = theirs.post(path, {"password": PASSWORD, "shown": shown})
        assert page.status_code == 303, page.content
    wrong = browser(cast, "colleague").post(f"/training/session/{session.number}/sign/", {"password": "guessed"})
    assert (wrong.status_code, "not your password" in wrong.content.decode()) == (422, True)
    with pytest.raises(Refused, match="not on the list"):
        sessions.sign_in(cast.actor("executive"), session.pk, proof(cast, "executive"))
    assert Signature.everywhere.filter(record_id=session.pk, meaning="was there").count() == 2

    teacher = cast.actor("director")
    with pytest.raises(Refused, match="Say of everybody"):
        moves.move(teacher, session.pk, "hold", proof=proof(cast, "director"))
    with pytest.raises(Invalid, match="signed for having been there"):
        sessions.judge(teacher, session.pk, {cast.reporter.pk: "absent"})
    results = {f"result-{cast.reporter.pk}": "passed", f"result-{cast.owner.pk}": "failed",
               f"result-{cast.colleague.pk}": "absent"}  # fmt: skip
    assert browser(cast, "director").post(f"/training/session/{session.number}/judge/", results).status_code == 303
    # Whoever is invited learns how they did, not how others did.
    shown = words(browser(cast, "reporter"), f"/r/session/{session.number}/tab/attendance/")
    assert ("Passed" in shown, "Not passed" in shown, "Was not there" in shown) == (True, False, False)
    moves.move(teacher, session.pk, "hold", proof=proof(cast, "director"))
    [record] = Holding.everywhere.filter(session=session)
    assert (record.holder_id, record.state, record.source) == (cast.reporter.pk, "held", "session")
    day = moment.now().astimezone(teacher.tz).date()
    assert record.ends_on == day.replace(year=day.year + 2)

    # Somebody else than who taught says later whether it worked.
    assert Task.everywhere.filter(record_id=session.pk, code="evaluate_session", person=cast.quality).exists()
    given = {
        "evaluation_level": "3",
        "effect": "yes",
        "evaluation": "Two of three use the checklist unasked.",
    }
    with pytest.raises(Refused, match="who teaches it"):
        moves.move(teacher, session.pk, "evaluate", fields=given)
    assert moves.move(cast.actor("quality"), session.pk, "evaluate", fields=given).state == "closed"


def test_who_may_not_sign_for_others_is_no_signatory(cast: Cast) -> None:
    """A signature asks for the duty of a signatory, wherever it is given."""
    from qsms.training import requiring

    one = course(cast, "Signing for the company")
    requiring.require(cast.actor("quality"), one.pk, duty="signatory", policy="block")
    session = planned(cast, one)
    sessions.invite(cast.actor("quality"), session.pk, [cast.reporter.pk])
    sessions.judge(cast.actor("director"), session.pk, {cast.reporter.pk: "passed"})
    with pytest.raises(Invalid, match="You are not current: “Signing for the company” is missing"):
        moves.move(cast.actor("director"), session.pk, "complete", proof=proof(cast, "director"))
    held(cast, one, "director")
    assert moves.move(cast.actor("director"), session.pk, "complete", proof=proof(cast, "director")).state == "closed"
    assert duties.lapses(cast.organisation.pk, cast.reporter.pk, "signatory") == []


def test_my_training_says_what_to_do_first(cast: Cast) -> None:
    late, there = course(cast, "Forklift", months=12), course(cast, "Fire drill")
    for one in (late, there):
        asked(cast, one)
    held(cast, late, "reporter", days_ago=500)
    held(cast, there, "reporter")
    mine = words(browser(cast, "reporter"), "/training/")
    assert "1 of 2 is not in order." in mine
    assert mine.index("Forklift") < mine.index("Fire drill")
    assert "Expired" in mine
    assert words(browser(cast, "quality"), f"/training/matrix/person/{cast.reporter.pk}/").count("Forklift")
    # Nobody reads the training of a colleague without a right to it, nor of another organisation.
    words(browser(cast, "owner"), f"/training/matrix/person/{cast.reporter.pk}/", 404)
    words(browser(cast, "outsider"), f"/training/matrix/person/{cast.reporter.pk}/", 404)
    words(browser(cast, "owner"), "/training/matrix/", 403)


def test_a_certificate_is_brought_verified_printed_and_asked_for(cast: Cast) -> None:
    one = course(cast, "Type licence", months=24)
    asked(cast, one)
    page = browser(cast, "reporter")
    given = {"completed_on": moment.now().date().isoformat(), "issuer": "Aviation Academy"}
    assert page.post(f"/training/add/?course={one.number}", given).status_code == 422
    file = io.BytesIO(b"Licence 4711")
    file.name = "licence.txt"
    assert page.post(f"/training/add/?course={one.number}", {**given, "file": file}).status_code == 303
    record = Holding.everywhere.get()
    assert (record.state, record.holder_id, attachments.EVIDENCE) == ("claimed", cast.reporter.pk, "evidence")
    anybody = Client()
    assert "is not valid" in words(anybody, f"/training/verify/{record.code}/")
    words(page, f"/training/certificate/{record.number}/", 403)
    services.move(cast.actor("quality"), record.pk, "verify")
    told = words(anybody, f"/training/verify/{record.code}/")
    typed = record.code.replace("-", "").lower()
    assert "This certificate is valid." in words(anybody, f"/training/verify/{typed}/"), "as a phone types it"
    assert "Completed" in told
    assert "This certificate is valid." in told
    assert all(word in told for word in ("Reporter Person", "Type licence", "Larkfield Air"))
    # Name, course and whether it is valid: nothing of how it was come by.
    assert not any(word in told for word in ("Aviation Academy", record.number, "reporter@"))
    assert "no certificate with this code" in words(anybody, "/training/verify/AAAA-BBBB-CCCC/", 404)
    pdf = page.get(f"/training/certificate/{record.number}/")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    from pypdf import PdfReader

    printed = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "Type licence" in printed
    assert record.code in printed


def test_the_matrix_is_paged_and_whole_in_the_export(cast: Cast) -> None:
    from qsms.org.models import Role
    from qsms.training import grid

    courses = [course(cast, f"Course {n:02d}") for n in range(grid.ACROSS + 2)]
    for one in courses:
        asked(cast, one)
    asked(cast, courses[0], "quality_manager", policy="block")
    held(cast, courses[0], "reporter")
    page = browser(cast, "quality")
    first = words(page, "/training/matrix/")
    assert f"Courses 1 to {grid.ACROSS} of {grid.ACROSS + 2}" in first
    assert ">Course 11</th>" not in first
    assert ">Course 11</th>" in words(page, f"/training/matrix/?across={grid.ACROSS}")
    assert "Reporter Person" in first
    only = words(page, f"/training/matrix/?site={cast.sites['STV'].pk}")
    assert ("Other Site Auditor" in only, "Reporter Person" in only) == (True, False)
    csv = words(page, "/training/matrix/export/")
    assert csv.count("\r\n") == 1 + 11
    book = openpyxl.load_workbook(io.BytesIO(page.get("/training/matrix/export/?format=xlsx").content), read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows[0]) == 4 + len(courses)
    [mine] = [row for row in rows if row[0] == "Reporter Person"]
    assert mine[4:6] == ("Valid", "Missing")
    gaps = words(page, "/training/matrix/gaps/")
    assert "131 of 132 that are asked are expired or missing" in gaps
    exported = list(DictReader(io.StringIO(words(page, "/training/matrix/gaps/export/").lstrip("\ufeff"))))
    of_courses = [row for row in exported if row["By"] == "Course"]
    assert sum(int(row["Asked"]) for row in of_courses) == 132
    assert sum(int(row["Expired"]) + int(row["Missing"]) for row in of_courses) == 131
    assert {row["By"] for row in exported} == {"Course", "Role", "Site"}
    # A line adds up: how many are asked, and one figure for each state that the legend names.
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", gaps[: gaps.index("By role")])
    assert heads == ["Course", "Asked", "Valid", "Missing"]
    cells = re.findall(r'data-l="(?:Asked|Valid|Missing)">(.*?)</td>', gaps)
    figures = [int(re.sub(r"<.*?>", "", cell)) for cell in cells]
    lines = list(zip(figures[::3], figures[1::3], figures[2::3], strict=True))
    assert (11, 1, 10) in lines
    assert all(n == valid + missing for n, valid, missing in lines)
    assert 'href="/training/matrix/" title="Competence matrix" aria-current="page"' in gaps
    by_role = words(page, "/training/matrix/roles/")
    assert f"Requirements 1 to {grid.ACROSS} of {grid.ACROSS + 2}" in by_role
    role = Role.objects.get(organisation=cast.organisation, code="reporter")
    [link] = re.findall(rf'href="([^"]*role={role.pk}&course={courses[0].pk}&gaps=1)">10 lack it', by_role)
    behind = words(page, link)
    assert ("Owner Person" in behind, "Reporter Person" in behind) == (True, False)
    exported = list(DictReader(io.StringIO(words(page, "/training/matrix/roles/export/").lstrip("\ufeff"))))
    [line] = [row for row in exported if (row["Role"], row["Requirement"]) == ("Reporter", "Course 00")]
    assert (line["Kind"], line["People"], line["Current"], line["Missing"]) == ("Course", "11", "1", "10")
    assert {row["Requirement"] for row in exported if row["Role"] == "Quality manager"} == {"Course 00"}
    # A site's manager sees the people of the site.
    local = words(browser(cast, "site_owner"), "/training/matrix/")
    assert ("Reporter Person" in local, "Other Site Auditor" in local) == (True, False)


def test_the_dialogs_do_what_they_say(cast: Cast) -> None:
    one, other = course(cast, "Recurrent"), course(cast, "Initial")
    office, safety = browser(cast, "quality"), browser(cast, "safety")
    role = cast.organisation.roles.get(code="reporter")
    given = {"course": f"{one.number}", "whom": f"role:{role.pk}", "policy": "block", "within_days": "10"}
    assert office.post("/training/require/", given).status_code == 303
    assert office.post(f"/training/count/?course={one.number}", {"other": other.number}).status_code == 303
    held(cast, other, "colleague")
    day = standing.day_here(cast.organisation.pk)
    assert standing.of_person(cast.organisation.pk, cast.colleague.pk, day)[0][1].state is State.VALID
    until = (moment.now().date() + dt.timedelta(days=20)).isoformat()
    asking = {"person": "Reporter Person", "until": until, "reason": "On leave until then"}
    assert office.post(f"/training/excuse/?course={one.number}", asking).status_code == 303
    waiver = Waiver.everywhere.get()
    assert "On leave until then" in words(safety, f"/r/course/{one.number}/tab/waivers/")
    assert office.post(f"/training/excuse/{waiver.pk}/decide/", {"decision": "approved"}).status_code == 403
    assert safety.post(f"/training/excuse/{waiver.pk}/decide/", {"decision": "refused"}).status_code == 422
    assert safety.post(f"/training/excuse/{waiver.pk}/decide/", {"decision": "approved"}).status_code == 303
    assert standing.of_person(cast.organisation.pk, cast.reporter.pk, day)[0][1].state is State.WAIVED
    requirement = one.requirements.get()
    assert office.post(f"/training/release/{requirement.pk}/", {"reason": "No longer"}).status_code == 303
    assert standing.of_person(cast.organisation.pk, cast.reporter.pk, day) == []
    saved = office.post("/training/policy/", {"on_change": "block", "change_days": "7"})
    assert (saved.status_code, "They have 7 days." in words(office, "/training/matrix/gaps/")) == (303, True)
    assert browser(cast, "director").get("/training/policy/").status_code == 403
    assert Record.everywhere.filter(pk=one.pk, state="in_use").exists()
    assert Attendance.everywhere.count() == 0

"""Scenarios 21 and 22 of the field, through HTTP: the declaration of compliance with 14 CFR Part 5."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pypdf
import pytest
import time_machine
from django.test import Client

from qsms.records import history
from qsms.records.models import Record, Signature
from qsms.standards import shipped
from qsms.standards.models import PART_5, Declaration
from tests.cast import PASSWORD, Cast

from . import makers
from .conftest import Login

EXEMPT = {
    "5.21(a)(4)", "5.21(a)(5)", "5.21(c)", "5.23(a)(2)", "5.23(a)(3)", "5.23(b)", "5.25(b)(3)", "5.25(c)", "5.27(a)",
    "5.27(b)", "5.71(a)(7)", "5.93", "5.97(d)",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(clock: time_machine.Traveller) -> None:
    """22 November 2026, as the scenarios have it."""
    clock.move_to(dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC))


def declared(client: Client, **more: Any) -> str:
    """A declaration for Part 135, held since 2019, as somebody fills the form in; its number."""
    given = {"title": "Part 135 certificate", "certificate_kind": "part_135", "held_since": "2019-03-01", **more}
    given |= {"statement": "I declare that our SMS is developed, documented and in use."}
    answer = client.post("/r/declaration/new/", given)
    assert answer.status_code == 303, answer.content.decode()
    return Declaration.everywhere.latest("pk").number


def adopted(client: Client) -> None:
    assert client.post("/standards/adopt/", {"standard": PART_5}).status_code == 303


def shown_by(cast: Cast, record: Record, *numbers: str) -> None:
    """The record shows all that stands under these numbers."""
    framework = shipped.frameworks()[PART_5]
    for number in numbers:
        for below in framework.subtree(number):
            if framework.by_number[below].assessable:
                makers.bound(cast, record, PART_5, below)


def words(client: Client, path: str) -> str:
    """The text of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", makers.text(client, path)).split())


def test_21_due_in_187_days_with_each_section_and_signed_by_the_executive_alone(cast: Cast, login: Login) -> None:
    safety = login("safety")
    account = cast.account("executive")
    account.set_password(PASSWORD)
    account.save()
    number = declared(safety)
    page = words(safety, f"/r/declaration/{number}/")
    assert "187 days left until the declaration is due on 28 May 2027, 5.9(a)." in page
    assert "14 CFR Part 5 is not adopted" in page
    adopted(safety)
    record = makers.action(cast)
    shown_by(cast, record, "5.21")
    page = words(safety, f"/r/declaration/{number}/")
    assert re.search(r"5\.21 Safety policy Covered (\d+) of \1 met", page)
    assert re.search(r"5\.55 [\w ]+ Not judged 0 of 4 met", page)
    assert re.search(r"5\.7 [\w ,]+Not applicable Not applicable: it is for “Part 121", page)
    assert "sections are not complete" in page
    executive = login("executive")
    coverage = words(safety, "/standards/adopted/STD-2026-0001/")
    assert re.search(rf"Part 135 certificate {number} In preparation · 187 days left", coverage)
    # What is missing shuts the signature, and the page says what.
    url = f"/r/declaration/{number}/move/sign/"
    assert "sections are not complete, the first is 5." in executive.get(url).content.decode()
    assert executive.post(url, {"password": PASSWORD}).status_code == 403

    shown_by(cast, record, *shipped.frameworks()[PART_5].children())
    assert "Every section that applies is complete." in words(safety, f"/r/declaration/{number}/")
    assert safety.post(url, {"password": PASSWORD}).status_code == 403, "the safety manager prepares, and signs not"
    asked = executive.get(url)
    assert "declares compliance" in asked.content.decode()
    assert "I declare that our SMS is developed" in asked.content.decode()
    signed = executive.post(url, {"password": PASSWORD, "shown": asked.context["shown_hash"]})
    assert signed.status_code == 303, signed.content.decode()

    one = Declaration.everywhere.get(number=number)
    assert (one.state, one.due_on) == ("signed", dt.date(2027, 5, 28))
    assert Signature.everywhere.get(record_id=one.pk).person_id == cast.executive.pk
    kept = {each["number"]: each for each in one.sections}
    assert len(kept) == 25
    assert kept["5.55"]["met"] == kept["5.55"]["applicable"] == 4
    assert history.entries(one)[0].detail["sections"] == one.sections
    # What was signed stands still; the rest of the record goes on.
    changed = safety.post(f"/r/declaration/{number}/edit/", {**_form(one), "held_since": "2025-01-01"})
    assert "Take it back to change it." in changed.content.decode()
    assert Declaration.everywhere.get(pk=one.pk).held_since == dt.date(2019, 3, 1)

    text = _pdf(executive, number)
    for part in (
        "Declaration of compliance with 14 CFR Part 5", cast.executive.name, "Signed as “declares compliance”",
        "I declare that our SMS is developed", "Sections as they stood at the signature", "Part 135 operator",
    ):  # fmt: skip
        assert part in text, part
    assert "draft" not in text.lower()

    for move, day, wrong, said in (
        ("submit", "submitted_on", "2026-11-21", "It was signed on 22 Nov 2026"),
        ("acknowledge", "acknowledged_on", "2030-01-01", "lies ahead"),
    ):
        refused = safety.post(f"/r/declaration/{number}/move/{move}/", {day: wrong})
        assert said in refused.content.decode()
        sent = safety.post(f"/r/declaration/{number}/move/{move}/", {day: "2026-11-22"})
        assert sent.status_code == 303, sent.content.decode()
    assert Declaration.everywhere.get(pk=one.pk).state == "acknowledged"
    page = safety.get(f"/r/declaration/{number}/").content.decode()
    assert "Submitted on 22 Nov 2026 and acknowledged on 22 Nov 2026." in page
    assert "days left" not in page


def _form(one: Declaration) -> dict[str, Any]:
    return {
        "title": one.title, "certificate_kind": one.certificate_kind, "held_since": one.held_since,
        "statement": one.statement,
        "version": one.version,
    }  # fmt: skip


def _pdf(client: Client, number: str) -> str:
    answer = client.get(f"/standards/declaration/{number}/pdf/")
    assert answer.status_code == 200
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_22_with_a_single_pilot_exactly_13_paragraphs_fall_away(cast: Cast, login: Login) -> None:
    safety = login("safety")
    adopted(safety)
    number = declared(safety)
    one = Declaration.everywhere.get(number=number)
    before = _states(safety)
    assert not {clause for clause, said in before.items() if "5.9(e)" in said}
    changed = safety.post(f"/r/declaration/{number}/edit/", {**_form(one), "single_pilot": "on"})
    assert changed.status_code == 303, changed.content.decode()
    after = _states(safety)
    framework = shipped.frameworks()[PART_5]
    away = {clause for clause, said in after.items() if "Not applicable: 5.9(e)" in said}
    below = {each for clause in EXEMPT for each in framework.subtree(clause)}
    assert away == {clause for clause in below if framework.by_number[clause].assessable}
    assert {clause: said for clause, said in after.items() if clause not in below} == {
        clause: said for clause, said in before.items() if clause not in below
    }
    assert "Not applicable: 5.9(e)" in words(safety, f"/standards/clause/{PART_5}/5.93/")
    assert "This is a draft. Nobody has signed it." in _pdf(safety, number)
    # Whoever also flies under another certificate is not exempt (5.9(e) is for the whole organisation).
    declared(safety, title="Part 121 certificate", certificate_kind="part_121", sms_accepted_on="2018-03-09")
    assert not {clause for clause, said in _states(safety).items() if "5.9(e)" in said}


def _states(client: Client) -> dict[str, str]:
    """What the coverage says beside each requirement that is not a mere heading."""
    page = makers.text(client, "/standards/adopted/STD-2026-0001/")
    found = {}
    for line in re.findall(r"<li><div[^>]*><a .*?</div>", page, re.DOTALL):
        [clause] = re.findall(r'<span class="num">([^<]+)</span>', line)
        said = " ".join(re.sub(r"<[^>]+>", " ", line.split("</a>", 1)[1]).split())
        if shipped.frameworks()[PART_5].by_number[clause].assessable:
            found[clause] = said
    return found


def test_a_certificate_without_a_day_lays_no_duty_and_says_what_is_missing(cast: Cast, login: Login) -> None:
    safety = login("safety")
    number = declared(safety, held_since="")
    assert Declaration.everywhere.get(number=number).due_on is None
    assert "What is due, and when, is not known yet. Fill in: Held since ." in words(
        safety, f"/r/declaration/{number}/"
    )
    plan = declared(safety, certificate_kind="part_21_pc", held_since="", applicant="on")
    assert "once it is known: The day on which the implementation plan was submitted" in words(
        safety, f"/r/declaration/{plan}/"
    )
    assert login("outsider").get(f"/standards/declaration/{number}/pdf/").status_code == 404

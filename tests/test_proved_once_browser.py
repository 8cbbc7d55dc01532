"""Prove once, count everywhere: a procedure from its first word to the coverage of three standards, in a real Chromium.

One story over documents, training and standards: written, reviewed, approved by signature, in effect, read on a phone,
trained, and counted where the crosswalk carries it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from qsms.documents.distributing import READ
from qsms.documents.models import Document, Revision
from qsms.documents.tests.makers import TEXT, signer
from qsms.records import outbox
from qsms.records.models import Task
from qsms.rules.coverage import State
from qsms.rules.frameworks import Reference
from qsms.standards import asking, standing
from qsms.standards.binding import Given
from qsms.standards.models import Adoption
from qsms.standards.tests.makers import AS9100, ISO_9001, ISO_14001, adopted
from qsms.training import contents
from qsms.training.models import Course
from qsms.training.readings import TAKE
from qsms.training.tests.makers import asked, course, own_text
from tests.cast import PASSWORD, Cast
from tests.harness.browser import PHONE, looks_right, looks_right_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]
# The two roles that work to the procedure, what they are called, and who of the cast holds them.
ROLES = {
    "process_owner": ("Process owner or department manager", "site_owner"),
    "auditor": ("Auditor", "other_site_auditor"),
}


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **how: Any) -> Page:
    signer(cast, name)
    client = Client()
    client.force_login(cast.account(name))
    page = open_page(**how)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def states(cast: Cast, adoptions: list[Adoption], *clauses: str) -> list[State]:
    """How these requirements stand, the first of the first adoption and so on."""
    found = standing.of_all(cast.actor("quality"), adoptions)
    return [one.coverage.covered[number].state for one, number in zip(found, clauses, strict=True)]


def waiting(cast: Cast, code: str) -> set[str]:
    """Whom a task of this kind waits for."""
    rows = Task.everywhere.filter(code=code, done_at=None).values_list("person_id", flat=True)
    return {name for name, person in cast.people.items() if person.pk in set(rows)}


def written(cast: Cast, page: Page) -> Document:
    """A new procedure, given to both roles."""
    page.goto("/r/document/new/?document_type=procedure")
    page.locator("#f_title").fill("Calibration of torque wrenches")
    page.locator("#f_site").select_option(label="Larkfield")
    page.get_by_role("button", name="Save and give it a number").click()
    page.get_by_text("is made.").first.wait_for()
    made = Document.everywhere.get()
    for title, _holder in ROLES.values():
        page.goto(f"/documents/give/{made.number}/")
        page.locator("#m_role").select_option(label=title)
        page.get_by_role("button", name="Give it").click()
        page.get_by_text("goes to them from now on.").first.wait_for()
    return made


def taught(cast: Cast, document: Document) -> Course:
    """A course about it with one question, asked of both roles, whose standing is evidence for competence."""
    one = course(cast, "Reading a torque wrench tester", document=document.pk)
    contents.put(cast.actor("quality"), one.pk, own_text(one), was=0)
    for role in ROLES:
        asked(cast, one, role)
    question = Reference(ISO_9001, "7.2"), "training.current", {"role": "process_owner"}
    asking.ask(cast.actor("quality"), *question, Given())
    return one


def in_effect(cast: Cast, page: Page, document: Document, open_page: Open, live: Any) -> Revision:
    """Its first revision: written by the safety manager, reviewed and approved by two others who sign."""
    page.goto(f"/r/document/{document.number}/")
    page.get_by_role("link", name="Write a revision").first.click()
    page.locator("#f_body").fill(TEXT)
    page.locator("#f_summary").fill("Wrenches are read monthly on the tester.")
    page.locator("#f_training_impact").check()
    page.get_by_role("button", name="Save and give it a number").click()
    page.get_by_role("button", name="Send for review").first.click()
    page.get_by_text("is now “In review”").first.wait_for()
    draft = Revision.everywhere.get()
    for who, code, verb in (("quality", "review", "Sign the review"), ("director", "approve", "Approve")):
        judge = signed_in(cast, who, open_page, live)
        judge.goto(f"/r/revision/{draft.number}/move/{code}/")
        judge.locator("#m_password").fill(PASSWORD)
        judge.get_by_role("button", name=f"Sign: {verb}").click()
        judge.get_by_text("You signed").first.wait_for()
    outbox.deliver()
    return draft


def counted(cast: Cast, open_page: Open, live: Any, document: Document) -> Page:
    """Bound once, to what ISO 9001 asks of measuring equipment."""
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/standards/bind/?standard={ISO_9001}&clause=7.1.5.2")
    page.locator("#m_record").fill(document.number)
    page.get_by_label("It shows it for every site").check()
    page.get_by_role("button", name="Add as evidence").click()
    page.get_by_text("It counts as evidence for 7.1.5.2.").first.wait_for()
    return page


def trained(page: Page, course: Course) -> None:
    """On the phone: read the one section, answer the one question, pass."""
    page.goto(reverse("training:learn", args=[course.number]))
    page.get_by_role("link", name="Begin").click()
    page.get_by_role("button", name="Done reading").click()
    page.get_by_role("button", name="Begin the quiz").click()
    page.get_by_text("True", exact=True).click()
    page.get_by_role("button", name="Keep and look over").click()
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("heading", name="Passed").wait_for()


def test_a_procedure_is_proved_once_and_counts_in_three_standards(cast: Cast, open_page: Open, live: Any) -> None:
    adoptions = [adopted(cast, key) for key in (ISO_9001, AS9100, ISO_14001)]
    measuring, competence = ("7.1.5.2", "7.1.5.2", "9.1.1"), ("7.2", "7.2", "7.2")
    writer = signed_in(cast, "safety", open_page, live)
    document = written(cast, writer)
    one = taught(cast, document)
    assert State.MET not in {*states(cast, adoptions, *measuring), *states(cast, adoptions, *competence)}
    before = states(cast, adoptions, *competence)

    in_effect(cast, writer, document, open_page, live)
    everybody = {holder for _title, holder in ROLES.values()}
    assert waiting(cast, READ) == everybody
    assert waiting(cast, TAKE) == everybody

    keeper = counted(cast, open_page, live, document)
    assert states(cast, adoptions, *measuring) == [State.MET, State.PARTLY, State.PARTLY]
    keeper.goto("/standards/clause/iso-14001/2015/9.1.1/")
    expect(keeper.get_by_text("overlaps this. Its evidence counts here as a part.").first).to_be_visible()

    phone = signed_in(cast, "site_owner", open_page, live, viewport=PHONE)
    phone.goto("/")
    expect(phone.get_by_text("Take “Reading a torque wrench tester”").first).to_be_visible()
    phone.goto("/documents/")
    phone.get_by_role("link", name="Calibration of torque wrenches").click()
    phone.get_by_role("button", name="I have read and understood this").click()
    phone.get_by_text("You acknowledged PRO-001, revision 1.").first.wait_for()
    trained(phone, one)
    looks_right(phone, "proved-once-passed")
    assert waiting(cast, READ) == waiting(cast, TAKE) == {"other_site_auditor"}
    moved = states(cast, adoptions, *competence)
    # All that the clause itself says, which AS9100 takes over; ISO 14001 overlaps it with what stands under it as well.
    assert before == [State.GAP, State.NOT_ASSESSED, State.NOT_ASSESSED]
    assert moved == [State.MET, State.MET, State.NOT_ASSESSED]
    keeper.goto("/standards/clause/iso-9001/2015/7.2/")
    expect(keeper.get_by_text("1 of 1").first).to_be_visible()
    keeper.goto(f"/r/document/{document.number}/tab/impact/")
    keeper.get_by_text("It reaches 2 people. 1 of 2 have acknowledged what is in effect.").wait_for()
    looks_right_everywhere(keeper, "proved-once-impact", themes=True)

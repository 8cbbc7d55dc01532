"""A document from the first word to the last reader, by hand in a real Chromium; the reader on a phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import FilePayload, Page, expect

from qsms.documents import distributing
from qsms.documents.models import Document, Revision
from qsms.records import outbox
from tests.cast import PASSWORD, Cast
from tests.harness.browser import PHONE, looks_right, looks_right_everywhere, was_refused

from .makers import TEXT, again, document, effective, revision, signer, today
from .test_preview import PNG
from .test_register import ROWS, imported

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **options: Any) -> Page:
    signer(cast, name)
    client = Client()
    client.force_login(cast.account(name))
    page = open_page(**options)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def test_written_reviewed_approved_in_effect_and_acknowledged(cast: Cast, open_page: Open, live: Any) -> None:
    writer = signed_in(cast, "safety", open_page, live)
    writer.goto("/r/document/new/?document_type=procedure")
    writer.locator("#f_title").fill("Servicing of hydraulic systems")
    writer.locator("#f_site").select_option(label="Larkfield")
    writer.get_by_role("button", name="Save and give it a number").click()
    writer.get_by_text("is made.").first.wait_for()
    number = writer.url.rstrip("/").rsplit("/", 1)[-1]
    writer.goto(f"/documents/give/{number}/")
    writer.locator("#m_site").select_option(label="Larkfield")
    writer.get_by_role("button", name="Give it").click()
    writer.get_by_text("goes to them from now on.").first.wait_for()
    writer.goto(f"/r/document/{number}/")
    writer.get_by_role("link", name="Write a revision").first.click()
    writer.locator("#f_body").fill(f"{TEXT}\n\n{'word ' * 600}\n\n## After\n\nOpen the valve slowly.")
    writer.locator("#f_summary").fill("It is the first one: cover the drain before you connect.")
    writer.get_by_role("button", name="Save and give it a number").click()
    writer.get_by_text("is made.").first.wait_for()
    looks_right_everywhere(writer, "documents-draft", themes=True)
    writer.get_by_role("button", name="Send for review").first.click()
    writer.get_by_text("is now “In review”").first.wait_for()
    draft = Revision.everywhere.get()
    for who, verb in (("quality", "Sign the review"), ("director", "Approve")):
        judge = signed_in(cast, who, open_page, live)
        judge.goto(f"/r/revision/{draft.number}/move/{'review' if who == 'quality' else 'approve'}/")
        judge.locator("#m_password").fill("a long enough password")
        judge.get_by_role("button", name=f"Sign: {verb}").click()
        judge.get_by_text("You signed").first.wait_for()
    assert Document.everywhere.get().state == "effective"
    judge.goto(f"/r/revision/{draft.number}/tab/route/")
    looks_right_everywhere(judge, "documents-route", themes=True)
    outbox.deliver()
    phone = signed_in(cast, "reporter", open_page, live, viewport=PHONE)
    phone.goto("/documents/")
    looks_right_everywhere(phone, "documents-to-read", themes=True)
    phone.get_by_role("link", name="Servicing of hydraulic systems").click()
    phone.get_by_text("1 of 2 pages opened").wait_for()
    assert phone.get_by_role("button", name="I have read and understood this").count() == 0
    looks_right_everywhere(phone, "documents-read", themes=True)
    phone.get_by_role("link", name="Open page 2").click()
    phone.get_by_role("button", name="I have read and understood this").click()
    phone.get_by_text("You acknowledged PRO-001, revision 1.").first.wait_for()
    looks_right(phone, "documents-acknowledged")
    writer.goto("/documents/readers/")
    assert writer.get_by_text("Reporter Person").count() == 0
    looks_right_everywhere(writer, "documents-readers", themes=True)


def test_a_file_is_brought_as_the_content(cast: Cast, open_page: Open, live: Any) -> None:
    draft = revision(cast, document(cast), body="")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/revision/{draft.number}/")
    page.get_by_role("link", name="Bring a file").click()
    page.get_by_role("button", name="Make it the content").click()
    page.get_by_text("No file was chosen. Choose one.").first.wait_for()
    file = FilePayload(name="Servicing.txt", mimeType="text/plain", buffer=b"Chock the aircraft.")
    page.locator("input[type=file]").set_input_files([file])
    page.get_by_role("button", name="Make it the content").click()
    page.get_by_text("“Servicing.txt” is the content of revision 1 now.").first.wait_for()
    assert again(draft).file_name == "Servicing.txt"
    looks_right_everywhere(page, "documents-brought")
    # In effect it is read as a file, and printed with the sheet that says what it is.
    held = effective(cast, again(draft))
    page.goto(f"/documents/read/{held.number}/")
    expect(page.get_by_role("link", name="Controlled copy to print")).to_be_visible()
    looks_right_everywhere(page, "documents-read-file", themes=True)


def sign_in(page: Page, who: str) -> None:
    page.get_by_label("E-mail").fill(f"{who}@larkfield.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_what_was_typed_after_the_session_ended_comes_back(
    cast: Cast, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    draft = revision(cast, document(cast))
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/revision/{draft.number}/edit/")
    text, said = page.locator("#f_body"), page.locator("[data-draft-said]")
    text.fill("An older draft")
    expect(said).to_contain_text("Draft kept")
    page.context.clear_cookies(name="qsms_session")
    text.fill("Typed after the end")
    expect(said).to_have_text("You are signed out. Sign in in another tab; what you typed is kept here.")
    # In another tab, as it says: this one goes on by itself.
    other = page.context.new_page()
    other.goto(f"{live.url}/sign-in/")
    sign_in(other, "quality")
    other.get_by_role("heading", name="My work").first.wait_for()
    text.fill("Typed after the end, and more")
    expect(said).to_contain_text("Draft kept")
    # With every cookie gone the form leads to the door too. Another page on the way back loses nothing.
    page.context.clear_cookies()
    text.fill("Typed last")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("You were signed out; nothing was sent. Sign in, and what you wrote is here.").wait_for()
    page.goto("/sign-in/")
    sign_in(page, "quality")
    page.get_by_role("heading", name="My work").first.wait_for()
    page.goto(f"/r/revision/{draft.number}/edit/")
    expect(text).to_have_value("Typed last")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/r/revision/{draft.number}/")
    assert again(draft).body == "Typed last"
    was_refused(console_errors, 403)


def test_the_pages_of_a_document_look_right(cast: Cast, open_page: Open, live: Any) -> None:
    held = effective(cast, revision(cast, document(cast)))
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    until = today() + dt.timedelta(days=10)
    held = effective(cast, revision(cast, held, body="## For now\n\nUse the other cart.", expires_on=until))
    second = revision(
        cast, held, body=TEXT.replace("gloves", "gloves and goggles") + "\n\nOpen the valve slowly.",
        summary="Goggles.", training_impact=True,
    )  # fmt: skip
    page = signed_in(cast, "quality", open_page, live)
    for name, path in (
        ("record", f"/r/document/{held.number}/"), ("revisions", f"/r/document/{held.number}/tab/revisions/"),
        ("distribution", f"/r/document/{held.number}/tab/distribution/"), ("give", f"/documents/give/{held.number}/"),
        ("changes", f"/documents/revision/{second.number}/changes/"), ("list", "/r/document/?phase=all"),
        ("bring", f"/documents/revision/{second.number}/file/"), ("readings", f"/documents/readers/{held.number}/"),
        ("written", f"/r/revision/{second.number}/edit/"), ("lasting", f"/documents/read/{held.number}/?lasting=1"),
    ):  # fmt: skip
        page.goto(path)
        looks_right_everywhere(page, f"documents-{name}", themes=True)
    # The temporary one is acknowledged, and leads on to what it adds to.
    page.goto(f"/documents/read/{held.number}/")
    page.get_by_role("button", name="I have read and understood this").click()
    page.get_by_text("You acknowledged").first.wait_for()
    page.goto(f"/documents/read/{held.number}/")
    expect(page.get_by_role("link", name="Read revision 1 too")).to_be_visible()
    looks_right_everywhere(page, "documents-besides", themes=True)


def test_a_type_is_changed_and_a_register_is_taken_over(cast: Cast, open_page: Open, live: Any) -> None:
    keeper = signed_in(cast, "quality", open_page, live)
    keeper.goto("/documents/types/")
    looks_right_everywhere(keeper, "document-types", themes=True)
    keeper.get_by_role("link", name="Form", exact=True).click()
    looks_right_everywhere(keeper, "document-type", themes=True)
    keeper.get_by_label("Second approver").select_option(label="Safety manager")
    keeper.get_by_label("Prefix of its numbers").fill("chk")
    keeper.get_by_role("button", name="Keep").click()
    keeper.get_by_text("“Form” is kept.").wait_for()
    assert keeper.get_by_text("CHK-001").count() == 1
    keeper.get_by_role("link", name="Form", exact=True).click()
    keeper.get_by_role("heading", name="History").wait_for()
    looks_right(keeper)
    # A register of what is in effect already.
    keeper.goto("/r/document/import/")
    keeper.locator('input[type="file"]').set_input_files(
        {"name": "register.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    )
    keeper.get_by_role("button", name="Read the file").click()
    keeper.get_by_label("How the rows stand").select_option(value="effective")
    looks_right_everywhere(keeper, "documents-import", themes=True)
    imported(cast, ROWS)
    held = Document.everywhere.get(code="OPS-1")
    keeper.goto(f"/r/document/{held.number}/")
    assert keeper.get_by_text("Review the document").count() == 1
    for name, path in (("record", f"/r/document/{held.number}/"), ("read", f"/documents/read/{held.number}/")):
        keeper.goto(path)
        keeper.get_by_text("Taken over, not approved here.").wait_for()
        looks_right_everywhere(keeper, f"documents-taken-over-{name}", themes=True)


def test_whom_it_reaches_is_told_while_choosing(cast: Cast, open_page: Open, live: Any) -> None:
    draft = revision(cast, held := document(cast))
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/revision/{draft.number}/")
    looks_right_everywhere(page, "documents-reaches-nobody", themes=True)
    page.get_by_role("link", name="Say to whom it goes").click()
    page.goto(f"/documents/give/{held.number}/")
    page.locator("#m_unit").select_option(label="Line maintenance")
    page.get_by_text("It reaches nobody today.").wait_for()
    page.locator("#m_unit").select_option(label="In every unit")
    page.locator("#m_person").fill("Reporter Person")
    page.locator("#m_why").fill("You service the carts")
    page.get_by_text("It reaches one person.").wait_for()
    looks_right_everywhere(page, "documents-give", themes=True)
    page.get_by_role("button", name="Give it").click()
    page.get_by_text("goes to them from now on.").first.wait_for()
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    page.goto(f"/r/document/{held.number}/tab/distribution/")
    looks_right_everywhere(page, "documents-distribution", themes=True)
    page.get_by_role("link", name="Who they are").click()
    page.get_by_text("By name: You service the carts · Everybody at Larkfield").wait_for()
    looks_right_everywhere(page, "documents-reach", themes=True)


def test_a_text_is_written_beside_what_it_will_look_like(
    cast: Cast, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    draft = revision(cast, document(cast), body="")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/revision/{draft.number}/edit/")
    text, shown = page.locator("#f_body"), page.locator("[data-written-shown]")
    expect(shown).to_contain_text("Nothing is written yet.")
    # By keyboard alone: back from the text to its buttons, and on in the text where the mark was put.
    page.get_by_role("button", name="Heading").press("Enter")
    page.keyboard.type(" to come", delay=1)
    expect(text).to_be_focused()
    expect(text).to_have_value("## Heading to come")
    expect(shown.get_by_role("heading", name="Heading to come")).to_be_visible()
    page.keyboard.press("End")
    page.get_by_role("button", name="Table").press("Enter")
    page.get_by_role("button", name="Link").press("Enter")
    page.keyboard.type("example.test")
    page.keyboard.type(")\n\nChock it.\nGloves on.")
    page.get_by_role("button", name="List").click()
    expect(shown.locator("table th").first).to_have_text("Step")
    picture = FilePayload(name="cart.png", mimeType="image/png", buffer=PNG)
    page.locator("[data-written-file]").set_input_files([picture])
    expect(page.locator("[data-written-said]")).to_have_text("“cart.png” is in the text.")
    expect(shown.locator("img")).to_have_attribute("alt", "cart")
    expect(text).to_have_value(re.compile(r"!\[cart\]\(cart\.png\)"))
    expect(page.locator("[data-draft-said]")).to_contain_text("Draft kept")
    looks_right_everywhere(page, "documents-writing", themes=True)
    # What was put in is undone like what was typed.
    before = text.input_value()
    page.get_by_role("button", name="List").click()
    text.press("Control+z")
    expect(text).to_have_value(before)
    # After the end of the session what is drawn stays, and so does the text.
    page.context.clear_cookies(name="qsms_session")
    text.press("Control+End")
    page.keyboard.type("\nTyped after the end")
    expect(page.locator("[data-written-said]")).to_contain_text("You are signed out. What you typed is kept here")
    expect(shown.locator("img")).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"{live.url}/sign-in/")
    sign_in(other, "quality")
    other.get_by_role("heading", name="My work").first.wait_for()
    page.keyboard.type(", and more")
    expect(page.locator("[data-draft-said]")).to_contain_text("Draft kept")
    page.keyboard.type(".")
    expect(shown).to_contain_text("Typed after the end, and more.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name=draft.title).first.wait_for()
    assert again(draft).body.endswith("Typed after the end, and more.")
    was_refused(console_errors, 403)

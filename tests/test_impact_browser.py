"""Asking what a change touches, in a real Chromium: from a control to the answer of an owner on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from qsms.documents import distributing
from qsms.documents.tests.makers import document, effective, revision
from qsms.org.models import Role
from qsms.records import services
from qsms.risk import doors as risk
from qsms.standards.tests.makers import AS9100, ISO_9001, adopted, bound
from qsms.training.tests.makers import asked, course
from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def signed_in(cast: Cast, name: str, open_page: Callable[..., Page], live: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page()
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def test_readers_of_a_revision_are_asked_and_answer(cast: Cast, open_page: Callable[..., Page], live: Any) -> None:
    quality = cast.actor("quality")
    made = document(cast)
    held = Role.objects.get(organisation=cast.organisation, code="process_owner")
    distributing.add_rule(quality, made.pk, role_id=held.pk)
    made = effective(cast, revision(cast, made))
    asked(cast, course(cast, "Hydraulics", document=made.pk, site=cast.sites["LKF"]), "process_owner")
    adopted(cast, ISO_9001)
    adopted(cast, AS9100)
    bound(cast, made, ISO_9001, "7.1.5.2")
    risk.raise_control(quality, made, title="Goggles at every rig", level="administrative", owner=cast.owner)
    draft = revision(cast, made, summary="Goggles are worn when a line is opened, and kept at the rig.", why="INV-12")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/revision/{draft.number}/tab/impact/")
    looks_right_everywhere(page, "impact-revision-tab", themes=True)
    page.get_by_role("link", name="See all that it touches").click()
    page.get_by_role("heading", name="What revision").wait_for()
    page.get_by_label("Ask them as well").first.check()
    page.get_by_label("What changes").fill("Goggles are worn when a line is opened")
    looks_right_everywhere(page, "impact-revision", themes=True)
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("One person is asked.").first.wait_for()
    looks_right_everywhere(page, "impact-people-preview", themes=True)
    page.get_by_role("button", name="Ask 2 questions").click()
    page.get_by_text("0 of 2 answered").wait_for()

    reader = signed_in(cast, "site_owner", open_page, live)
    reader.goto("/")
    reader.locator("a[href*='/impact/asked/']").first.click()
    looks_right_everywhere(reader, "impact-asked-of-me", themes=True)
    reader.get_by_label("It does not fit how I work").check()
    reader.get_by_label("In your words").fill("There is no place for goggles at rig 3")
    reader.get_by_role("button", name="Answer").click()
    reader.get_by_text("Your answer is kept. Thank you.").first.wait_for()
    page.reload()
    page.get_by_text("There is no place for goggles at rig 3").first.wait_for()
    # Nothing hangs on this one, so that somebody is asked by name.
    alone = risk.raise_control(quality, None, title="Tester", level="administrative", owner=cast.owner)
    page.goto(f"/impact/?record={alone.number}")
    page.get_by_label("Whom to ask").fill(cast.safety.name)
    page.get_by_label("What changes").fill("It is read weekly")
    looks_right_everywhere(page, "impact-by-name", themes=True)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Ask one question").click()
    page.get_by_text("0 of 1 answered").wait_for()


def test_owners_are_asked_after_a_preview_and_answer(cast: Cast, open_page: Callable[..., Page], live: Any) -> None:
    safety = cast.actor("safety")
    control = risk.raise_control(
        safety, None, title="Torque wrenches are read monthly", level="engineering", site=cast.sites["LKF"],
        owner=cast.owner,
    )  # fmt: skip
    for title in ("Over-torqued bolts on the main wheel", "Fuel leak after line work"):
        values = {"title": title, "description": title, "site": cast.sites["LKF"], "owner": cast.owner}
        risk.mitigate(safety, control, services.create(safety, "hazard", values))
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/r/control/{control.number}/tab/impact/")
    looks_right_everywhere(page, "impact-tab", themes=True)
    page.get_by_role("link", name="See all, and ask").click()
    page.get_by_label("What changes").fill("The tester is read weekly from January, by the store")
    looks_right_everywhere(page, "impact-page", themes=True)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="2 tasks for one person").wait_for()
    looks_right_everywhere(page, "impact-preview", themes=True)
    page.get_by_role("button", name="Ask 2 questions").click()
    page.get_by_text("0 of 2 answered").wait_for()

    owner = signed_in(cast, "owner", open_page, live)
    owner.goto("/")
    owner.get_by_role("link", name="Answer").first.click()
    owner.get_by_label("It must be changed, and will be").check()
    owner.get_by_label("In your words").fill("Job card 12, by Friday")
    looks_right_everywhere(owner, "impact-answer", themes=True)
    owner.get_by_role("button", name="Answer").click()
    owner.get_by_text("Your answer is kept. Thank you.").first.wait_for()
    page.reload()
    page.get_by_text("1 of 2 answered").wait_for()
    looks_right_everywhere(page, "impact-answered")

"""The door, the account and the administration in a real Chromium: axe, width, script off, and the way through."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from qsms.org import roles, services
from qsms.org.models import Person, Role
from qsms.site.accounts import set_up
from qsms.site.tests.test_set_up import ACCOUNT, ORGANISATION, SITES
from tests.harness.browser import fits, looks_right, looks_right_everywhere, was_refused

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]

CAST = (
    ("safety", "Safety manager", "Runs triage and the hazard register"),
    ("quality", "Quality manager", "Judges quality, decides extensions"),
    ("gatekeeper", "Confidential reporting officer", "The only one who may open a sealed name"),
    ("administrator", "Systems administrator", "Sets the system up, reads nothing sealed"),
    ("site_owner", "Line maintenance manager", "Replaces the couplings, asks for time"),
    ("reporter", "Mechanic", "Reports from the line at night"),
)


@pytest.fixture
def demo(cast, settings):
    """The demonstration: some of the cast on the sign-in page, all with its password."""
    settings.DEMO = True
    for name, title, line in CAST:
        person = cast.people[name]
        Person.objects.filter(pk=person.pk).update(title=title, cast=line)
        person.account.set_password("demo")
        person.account.save()
    roles.copy(Role.objects.get(organisation=cast.organisation, code="auditor"), title="Junior auditor")
    services.grant(cast.colleague, "junior_auditor", axis="all")
    return cast


def enter(page, name="Administrator Person"):
    page.goto("/sign-in/?next=/account/")
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/account/")


def test_the_door_is_sound(demo, page):
    page.goto("/sign-in/")
    looks_right_everywhere(page)
    for path in ("/sign-in/", "/sign-in/forgot/"):
        page.goto(path)
        fits(page, {"width": 320, "height": 900}, {"width": 768, "height": 900})


def test_everything_works_without_script(demo, open_page):
    page = open_page(java_script_enabled=False)
    enter(page)
    page.goto(f"/administration/people/{demo.site_owner.pk}/")
    page.locator("select[name=role]").select_option(label="Auditor")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text("at Larkfield").first).to_be_visible()
    page.goto("/account/")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/sign-in/")


def test_a_wrong_password_is_told_and_the_address_kept(demo, page, console_errors):
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill("safety@larkfield.test")
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("do not belong together").wait_for()
    assert page.get_by_label("E-mail address").input_value() == "safety@larkfield.test"
    looks_right(page)
    was_refused(console_errors, 403, 1)


def test_the_first_visit(page, live):
    page.goto(set_up.link_if_empty().replace("http://localhost:8000", live.url))
    for code, step in {"organisation": ORGANISATION, "sites": SITES, "account": ACCOUNT}.items():
        page.wait_for_url(f"**/set-up/{code}/")
        looks_right_everywhere(page)
        for name, value in step.items():
            field = page.locator(f"[name={name}]")
            field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
        page.locator("main form .btn-main").click()
    page.wait_for_url("**/set-up/done/")
    expect(page.get_by_role("heading", name="Quillhaven Rotor is set up")).to_be_visible()
    looks_right_everywhere(page)

"""The pages of training in a real Chromium: on a desk and a phone, in both themes, and accessible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from qsms.base import moment
from qsms.org.models import Person
from qsms.records import services
from qsms.training import reminding, requiring, sessions, waiving
from qsms.training.models import Session
from tests.cast import PASSWORD, Cast
from tests.harness.browser import PHONE, looks_right, looks_right_everywhere

from .makers import asked, course, held

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **how: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page(**how)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


def session_of(cast: Cast, title: str = "Human factors") -> Session:
    one = course(cast, title, months=24)
    asked(cast, one)
    made = services.create(cast.actor("quality"), "session", {
        "title": one.title, "course": one.pk, "instructor": cast.director, "site": cast.sites["LKF"],
        "place": "Hangar 2, room 4", "starts_at": moment.now() - dt.timedelta(minutes=5),
    })  # fmt: skip
    sessions.invite(cast.actor("quality"), made.pk, [cast.reporter.pk, cast.owner.pk, cast.colleague.pk])
    assert isinstance(made, Session)
    return made


def test_the_pages_look_right(cast: Cast, open_page: Open, live: Any) -> None:
    session = session_of(cast)
    yearly = course(cast, "Recurrent training on handling dangerous goods, category 6", months=12, grace_days=30)
    asked(cast, yearly, policy="block")
    basics, licence = course(cast, "Fire drill"), course(cast, "Forklift licence", months=60)
    asked(cast, basics)
    asked(cast, licence, "quality_manager")
    requiring.count(cast.actor("quality"), licence.pk, basics.pk)
    record = held(cast, yearly, "quality", days_ago=350)
    for who, ago in (("reporter", 340), ("owner", 380), ("colleague", 500), ("director", 30)):
        held(cast, yearly, who, days_ago=ago)
    until = moment.now().date() + dt.timedelta(days=40)
    waiving.ask(cast.actor("quality"), basics.pk, cast.executive.pk, reason="Joins the drill of spring", until=until)
    gone = held(cast, licence, "site_owner", days_ago=90)
    Person.objects.filter(pk=cast.people["site_owner"].pk).update(
        is_active=False, left_on=until - dt.timedelta(days=60)
    )
    reminding.remind(cast.organisation.pk)
    page = signed_in(cast, "quality", open_page, live)
    for name, path in (
        ("digest", "/news/"),
        ("matrix", "/training/matrix/"), ("gaps", "/training/matrix/gaps/"),
        ("roles", "/training/matrix/roles/"), ("roles-people", f"/training/matrix/?course={yearly.pk}&gaps=1"),
        ("leavers", "/training/matrix/leavers/"), ("correct", f"/training/correct/{gone.number}/"),
        ("person", f"/training/matrix/person/{cast.quality.pk}/"),
        ("course", f"/r/course/{basics.number}/"), ("waivers", f"/r/course/{basics.number}/tab/waivers/"),
        ("session", f"/r/session/{session.number}/tab/attendance/"), ("record", f"/r/holding/{record.number}/"),
        ("add", "/training/add/"), ("require", "/training/require/"),
        ("invite", f"/training/session/{session.number}/invite/"), ("verify", f"/training/verify/{record.code}/"),
    ):  # fmt: skip
        page.goto(path)
        looks_right_everywhere(page, f"training-{name}", themes=True)


def test_a_session_is_signed_for_on_a_phone_and_counts(cast: Cast, open_page: Open, live: Any) -> None:
    session = session_of(cast)
    account = cast.account("reporter")
    account.set_password(PASSWORD)
    account.save()
    page = signed_in(cast, "reporter", open_page, live, viewport=PHONE)
    page.goto("/training/")
    assert page.get_by_role("heading", name="My training").is_visible()
    assert "1 of 1 is not in order." in page.inner_text("main")
    looks_right(page, "training-mine-phone")
    page.goto(f"/r/session/{session.number}/tab/attendance/")
    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Signed in", exact=True).wait_for()

    teacher = signed_in(cast, "director", open_page, live)
    teacher.goto(f"/r/session/{session.number}/tab/attendance/")
    absent = "Was not there"
    for name, result in (("Reporter Person", "Passed"), ("Owner Person", absent), ("Colleague Person", absent)):
        teacher.get_by_label(f"Result of {name}").select_option(label=result)
    teacher.get_by_role("button", name="Save the results").click()
    teacher.get_by_text("3 lines are kept.").first.wait_for()
    sessions_closed(cast, session)
    page.goto("/training/")
    assert "The one thing that is needed is in order." in page.inner_text("main")


def sessions_closed(cast: Cast, session: Session) -> None:
    from qsms.records import moves, signing

    account = cast.account("director")
    account.set_password(PASSWORD)
    account.save()
    moves.move(cast.actor("director"), session.pk, "complete", proof=signing.Proof(PASSWORD))

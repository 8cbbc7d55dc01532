"""The page of a course says what comes next: who must hold it, then how they come to."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from qsms.org import services as org
from qsms.records import drafts, services
from qsms.training import contents, following
from qsms.training.models import Course, Session
from tests.cast import Cast

from .makers import asked, course, own_text

pytestmark = pytest.mark.django_db


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def buttons(client: Client, one: Course) -> list[str]:
    """What stands on the strip, the primary first, without what hides behind “Other moves”."""
    page = client.get(f"/r/course/{one.number}/").content.decode()
    strip = page[page.index('class="next"') :].partition("<details")[0]
    return [word.strip() for word in re.findall(r"<a [^>]*btn[^>]*>(?:<svg.*?</svg>)?([^<]+)", strip, re.DOTALL)]


def test_a_course_leads_to_whoever_must_hold_it_and_then_to_how_they_learn_it(cast: Cast) -> None:
    one = course(cast, "Reading a torque wrench tester")
    keeper = signed_in(cast, "quality")
    assert buttons(keeper, one) == ["Say who must hold it", "Plan a session", "Write its text"]
    asked(cast, one)
    assert buttons(keeper, one) == ["Plan a session", "Write its text", "See who is current"]
    contents.put(cast.actor("quality"), one.pk, contents.first_text(one), was=0)
    assert buttons(keeper, one) == ["Plan a session", "Write its text", "See who is current"]
    contents.put(cast.actor("quality"), one.pk, own_text(one), was=1)
    assert buttons(keeper, one) == ["Plan a session", "See who is current"]
    licence = course(cast, "Licence of a mechanic", course_kind="licence")
    assert buttons(keeper, licence) == ["Say who must hold it"]


def form_values(client: Client, url: str) -> dict[str, object]:
    """What a browser sends back of the form at this address, unchanged."""
    page = client.get(url)
    assert page.status_code == 200
    return {name: page.context["form"][name].value() or "" for name in page.context["form"].fields} | page.context[
        "hidden"
    ]


def test_a_session_is_planned_from_the_page_of_its_course(cast: Cast) -> None:
    one = course(cast, "Reading a torque wrench tester")
    client = signed_in(cast, "quality")
    drafts.keep(cast.actor("quality"), "new:session", {"title": ["Forklift"], "course": ["CRS-2026-0099"]})
    page = client.get(f"/r/course/{one.number}/").content.decode()
    [way] = re.findall(r'href="([^"]*/session/new/[^"]*)"', html.unescape(page))
    given = form_values(client, way) | {"starts_at": "2026-12-01T09:00"}
    assert (given["title"], one.number in str(given["course"])) == (one.title, True)
    # A draft of this form is another one than that of the form without a course, and is found again.
    keep = reverse("ui:draft", args=[f"new:session:course={one.number}"])
    assert keep in client.get(way).content.decode()
    answer = client.post(keep, {"title": "On Monday", "course": one.number})
    assert answer.status_code == 200
    assert form_values(client, way)["title"] == "On Monday"
    assert form_values(client, reverse("ui:new", args=["session"]))["title"] == "Forklift"
    assert f"course={one.number}" in client.get("/").content.decode()
    assert client.post(way, given).status_code == 303
    assert Session.everywhere.get().course_id == one.pk


def test_the_training_manager_binds_a_course_to_a_document(cast: Cast) -> None:
    procedure = services.create(cast.actor("quality"), "document", {"title": "Servicing of hydraulic systems"})
    cast.people["trainer"] = org.add_person(cast.organisation, name="Training Person", email="trainer@larkfield.test")
    org.grant(cast.trainer, "training_manager", axis="all")
    client = signed_in(cast, "trainer")
    url = reverse("ui:new", args=["course"])
    field = client.get(url).context["form"].fields["document"]
    assert field.widget.first == [f"{procedure.number} {procedure.title}"], "Documents alone are offered."
    given = form_values(client, url) | {"title": "Servicing", "document": procedure.number, "disciplines": []}
    assert client.post(url, given).status_code == 303
    assert Course.everywhere.get(title="Servicing").document_id == procedure.pk
    assert "Documents" in client.get("/").content.decode()
    # From the document itself a course is begun that names it.
    raised = client.get(f"/r/document/{procedure.number}/raise/course/")
    assert raised.context["form"]["document"].value().startswith(procedure.number)


def test_what_people_are_asked_is_not_told_in_empty_quotes(cast: Cast) -> None:
    one = course(cast, "Fire drill")
    asked(cast, one)
    following.ask_to_take(cast.actor("quality"), one, {cast.quality.pk: None})
    page = html.unescape(signed_in(cast, "quality").get(f"/r/course/{one.number}/").content.decode())
    assert "asked: Take" in page
    assert "“”" not in page

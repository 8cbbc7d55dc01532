"""The page of a course says what comes next: who must hold it, then how they come to."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from qsms.training import contents
from qsms.training.models import Course
from tests.cast import Cast

from .makers import asked, course

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
    assert buttons(keeper, one) == ["Plan a session", "See who is current"]
    licence = course(cast, "Licence of a mechanic", course_kind="licence")
    assert buttons(keeper, licence) == ["Say who must hold it"]


def test_a_session_is_planned_with_the_course_filled_in(cast: Cast) -> None:
    one = course(cast, "Reading a torque wrench tester")
    page = signed_in(cast, "quality").get(f"{reverse('ui:new', args=['session'])}?course={one.pk}")
    assert page.context["form"]["course"].value() == str(one.pk)
    assert one.title in page.content.decode(), "The picker names it."

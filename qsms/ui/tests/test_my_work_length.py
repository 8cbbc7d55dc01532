"""My work stays short: twenty lines of each urgency, all of them counted, the rest one press away."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from qsms.base import moment
from qsms.records import tasks
from qsms.ui import my_work
from qsms.ui.my_work import SHOWN
from tests.cast import Cast
from tests.newtype.models import Spill

pytestmark = pytest.mark.usefixtures("any_task")


def test_the_rest_waits_behind_a_count(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    for n in range(SHOWN + 3):
        tasks.give(keeper.actor("safety"), made, f"look_{n}", f"Look at place {n}", person_id=keeper.safety.pk)
    page = login("safety").get("/").content.decode()
    assert page.count('class="task"') == SHOWN
    assert f'<span class="count">{SHOWN + 3}</span>' in page
    assert "Show 3 more" in page
    assert login("safety").get("/?whose=mine&all=1").content.decode().count('class="task"') == SHOWN + 3


def test_more_than_is_counted_is_said_and_all_of_it_is_one_press_away(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MANY", 30)
    made, now, safety = spill(), moment.now(), keeper.actor("safety")
    for n in range(25):
        due = now - timedelta(days=1) if n < 4 else now + timedelta(days=n)
        tasks.give(safety, made, f"look_{n}", f"Look at place {n}", person_id=keeper.safety.pk, due_at=due)
    page = login("safety").get("/").content.decode()
    assert '<span class="count">21</span>' in page
    assert "+" not in "".join(re.findall(r'<span class="count">([^<]*)</span>', page))
    for n in range(25, 40):
        due = now + timedelta(days=n)
        tasks.give(safety, made, f"look_{n}", f"Look at place {n}", person_id=keeper.safety.pk, due_at=due)
    page = login("safety").get("/").content.decode()
    assert "4 things are late" in page
    assert '<span class="count">4</span>' in page
    assert '<span class="count">26+</span>' in page
    [url] = re.findall(r'<a href="([^"]*)">Show all of it</a>', page)
    whole = login("safety").get(url.replace("&amp;", "&")).content.decode()
    assert whole.count('class="task"') == 40
    assert '<span class="count">36</span>' in whole
    monkeypatch.setattr(tasks, "ALL", 35)
    whole = login("safety").get(url.replace("&amp;", "&")).content.decode()
    assert '<span class="count">31+</span>' in whole
    assert "There is still more" in whole


def test_what_is_cut_has_no_day_before_it_has_one(
    spill: Callable[..., Spill], keeper: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On both engines alike; left alone, one of them puts what has no day first."""
    monkeypatch.setattr(tasks, "MANY", 2)
    made, now, safety = spill(), moment.now(), keeper.actor("safety")
    for title, days in (("Some time", None), ("Next week", 7), ("Tomorrow", 1), ("One day", None)):
        due = now + timedelta(days=days) if days is not None else None
        tasks.give(safety, made, title, title, person_id=keeper.safety.pk, due_at=due)
    found = tasks.inbox(safety, whose="mine")
    assert [one.title for one in found.waiting] == ["Tomorrow", "Next week"]
    assert found.cut
    assert found.whole_until is not None
    assert found.whole_until > now + timedelta(days=300)
    assert [task.title for task in tasks.on_record(made)] == ["Tomorrow", "Next week", "Some time", "One day"]


def test_what_one_raised_is_not_cut_in_silence(
    login: Callable[[str], Client], spill: Callable[..., Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_work, "MOST_RAISED", 2)
    spill()
    assert "The newest" not in login("safety").get("/?whose=raised").content.decode()
    spill()
    spill()
    page = login("safety").get("/?whose=raised").content.decode()
    assert '<span class="count">2+</span>' in page
    assert "The newest 2 stand here." in page


def test_what_has_no_day_stands_before_what_is_due_next_spring(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made, safety = spill(), keeper.actor("safety")
    for title, due in (("In spring", moment.now() + timedelta(days=120)), ("Tell the reporter", None)):
        tasks.give(safety, made, title, title, person_id=keeper.safety.pk, due_at=due)
    page = login("safety").get("/").content.decode()
    assert page.index("Tell the reporter") < page.index("In spring")

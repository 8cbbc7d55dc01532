"""My work stays short: twenty lines of each urgency, all of them counted, the rest one press away."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from qsms.records import tasks
from qsms.ui.my_work import SHOWN
from tests.cast import Cast
from tests.newtype.models import Spill


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

"""The page of one record over HTTP: what it shows, to whom, and with how many queries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.records import registry, services
from qsms.records.registry import RecordType
from qsms.ui import dates
from tests.cast import Cast
from tests.newtype.models import Spill

QUERIES = 15


def page(client: Client, record: Spill, rest: str = "") -> str:
    answer = client.get(f"/r/spill/{record.number}/{rest}")
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_the_page_says_what_it_is_how_it_stands_and_what_comes_next(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(litres="1234.5", owner=keeper.quality, disciplines=[1, 4], cleaned="Sawdust.\n\nThen a broom.")
    text = page(login("safety"), made)
    assert "Fuel under the wing" in text
    assert made.number in text
    assert "Next: Clean up" in text
    assert "1,234.5" in text
    assert "20 Feb 2026" in text
    assert "<p>Then a broom.</p>" in text
    assert "Safety: concerns, Quality: not judged yet, Environment: concerns" in text
    assert "Quality Person" in text
    assert "Larkfield · version 1 · changed <time" in text


def test_a_moment_near_now_carries_the_exact_one_for_paper(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    today = moment.now().date()
    made = spill(due_on=today)
    text = page(login("safety"), made)
    opened = dates.printed(made.opened_at, keeper.actor("safety").tz)
    assert opened.endswith(" MST")
    assert f'data-print="{opened}"><span>Today' in text
    assert f'data-print="Due {dates.plain_day(today)}"><span>Due today' in text
    assert not re.search(r"(?<!<span>)(?<!<span>Due )(Today|Yesterday|Tomorrow) ", text)


def test_an_id_leads_on_to_the_number(login: Callable[[str], Client], spill: Callable[..., Spill]) -> None:
    made = spill()
    answer = login("safety").get(f"/r/spill/{made.pk}/tab/history/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/r/spill/{made.number}/tab/history/"


def test_shut_moves_say_why_and_who_may(login: Callable[[str], Client], spill: Callable[..., Spill]) -> None:
    made = spill("reporter")
    text = page(login("reporter"), made)
    assert "Shut, and why" in text
    assert "You may not do this. Ask Safety Person or Quality Person or Site Owner Person." in text


PLACES = (
    "",
    "tab/links/",
    "edit/",
    "move/clean/",
    "assign/",
    "link/",
    "mention/",
    "trace/",
    "history.csv",
    "history.json",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("who", ["outsider", "other_site_auditor", "administrator"])
def test_outside_the_scope_nothing_exists(
    login: Callable[[str], Client], spill: Callable[..., Spill], who: str, place: str
) -> None:
    made = spill()
    for key in (made.number, made.pk):
        answer = login(who).get(f"/r/spill/{key}/{place}")
        assert answer.status_code == 404
        assert "Fuel under" not in answer.content.decode()


def test_links_outside_the_scope_are_neither_drawn_nor_counted(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    near = spill(title="Near one")
    far = spill(title="Far secret", site=keeper.sites["STV"])
    services.link(keeper.actor("safety"), near.pk, far.pk, "relates")
    owner = login("site_owner")
    for place in ("", "tab/links/", "tab/history/"):
        text = page(owner, near, place)
        assert "Far secret" not in text
        assert far.number not in text
    assert 'Links <span class="count">0</span>' in page(owner, near)
    assert 'Links <span class="count">1</span>' in page(login("safety"), near)


@pytest.mark.parametrize("who", ["safety", "site_owner", "reporter"])
def test_the_page_asks_the_same_few_queries_however_much_hangs_on_it(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast, who: str
) -> None:
    made = spill("reporter", owner=keeper.site_owner)
    client = login(who)
    page(client, made)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page(client, made)
        return len(caught)

    before = count()
    safety = keeper.actor("safety")
    for n in range(6):
        other = spill(title=f"Other {n}")
        services.link(safety, made.pk, other.pk, "relates")
        services.comment(safety, made.pk, f"Comment {n}")
    services.edit(safety, made.pk, 1, {"title": "Another title"})
    after = count()
    assert after == before
    assert after <= QUERIES


@pytest.mark.parametrize("sheet", registry.all_types(), ids=lambda sheet: sheet.kind)
def test_no_panel_stands_twice(sheet: RecordType) -> None:
    codes = [panel.code for panel in registry.panels(sheet)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("comments", [1, 40])
def test_the_head_names_who_made_the_version_not_who_came_after(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast, comments: int
) -> None:
    made = spill()
    services.edit(keeper.actor("quality"), made.pk, 1, {"title": "Jet fuel under the wing"})
    for _n in range(comments):
        services.comment(keeper.actor("safety"), made.pk, "Seen")
    text = re.sub(r"<[^>]+>", "", login("safety").get(f"/r/spill/{made.number}/").content.decode())
    assert re.search(r"version 2 · changed [^·]* by Quality Person", text)

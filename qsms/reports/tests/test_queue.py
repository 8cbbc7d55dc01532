"""The triage queue goes on by pages, and says everywhere the same number of what waits."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.org.actor import Actor, Right
from qsms.records import tally
from qsms.records.models import Record
from qsms.reports import queries
from qsms.reports.models import Report
from tests.cast import Cast

from .scenes import file


@pytest.fixture
def five(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Five reports in a queue of two a page."""
    monkeypatch.setattr(queries, "QUEUE", 2)
    return [file(cast).report for _n in range(5)]


def signed_in(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.account(who))
    return client


def queued(page: str) -> list[str]:
    return re.findall(r'class="q-item".*?class="no">([\w-]+)<', page, re.DOTALL)


def test_every_report_comes_up_page_by_page_and_the_desk_stays_at_its_page(cast: Cast, five: list[Report]) -> None:
    safety, numbers = signed_in(cast, "safety"), [one.number for one in five]
    address, seen, pages = "/reports/triage/", [], []
    while address:
        page = safety.get(address).content.decode()
        assert '<span class="count">5</span>' in page
        seen += queued(page)
        pages.append(page)
        on = re.search(r'href="([^"]+)" rel="next"', page)
        address = on[1] if on else ""
    assert (seen, len(pages)) == (numbers, 3)
    assert "2 shown of 5" in pages[1]
    # The last of a page leads on to the next page; what is judged there stays there.
    second = re.search(r"/reports/triage/\?after=[^\"]+", pages[0])
    assert second is not None
    last = safety.get(f"/reports/triage/{numbers[1]}/").content.decode()
    assert f'href="{second[0]}" data-key="s"' in last
    there = f"/reports/triage/{numbers[2]}/judge/safety/{second[0].removeprefix('/reports/triage/')}"
    assert f'hx-post="{there}"' in pages[1]
    back = safety.post(there, {"concerns": "yes"})["Location"]
    assert queued(safety.get(back).content.decode()) == numbers[2:4]
    # A report of another page opens by its number alone, too.
    assert f'<h2 class="as-h2">{five[4].title}' in safety.get(f"/reports/triage/{numbers[4]}/").content.decode()
    assert safety.get("/reports/triage/?after=nonsense").status_code == 404


def test_queue_menu_and_overview_say_the_same(cast: Cast, five: list[Report]) -> None:
    safety = signed_in(cast, "safety")
    desk = safety.get("/reports/triage/").content.decode()
    assert re.search(r'<span>Triage</span><span class="n">5<', desk)
    assert '<span class="count">5</span>' in desk
    overview = safety.get("/overview/").content.decode()
    at = overview.index("Reports to judge")
    assert ">5</a>" in overview[max(0, at - 400) : at + 400]
    # Who reaches one site counts what waits there, and nothing of the rest.
    Record.objects.filter(pk__in=[one.pk for one in five[:2]]).update(site=cast.sites["STV"])
    tally.repair(cast.organisation.pk)
    here = Right(("report.view", "report.triage"), "site", site_id=cast.sites["LKF"].pk)
    at_one_site = queries.triage_queue(Actor(cast.organisation.pk, cast.safety.pk, "Somebody", (here,)))
    assert (at_one_site.total, len(at_one_site.waiting)) == (3, 2)


def test_many_waiting_ask_no_more_than_few(cast: Cast, five: list[Report]) -> None:
    safety = cast.actor("safety")
    with CaptureQueriesContext(connection) as few:
        key = queries.triage_queue(safety).after
    with CaptureQueriesContext(connection) as deep:
        queries.triage_queue(safety, key)
    assert (len(few), len(deep)) == (3, 3)

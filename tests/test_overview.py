"""Every number of the overview is the number of rows in the list that it leads to, whoever looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client

from qsms.org.actor import Actor
from qsms.overview import behind
from qsms.overview.counting import Counting
from qsms.overview.figures import Figures, Number
from qsms.records import listing, paging, registry
from tests.larkfield import Larkfield

pytestmark = pytest.mark.one_engine(
    "tests/test_overview_counts.py holds every number against its list on both engines, for any records and reach."
)

# Everything; everything but the confidential, and own records; one site; one unit; own records only; nothing of ours.
LOOKING = ("dana.whitlock", "grace.adeyemi", "kenji.morita", "dalia.mansour", "mei.tanaka", "lena.voss")
TABLES = ("open", "kinds", "overdue", "owners", "months", "clocks", "heat")
# Session, account, person and rights; menu and inbox of the shell; the page's own five.
QUERIES = 12


def numbers(figures: Figures) -> Iterator[Number]:
    yield from (fact.number for fact in figures.facts())
    yield from figures.missing()
    for code in TABLES:
        table = figures.table(code)
        assert table is not None
        yield from (cell for row in table.rows for cell in row.cells if isinstance(cell, Number))


def listed(actor: Actor, url: str, lens: int = 0) -> int:
    """How many rows the list at this address has for this actor."""
    where = urlsplit(url)
    if where.path == "/overview/records/":
        query = QueryDict(where.query)
        counting = Counting(actor, tuple(map(int, query.getlist("site"))), lens)
        asked = behind.parse(counting, query)
        assert asked.problems == [], url
        return behind.rows(counting, asked).count()
    sheet = registry.get(where.path.strip("/").split("/")[1])
    one = listing.parse(sheet, actor, QueryDict(where.query), lens=lens)
    assert one.problems == [], url
    return paging.count(actor, sheet, one.condition())


@pytest.mark.parametrize("lens", [0, 2])
@pytest.mark.parametrize("code", LOOKING)
def test_every_number_is_that_of_its_list(larkfield: Larkfield, code: str, lens: int) -> None:
    actor = larkfield.actor(code)
    found = list(numbers(Figures(Counting(actor, lens=lens))))
    assert len(found) > 20
    for one in found:
        assert one.n == listed(actor, one.url, lens), one


@pytest.mark.parametrize("code", ["dana.whitlock", "grace.adeyemi", "kenji.morita"])
def test_every_number_is_that_of_its_list_at_one_site(larkfield: Larkfield, code: str) -> None:
    actor = larkfield.actor(code)
    for site in larkfield.organisation.sites.all():
        for one in numbers(Figures(Counting(actor, (site.pk,)))):
            assert f"site={site.pk}" in one.url
            assert one.n == listed(actor, one.url), one


def test_who_sees_more_counts_more_and_who_sees_nothing_counts_nothing(larkfield: Larkfield) -> None:
    whole = {code: sum(one.n for one in numbers(Figures(Counting(larkfield.actor(code))))) for code in LOOKING}
    assert whole["dana.whitlock"] > whole["grace.adeyemi"] > whole["kenji.morita"]
    stranger = larkfield.actor("ruth.okoye")
    for one in numbers(Figures(Counting(stranger))):
        assert one.n == listed(stranger, one.url), one


def client_of(larkfield: Larkfield, code: str) -> Client:
    client = Client()
    account = larkfield.person(code).account
    assert account is not None
    client.force_login(account)
    return client


@pytest.mark.parametrize("code", LOOKING)
def test_the_page_shows_them_and_every_list_opens(larkfield: Larkfield, code: str) -> None:
    client = client_of(larkfield, code)
    page = client.get("/overview/").content.decode()
    assert f"{larkfield.actor(code).organisation_name}, all sites" in page
    shown = set(re.findall(r'href="(/r/[^"]+)"', page.split("<main", 1)[1].split("</main>", 1)[0]))
    for url in sorted(shown)[::7]:
        assert client.get(unescape(url)).status_code == 200, url
    actor = larkfield.actor(code)
    for url in {unescape(one) for one in shown}:
        if "?" in url:
            assert listed(actor, url) >= 0


def test_the_page_says_as_of_when_and_what_is_missing(larkfield: Larkfield) -> None:
    page = client_of(larkfield, "dana.whitlock").get("/overview/").content.decode()
    assert "As of Mon 2 Mar 2026 02:00 MST." in page
    assert "March is not over." in page
    assert "hollow" in page
    assert "your own records beside them" not in page
    assert "your own records beside them" in client_of(larkfield, "kenji.morita").get("/overview/").content.decode()


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_a_file(larkfield: Larkfield, table: str) -> None:
    answer = client_of(larkfield, "dana.whitlock").get(f"/overview/{table}.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert answer["Content-Disposition"] == f'attachment; filename="overview-{table}.csv"'
    assert len(lines) > 1


def test_no_such_table_and_no_visitors(larkfield: Larkfield) -> None:
    assert client_of(larkfield, "dana.whitlock").get("/overview/nothing.csv").status_code == 404
    assert Client().get("/overview/").status_code == 302


@pytest.mark.parametrize("code", LOOKING)
def test_the_queries_do_not_grow(larkfield: Larkfield, code: str, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = client_of(larkfield, code)
    client.get("/overview/")
    with django_assert_max_num_queries(QUERIES):
        client.get("/overview/")


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=x", "clock=report.triage", "clock=report.triage:met:2026", "cell=3B", "cell=9999:3B"],
)
def test_what_a_list_cannot_read_is_said(larkfield: Larkfield, query: str) -> None:
    one = listing.parse(registry.get("report"), larkfield.actor("dana.whitlock"), QueryDict(query))
    assert len(one.problems) == 1
    assert one.active == []

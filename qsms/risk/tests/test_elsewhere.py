"""Rating the risk of reports and actions: the tab that this room lends them, and who gets to see it."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records import services
from qsms.records.models import Record
from qsms.risk import doors
from tests.cast import Cast

from .makers import rate

Login = Callable[[str], Client]


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def report(cast: Cast) -> Record:
    given = {"title": "Fluid on stand 14", "narrative": "It let go", "site": cast.sites["LKF"], "disciplines": 1}
    return services.create(cast.actor("reporter"), "report", given)


def test_from_report_to_rated_hazard(login: Login, cast: Cast, report: Record) -> None:
    client = login("safety")
    page = text(client.get(f"/r/report/{report.number}/tab/risk/"))
    assert "Nobody has rated this risk yet." in page
    assert f'href="/risk/assess/{report.number}/"' in page
    given = {"kind": "initial", "cell": "3B", "why": "Third time this year"}
    saved = client.post(f"/risk/assess/{report.number}/", given, follow=True)
    assert saved.redirect_chain[-1][0] == f"/r/report/{report.number}/tab/risk/"
    assert f"{report.number} is rated 3B Tolerable (initial)." in text(saved)
    assert "Third time this year" in text(saved)
    assert "<b>3B</b><span> Tolerable</span>" in text(client.get(f"/r/report/{report.number}/"))
    assert "<b>3B</b>" in text(client.get("/r/report/"))
    made = doors.raise_hazard(cast.actor("safety"), report, title="Couplings", description="They let go")
    assert rate(cast, made, "4B").cell == "4B"
    assert Record.everywhere.get(pk=report.pk).risk_cell == "3B"


def test_the_risk_of_an_action_is_rated_on_its_tab(login: Login, cast: Cast) -> None:
    given = {"title": "Replace the couplings", "description": "All eight carts", "disciplines": 1}
    made = services.create(
        cast.actor("safety"),
        "action",
        {**given, "action_kind": "corrective", "site": cast.sites["LKF"], "owner": cast.colleague},
    )
    rate(cast, made, "2C")
    page = text(login("safety").get(f"/r/action/{made.number}/tab/risk/"))
    assert "How it moved" in page
    assert "<b>2C</b>" in page


def test_the_reporter_follows_the_report_and_not_what_was_thought_of_its_risk(
    login: Login, cast: Cast, report: Record
) -> None:
    rate(cast, report, "3B", why="The reporter is new on the stand")
    client = login("reporter")
    own = client.get(f"/r/report/{report.number}/tab/risk/")
    assert (own.status_code, own["Location"]) == (302, f"/report/mine/{report.pk}/")
    assert "new on the stand" not in text(client.get(own["Location"]))
    assert client.get(f"/risk/assess/{report.number}/").status_code == 404
    assert "How it moved" not in text(client.get(f"/r/report/{report.number}/tab/everything/"))
    assert login("outsider").get(f"/r/report/{report.number}/tab/risk/").status_code == 404

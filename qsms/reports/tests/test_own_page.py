"""A reporter follows the own report; what the office notes and why stays with the office."""

from __future__ import annotations

from django.test import Client

from qsms.records import history, services
from qsms.reports.services import judge
from tests.cast import Cast

from .scenes import file


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def test_the_reporter_is_led_to_the_own_page_and_the_office_to_the_record(cast: Cast) -> None:
    report = file(cast).report
    judge(cast.actor("safety"), report.pk, "safety", "yes", severity="C", next_step="actions", note="Careless again")
    answer = browser(cast, "reporter").get(f"/r/report/{report.number}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/report/mine/{report.pk}/")
    own = browser(cast, "reporter").get(answer["Location"])
    assert own.status_code == 200
    assert "Careless again" not in own.content.decode()
    assert "Careless again" in browser(cast, "safety").get(f"/r/report/{report.number}/").content.decode()


def test_a_reader_without_history_learns_what_was_done_but_not_why(cast: Cast) -> None:
    report = file(cast).report
    safety, reporter = cast.actor("safety"), cast.actor("reporter")
    version = services.find(safety, "report", report.pk).version
    services.edit(safety, report.pk, version, {"title": "A better title"}, reason="The first one blamed somebody")
    told = history.entries(report, reader=reporter)
    assert [one.verb for one in told] == [one.verb for one in history.entries(report)]
    assert "blamed" in history.entries(report)[0].reason
    assert not any("blamed" in one.reason for one in told)
    assert told[0].changes == []
    assert "blamed" in history.entries(report, reader=cast.actor("quality"))[0].reason
    # A right to read the history of another site does not reach it.
    assert "blamed" not in history.entries(report, reader=cast.actor("other_site_auditor"))[0].reason
    api = browser(cast, "reporter").get(f"/api/v1/report/{report.number}/history/").content.decode()
    assert "blamed" not in api

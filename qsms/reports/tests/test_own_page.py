"""A reporter follows the own report; what the office notes and why stays with the office."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from qsms.records import attachments, history, services
from qsms.records.models import Attachment
from qsms.reports.lifecycles import FOR_REPORTER, LIFE
from qsms.reports.models import Report
from qsms.reports.services import judge
from tests.cast import Cast

from .scenes import at_feedback, file


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


def spoiled_by_the_office(cast: Cast, report: Report) -> None:
    """The office words the report anew and judges it."""
    safety = cast.actor("safety")
    version = services.find(safety, "report", report.pk).version
    changed = {"title": "Retitled by the office", "narrative": "Internal wording", "immediate_action": "Internal deed"}
    services.edit(safety, report.pk, version, {**changed, "owner": cast.people["owner"].pk}, reason="Clearer")
    judge(safety, report.pk, "safety", "yes", severity="C", next_step="actions", note="Careless again")


@pytest.mark.parametrize("mode", ["named", "confidential", "anonymous"])
def test_the_reporter_reads_first_what_was_reported_and_nothing_of_the_office(cast: Cast, mode: str) -> None:
    filed = file(cast, mode)
    spoiled_by_the_office(cast, filed.report)
    if mode == "anonymous":
        shown = Client().post("/report/mailbox/", {"code": filed.code}).content.decode()
    else:
        shown = browser(cast, "reporter").get(f"/report/mine/{filed.report.pk}/").content.decode()
    site = cast.sites["LKF"].name
    for words in ("The coupling on cart 3 did not lock", f"{site}, stand 14", "1 Mar 2026 21:40"):
        assert words in shown
    assert "<h1>Hydraulic fluid on stand 14</h1>" in shown
    assert shown.index("The coupling on cart 3") < shown.index("Between you and the office")
    for words in ("Retitled", "Internal", "Careless", cast.people["owner"].name):
        assert words not in shown


def test_answers_that_are_sealed_are_not_shown_to_the_reporter_either(cast: Cast) -> None:
    filed = file(cast, "confidential", form="ground", event_types=["spill"], contact="Locker 17")
    shown = browser(cast, "reporter").get(f"/report/mine/{filed.report.pk}/").content.decode()
    assert "is sealed and not shown here" in shown
    assert "Locker 17" not in shown


def test_the_reporters_own_files_open_and_those_of_the_office_are_not_named(cast: Cast) -> None:
    for mode in ("named", "confidential"):
        picture = io.BytesIO()
        Image.new("RGB", (20, 20), "grey").save(picture, "JPEG")
        picture.seek(0)
        report = file(cast, mode).report
        client = browser(cast, "reporter")
        sent = {"text": "A photo", "files": SimpleUploadedFile("stand-14.jpg", picture.read(), "image/jpeg")}
        assert client.post(f"/report/mine/{report.pk}/", sent).status_code in (302, 303)
        memo = SimpleUploadedFile("memo.txt", b"for the office", "text/plain")
        attachments.add(cast.actor("safety"), report.pk, memo)
        shown = client.get(f"/report/mine/{report.pk}/").content.decode()
        kept = Attachment.everywhere.get(record_id=report.pk, role="photo")
        assert kept.name in shown
        assert "memo.txt" not in shown
        address = re.search(r'href="([^"]*/file/[^"]*)"', shown)
        if mode == "named":
            assert address
            opened = client.get(address[1])
            assert b"".join(opened.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        else:
            assert address is None


def test_every_state_speaks_to_the_reporter_as_you(cast: Cast) -> None:
    assert set(FOR_REPORTER) == {state.code for state in LIFE.states}
    assert not [words for words in map(str, FOR_REPORTER.values()) if "reporter" in words or "history" in words]
    named, nameless = file(cast).report, file(cast, "anonymous")
    for report in (named, nameless.report):
        at_feedback(cast, report)
    for shown in (
        browser(cast, "reporter").get(f"/report/mine/{named.pk}/").content.decode(),
        Client().post("/report/mailbox/", {"code": nameless.code}).content.decode(),
    ):
        assert "you are told next what came of it" in shown
        assert "the reporter" not in shown

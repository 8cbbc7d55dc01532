"""A finding entered on the page of its certificate, in a real Chromium: on a desk and a phone, in both themes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from qsms.records import services
from qsms.standards import certifying, finding_verbs
from qsms.standards.models import Finding
from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere

from .makers import AS9100, ISO_9001, action, adopted, bound
from .test_browser import Open, signed_in
from .test_findings import certificate, finding

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def test_a_finding_goes_from_its_certificate_into_coverage(cast: Cast, open_page: Open, live: Any) -> None:
    held = certificate(
        cast, decided_on=dt.date(2025, 6, 1), logo_use="Letters\nWeb page", logo_rules="Only with the number"
    )
    certifying.note_audit(cast.actor("quality"), held.pk, "surveillance", dt.date(2026, 3, 2), "One finding")
    finding_verbs.set_limit(cast.actor("quality"), held.pk, "iso/minor", 14, 60)
    finding(cast, grade="easa/level_1", under_certificate=held, title="No capable tool for the torque of the nose gear")
    for key in (ISO_9001, AS9100):
        adopted(cast, key)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/r/certificate/{held.number}/")
    page.get_by_role("link", name="Enter a finding").first.click()
    page.get_by_label("Title").fill("Torque wrenches past their date")
    page.get_by_label("Grade").select_option("iso/minor")
    page.get_by_label("What is not as it should be").fill("Wrenches are used past their calibration.")
    page.get_by_label("Objective evidence").fill("Bay 3, wrenches 7 and 9.")
    page.get_by_label("Clause").fill("7.1.5.2")
    page.get_by_label("Audit ended on").fill("2026-03-02")
    page.get_by_role("button", name="Save and give it a number").click()
    page.get_by_role("link", name="Issue it").click()
    page.get_by_label("Issued on").fill("2026-03-02")
    page.get_by_role("button", name="Issue it").click()
    page.get_by_text("Raise what is done about it").wait_for()
    looks_right_everywhere(page, "finding", themes=True)
    one = Finding.everywhere.get(grade="iso/minor")
    fix = {"title": "Lock what is past its date", "description": "In the crib", "action_kind": "correction"}
    services.create(cast.actor("quality"), "action", {**fix, "owner": cast.owner}, raised_from=one)
    for name, path in (
        ("finding-done", f"/r/finding/{one.number}/"),
        ("finding-list", "/r/finding/"),
        ("finding-certificate", f"/r/certificate/{held.number}/"),
        ("finding-clause", f"/standards/clause/{AS9100}/7.1.5.2/"),
        ("finding-against", f"/standards/findings/{one.number}/against/"),
        ("finding-audit", f"/standards/findings/{one.number}/audit/"),
        ("finding-limits", f"/standards/certificates/{held.number}/limits/?grade=iso/minor"),
    ):
        page.goto(path)
        looks_right_everywhere(page, name, themes=True)

"""What leaves the room of standards, fetched in a real Chromium as a quality manager would."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from qsms.base.jobs.work import next_queued, take, work_on
from qsms.records import services
from qsms.standards.models import PART_5
from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere

from .makers import ISO_9001, action, adopted, bound, day
from .test_browser import Open, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def test_a_trace_pack_is_asked_for_and_opens_offline(cast: Cast, open_page: Open, live: Any, tmp_path: Path) -> None:
    record, adoption = action(cast), adopted(cast, ISO_9001)
    bound(cast, record, ISO_9001, "7.1.5.2", note="All 14 of bay 3")
    bound(cast, action(cast, "Head against the flap edge", confidential=True), ISO_9001, "7.1.5.2")
    page = signed_in(cast, "quality", open_page, live)
    page.goto(f"/standards/adopted/{adoption.number}/")
    page.get_by_role("link", name="Download").click()
    looks_right_everywhere(page, "outputs-page", themes=True)
    page.get_by_label("Clause").fill("7.1.5")
    page.get_by_label("Take them along").check()
    page.get_by_label("Why they go out").fill("For the inspector, who asked to see them.")
    page.get_by_role("button", name="Put it together").click()
    page.get_by_role("heading", name="Waiting for its turn").wait_for()
    looks_right_everywhere(page, "outputs-waiting")
    while (job_id := next_queued()) is not None and take(job_id, "test"):
        work_on(job_id, "test")
    page.get_by_text("The pack with 2 records is ready.").wait_for()
    looks_right_everywhere(page, "outputs-ready", themes=True)
    with page.expect_download() as download:
        page.locator("a[download]").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        archive.extractall(tmp_path)
    page.goto((tmp_path / "index.html").as_uri())
    looks_right_everywhere(page, "outputs-index")
    shown = page.get_by_role("link", name=record.number).first.get_attribute("href") or ""
    assert shown == f"records/{record.number}.pdf"
    assert (tmp_path / shown).read_bytes().startswith(b"%PDF-")


def test_the_declaration_says_how_each_section_stands(cast: Cast, open_page: Open, live: Any) -> None:
    adoption = adopted(cast, PART_5)
    bound(cast, action(cast), PART_5, "5.57")
    given = {
        "title": "Part 135 certificate", "certificate_kind": "part_135", "held_since": day(2019, 3),
        "single_pilot": True,
        "owner": cast.safety,
    }  # fmt: skip
    made = services.create(cast.actor("safety"), "declaration", given)
    page = signed_in(cast, "safety", open_page, live)
    page.goto(f"/r/declaration/{made.number}/")
    assert page.get_by_role("link", name="5.57").is_visible()
    looks_right_everywhere(page, "declaration", themes=True)
    page.goto(f"/standards/adopted/{adoption.number}/")
    looks_right_everywhere(page, "declaration-coverage", themes=True)
    page.goto("/r/declaration/new/")
    looks_right_everywhere(page, "declaration-new")

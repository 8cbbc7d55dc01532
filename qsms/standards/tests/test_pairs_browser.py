"""A crosswalk from a file in a real Chromium: looked at, mended, brought in, and confirmed by a second person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from tests.harness.browser import looks_right_everywhere, was_refused

from .test_bringing_pairs import OURS
from .test_browser import Open, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]


def test_a_crosswalk_is_mended_brought_in_and_confirmed(
    cast: Cast, open_page: Open, live: Any, console_errors: list[str]
) -> None:
    page = signed_in(cast, "quality", open_page, live)
    page.goto("/standards/pairs/")
    page.get_by_role("link", name="Bring in from a file").click()
    looks_right_everywhere(page, "pairs-bring", themes=True)
    wrong = f"{OURS}iso-9001/2015,99,iso-14001/2015,7.2,equal,A requirement that is not there,\n"
    given = {"name": "ours.csv", "mimeType": "text/csv"}
    page.get_by_label("File").set_input_files({**given, "buffer": wrong.encode()})  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("Row 4: There is no requirement “99” in this standard.").wait_for()
    looks_right_everywhere(page, "pairs-refused", themes=True)
    was_refused(console_errors, 422, 1)
    page.get_by_label("File").set_input_files({**given, "buffer": OURS.encode()})  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("1 new, 1 changed, 0 the same, 0 refused").wait_for()
    looks_right_everywhere(page, "pairs-preview", themes=True)
    page.get_by_role("button", name="Bring 2 pairs in").click()
    page.get_by_text("2 pairs are here.").first.wait_for()

    second = signed_in(cast, "safety", open_page, live)
    second.goto("/standards/pairs/")
    looks_right_everywhere(second, "pairs-own", themes=True)
    second.get_by_role("link", name="Confirm several at once").click()
    second.get_by_label("Select all shown").check()
    looks_right_everywhere(second, "pairs-waiting", themes=True)
    second.get_by_role("button", name="Confirm those selected").click()
    second.get_by_text("2 pairs count from now on.").first.wait_for()

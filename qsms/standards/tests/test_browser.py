"""The pages of standards in a real Chromium: on a desk and a phone, in both themes, and accessible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.cast import Cast
from tests.harness.browser import looks_right

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("real_db")]
Open = Callable[..., Page]
SIZES: dict[str, Any] = {"desk": {}, "phone": {"viewport": {"width": 390, "height": 844}}}


def signed_in(cast: Cast, name: str, open_page: Open, live: Any, **options: Any) -> Page:
    client = Client()
    client.force_login(cast.account(name))
    page = open_page(**options)
    page.context.add_cookies([{"name": "qsms_session", "value": client.cookies["qsms_session"].value, "url": live.url}])
    return page


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_library_looks_right(cast: Cast, open_page: Open, live: Any, size: str) -> None:
    page = signed_in(cast, "quality", open_page, live, **SIZES[size])
    for name, path in (
        ("list", ""), ("edition", "edition/us-14cfr-5/2024/"), ("clause", "clause/iso-9001/2015/7.1.5.2/"),
    ):  # fmt: skip
        page.goto(f"/standards/{path}")
        looks_right(page, f"standards-{name}-{size}", themes=True)

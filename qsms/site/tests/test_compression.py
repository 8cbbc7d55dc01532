"""Pages go out compressed to whoever takes them so; answers of the API do not, for their ETag's sake."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

from qsms.records import services
from tests.cast import Cast
from tests.newtype.spills import spill

TAKES_GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def browser(keeper: Cast) -> Client:
    assert keeper.safety.account is not None
    client = Client()
    client.force_login(keeper.safety.account)
    return client


def test_a_page_is_compressed_and_still_the_page(browser: Client) -> None:
    answer = browser.get("/r/spill/", headers=TAKES_GZIP)
    assert answer["Content-Encoding"] == "gzip"
    assert b"<h1>" in gzip.decompress(answer.content)
    assert not browser.get("/r/spill/").has_header("Content-Encoding")


def test_an_answer_of_the_api_keeps_its_etag(keeper: Cast, browser: Client) -> None:
    made = spill(keeper, title="A long title " * 15)
    services.edit(keeper.actor("safety"), made.pk, made.version, {"title": "Another long title " * 10})
    answer = browser.get(f"/api/v1/spill/{made.pk}/", headers=TAKES_GZIP)
    assert answer["ETag"] == '"2"'
    assert not answer.has_header("Content-Encoding")

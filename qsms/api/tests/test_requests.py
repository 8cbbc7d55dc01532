"""Requests that cannot be understood, and the shape of what is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings

from qsms.base.gate import GateBusy
from qsms.records import services
from tests.newtype.models import Spill

from .conftest import GIVEN, Program

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b" ", 400), (b"[]", 400), (b'"x"', 400), (b"\xff\xfe", 400), (b'{"title": NaN}', 400),
        (b'{"title": "\\ud800"}', 400), (b'{"title": "a\\u0000b"}', 400), (b'{"x": [{"a\\u0000": 1}]}', 400),
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_told(program: Programs, body: bytes, status: int) -> None:
    answer = program("safety")("POST", "spill/", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == "urn:openqsms:problem:unreadable"


def test_a_body_may_speak_of_a_nul_without_holding_one(program: Programs) -> None:
    answer = program("safety").post("spill/", {**GIVEN, "title": "Cell \\u0000"})
    assert answer.json()["title"] == "Cell \\u0000"


def test_a_form_is_not_read_as_json(program: Programs) -> None:
    answer = program("safety").client.post("/api/v1/spill/", GIVEN)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:openqsms:problem:media-type")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_that_is_too_large(program: Programs) -> None:
    assert program("safety").post("spill/", {**GIVEN, "title": "x" * 200}).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_an_address_does_not_take(program: Programs, method: str) -> None:
    answer = program("safety")(method, "spill/", {})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")
    assert answer.json()["detail"] == "This address takes GET, POST."


@pytest.mark.parametrize(
    "path", ["nothing/", "spill", "spill/1", "spill/%00/", "spill/9%009/", "spill/1/2/3/", f"spill/{10**30}/"]
)
def test_addresses_that_lead_nowhere(program: Programs, spill: Make, path: str) -> None:
    spill()
    answer = program("safety").get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_idempotency_key_that_is_none(program: Programs) -> None:
    for key in ("x" * 201, "two words", "naïve"):
        assert program("safety").post("spill/", GIVEN, Idempotency_Key=key).status_code == 400


def test_a_busy_database_is_told_with_a_time_to_wait(program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_args: Any, **_more: Any) -> None:
        raise GateBusy(20)

    monkeypatch.setattr(services, "create", busy)
    answer = program("safety").post("spill/", GIVEN)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_what_nobody_foresaw_is_a_problem_too(
    program: Programs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise OperationalError("secret words of the engine")

    monkeypatch.setattr(services, "create", broken)
    safety = program("safety")
    safety.client.raise_request_exception = False
    answer = safety.post("spill/", GIVEN)
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.content.decode()
    assert answer.json()["request"]
    assert "secret words" in caplog.text
    safety.client.raise_request_exception = True
    with pytest.raises(OperationalError):
        safety.post("spill/", GIVEN)


def test_nothing_of_anybody_is_kept_by_caches(program: Programs, spill: Make) -> None:
    made, safety = spill(), program("safety")
    assert safety.get("spill/")["Cache-Control"] == "no-store"
    assert safety.get("me/")["Cache-Control"] == "no-store"
    one = safety.get(f"spill/{made.pk}/")
    assert (one["Cache-Control"], one["Vary"]) == ("private, no-cache", "Authorization, Cookie")
    assert "default-src 'self'" in one["Content-Security-Policy"]

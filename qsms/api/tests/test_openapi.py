"""The description of the API: sound in itself, true of the answers, readable as a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from qsms.api import openapi
from qsms.records import registry
from tests.cast import Cast
from tests.newtype.models import Spill

from .conftest import token_of

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip


def test_every_kind_and_operation_is_described(db: None) -> None:
    document = openapi.document()
    assert document["openapi"] == "3.1.0"
    for sheet in registry.all_types():
        assert {"get", "post"} <= set(document["paths"][f"/{sheet.kind}/"])
    ids = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))
    assert _dangling(document) == set()
    spill = document["components"]["schemas"]["SpillCreate"]
    assert spill["required"] == ["title", "fuel", "spilled_on"]
    assert spill["properties"]["fuel"]["enum"] == ["jet", "avgas"]
    assert spill["properties"]["title"]["maxLength"] == 250
    assert "state" not in spill["properties"]
    assert document["components"]["schemas"]["Spill"]["properties"]["state"]["enum"] == [
        "found",
        "cleaned",
        "closed",
        "void",
    ]


def _dangling(document: dict[str, Any]) -> set[str]:
    """Pointers that lead nowhere."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "$ref":
                    at: Any = document
                    for part in value.removeprefix("#/").split("/"):
                        at = at.get(part, {}) if isinstance(at, dict) else {}
                    if not at:
                        found.add(value)
                walk(value)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(document)
    return found


def test_the_document_and_its_page_need_no_sign_in_and_no_other_host(db: None) -> None:
    client = Client()
    assert client.get("/api/v1/openapi.json").json() == json.loads(json.dumps(openapi.document(), default=str))
    page = client.get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "/api/v1/spill/{key}/" in text
    assert "How it was cleaned" in text
    for elsewhere in ("<script>", "http://", "https://", " style=", " onclick="):
        assert elsewhere not in text.replace("http://www.w3.org/", "")
    assert "default-src 'self'" in page["Content-Security-Policy"]


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """A request through the server's own door would close the connection in which the test's rows are."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
def test_what_the_document_says_holds_for_generated_requests(keeper: Cast, spill: Callable[..., Spill]) -> None:
    """Bounded and the same every time: no surprise here is a matter of luck."""
    made, other = spill(), spill()
    document = json.loads(json.dumps(openapi.document()))
    ours = ("/spill/", "/me/", "/tasks/")
    document["paths"] = {path: one for path, one in document["paths"].items() if path.startswith(ours) or path == "/"}
    document["servers"] = [{"url": "http://localhost/api/v1"}]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    headers = {"Authorization": f"Bearer {token_of(keeper.safety)}"}

    asked = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]

        @settings(
            max_examples=3, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:
            nonlocal asked
            asked += 1
            if "key" in (case.path_parameters or {}):
                case.path_parameters["key"] = str((made, other)[asked % 2].number)
            version = {"If-Match": '"1"'} if case.method == "PATCH" else {}
            response = case.call(headers={**headers, **version})
            case.validate_response(response, checks=CHECKS)

        holds()
    assert asked > 50

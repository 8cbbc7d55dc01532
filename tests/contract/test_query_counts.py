"""How many statements each page costs: at most what is written down, and the same for many records as for few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.org import actor as actors
from qsms.org import names
from qsms.records import registry
from qsms.records.models import Record
from qsms.search import engines
from tests.cast import Cast

from .factory import make

COUNTS: dict[str, dict[str, int]] = yaml.safe_load(Path(__file__).with_name("query_counts.yaml").read_text())
FEW, MANY = 3, 12


def cost(client: Client, address: str) -> int:
    """The statements of one request, once the process knows what it remembers: names of places, prepared queries."""
    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    return len(caught)


def some(cast: Cast, kind: str, n: int) -> list[Record]:
    given: dict[str, Any] = {"site": cast.sites["LKF"], "owner": cast.owner}
    return [make(actors.system(cast.organisation.pk), kind, **given) for _one in range(n)]


@pytest.fixture
def browser(keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A safety manager's browser, in a process whose memory of names lasts as long as a slow test."""
    monkeypatch.setattr(names, "SECONDS", 3600)
    monkeypatch.setattr(engines, "SECONDS", 3600)
    return signed_in(keeper, "safety")


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def test_pages_of_a_kind(cast: Cast, kind: str, browser: Client) -> None:
    first = some(cast, kind, FEW)[0]
    pages = {path: path.format(kind=kind, number=first.number) for path in COUNTS["of_a_kind"]}
    few = {path: cost(browser, address) for path, address in pages.items()}
    some(cast, kind, MANY)
    many = {path: cost(browser, address) for path, address in pages.items()}
    assert {path: n for path, n in many.items() if n > few[path]} == {}
    allowed = COUNTS["of_a_kind"] | COUNTS.get(f"of_a_{kind}", {}) | COUNTS.get(f"on_{connection.vendor}", {})
    assert {path: n for path, n in few.items() if n > allowed[path]} == {}
    # A list may not cost more either for who reaches one site and their own records.
    path = "/r/{kind}/"
    assert cost(signed_in(cast, "site_owner"), pages[path]) <= allowed[path]


def test_pages_of_every_kind(cast: Cast, browser: Client) -> None:
    kinds = [sheet.kind for sheet in registry.all_types()]
    for kind in kinds:
        some(cast, kind, FEW)
    few = {path: cost(browser, path) for path in COUNTS["everywhere"]}
    for kind in kinds:
        some(cast, kind, MANY)
    many = {path: cost(browser, path) for path in COUNTS["everywhere"]}
    assert {path: n for path, n in many.items() if n > few[path]} == {}
    allowed = COUNTS["everywhere"] | COUNTS.get(f"on_{connection.vendor}", {})
    assert {path: n for path, n in few.items() if n > allowed[path]} == {}

"""Requests over loopback, timed one by one; and the weight of a first page."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

WARM_UP = 5
LEAST, MOST = 30, 400


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for, again and again. `body` may hold {n}, a number that differs each time."""

    name: str
    path: str
    person: str = "all"
    method: str = "GET"
    body: str = ""
    # How often at least one client asks: few times for what takes seconds.
    times: int = LEAST


@dataclass(frozen=True, slots=True)
class Timing:
    name: str
    person: str
    clients: int
    p50_ms: float
    p95_ms: float
    a_second: float
    n: int
    bytes: int
    failed: str = ""


def measure(port: int, one: Request, headers: Mapping[str, str], *, clients: int, seconds: float) -> Timing:
    """Ask with so many clients for so many seconds; an answer other than the first 2xx is told, not timed."""
    results: list[list[float]] = [[] for _client in range(clients)]
    sizes: list[int] = []
    failures: list[str] = []
    start = threading.Barrier(clients)

    def client(own: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for n in range(min(WARM_UP, one.times) if clients == 1 else 1):
            status, size = _ask(connection, one, headers, own * 10_000_000 + n)
            if not 200 <= status < 300:
                failures.append(f"answered {status}")
            sizes.append(size)
        start.wait(60)
        end = time.monotonic() + seconds
        while (
            not failures
            and len(results[own]) < MOST
            and (time.monotonic() < end or (clients == 1 and len(results[own]) < one.times))
        ):
            began = time.perf_counter()
            status, _size = _ask(connection, one, headers, own * 10_000_000 + 1000 + len(results[own]))
            if not 200 <= status < 300:
                failures.append(f"answered {status}")
            results[own].append((time.perf_counter() - began) * 1000)
        connection.close()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    times = sorted(time_ for own in results for time_ in own)
    if failures or len(times) < 2:
        said = failures[0] if failures else "no answer"
        return Timing(one.name, one.person, clients, 0, 0, 0, 0, 0, said)
    marks = quantiles(times, n=20)
    return Timing(
        one.name, one.person, clients, round(marks[9], 2), round(marks[18], 2), round(len(times) / took, 1),
        len(times), max(sizes),
    )  # fmt: skip


def _ask(connection: http.client.HTTPConnection, one: Request, headers: Mapping[str, str], n: int) -> tuple[int, int]:
    body = one.body.replace("{n}", str(n)) if one.body else None
    sent = {"Accept-Encoding": "gzip", **headers}
    if body:
        sent |= {"Content-Type": "application/json", "Idempotency-Key": f"bench-{time.time_ns()}-{n}"}
    connection.request(one.method, one.path, body=body, headers=sent)
    answer = connection.getresponse()
    return answer.status, len(answer.read())


def first_page_bytes(port: int, path: str, headers: Mapping[str, str]) -> dict[str, int]:
    """What a browser with an empty cache fetches for this page, compressed: the page and what it names."""

    def fetch(address: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", address, headers={**headers, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        raw = answer.read()
        compressed = answer.getheader("Content-Encoding") == "gzip"
        weights[address] = len(raw)
        return gzip.decompress(raw) if compressed else raw

    weights: dict[str, int] = {}
    page = fetch(path).decode()
    named = re.findall(r'(?:href|src)="(/static/[^"#?]+)', page)
    for address in dict.fromkeys(named):
        text = fetch(address)
        if address.endswith(".css"):
            for font in re.findall(rb'url\(["\']?([^"\')]+latin\.[^"\')]*woff2)', text):
                at = font.decode()
                fetch(at if at.startswith("/") else address.rsplit("/", 1)[0] + "/" + at)
    return weights


def as_json(timings: list[Timing]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps({name: getattr(one, name) for name in Timing.__slots__})) for one in timings]

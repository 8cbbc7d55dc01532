"""One size: seed, sign three people in, drive every page with one and with several clients, count queries."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from qsms.api import tokens
from qsms.base import context
from qsms.base.sessions import SessionStore
from qsms.org import actor as actors
from qsms.org.models import Person

from . import bring_in, drive, rooms, seed, server
from .drive import Request


def measure(
    size: int, kind: str, seconds: float, clients: list[int], imported: int, *, with_rooms: bool
) -> dict[str, Any]:
    """Everything that is known about one size, as plain data; `imported` rows come in from a file at the end."""
    seeded = _seeded(kind, size)
    # Kept since another day it has that day's round before it.
    seed.work_off()
    cookies = {name: _sign_in(pk) for name, pk in seeded.people.items()}
    asked = requests(seeded)
    environment = {name: value for name, value in os.environ.items() if name.startswith(("QSMS_", "DATABASE_"))}
    timings = []
    connection.close()
    with server.serving(environment) as running:
        for one in asked:
            headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookies[one.person]}", **_token(one, seeded)}
            for n in clients:
                if n == 1 or one.person == "all":
                    timings.append(drive.measure(running.port, one, headers, clients=n, seconds=seconds))
                    _tell(f"{one.name} ({one.person}, {n})")
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookies['all']}"}
        weights = drive.first_page_bytes(running.port, f"/r/{kind}/", cookie)
        memory, started = running.memory_mib(), running.started_in
    if with_rooms:
        more, of_rooms = _measure_rooms(cookies, environment, seconds)
        timings += more
        asked += of_rooms
    queries = query_counts(asked, cookies)
    _tell("import")
    brought_in = bring_in.rows_a_second(kind, seeded.organisation_id, imported, environment, Path(settings.HOME))
    _tell("")
    return {
        "engine": connection.vendor,
        "records": size,
        "kind": kind,
        "timings": drive.as_json(timings),
        "queries": queries,
        "bulk_rows_a_second": round(seeded.rows_a_second),
        "import_rows_a_second": round(brought_in),
        "memory_mib": round(memory),
        "start_seconds": round(started, 2),
        "first_page_bytes": sum(weights.values()),
    }


def _seeded(kind: str, size: int) -> seed.Seeded:
    kept = Path(settings.HOME) / "bench.json"
    if kept.exists():
        return seed.Seeded(**json.loads(kept.read_text()))
    seeded = seed.build(kind, size, lambda done, total: _tell(f"{done:,} of {total:,} records"))
    kept.write_text(json.dumps(dataclasses.asdict(seeded)))
    return seeded


def _measure_rooms(
    cookies: dict[str, str], environment: dict[str, str], seconds: float
) -> tuple[list[drive.Timing], list[Request]]:
    """What is slow by itself, through a server of its own, so that the other figures know nothing of it."""
    furnished = _furnished()
    cookies["rooms"] = _sign_in(furnished.person)
    pages, headers = rooms.requests(furnished), {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookies['rooms']}"}
    connection.close()
    found = []
    with server.serving(environment) as running:
        for one in [*pages, *rooms.exports()]:
            found.append(drive.measure(running.port, one, headers, clients=1, seconds=seconds))
            _tell(one.name)
    return found, pages


def _furnished() -> rooms.Furnished:
    kept = Path(settings.HOME) / "rooms.json"
    if kept.exists():
        return rooms.Furnished(**json.loads(kept.read_text()))
    _tell("rooms")
    made = rooms.build()
    seed.settle()
    kept.write_text(json.dumps(dataclasses.asdict(made)))
    return made


def _tell(words: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()


def requests(seeded: seed.Seeded) -> list[Request]:
    """What people ask for most, for three people whose reach differs."""
    kind, number = seeded.kind, seeded.sample_number
    found = []
    for person in seeded.people:
        found += [
            Request("list, HTML", f"/r/{kind}/", person),
            Request("list, JSON", f"/api/v1/{kind}/", person),
            Request("filter and common word, HTML", f"/r/{kind}/?disciplines=1&q={seed.COMMON_WORD}", person),
            Request("rare word, HTML", f"/r/{kind}/?q={seed.RARE_WORD}", person),
            Request("my work", "/", person),
            Request("search everywhere", f"/search/?q={seed.COMMON_WORD}", person),
            Request("palette", "/palette/?q=hydr", person),
        ]
    return [
        *found,
        Request("list, all phases, HTML", f"/r/{kind}/?phase=all"),
        Request("list by due date, HTML", f"/r/{kind}/?order=due_on"),
        Request("record, HTML", f"/r/{kind}/{number}/"),
        Request("record, JSON", f"/api/v1/{kind}/{number}/"),
        Request("board", f"/r/{kind}/board/"),
        *([Request("triage queue", "/reports/triage/")] if kind == "report" else []),
        Request("overview", "/overview/"),
        Request("overview", "/overview/", "three-sites"),
        Request("overview", "/overview/", "own"),
        Request(
            "create, API",
            "/api/v1/action/",
            method="POST",
            body='{"title": "Bench {n}", "description": "Made by the bench", "action_kind": "correction"}',
        ),
    ]


def _sign_in(person_id: int) -> str:
    person = Person.objects.select_related("account").get(pk=person_id)
    account = person.account
    if account is None:
        raise ValueError(f"{person} has no account.")
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session["person"] = person.pk
    session.create()
    return str(session.session_key)


def _token(one: Request, seeded: seed.Seeded) -> dict[str, str]:
    """A write through the API needs a token, as a script would use."""
    if one.method == "GET":
        return {}
    system = actors.system(seeded.organisation_id, "Bench")
    with context.organisation(seeded.organisation_id):
        _made, text = tokens.create(system, seeded.people[one.person], name="Bench", days=1)
    return {"Authorization": f"Bearer {text}"}


def query_counts(asked: Sequence[Request], cookies: dict[str, str]) -> dict[str, int]:
    """How many statements each page costs, asked in this process."""
    found = {}
    with override_settings(ALLOWED_HOSTS=["*"]):
        for one in asked:
            if one.person not in ("all", "rooms") or one.method != "GET":
                continue
            browser = Client(raise_request_exception=False)
            browser.cookies[settings.SESSION_COOKIE_NAME] = cookies[one.person]
            browser.get(one.path)
            with CaptureQueriesContext(connection) as caught:
                answer = browser.get(one.path)
            if answer.status_code == 200:
                found[one.name] = len(caught)
    return found

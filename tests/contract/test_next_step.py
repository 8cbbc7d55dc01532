"""No next step leads to a refusal: whatever the strip of a record offers somebody opens for that very person.

The cast stands before a record of each kind in each of its states, open and confidential.
"""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.org import actor as actors
from qsms.records import registry, scope
from qsms.records.models import Record
from qsms.risk import doors as risk
from qsms.ui import parts
from qsms.ui.record import head
from tests.cast import Cast

from .factory import make

PEOPLE = (
    "reporter",
    "owner",
    "safety",
    "quality",
    "director",
    "executive",
    "gatekeeper",
    "administrator",
    "site_owner",
)


def offered(strip: parts.NextStep, *, all_of_it: bool) -> set[str]:
    """The addresses of the strip: of its buttons, and of what opens a shut move."""
    moves = [strip.primary, *strip.seconds, *(strip.open if all_of_it else ())]
    urls = {move.url for move in moves if move is not None} | {move.way_url for move in strip.shut}
    return {url.partition("#")[0] for url in urls if url}


@pytest.mark.one_engine(
    "Rights and rules decide in Python. On both engines one_record/test_records.py asks who sees a record and which "
    "moves are shut, and test_query_counts.py and test_doors.py open its pages and forms."
)
@pytest.mark.parametrize("confidential", [False, True])
def test_whatever_the_next_step_offers_opens_for_who_it_is_shown_to(cast: Cast, kind: str, confidential: bool) -> None:
    sheet = registry.get(kind)
    fixed = {"confidential": True} if confidential else {}
    record = make(actors.system(cast.organisation.pk), kind, site=cast.sites["LKF"], owner=cast.owner, fixed=fixed)
    if kind == "hazard":
        # Its states after the first stand on a rating.
        system = actors.system(cast.organisation.pk)
        risk.assess(
            system, record.pk, kind="initial", matrix=risk.matrix_for(system, 1), choice="3B", why="Seen often."
        )
    clients = {who: Client() for who in PEOPLE}
    for who, client in clients.items():
        client.force_login(cast.account(who))
    seen, seers = 0, set()
    refusals = []
    for state in sheet.lifecycle.states:
        Record.everywhere.filter(pk=record.pk).update(state=state.code, phase=state.phase)
        stands = sheet.model.everywhere.get(pk=record.pk)
        for who, client in clients.items():
            actor = cast.actor(who)
            if not scope.sees(actor, stands):
                continue
            seers.add(who)
            strip = head.next_step(actor, stands, head.ways(actor, stands))
            for url in offered(strip, all_of_it=state.code == sheet.lifecycle.initial):
                seen += 1
                status = client.get(url).status_code
                if status >= 400:
                    refusals.append(f"{who}, {state.code}: {url} answers {status}")
    assert refusals == []
    # Some kinds, and some confidential records, nobody of the cast sees at all.
    assert seen or not seers

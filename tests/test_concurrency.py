"""Many at once, for real: threads with their own connections to one database, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qsms.org.services import grant
from qsms.records import history, services, tally
from qsms.records.errors import Refused, Stale
from qsms.records.models import Record
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast
from tests.harness.together import at_once

VALUES = {"title": "Replace couplings", "description": "All carts", "action_kind": "correction"}


@pytest.mark.usefixtures("real_db")
def test_twenty_parallel_creates_get_one_number_each(cast: Cast) -> None:
    actor = cast.actor("quality")
    made = at_once(*[lambda n=n: services.create(actor, "action", {**VALUES, "title": f"A {n}"}) for n in range(20)])
    numbers = [record.number for record in made]
    assert len(set(numbers)) == 20
    assert Record.objects.count() == 20
    assert tally.recount(cast.organisation.pk) == {}


@pytest.mark.usefixtures("real_db")
def test_two_people_approve_at_once_and_the_second_is_told(cast: Cast) -> None:
    for name in ("colleague", "director"):
        account = cast.people[name].account
        assert account is not None
        account.set_password(PASSWORD)
        account.save()
        grant(cast.people[name], "quality_manager", axis="all")
    owner = cast.actor("owner")
    record = services.create(
        cast.actor("quality"), "action", {**VALUES, "action_kind": "corrective", "owner": cast.owner}
    )
    services.move(owner, record.pk, "analyse")
    services.move(owner, record.pk, "plan", fields={"root_cause": "Wear", "plan": "New pins"})
    from qsms.actions.tests.test_actions import add_evidence

    add_evidence(record)
    fields = {"done_summary": "Done", "verifier": cast.colleague.pk, "check_on": "2036-01-01", "check_method": "Look"}
    services.move(owner, record.pk, "implement", fields=fields)

    def approve(name: str) -> Callable[[], Any]:
        actor = cast.actor(name)
        return lambda: services.move(
            actor, record.pk, "verify", fields={"check_result": f"Seen by {name}"}, reason="Seen", proof=Proof(PASSWORD)
        )

    results = at_once(approve("colleague"), approve("director"))
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1
    assert "is now “Closed”" in str(refused[0])
    assert [e.verb for e in history.entries(record)].count("move.verify") == 1
    assert record.signatures.count() == 1


@pytest.mark.usefixtures("real_db")
def test_of_two_edits_from_one_version_the_later_merges_or_is_stale(cast: Cast) -> None:
    quality, safety = cast.actor("quality"), cast.actor("safety")
    record = services.create(quality, "action", VALUES)
    results = at_once(
        lambda: services.edit(quality, record.pk, 1, {"description": "Carts 1 to 4"}),
        lambda: services.edit(safety, record.pk, 1, {"containment": "Tagged out"}),
    )
    assert not any(isinstance(result, Stale) for result in results)
    both: Any = services.find(quality, "action", record.pk)
    assert (both.description, both.containment, both.version) == ("Carts 1 to 4", "Tagged out", 3)
    results = at_once(
        lambda: services.edit(quality, record.pk, 3, {"description": "Carts 5"}),
        lambda: services.edit(safety, record.pk, 3, {"description": "Carts 6"}),
    )
    assert sum(isinstance(result, Stale) for result in results) == 1


@pytest.mark.usefixtures("real_db")
def test_a_double_submit_makes_one_record(cast: Cast) -> None:
    actor = cast.actor("quality")
    made = at_once(*[lambda: services.create(actor, "action", VALUES, once="form-1") for _n in range(6)])
    assert len({record.pk for record in made}) == 1
    assert Record.objects.count() == 1


@pytest.mark.usefixtures("real_db")
def test_eight_writers_lose_nothing_and_nobody_is_turned_away(cast: Cast) -> None:
    """Nobody starves: who waits too long for a turn is refused, and that would fail here."""
    actor, each = cast.actor("quality"), 25

    def write() -> None:
        for _n in range(each):
            services.create(actor, "action", VALUES)

    assert at_once(*[write for _n in range(8)]) == [None] * 8
    assert Record.objects.count() == 8 * each
    assert tally.recount(cast.organisation.pk) == {}

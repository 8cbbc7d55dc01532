"""Events reach their listeners at least once, each on its own, after the commit."""

from __future__ import annotations

import pytest

from qsms.base import events
from qsms.base.events import Event, Listeners
from qsms.records import outbox, services
from qsms.records.models import Outbox
from tests.cast import Cast


@pytest.fixture
def listeners(monkeypatch: pytest.MonkeyPatch) -> Listeners:
    fresh = Listeners()
    monkeypatch.setattr(events, "after_listeners", fresh)
    return fresh


def test_a_failed_listener_is_tried_again_and_the_others_are_spared(cast: Cast, listeners: Listeners) -> None:
    heard: list[str] = []
    broken = [True]

    @listeners.add("action.created")
    def steady(event: Event) -> None:
        heard.append(f"steady {event.record_id}")

    @listeners.add("*")
    def shaky(event: Event) -> None:
        if broken[0]:
            raise RuntimeError("mail server is away")
        heard.append("shaky")

    made = services.create(
        cast.actor("quality"), "action", {"title": "Do", "description": "it", "action_kind": "correction"}
    )
    assert outbox.waiting()
    assert outbox.deliver() == 0
    assert "mail server is away" in Outbox.objects.get().error
    broken[0] = False
    assert outbox.deliver() == 1
    assert heard == [f"steady {made.pk}", "shaky"]
    assert not outbox.waiting()


def test_an_event_is_given_up_after_some_tries(cast: Cast, listeners: Listeners) -> None:
    @listeners.add("*")
    def never(event: Event) -> None:
        raise RuntimeError("no")

    services.create(cast.actor("quality"), "action", {"title": "Do", "description": "it", "action_kind": "correction"})
    for _try in range(outbox.MOST_TRIES):
        assert outbox.waiting()
        outbox.deliver()
    assert not outbox.waiting()

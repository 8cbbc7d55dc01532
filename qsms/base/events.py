"""Listeners by event name, so that a floor can speak upward without knowing who hears it.

`@after("action.closed")` runs from the outbox after commit, at least once: such a listener must bear being called
twice. Publishing, the outbox table, and what must be written in the transaction of the deed itself (projections)
belong to the records floor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
ANY = "*"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one record. `data` holds plain JSON values only, because the outbox stores it."""

    name: str
    organisation_id: int
    record_id: int | None
    actor_id: int | None
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


Handler = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Listener:
    """A handler under a key that stays the same over restarts, so that the outbox can note who has been served."""

    key: str
    order: int
    call: Handler


class Listeners:
    """The listeners of one kind, in an order that does not depend on which module was imported first."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[str, Listener]] = {}

    def add(self, *names: str, order: int = 0) -> Callable[[Handler], Handler]:
        """Decorator: call this function for each of these events ("*" for every one). Lower `order` goes first."""
        for name in names:
            if name != ANY and not NAME.fullmatch(name):
                raise ValueError(f"“{name}” is not an event name. Write room.verb, such as action.closed.")
        if not names:
            raise ValueError("A listener names at least one event.")

        def register(handler: Handler) -> Handler:
            listener = Listener(f"{handler.__module__}.{handler.__qualname__}", order, handler)
            for name in names:
                known = self._by_name.setdefault(name, {})
                if listener.key in known and known[listener.key].call is not handler:
                    raise ValueError(f"{listener.key} listens to “{name}” already. Give one of the two another name.")
                known[listener.key] = listener
            return handler

        return register

    def of(self, name: str) -> tuple[Listener, ...]:
        """Who listens to this event, in the order in which they are called."""
        found = {**self._by_name.get(ANY, {}), **self._by_name.get(name, {})}
        return tuple(sorted(found.values(), key=lambda one: (one.order, one.key)))

    def find(self, key: str) -> Listener | None:
        """The listener with this key; None when a newer release no longer has it."""
        for known in self._by_name.values():
            if key in known:
                return known[key]
        return None


after_listeners = Listeners()

after = after_listeners.add

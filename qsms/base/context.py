"""Who acts, for which organisation, in which request or job. Set at the door (request, job, command), read anywhere.

The values travel with the thread or task of the request. They are identifiers only: this floor knows no
organisation and no person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


class NoOrganisation(RuntimeError):
    """Something asked for an organisation's data while no organisation was active."""

    def __init__(self) -> None:
        super().__init__(
            "No organisation is active. Wrap the call in `with context.organisation(id):`, "
            "or let the request, job or command set it."
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the present deed."""

    organisation_id: int | None = None
    actor_id: int | None = None
    request_id: str = ""
    job_id: int | None = None


_current: ContextVar[Context] = ContextVar("qsms_context", default=Context())  # noqa: B039 - frozen


def current() -> Context:
    """All of it at once; empty outside a request, job or command."""
    return _current.get()


def active_organisation() -> int:
    """The organisation whose data may be touched. Raises NoOrganisation when none is active."""
    found = _current.get().organisation_id
    if found is None:
        raise NoOrganisation
    return found


def actor() -> int | None:
    """The person who acts; None for the system itself and for anonymous people."""
    return _current.get().actor_id


@contextmanager
def organisation(organisation_id: int, *, actor_id: int | None = None) -> Iterator[Context]:
    """Work for one organisation inside the block; the former state returns after it, also after an error.

    The actor does not carry over from another organisation: a person of one is nobody in the other.
    """
    outer = _current.get()
    kept = outer.actor_id if outer.organisation_id in (None, organisation_id) else None
    with entered(
        replace(outer, organisation_id=organisation_id, actor_id=kept if actor_id is None else actor_id)
    ) as now:
        yield now


@contextmanager
def acting(actor_id: int | None) -> Iterator[Context]:
    """Another person acts inside the block, for the same organisation, request and job."""
    with entered(replace(_current.get(), actor_id=actor_id)) as now:
        yield now


@contextmanager
def entered(context: Context) -> Iterator[Context]:
    """Exactly this context inside the block. For the doors: middleware, job worker, command."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)

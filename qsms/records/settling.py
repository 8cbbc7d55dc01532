"""What follows each write of one record, in this order: its room's consequences, the projections, the news."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qsms.org.actor import Actor

from . import history, projections
from .models import Deed
from .projections import Written


def settle(
    actor: Actor,
    written: Written,
    deed: Deed,
    hook: Callable[[], None],
    event: str,
    data: Mapping[str, Any],
) -> None:
    """Let the room draw its consequences with `hook`, tell them in the deed, and publish `event` of the kind.

    The caller has the transaction open, and wrote the record and the deed.
    """
    sheet, record = written.sheet, written.record
    aside = history.stood(record)
    hook()
    history.also(sheet, [(deed, aside, record)])
    projections.run([written])
    history.tell(actor, record, deed, f"{record.kind}.{event}", data)

"""What other rooms may use of actions."""

from __future__ import annotations

import datetime as dt

from qsms.org.actor import Actor
from qsms.records import services
from qsms.records.models import Record

from .choices import ActionKind
from .services import inherited

__all__ = ["ActionKind", "raise_action"]


def raise_action(
    actor: Actor,
    source: Record | None,
    *,
    title: str,
    description: str,
    kind: str = ActionKind.CORRECTIVE,
    owner_id: int | None = None,
    due_on: dt.date | None = None,
    once: str = "",
    **more: object,
) -> Record:
    """An action, linked as raised from `source` in the same transaction. It takes over site, unit and lenses."""
    given = {"title": title, "description": description, "action_kind": kind, "owner": owner_id, "due_on": due_on}
    if source is not None:
        given |= inherited(source)
    return services.create(actor, "action", given | more, raised_from=source, once=once)

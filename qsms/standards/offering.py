"""Requirements that a record says it serves, offered to whoever may count it as evidence for them, in one step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records.models import Record
from qsms.rules.frameworks import Reference

from . import adopting, binding, library
from .binding import Given, Piece
from .choices import Strength
from .models import Adoption

Serving = Callable[[Record], Iterable[Reference]]
_serving: dict[str, Serving] = {}


def offer_clauses(kind: str, serving: Serving) -> None:
    """Let records of a kind say which requirements they serve. Called once for a kind, by the room above it."""
    _serving[kind] = serving


def offered(record: Record, bound: Iterable[Piece], open_to: Iterable[Adoption]) -> list[Reference]:
    """What a record serves and is not bound to, of the standards in which the reader may bind evidence.

    No query but those of the room that the record is of.
    """
    serving = _serving.get(record.kind)
    adopted = {one.key for one in open_to}
    if serving is None or not adopted:
        return []
    known = {one.at for one in bound}
    return [one for one in serving(record) if one.framework in adopted and one not in known]


def take(actor: Actor, record: Record, wanted: Collection[Reference]) -> list[Reference]:
    """Count a record for those of the offered requirements that are wanted; which ones.

    It shows a part of each: what else the requirement asks, it cannot know. Raises NotVisible, Refused, Invalid.
    """
    with write_transaction():
        chosen = [
            one for one in offered(record, binding.of_record(actor, record), binding.open_to(actor)) if one in wanted
        ]
        known = library.editions(actor.organisation_id, {one.key: one.revision for one in adopting.live(actor)})
        taken = [one for one in chosen if one.number in known[one.framework].rule.by_number]
        for one in taken:
            binding.bind(actor, record.pk, one, Given(strength=Strength.PART))
    return taken

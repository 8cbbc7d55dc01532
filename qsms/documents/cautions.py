"""What other rooms have to say about a revision, told to its author before it is sent and to whoever signs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qsms.org.actor import Actor

from .models import Revision
from .writing import UNDER_WAY


@dataclass(frozen=True, slots=True)
class Caution:
    """A sentence about what will follow; grave when somebody should see to it first."""

    said: str
    is_grave: bool = False


# What a room says of a document whose next revision people must be trained for.
Teller = Callable[[Actor, int], Iterable[Caution]]
_tellers: list[Teller] = []


def caution(teller: Teller) -> Teller:
    """Decorator: ask this for what follows when people must be trained for a revision of a document."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def of(actor: Actor, revision: Revision) -> list[Caution]:
    """What is to be known about a revision that is on its way; worked out once for the object."""
    if revision.state not in UNDER_WAY or not revision.training_impact or revision.document_id is None:
        return []
    known: list[Caution] | None = revision.__dict__.get("_cautions")
    if known is None:
        known = [one for teller in _tellers for one in teller(actor, revision.document_id)]
        revision.__dict__["_cautions"] = known
    return known

"""Which evidence no longer counts as it should, or soon will not: what somebody has to renew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules.evidence import SOON_DAYS, Ageing, ageing, fresh_until

from . import adopting, binding
from .binding import Piece
from .models import Adoption


@dataclass(frozen=True, slots=True)
class Aged:
    """A piece with how it ages, and the last day on which it is fresh."""

    piece: Piece
    how: Ageing
    until: dt.date | None


def of(actor: Actor, pieces: Iterable[Piece], adoptions: Iterable[Adoption]) -> list[Aged]:
    """Of these pieces those that count for one of the adoptions and age, the first to be renewed first."""
    today = moment.now().astimezone(actor.tz).date()
    found: dict[int, Aged] = {}
    pieces = list(pieces)
    for adoption in adoptions:
        for piece in binding.counted((one for one in pieces if one.framework == adoption.key), adoption):
            how = ageing(piece.rule, today)
            if how is not None:
                found[piece.id] = Aged(piece, how, fresh_until(piece.rule))
    order = list(Ageing)
    return sorted(found.values(), key=lambda one: (order.index(one.how), one.until or dt.date.min, one.piece.id))


def all_of(actor: Actor) -> list[Aged]:
    """Every piece that ages, of the standards that the actor reads."""
    return of(actor, binding.pieces(actor), adopting.live(actor))


def records_ageing(actor: Actor) -> int:
    """How many records count as evidence that ages; questions are left alone, for they ask for more than a count."""
    if not actor.holds(f"{adopting.KIND}.evidence"):
        return 0
    soon = moment.now().astimezone(actor.tz).date() + dt.timedelta(days=SOON_DAYS)
    where = Q(expires_on__lte=soon) | Q(fresh_months__isnull=False, as_of__lte=soon)
    pieces = binding.pieces(actor, Q(where, question=""))
    return len(of(actor, pieces, adopting.live(actor))) if pieces else 0

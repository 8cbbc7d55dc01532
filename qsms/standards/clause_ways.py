"""Ways that rooms above offer on the page of a requirement, without this room knowing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qsms.org.actor import Actor
from qsms.rules.frameworks import Reference

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class ClauseWay:
    """A link on the page of a requirement; `url` is empty for who may not follow it."""

    label: StrOrPromise
    url: Callable[[Actor, Reference], str]


_ways: list[ClauseWay] = []


def offer_way(way: ClauseWay) -> None:
    """Show this link on the page of every requirement."""
    if way not in _ways:
        _ways.append(way)


def ways(actor: Actor, clause: Reference) -> list[tuple[str, str]]:
    """What is offered to this reader there: label and address."""
    return [(str(way.label), url) for way in _ways if (url := way.url(actor, clause))]

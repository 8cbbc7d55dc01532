"""What rooms tell the kit about importing their records. A kind that says nothing is imported by its sheet alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsms.exchange.mappings import ImportMapping, load_mappings
from qsms.org.actor import Actor
from qsms.records.bulk import Row
from qsms.records.choices import Relation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Gets the fitted values of one row by field name. May raise records.errors.Invalid with sentences by field.
Build = Callable[[Actor, dict[str, Any]], Row]


@dataclass(frozen=True, slots=True)
class Nested:
    """Records that a row brings along: `name[].part` of a mapping fills a record of `kind`, linked to the row's."""

    kind: str
    relation: str = Relation.RAISED_FROM
    # What every one of them has, unless the row says otherwise.
    values: Mapping[str, Any] = field(default_factory=dict)
    # Where they stand when the row does not say it; empty for where the sheet has them begin.
    state: str = ""
    # Columns that are taken over from the row's record.
    takes: tuple[str, ...] = ("site", "unit", "process", "disciplines", "confidential")


@dataclass(frozen=True, slots=True)
class Offer:
    """How records of one kind are imported beyond what their sheet says."""

    kind: str
    # A folder of shipped mappings.
    mappings: Path | None = None
    # Columns of the model that no form offers and an import may fill.
    fields: tuple[str, ...] = ()
    nested: Mapping[str, Nested] = field(default_factory=dict)
    build: Build | None = None
    # How rows stand that do not say it themselves, by state, as a choice on the mapping page; "" leaves it to the row.
    stands: Mapping[str, StrOrPromise] = field(default_factory=dict)
    # Other names under which columns of the trade's files come, by field.
    known_as: Mapping[str, tuple[StrOrPromise, ...]] = field(default_factory=dict)


_offers: dict[str, Offer] = {}


def offer(
    kind: str,
    *,
    mappings: Path | None = None,
    fields: tuple[str, ...] = (),
    nested: Mapping[str, Nested] | None = None,
    build: Build | None = None,
    stands: Mapping[str, StrOrPromise] | None = None,
    known_as: Mapping[str, tuple[StrOrPromise, ...]] | None = None,
) -> None:
    """Say how records of this kind are imported. For a room's `apps.py: ready()`."""
    _offers[kind] = Offer(kind, mappings, fields, nested or {}, build, stands or {}, known_as or {})


def of(kind: str) -> Offer:
    """What was offered for this kind; an empty offer when nothing was."""
    return _offers.get(kind, Offer(kind))


def withdraw(kind: str) -> None:
    """Take an offer back: for tests that bring one of their own."""
    _offers.pop(kind, None)


@lru_cache(maxsize=64)
def _load(folder: Path) -> dict[str, ImportMapping]:
    return load_mappings(folder)


def shipped(kind: str) -> dict[str, ImportMapping]:
    """The mappings that come with the product for this kind, by code."""
    folder = of(kind).mappings
    return {code: one for code, one in _load(folder).items() if one.target == kind} if folder else {}

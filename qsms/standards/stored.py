"""Editions and crosswalks between rows and rules. What is stored never changes, so it is read once per process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qsms.rules import framework_data
from qsms.rules.crosswalk import Crosswalk, Pair, Relation, Source
from qsms.rules.frameworks import Confidence, Framework, Reference

# Where the relation stands in a stored pair, and what stands there for two requirements without any.
RELATION, STRANGERS = 4, "none"
# How many columns a pair has. A judgement of one's own has one more: who judged, who confirmed, and when it ended.
COLUMNS = 10
# Since when a second person is asked.
ASKED_SINCE = "2026-11-28T00:00:00+00:00"


@dataclass(frozen=True)
class OwnPairs:
    """What an organisation judged itself and a second person confirmed: pairs, and pairs of requirements that it says
    have nothing in common.
    """

    pairs: tuple[Pair, ...] = ()
    strangers: tuple[Pair, ...] = ()

    @property
    def denied(self) -> list[frozenset[Reference]]:
        """The ends of the latter."""
        return [frozenset((one.left, one.right)) for one in self.strangers]


@lru_cache(maxsize=128)
def framework(model: Any, pk: int, checksum: str) -> Framework:
    """The edition of a row. The checksum is part of the question, so that no other row is ever taken for this one."""
    return framework_data.from_dict(model.everywhere.values_list("definition", flat=True).get(pk=pk))


@lru_cache(maxsize=16)
def crosswalk(model: Any, pk: int, checksum: str) -> Crosswalk:
    """The crosswalk of a row."""
    return Crosswalk(tuple(pair_from(one) for one in model.everywhere.values_list("pairs", flat=True).get(pk=pk)))


@lru_cache(maxsize=64)
def own_pairs(model: Any, pk: int, checksum: str) -> OwnPairs:
    """The pairs that an organisation judged itself, of a row."""
    rows = [
        row[:COLUMNS] for row in model.everywhere.values_list("pairs", flat=True).get(pk=pk) if stands(told_of(row))
    ]
    return OwnPairs(
        tuple(pair_from(one) for one in rows if one[RELATION] != STRANGERS),
        tuple(pair_from([*one[:RELATION], Relation.OVERLAP, *one[RELATION + 1 :]]) for one in rows
              if one[RELATION] == STRANGERS),
    )  # fmt: skip


def told_of(row: list[Any]) -> Mapping[str, Any]:
    """Who judged a pair of one's own, who confirmed it and when it ended. One from before a second person was asked
    counts as it did, and nobody knows any more who judged it."""
    if len(row) > COLUMNS:
        told: Mapping[str, Any] = row[COLUMNS]
        return told
    who = dict.fromkeys(("by", "confirmed_by", "ended_by", "ended_at"))
    return {**who, "key": "|".join(row[:RELATION]), "at": ASKED_SINCE, "confirmed_at": ASKED_SINCE}


def stands(told: Mapping[str, Any]) -> bool:
    """Whether a judgement counts: somebody else confirmed it, and nobody ended it."""
    return told["confirmed_at"] is not None and told["ended_at"] is None


def pair_data(pair: Pair) -> list[Any]:
    """A pair as plain data."""
    return [
        pair.left.framework, pair.left.number, pair.right.framework, pair.right.number, pair.relation.value,
        pair.rationale, pair.confidence.value, pair.row, list(pair.jointly), pair.source.value,
    ]  # fmt: skip


def pair_from(data: list[Any]) -> Pair:
    """The pair of plain data."""
    here, number, there, other, relation, rationale, confidence, row, jointly, source = data
    return Pair(
        Reference(here, number), Reference(there, other), Relation(relation), rationale, Confidence(confidence), row,
        tuple(jointly), Source(source),
    )  # fmt: skip


def pairs_checksum(pairs: Iterable[list[Any]]) -> str:
    """A fingerprint of the whole content."""
    return hashlib.sha256(json.dumps(list(pairs), ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

"""Evidence as values: how much of a requirement a piece shows, and whether it is still fresh enough to show it."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from qsms.rules.calendar_days import add_months
from qsms.rules.frameworks import Reference


class Level(IntEnum):
    """How much of a requirement is shown; ordered, so that the most is the maximum."""

    NOTHING = 0
    PART = 1
    WHOLE = 2


class Strength(StrEnum):
    """What a piece of evidence is worth by itself; one that only supports is shown and never counted."""

    WHOLE = "whole"
    PART = "part"
    SUPPORTS = "supports"


class Freshness(StrEnum):
    """How a piece of evidence stands today."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"
    EMPTY = "empty"
    AHEAD = "ahead"


class Ageing(StrEnum):
    """How a piece of evidence is losing its worth, the gravest first."""

    OVER = "over"
    STALE = "stale"
    SOON = "soon"


# So long before its last fresh day somebody is told.
SOON_DAYS = 60


class Evidence(NamedTuple):
    """A record, document or living query bound to a requirement.

    `as_of` is the day of what it shows, None for a query that finds nothing. It is fresh for `fresh_months` calendar
    months (None = it does not age) and worth nothing after `expires_on`. Of no `site` it is of all of them.
    """

    id: Hashable
    at: Reference
    as_of: date | None
    strength: Strength = Strength.WHOLE
    fresh_months: int | None = None
    expires_on: date | None = None
    site: Hashable | None = None


def fresh_until(evidence: Evidence) -> date | None:
    """The last day on which it is fresh; None when it neither ages nor expires, or shows nothing."""
    if evidence.as_of is None:
        return None
    ages = None if evidence.fresh_months is None else add_months(evidence.as_of, evidence.fresh_months)
    known = [each for each in (ages, evidence.expires_on) if each is not None]
    return min(known, default=None)


def freshness(evidence: Evidence, today: date) -> Freshness:
    """How it stands: the last day of a limit still counts; what lies ahead of today shows nothing yet."""
    if evidence.as_of is None:
        return Freshness.EMPTY
    if evidence.as_of > today:
        return Freshness.AHEAD
    if evidence.expires_on is not None and today > evidence.expires_on:
        return Freshness.EXPIRED
    if evidence.fresh_months is not None and today > add_months(evidence.as_of, evidence.fresh_months):
        return Freshness.STALE
    return Freshness.FRESH


def level(evidence: Evidence, state: Freshness) -> Level:
    """What it counts for: stale evidence of the whole is evidence of a part, what supports or is over is nothing."""
    if evidence.strength is Strength.SUPPORTS or state not in (Freshness.FRESH, Freshness.STALE):
        return Level.NOTHING
    if state is Freshness.FRESH and evidence.strength is Strength.WHOLE:
        return Level.WHOLE
    return Level.PART


def ageing(evidence: Evidence, today: date) -> Ageing | None:
    """Whether somebody has to renew it: it shows nothing any more, less than it did, or will so within SOON_DAYS."""
    state = freshness(evidence, today)
    if state in (Freshness.EXPIRED, Freshness.EMPTY):
        return Ageing.OVER
    if state is Freshness.STALE:
        return Ageing.STALE
    last = fresh_until(evidence)
    return Ageing.SOON if last is not None and last < today + timedelta(days=SOON_DAYS) else None

"""What other rooms may use of standards."""

from __future__ import annotations

from .clause_ways import ClauseWay, offer_way
from .requirements import Requirement, asked_elsewhere, may_bind, requirement, requirements_of, shown_by

__all__ = [
    "ClauseWay",
    "Requirement",
    "asked_elsewhere",
    "may_bind",
    "offer_way",
    "requirement",
    "requirements_of",
    "shown_by",
]

"""The tables of standards."""

from .adoption import Adoption, CoverageDay, Evidence, Exclusion, OfEdition
from .editions import ClauseText, Crosswalk, Edition
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "Adoption",
    "ClauseText",
    "CoverageDay",
    "Crosswalk",
    "Edition",
    "Evidence",
    "Exclusion",
    "GapAnswer",
    "GapAssessment",
    "GapSnapshot",
    "OfEdition",
]

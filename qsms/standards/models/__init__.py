"""The tables of standards."""

from .adoption import Adoption, CoverageDay, Evidence, Exclusion, OfEdition
from .declaration import PART_5, Declaration
from .editions import ClauseText, Crosswalk, Edition
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "PART_5",
    "Adoption",
    "ClauseText",
    "CoverageDay",
    "Crosswalk",
    "Declaration",
    "Edition",
    "Evidence",
    "Exclusion",
    "GapAnswer",
    "GapAssessment",
    "GapSnapshot",
    "OfEdition",
]

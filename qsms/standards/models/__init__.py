"""The tables of standards."""

from .adoption import Adoption, Evidence, Exclusion, OfEdition
from .declaration import PART_5, Declaration
from .editions import Crosswalk, Edition
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "PART_5",
    "Adoption",
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

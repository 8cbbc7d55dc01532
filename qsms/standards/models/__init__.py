"""The tables of standards."""

from .adoption import Adoption, CoverageDay, Evidence, Exclusion, OfEdition
from .certificates import Certificate, CertificationAudit
from .declaration import PART_5, Declaration
from .editions import ClauseText, Crosswalk, Edition
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "PART_5",
    "Adoption",
    "Certificate",
    "CertificationAudit",
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

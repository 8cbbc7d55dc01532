"""The tables of standards."""

from .adoption import Adoption, CoverageDay, Evidence, Exclusion, OfEdition
from .certificates import Certificate, CertificationAudit
from .editions import ClauseText, Crosswalk, Edition
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "Adoption",
    "Certificate",
    "CertificationAudit",
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

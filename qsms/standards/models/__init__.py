"""The tables of standards."""

from .adoption import Adoption, CoverageDay, Evidence, Exclusion, OfEdition
from .certificates import Certificate, CertificationAudit
from .declaration import PART_5, Declaration
from .editions import ClauseText, Crosswalk, Edition
from .findings import BodyLimit, Finding, FindingRequirement
from .gaps import GapAnswer, GapAssessment, GapSnapshot

__all__ = [
    "PART_5",
    "Adoption",
    "BodyLimit",
    "Certificate",
    "CertificationAudit",
    "ClauseText",
    "CoverageDay",
    "Crosswalk",
    "Declaration",
    "Edition",
    "Evidence",
    "Exclusion",
    "Finding",
    "FindingRequirement",
    "GapAnswer",
    "GapAssessment",
    "GapSnapshot",
    "OfEdition",
]

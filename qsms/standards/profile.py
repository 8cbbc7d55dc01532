"""What of Part 5 applies to an organisation, by the certificates that it holds or applies for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.rules.applicability import Applicability, Certificate, not_applicable
from qsms.rules.frameworks import Framework
from qsms.rules.lifecycle import Phase

from . import shipped
from .models import Adoption, Declaration
from .outputs.models import PART_5

FLAGS = ("applicant", "single_pilot", "holds_type_certificate", "only_21_29")
FACTS = ("held_since", "sms_accepted_on", "plan_submitted_on")
# What is declared for; it stands still once it is signed.
KEPT = frozenset({"certificate", "statement", *FLAGS, *FACTS})


def rules() -> Applicability:
    """The shipped rules of Part 5."""
    return shipped.applicability()[PART_5]


def certificate(declaration: Declaration) -> Certificate:
    """The certificate of a declaration as the rules know it."""
    dates = {name: day for name in FACTS if (day := getattr(declaration, name)) is not None}
    return Certificate(declaration.certificate, dates, frozenset(name for name in FLAGS if getattr(declaration, name)))


def held(organisation_id: int, adoption: Adoption) -> list[Certificate]:
    """The certificates that speak for an adoption: of its site, or of no particular one (one query).

    Which certificates an organisation works under is no secret of the record that says so, unless it is confidential.
    """
    here = Q(site=None) if adoption.site_id is None else Q(site=None) | Q(site_id=adoption.site_id)
    rows = Declaration.everywhere.filter(here, organisation_id=organisation_id, confidential=False)
    return [certificate(one) for one in rows.exclude(phase=Phase.VOID).order_by("pk")]


def falls_away(adoption: Adoption, framework: Framework) -> Mapping[str, str]:
    """The requirements that surely do not apply, each with the reason in words; those below follow."""
    if adoption.key != PART_5:
        return {}
    found = not_applicable(rules(), framework, held(adoption.organisation_id, adoption))
    return {number: words(code) for number, code in found.items()}


def words(code: str) -> str:
    """Why a requirement falls away: the paragraph that says so, or whom it is for."""
    condition = rules().conditions.get(code)
    if condition is None:
        return _("Not applicable: %(paragraph)s") % {"paragraph": code}
    return _("Not applicable: it is for “%(whom)s”") % {"whom": condition.label}


def above(framework: Framework, number: str, found: Mapping[str, str]) -> str:
    """What takes a number away, itself or by something above it; empty for nothing."""
    numbers: Iterable[str] = (number, *framework.ancestors(number))
    return next((found[one] for one in numbers if one in found), "")

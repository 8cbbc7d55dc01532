"""What of Part 5 applies to an organisation, by the certificates that it holds or applies for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from qsms.records import registry
from qsms.rules.applicability import Applicability, Certificate, missing_facts, not_applicable
from qsms.rules.frameworks import Framework
from qsms.rules.lifecycle import Phase

from . import shipped
from .models import PART_5, Adoption, Declaration

FLAGS = ("applicant", "single_pilot", "holds_type_certificate", "only_21_29")
FACTS = ("held_since", "sms_accepted_on", "plan_submitted_on")
# What is declared for; it stands still once it is signed.
KEPT = frozenset({"certificate_kind", "judged_from", "statement", *FLAGS, *FACTS})


def rules() -> Applicability:
    """The shipped rules of Part 5."""
    return shipped.applicability()[PART_5]


def certificate(declaration: Declaration) -> Certificate:
    """The certificate of a declaration as the rules know it."""
    dates = {name: day for name in FACTS if (day := getattr(declaration, name)) is not None}
    return Certificate(
        declaration.certificate_kind, dates, frozenset(name for name in FLAGS if getattr(declaration, name))
    )


def held(organisation_id: int) -> list[Declaration]:
    """Every certificate that the organisation says it holds or applies for (one query).

    Which ones it works under is no secret of the record that says so, unless that is confidential.
    """
    # Said of both tables: else a database that knows of few declarations reads every record for them.
    here = {"organisation_id": organisation_id, "tenant_id": organisation_id, "kind": "declaration"}
    rows = Declaration.everywhere.filter(**here, confidential=False)
    return list(rows.exclude(phase=Phase.VOID).order_by("pk"))


def missing(declaration: Declaration) -> list[str]:
    """The dates that a declaration lacks and on which hangs what is asked, as its form calls them."""
    sheet = registry.get("declaration")
    return [sheet.field_label(name) for name in missing_facts(rules(), certificate(declaration))]


def here(adoption: Adoption, declarations: Iterable[Declaration]) -> list[Certificate]:
    """The certificates that speak for an adoption: those of its site, and those of no particular one."""
    return [certificate(one) for one in declarations if one.site_id in (None, adoption.site_id)]


def falls_away(framework: Framework, certificates: Iterable[Certificate]) -> Mapping[str, str]:
    """What surely does not apply to any of the certificates, each number with the reason; those below follow."""
    if framework.key != PART_5:
        return {}
    return {number: words(code) for number, code in not_applicable(rules(), framework, certificates).items()}


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

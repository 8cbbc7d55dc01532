"""Certificates under 14 CFR Part 5 and the declarations of compliance for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import RecordChild

from .. import shipped

# The only regulation whose rules of applicability are shipped, and which asks for a declaration.
PART_5 = "us-14cfr-5/2024"


def offered_certificates() -> list[tuple[str, str]]:
    """The kinds of certificate that the rules know, as choices of a field."""
    return list(shipped.applicability()[PART_5].kinds.items())


class Declaration(RecordChild):
    """A certificate under 14 CFR Part 5, what of it matters to the rules, and the declaration of compliance for it."""

    certificate_kind = models.CharField(_("certificate"), max_length=30, choices=offered_certificates)
    applicant = models.BooleanField(_("applied for, not yet held"), default=False)
    held_since = models.DateField(
        _("held since"),
        null=True,
        blank=True,
        help_text=_("What is due, and when, hangs on this day."),
    )
    single_pilot = models.BooleanField(
        _("single pilot"),
        default=False,
        help_text=_("One pilot is the only person who does everything that touches safety."),
    )
    sms_accepted_on = models.DateField(
        _("SMS accepted on"), null=True, blank=True, help_text=_("Part 121: the day on which the FAA accepted the SMS.")
    )
    plan_submitted_on = models.DateField(
        _("plan submitted on"), null=True, blank=True, help_text=_("Part 21: the day of the implementation plan.")
    )
    holds_type_certificate = models.BooleanField(
        _("type certificate held"), default=False, help_text=_("Part 21: of the same product, not only licensed.")
    )
    only_21_29 = models.BooleanField(
        _("only under 21.29"), default=False, help_text=_("Part 21: all type certificates held are under 21.29.")
    )
    judged_from = models.ForeignKey(
        "standards.Adoption", models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("judged from"),
        help_text=_("The adopted 14 CFR Part 5 whose evidence it rests on. Empty: the only one there is."),
    )  # fmt: skip
    statement = models.TextField(_("what is declared"), blank=True)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    acknowledged_on = models.DateField(_("acknowledged on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # How each section stood when it was signed: number, title, met, of how many, and what of it did not apply.
    sections = models.JSONField(default=list, editable=False)
    # Since when somebody knows that what was signed is not so any more; empty while it holds.
    untrue_since = models.DateTimeField(null=True, editable=False)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "certificate_kind", "record"], name="declaration_certificate"),
            models.Index(fields=["tenant", "reference"], name="declaration_reference", condition=~Q(reference="")),
        ]

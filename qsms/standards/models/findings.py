"""Findings: what somebody found not to be as a requirement asks, or worth saying, and what its answer came to.

What is done about one is in the actions that are raised from it, and is not written here a second time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, RecordChild

from ..choices import FindingOrigin, offered_frameworks, offered_grades
from .certificates import Certificate, CertificationAudit


class Finding(RecordChild):
    """One finding, whoever made it, from its wording to its verified end."""

    origin = models.CharField(_("found by"), max_length=20, choices=FindingOrigin.choices, default=FindingOrigin.BODY)
    finder = models.CharField(
        _("name of who found it"), max_length=200, blank=True, help_text=_("The body, authority, customer or auditor.")
    )
    grade = models.CharField(_("grade"), max_length=40, choices=offered_grades)
    # Not “certificate”: that is what every record calls the certificate that it may be itself.
    under_certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("certificate")
    )
    # Which of the audits noted on the certificate it is from. One from before that was asked is known by its day alone.
    audit = models.ForeignKey(
        CertificationAudit, models.SET_NULL, null=True, related_name="findings", editable=False, db_index=False
    )
    audit_on = models.DateField(
        _("audit ended on"), null=True, blank=True, help_text=_("As the audit is noted on the certificate.")
    )
    framework = models.CharField(_("standard"), max_length=81, choices=offered_frameworks, blank=True)
    own_edition = models.CharField(
        _("edition of your own"),
        max_length=81,
        blank=True,
        help_text=_("Only for one that was imported here: its code and edition, such as acme/2."),
    )
    clause = models.CharField(_("clause"), max_length=60, blank=True, help_text=_("Its number, such as 7.1.5.2."))
    cited = models.CharField(
        _("requirement as it was cited"),
        max_length=500,
        blank=True,
        help_text=_("Where it is no clause of a standard here: a contract, a procedure, a rule."),
    )
    statement = models.TextField(
        _("what is not as it should be"), blank=True, help_text=_("The nonconformity in a sentence or two.")
    )
    objective_evidence = models.TextField(
        _("objective evidence"), blank=True, help_text=_("What was seen, where, when and on how many.")
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True, help_text=_("The limits run from this day."))
    # The limits run from here: the day of issue, or that on which it was opened again.
    limits_from = models.DateField(null=True, editable=False)
    plan_by = models.DateField(
        _("plan named for"), null=True, blank=True, help_text=_("Empty: as its certificate or the rule says.")
    )
    evidence_by = models.DateField(
        _("evidence named for"), null=True, blank=True, help_text=_("Empty: as its certificate or the rule says.")
    )
    plan_sent_on = models.DateField(_("plan sent on"), null=True, blank=True)
    plan_accepted_on = models.DateField(_("plan accepted on"), null=True, blank=True)
    evidence_sent_on = models.DateField(_("evidence sent on"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    accepted_by = models.CharField(
        _("accepted by"), max_length=200, blank=True, help_text=_("Who said so at the body, or the auditor.")
    )
    closing_note = models.TextField(
        _("how it was closed"), blank=True, help_text=_("What was looked at, and that it worked.")
    )
    reference = models.CharField(_("their number"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "grade", "record"], name="finding_grade"),
            models.Index(fields=["tenant", "framework", "record"], name="finding_framework"),
            models.Index(fields=["tenant", "reference"], name="finding_reference", condition=~Q(reference="")),
        ]


class FindingRequirement(Owned):
    """A further requirement that a finding is against, with the grade that it has there."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="also", db_index=False)
    framework = models.CharField(max_length=81)
    number = models.CharField(max_length=60)
    grade = models.CharField(max_length=40, choices=offered_grades)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["finding", "framework", "number"], name="finding_requirement_once")
        ]


class BodyLimit(Owned):
    """How many days the body of a certificate gives for findings of a grade, where its contract says it."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="limits", db_index=False)
    grade = models.CharField(max_length=40, choices=offered_grades)
    plan_days = models.PositiveSmallIntegerField(null=True)
    evidence_days = models.PositiveSmallIntegerField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["certificate", "grade"], name="body_limit_once")]

"""Certificates that outside bodies give to the management system, and the audits of their cycle."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, RecordChild

from ..choices import CertificationAuditKind
from .adoption import OfEdition


class Certificate(OfEdition, RecordChild):
    """A certificate from its application to its end. Its days say what is due next."""

    body = models.CharField(_("certification body"), max_length=200)
    certificate_number = models.CharField(_("number on the certificate"), max_length=80, blank=True)
    scope = models.TextField(_("scope as written on it"), blank=True)
    covered = models.TextField(
        _("sites on it"), blank=True, help_text=_("One on each line, as the certificate names them.")
    )
    stage_1_on = models.DateField(_("stage 1 ended"), null=True, blank=True)
    stage_2_on = models.DateField(_("stage 2 ended"), null=True, blank=True)
    decided_on = models.DateField(
        _("decided on"), null=True, blank=True, help_text=_("The day of the decision begins the cycle.")
    )
    is_first = models.BooleanField(
        _("first cycle"), default=True, help_text=_("Only there the first surveillance audit is due within 12 months.")
    )
    expires_on = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("Empty: as long as a cycle of certification lasts.")
    )
    longer_because = models.TextField(
        _("why it lasts longer"),
        blank=True,
        help_text=_("Only where it is valid for longer than a cycle of certification, such as to the end of the next."),
    )
    logo_use = models.TextField(
        _("where the mark is shown"), blank=True, help_text=_("Letters, web pages, vehicles: one on each line.")
    )
    logo_rules = models.TextField(
        _("rules of the body for its mark"), blank=True, help_text=_("What it allows and asks: form, number, wording.")
    )
    logo_checked_on = models.DateField(_("use of the mark checked on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "framework", "record"], name="certificate_framework"),
            models.Index(fields=["tenant", "reference"], name="certificate_reference", condition=~Q(reference="")),
        ]


class CertificationAudit(Owned):
    """An audit of the certification body. It is noted once; history tells who noted it."""

    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="audits")
    kind = models.CharField(max_length=20, choices=CertificationAuditKind.choices)
    on = models.DateField()
    outcome = models.TextField(blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.on.isoformat()}"

    def is_of(self, audit_id: int | None, audit_on: dt.date | None) -> bool:
        """Whether what names this audit, or names none and was of this day, is from it."""
        return audit_id == self.pk if audit_id is not None else audit_on == self.on

"""Gap assessments: what somebody answered for each requirement of an edition, and how that stood on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, Record, RecordChild

from ..choices import GapAnswerCode
from .adoption import OfEdition


class GapAssessment(OfEdition, RecordChild):
    """Somebody looks at each requirement of an edition and answers how far it is met. It stands on one revision."""

    assessor = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assessor")
    )
    scope = models.TextField(_("what is looked at"), blank=True, help_text=_("Products, services, sites, shifts."))
    method = models.TextField(_("how"), blank=True, help_text=_("Documents read, people asked, places seen."))
    conclusion = models.TextField(_("conclusion"), blank=True)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    revision = models.PositiveSmallIntegerField(default=1, editable=False)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "framework", "record"], name="gap_framework"),
            models.Index(fields=["tenant", "assessor", "record"], name="gap_assessor"),
            models.Index(fields=["tenant", "reference"], name="gap_reference", condition=~Q(reference="")),
        ]


class GapAnswer(Owned):
    """What was answered for one requirement, and the action that was raised from it. History keeps former answers."""

    assessment = models.ForeignKey(GapAssessment, models.CASCADE, related_name="answers", db_index=False)
    number = models.CharField(max_length=60)
    answer = models.CharField(max_length=15, choices=GapAnswerCode.choices)
    note = models.TextField(blank=True)
    action = models.ForeignKey(Record, models.SET_NULL, null=True, related_name="+", db_index=False)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["assessment", "number"], name="gap_answer_once")]


class GapSnapshot(Owned):
    """All answers of an assessment as they stood. Never changed, so that two of them can be compared years later."""

    assessment = models.ForeignKey(GapAssessment, models.CASCADE, related_name="snapshots")
    label = models.CharField(max_length=120, blank=True)
    # number -> [answer, note]
    answers = models.JSONField()
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False

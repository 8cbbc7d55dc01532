"""What an organisation adopts, what it leaves out of it, and what counts as evidence for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, Record, RecordChild

from ..choices import OWN, Strength, offered_frameworks


class OfEdition(models.Model):
    """About one edition: a shipped one by its key, or one of the organisation's own."""

    framework = models.CharField(_("standard"), max_length=81, choices=offered_frameworks)
    own_edition = models.CharField(
        _("edition of your own"),
        max_length=81,
        blank=True,
        help_text=_("Only for one that was imported here: its code and edition, such as acme/2."),
    )

    class Meta:
        abstract = True

    @property
    def key(self) -> str:
        """The edition that it is about, as the rules name it."""
        return self.own_edition if self.framework == OWN else self.framework


class Adoption(OfEdition, RecordChild):
    """The organisation, or one of its sites or processes, works to an edition. It stands on the revisions it took."""

    scope = models.TextField(
        _("what it is for"),
        blank=True,
        help_text=_(
            "Products, services and activities. A site, unit or process above also narrows which evidence counts."
        ),
    )
    adopted_on = models.DateField(_("in force since"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # The revisions of text and crosswalk that were read when it was adopted; they change when somebody says so.
    revision = models.PositiveSmallIntegerField(default=1, editable=False)
    crosswalk_revision = models.PositiveSmallIntegerField(default=1, editable=False)
    # Keys of the places beside the record's own for which it holds too; places are never deleted.
    also_sites = models.JSONField(default=list, editable=False)
    also_processes = models.JSONField(default=list, editable=False)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "framework", "record"], name="adoption_framework"),
            models.Index(fields=["tenant", "reference"], name="adoption_reference", condition=~Q(reference="")),
        ]

    @property
    def sites(self) -> frozenset[int]:
        """The sites that it holds for; none means all of them."""
        return frozenset() if self.site_id is None else frozenset({self.site_id, *self.also_sites})

    @property
    def processes(self) -> frozenset[int]:
        """The processes that it holds for; none means all of them."""
        return frozenset() if self.process_id is None else frozenset({self.process_id, *self.also_processes})


class Exclusion(Owned):
    """A requirement that an adoption leaves out with all below it, and why. It ends; it is not deleted."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="exclusions", db_index=False)
    number = models.CharField(max_length=60)
    why = models.TextField()
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["adoption", "number"], condition=Q(ended_at=None), name="exclusion_once")
        ]


class Evidence(Owned):
    """A record, or what a living query finds, counts for a requirement of an edition. It ends; it is not deleted."""

    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="evidence", db_index=False)
    # In place of a record: the key of a living query, and its parameters.
    question = models.CharField(max_length=60, blank=True)
    asked = models.JSONField(default=dict)
    framework = models.CharField(max_length=81)
    number = models.CharField(max_length=60)
    strength = models.CharField(max_length=10, choices=Strength.choices, default=Strength.WHOLE)
    # The day that the record speaks of; what a question finds says its own.
    as_of = models.DateField(null=True)
    fresh_months = models.PositiveSmallIntegerField(null=True)
    expires_on = models.DateField(null=True)
    # What a record shows is shown at its site alone, unless it is done once for all of them.
    for_all_sites = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "framework", "number"], condition=Q(ended_at=None), name="evidence_once"
            ),
            models.CheckConstraint(
                condition=Q(record=None, as_of=None) & ~Q(question="")
                | Q(record__isnull=False, as_of__isnull=False, question=""),
                name="evidence_record_or_question",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "framework", "number"], name="evidence_live", condition=Q(ended_at=None)
            )
        ]


class CoverageDay(Owned):
    """How far an adoption was covered at the end of a day, by what is not confidential. One row a day and adoption."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    met = models.PositiveSmallIntegerField()
    partly = models.PositiveSmallIntegerField()
    gap = models.PositiveSmallIntegerField()
    not_assessed = models.PositiveSmallIntegerField()
    not_applicable = models.PositiveSmallIntegerField()
    through_crosswalk = models.PositiveSmallIntegerField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["adoption", "day"], name="coverage_day_once")]

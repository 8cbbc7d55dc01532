"""Standards: editions, how their requirements relate, what an organisation adopts, and which record shows what."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.base import context
from qsms.records.models import Owned, Record, RecordChild
from qsms.rules.crosswalk import Crosswalk as CrosswalkRule
from qsms.rules.frameworks import Framework

from . import stored
from .choices import OWN, EditionStatus, Strength, offered_frameworks


class OursAndShipped(models.Manager["Any"]):
    """Rows of the active organisation and those that came with the product."""

    def get_queryset(self) -> models.QuerySet[Any]:
        mine = Q(organisation_id=context.active_organisation()) | Q(organisation=None)
        return super().get_queryset().filter(mine)


class Edition(models.Model):
    """One edition of a standard in one revision of our text. A revision never changes: what is adopted stands on it.

    `definition` is what `qsms.rules.framework_data` reads, requirements and all. Without an organisation it was
    shipped; with one it was imported there and nobody else sees it.
    """

    organisation = models.ForeignKey("org.Organisation", models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=40)
    edition = models.CharField(_("edition"), max_length=40)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    title = models.CharField(_("title"), max_length=250)
    publisher = models.CharField(_("publisher"), max_length=250)
    status = models.CharField(max_length=10, choices=EditionStatus.choices)
    definition = models.JSONField()
    checksum = models.CharField(max_length=64)
    # The digest of the shipped file, by which a new version of the program sees whether there is anything to read.
    source = models.CharField(max_length=64, blank=True)
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    everywhere: ClassVar[models.Manager[Edition]] = models.Manager()
    objects: ClassVar[OursAndShipped] = OursAndShipped()

    class Meta:
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "edition", "revision"], name="edition_once"),
            # A null is equal to nothing, so shipped editions need a rule of their own.
            models.UniqueConstraint(
                fields=["code", "edition", "revision"], condition=Q(organisation=None), name="edition_shipped_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Code and edition in one, as the rules name it: “iso-9001/2015”."""
        return f"{self.code}/{self.edition}"

    @property
    def rule(self) -> Framework:
        """The edition as the rules work with it."""
        return stored.framework(type(self), self.pk, self.checksum)


class Crosswalk(models.Model):
    """How requirements relate, in one revision that never changes. Without an organisation it was shipped."""

    organisation = models.ForeignKey("org.Organisation", models.PROTECT, null=True, related_name="+")
    edition = models.CharField(_("edition"), max_length=40)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    basis = models.TextField()
    confidence_note = models.TextField()
    # One list for each pair, as `stored.pair_data` writes it.
    pairs = models.JSONField()
    checksum = models.CharField(max_length=64)
    source = models.CharField(max_length=64, blank=True)
    brought_at = models.DateTimeField()

    everywhere: ClassVar[models.Manager[Crosswalk]] = models.Manager()
    objects: ClassVar[OursAndShipped] = OursAndShipped()

    class Meta:
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "revision"], name="crosswalk_once"),
            models.UniqueConstraint(fields=["revision"], condition=Q(organisation=None), name="crosswalk_shipped_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition}, {self.revision}"

    @property
    def rule(self) -> CrosswalkRule:
        """The pairs with an index over both ends."""
        return stored.crosswalk(type(self), self.pk, self.checksum)


class Adoption(RecordChild):
    """The organisation, or one of its sites or processes, works to an edition. It stands on the revisions it took."""

    framework = models.CharField(_("standard"), max_length=81, choices=offered_frameworks)
    own_edition = models.CharField(
        _("edition of your own"),
        max_length=81,
        blank=True,
        help_text=_("Only for one that was imported here: its code and edition, such as acme/2."),
    )
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

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "framework", "record"], name="adoption_framework"),
            models.Index(fields=["tenant", "reference"], name="adoption_reference", condition=~Q(reference="")),
        ]

    @property
    def key(self) -> str:
        """The edition that it adopts, as the rules name it."""
        return self.own_edition if self.framework == OWN else self.framework


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


# Imported for its table: a model counts once its module is read with this one.
from .outputs.models import Declaration  # noqa: E402, F401

"""Editions of standards, and how their requirements relate."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.base import context
from qsms.records.models import Owned
from qsms.rules.crosswalk import Crosswalk as CrosswalkRule
from qsms.rules.frameworks import Framework

from .. import stored
from ..choices import EditionStatus


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
        """The pairs of a shipped one with an index over both ends."""
        return stored.crosswalk(type(self), self.pk, self.checksum)

    @property
    def own(self) -> stored.OwnPairs:
        """The pairs of an organisation's own one."""
        return stored.own_pairs(type(self), self.pk, self.checksum)


class ClauseText(Owned):
    """The licensed text of a requirement, pasted by an organisation for itself. The newest holds; none is changed."""

    framework = models.CharField(max_length=81)
    number = models.CharField(max_length=60)
    text = models.TextField(blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "framework", "number", "id"], name="clause_text")]

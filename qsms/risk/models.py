"""Risk: matrices, assessments of any record, who accepted what until when, hazards and the controls against them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from qsms.base import context
from qsms.records.choices import Lens
from qsms.records.models import Owned, Record, RecordChild
from qsms.rules import risk_matrix_data
from qsms.rules.risk_matrix import Matrix, Rating

from .choices import AssessmentKind, HazardSource, MatrixStatus, Side, hierarchy_levels


class OursAndShipped(models.Manager["RiskMatrix"]):
    """Matrices of the active organisation and those that came with the product."""

    def get_queryset(self) -> models.QuerySet[RiskMatrix]:
        mine = Q(organisation_id=context.active_organisation()) | Q(organisation=None)
        return super().get_queryset().filter(mine)


class RiskMatrix(models.Model):
    """One edition of a matrix. Once it is not a draft any more its definition never changes: assessments stand on it.

    `definition` is what `qsms.rules.risk_matrix_data` reads. Without an organisation it was shipped.
    """

    organisation = models.ForeignKey("org.Organisation", models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=60)
    edition = models.CharField(_("edition"), max_length=80)
    title = models.CharField(_("title"), max_length=150)
    definition = models.JSONField()
    status = models.CharField(max_length=10, choices=MatrixStatus.choices, default=MatrixStatus.DRAFT)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    # The checksum of the shipped file in which it was read last; empty for an organisation's own.
    source = models.CharField(max_length=64, blank=True, editable=False)

    everywhere: ClassVar[models.Manager[RiskMatrix]] = models.Manager()
    objects: ClassVar[OursAndShipped] = OursAndShipped()

    class Meta:
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "edition"], name="matrix_edition_once"),
            models.UniqueConstraint(
                fields=["code", "edition"], condition=Q(organisation=None), name="matrix_shipped_edition_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.edition}"

    @cached_property
    def rule(self) -> Matrix:
        """The definition as the rules work with it. Raises DataError for a draft that is not complete."""
        return risk_matrix_data.from_dict(self.definition, name=str(self))


class Adoption(Owned):
    """An organisation rates with this matrix through this lens, since then and, if it has ended, until then."""

    matrix = models.ForeignKey(RiskMatrix, models.PROTECT, related_name="adoptions")
    lens = models.PositiveSmallIntegerField(choices=Lens.choices)
    # The one that the page offers first.
    is_default = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "lens", "matrix"], condition=Q(until=None), name="adoption_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "lens"],
                condition=Q(until=None, is_default=True),
                name="adoption_one_default_a_lens",
            ),
        ]


class Assessment(Owned):
    """A rating of one record through one lens, on one edition of a matrix. Never changed, only followed by another."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="assessments", db_index=False)
    lens = models.PositiveSmallIntegerField(choices=Lens.choices)
    kind = models.CharField(max_length=10, choices=AssessmentKind.choices)
    matrix = models.ForeignKey(RiskMatrix, models.PROTECT, related_name="+", db_index=False)
    levels = models.JSONField()
    facts = models.JSONField(default=list)
    cell = models.CharField(max_length=12)
    class_code = models.CharField(max_length=40)
    class_label = models.CharField(max_length=60)
    tone = models.PositiveSmallIntegerField()
    why = models.TextField()
    # Asked for when severity went down without a control that lowers severity (DOMAIN scenario 15).
    why_severity = models.TextField(blank=True)
    # Ids of the controls that were counted.
    controls = models.JSONField(default=list)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    # The rating that stands among those of its record, lens and kind.
    valid = models.BooleanField(default=True)
    # The rating that says how large the risk is now, for its record and lens: the actual one, else the initial one.
    current = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "lens", "kind"], condition=Q(valid=True), name="assessment_one_valid_a_kind"
            ),
            models.UniqueConstraint(
                fields=["record", "lens"], condition=Q(current=True), name="assessment_one_current_a_lens"
            ),
        ]
        indexes = [
            models.Index(fields=["record", "id"], name="assessment_record"),
            models.Index(
                fields=["organisation", "matrix", "cell", "record"],
                name="assessment_heat",
                condition=Q(current=True),
            ),
        ]

    @property
    def rating(self) -> Rating:
        """The rating as the rules compare it; `matrix` must have been fetched."""
        return self.matrix.rule.rate(self.levels, self.facts)


class Acceptance(Owned):
    """Somebody with the authority took a risk as it was rated, signed, for a time."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="acceptances", db_index=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="acceptances")
    lens = models.PositiveSmallIntegerField(choices=Lens.choices)
    # The authority it was given with, as the matrix names it.
    authority = models.CharField(max_length=40)
    by = models.ForeignKey("org.Person", models.PROTECT, related_name="+", db_index=False)
    # Whose authority it was, when it was held by delegation.
    for_person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    signature = models.OneToOneField("records.Signature", models.PROTECT, related_name="+")
    expires_on = models.DateField(null=True)
    conditions = models.TextField(blank=True)
    # What was shown to whoever gave it, in words: {"fields": {name: text}, "controls": {id: words}}.
    given_for = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=300, blank=True)
    # When the owner was told that it ends soon.
    warned_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["record", "lens"], condition=Q(ended_at=None), name="acceptance_one_standing_a_lens"
            )
        ]
        indexes = [
            models.Index(fields=["record", "id"], name="acceptance_record"),
            models.Index(fields=["expires_on"], name="acceptance_expiry", condition=Q(ended_at=None)),
        ]


class Hazard(RecordChild):
    description = models.TextField(
        _("hazard"), help_text=_("The condition or object that could do harm, not the harm itself.")
    )
    source = models.CharField(_("found by"), max_length=20, choices=HazardSource.choices, blank=True)
    taxonomy = models.CharField(
        _("category"), max_length=60, blank=True, help_text=_("Your own word or a code, such as RAMP.")
    )
    system = models.CharField(
        _("affected system"), max_length=200, blank=True, help_text=_("The process, equipment or area it belongs to.")
    )
    threats = models.TextField(_("threats"), blank=True, help_text=_("What can set it free. One on each line."))
    top_event = models.CharField(
        _("top event"), max_length=300, blank=True, help_text=_("The moment at which control is lost.")
    )
    consequences = models.TextField(
        _("consequences"), blank=True, help_text=_("What harm can follow. One on each line.")
    )
    existing_controls = models.TextField(
        _("existing controls"), blank=True, help_text=_("As first described; link those of the library as well.")
    )
    watched_by = models.CharField(
        _("watched by"), max_length=200, blank=True, help_text=_("The indicator or check that shows if it grows.")
    )
    # The day on which the first of its acceptances ends; kept by the acceptance service.
    accepted_until = models.DateField(_("accepted until"), null=True, blank=True, editable=False)
    notes = models.TextField(_("notes"), blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "source", "record"], name="hazard_source"),
            models.Index(fields=["tenant", "taxonomy", "record"], name="hazard_taxonomy"),
            models.Index(fields=["tenant", "reference"], name="hazard_reference", condition=~Q(reference="")),
        ]


class Barrier(Owned):
    """Where a control stands on the paths of a hazard: between one threat and the top event, or between the top event
    and one consequence. It belongs to the link that says the control mitigates the hazard: one link, one place."""

    link = models.OneToOneField("records.Link", models.CASCADE, related_name="barrier")
    side = models.CharField(max_length=10, choices=Side.choices)
    # The words of the threat or the consequence, as the hazard lists them.
    line = models.TextField()
    # Its turn along the path, in the direction in which things happen.
    turn = models.PositiveSmallIntegerField(default=0)

    class Meta(Owned.Meta):
        abstract = False


class Control(RecordChild):
    """What keeps a hazard from doing harm. One control may serve many hazards; links say which (mitigates)."""

    description = models.TextField(_("how it works"), blank=True)
    level = models.CharField(_("kind of control"), max_length=20, choices=hierarchy_levels)
    verifier = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("named to check")
    )
    watched_by = models.CharField(
        _("watched by"), max_length=200, blank=True, help_text=_("The observation, test or count that shows it works.")
    )
    interval_months = models.PositiveSmallIntegerField(
        _("months between checks"), null=True, blank=True, default=12, help_text=_("Empty: checked once.")
    )
    in_place_on = models.DateField(_("in place since"), null=True, blank=True)
    last_verified_on = models.DateField(_("last check"), null=True, blank=True)
    next_verification_on = models.DateField(_("next check"), null=True, blank=True)
    check_result = models.TextField(
        _("what the check found"), blank=True, help_text=_("With numbers where you have them: “8 of 11 were right”.")
    )
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "level", "record"], name="control_level"),
            models.Index(fields=["tenant", "verifier", "record"], name="control_verifier"),
            models.Index(
                fields=["tenant", "next_verification_on", "record"],
                name="control_next",
                condition=Q(next_verification_on__isnull=False),
            ),
            models.Index(fields=["tenant", "reference"], name="control_reference", condition=~Q(reference="")),
        ]

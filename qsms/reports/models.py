"""Reports, the forms they were filed on, how each lens judged them, and what was said with the reporter."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, RecordChild

from . import rules
from .choices import LENSES, Concern, Mode, Next, Precision, Publication, Sender, Subject


class ReportForm(models.Model):
    """One version of a form. A version that a report was filed on never changes; editing makes the next one."""

    # Empty: shipped with the product and offered to everybody who has no form of this code of their own.
    organisation = models.ForeignKey("org.Organisation", models.CASCADE, null=True, related_name="+")
    code = models.CharField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=120)
    definition = models.JSONField(_("questions"))
    # Out of use is the newest version with `active` false; a draft is not offered until it is published.
    active = models.BooleanField(_("offered"), default=True)
    draft = models.BooleanField(default=False)
    # The checksum of the shipped file in which it was read last; empty for an organisation's own.
    source = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "version"], name="form_version_once"),
            # A null is equal to nothing, so shipped forms need a rule of their own.
            models.UniqueConstraint(
                fields=["code", "version"], condition=Q(organisation=None), name="form_shipped_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.version}"

    @property
    def form(self) -> rules.ReportForm:
        """The form as the rules know it."""
        return rules.form_from_data(self.definition)


class Report(RecordChild):
    # The code of the form. An imported report has the kind of a form and was not filed on any version of one.
    form = models.CharField(_("form"), max_length=60, blank=True)
    filed_on = models.ForeignKey(ReportForm, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    form_version = models.PositiveSmallIntegerField(_("form version"), default=0)
    mode = models.CharField(_("reported"), max_length=12, choices=Mode.choices, default=Mode.NAMED)
    narrative = models.TextField(_("what happened"))
    immediate_action = models.TextField(_("done at once"), blank=True)
    place = models.CharField(_("where"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("happened"), null=True, blank=True)
    occurred_on = models.DateField(_("happened on"), null=True, blank=True)
    date_precision = models.CharField(_("known to"), max_length=8, choices=Precision.choices, blank=True)
    aware_at = models.DateTimeField(_("noticed"), null=True, blank=True)
    aircraft = models.CharField(_("aircraft"), max_length=20, blank=True)
    aircraft_type = models.CharField(_("aircraft type"), max_length=120, blank=True)
    flight_number = models.CharField(_("flight"), max_length=200, blank=True)
    flight_phase = models.CharField(_("phase of flight"), max_length=250, blank=True)
    categories = models.JSONField(_("kinds of event"), default=list, blank=True)
    primary_problem = models.CharField(_("main problem"), max_length=120, blank=True)
    # The answers that nobody is named in; personal ones are sealed.
    answers = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(_("number elsewhere"), max_length=80, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_feedback = models.TextField(
        _("what the reporter is told"), blank=True, help_text=_("Goes into their mailbox as it stands here.")
    )
    closing_feedback = models.TextField(
        _("what the reporter is told at the end"), blank=True, help_text=_("Goes into their mailbox as it stands here.")
    )
    publish_title = models.CharField(_("title to publish"), max_length=160, blank=True)
    publishable = models.TextField(_("text to publish"), blank=True)
    publication = models.CharField(
        _("publication"), max_length=10, choices=Publication.choices, blank=True, default=Publication.NONE
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    # Reports that somebody looked at and found to tell of another event.
    unlike = models.JSONField(default=list, blank=True)

    # Set on the object that a create has just made; one that was sent before is read back without it.
    is_fresh = False

    class Meta(RecordChild.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "external_id"], condition=~Q(external_id=""), name="report_external_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "mode", "record"], name="report_mode"),
            models.Index(fields=["tenant", "occurred_on", "record"], name="report_happened"),
            models.Index(
                fields=["tenant", "published_at"], name="report_published", condition=Q(publication="published")
            ),
        ]

    def clean(self) -> None:
        """The day follows from the moment, unless only the day is known."""
        super().clean()
        if self.occurred_at is not None and self.occurred_on is None:
            self.occurred_on = self.occurred_at.date()

    @property
    def asked(self) -> rules.ReportForm | None:
        """The form this report was filed on, in the version it had then."""
        return self.filed_on.form if self.filed_on is not None else None


class Judgement(Owned):
    """How one lens sees a report. Each lens has one; a change of mind is in the history."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="judgements")
    lens = models.PositiveSmallIntegerField(choices=[(int(lens), lens.label) for lens in LENSES.values()])
    concerns = models.CharField(max_length=6, choices=Concern.choices)
    # A first look at how bad it was, by the letter of data/first_look.yaml; the risk is assessed in its own room.
    severity = models.CharField(max_length=1, blank=True)
    next = models.CharField(max_length=12, choices=Next.choices, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["report", "lens"], name="judgement_once")]


class Message(Owned):
    """One line of the talk between the office and the reporter. The reporter's side names nobody, whatever the mode."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="messages")
    sender = models.CharField(max_length=10, choices=Sender.choices)
    subject = models.CharField(max_length=10, choices=Subject.choices)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField()
    # The token of the page that the reporter's words were sent from: sent again, they are not said twice.
    once = models.CharField(max_length=80, blank=True)
    # When the reporter opened it.
    read_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(sender=Sender.OFFICE) | Q(by__isnull=True), name="message_reporter_unnamed"
            ),
            models.UniqueConstraint(fields=["report", "once"], condition=~Q(once=""), name="message_once"),
        ]


class Claim(Owned):
    """The way back for an anonymous reporter: the hash of a code that was shown once. A table of its own, so that no
    list, export or API of reports ever comes near it."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="claim")
    code_hash = models.CharField(max_length=64, unique=True)
    # The page with the code stood before somebody's eyes; from then on it is not shown again.
    shown = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        abstract = False

"""Documents, their revisions, who must look at them, to whom they go, and who has read them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, RecordChild, RecordLink
from qsms.records.several import RecordsField

from .choices import USUAL_TYPE, DocumentType, Retention, StepKind, offered_types

LONGEST_BODY = 400_000
LONGEST_WHY = 200


class OwnType(Owned):
    """A type of document as one organisation has it: a shipped one that it changed, or one that it added."""

    code = models.CharField(max_length=20)
    label = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8)
    digits = models.PositiveSmallIntegerField()
    review_months = models.PositiveSmallIntegerField()
    # Codes of roles, in turn.
    review = models.JSONField(default=list)
    approve = models.JSONField(default=list)
    executive_signs = models.BooleanField(default=False)
    is_external = models.BooleanField(default=False)
    template = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="own_type_once")]

    def as_type(self) -> DocumentType:
        """As the rules of the room know a type."""
        return DocumentType(
            self.code, self.label, self.prefix, self.digits, self.review_months, tuple(self.review),
            tuple(self.approve), self.template, self.executive_signs, self.is_external, self.active, self.version,
        )  # fmt: skip


class Document(RecordChild):
    """A controlled document: what people look up, are given and cite. Its words are those of the revision in effect."""

    # The usual names, `document` and `revision`, are those of columns of other record types.
    record = RecordLink(related_name="as_document")
    document_type = models.CharField(_("type"), max_length=20, choices=offered_types, default=USUAL_TYPE)
    # Its number by type, such as PRO-014; given at the first save unless it came with one.
    code = models.CharField(
        _("document number"), max_length=40, blank=True, help_text=_("Empty: the next number of its type.")
    )
    language = models.CharField(_("language"), max_length=10, default="en", blank=True)
    review_months = models.PositiveSmallIntegerField(
        _("months between reviews"), null=True, blank=True, help_text=_("Empty: as usual for its type.")
    )
    retention = models.CharField(
        _("superseded revisions are kept"), max_length=5, choices=Retention.choices, default=Retention.FIVE_YEARS
    )
    issuer = models.CharField(_("issued by"), max_length=120, blank=True)
    issuer_edition = models.CharField(_("edition of the issuer"), max_length=80, blank=True)
    issuer_url = models.URLField(_("where the issuer publishes it"), max_length=300, blank=True)
    # What is in effect, kept here so that whoever may see the document reads it without seeing any revision.
    effective = models.ForeignKey(
        "documents.Revision", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    revision_label = models.CharField(_("revision in effect"), max_length=20, blank=True, editable=False)
    effective_since = models.DateField(_("in effect since"), null=True, blank=True, editable=False)
    effective_until = models.DateField(_("in effect until"), null=True, blank=True, editable=False)
    effective_text = models.TextField(blank=True, editable=False)
    # What is in effect was so before it came here; it was not approved here.
    taken_over = models.BooleanField(_("taken over"), default=False, editable=False)
    # A newer holder of the role that approved it has not signed it yet.
    sign_again = models.BooleanField(_("signature due again"), default=False, editable=False)
    given = models.PositiveIntegerField(_("given to"), default=0, editable=False)
    acknowledged = models.PositiveIntegerField(_("acknowledged by"), default=0, editable=False)

    class Meta(RecordChild.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], condition=~Q(code=""), name="document_code_once")
        ]
        indexes = [
            models.Index(fields=["tenant", "document_type", "record"], name="document_type"),
            models.Index(fields=["tenant", "record"], name="document_sign_again", condition=Q(sign_again=True)),
        ]


class Revision(RecordChild):
    """One revision of a document: a text or a file that is written, reviewed, approved, in effect and superseded."""

    record = RecordLink(related_name="as_revision")
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="revisions",
        db_index=False,
        verbose_name=_("document"),
        help_text=_("Empty for a new document."),
    )
    label = models.CharField(_("revision"), max_length=20, blank=True, help_text=_("Empty: the next number."))
    body = models.TextField(
        _("text"),
        blank=True,
        max_length=LONGEST_BODY,
        help_text=_(
            "Headings with ##, lists with - or 1., tables with |, pictures by the name of a file of this record: "
            "![Coupling](coupling.jpg). Leave it empty to bring a file instead."
        ),
    )
    summary = models.TextField(
        _("what changes"), blank=True, help_text=_("What a reader does differently from now on.")
    )
    why = models.TextField(_("why it changes"), blank=True)
    training_impact = models.BooleanField(
        _("people must be trained"), default=False, help_text=_("Those it is given to are trained, not only told.")
    )
    effective_on = models.DateField(
        _("takes effect on"), null=True, blank=True, help_text=_("Empty: on the day of the last approval.")
    )
    expires_on = models.DateField(
        _("ends on"), null=True, blank=True,
        help_text=_("Only for a temporary revision: it adds to the one in effect, up to and with this day."),
    )  # fmt: skip
    # The hash of what is signed: of the file, or else of the text.
    content_hash = models.CharField(_("hash of the content"), max_length=64, blank=True, editable=False)
    file = models.ForeignKey("records.Attachment", models.PROTECT, null=True, related_name="+", db_index=False)
    file_name = models.CharField(_("file"), max_length=200, blank=True, editable=False)
    # Plain text for search and comparison: of the file once it was read, else of the body.
    plain_text = models.TextField(blank=True, editable=False)
    extraction = models.CharField(max_length=300, blank=True, editable=False)
    # Everybody who had a hand in the content: none of them approves it.
    authors = models.JSONField(default=list, editable=False)
    effective_at = models.DateTimeField(_("took effect"), null=True, blank=True, editable=False)
    # It was in effect before it came here, so it went no route.
    taken_over = models.BooleanField(_("taken over"), default=False, editable=False)
    # The revision that was in effect when this one took its place.
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta(RecordChild.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["document", "label"], name="revision_label_once"),
        ]
        indexes = [
            models.Index(fields=["document", "record"], name="revision_of_document"),
            models.Index(fields=["tenant", "effective_on"], name="revision_effective_on"),
            models.Index(
                fields=["tenant", "expires_on"], name="revision_expires", condition=Q(expires_on__isnull=False)
            ),
        ]


class Step(Owned):
    """Somebody in a role, or one person, reviews or approves a revision. The signature is bound to the content."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    # Sent again after changes, a revision is judged anew; earlier rounds stay readable.
    round = models.PositiveSmallIntegerField(default=1)
    role = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    # Nobody signs it for somebody else who holds the role.
    in_person = models.BooleanField(default=False)
    # A person who is named instead of a role, and why; in round 0 for the sendings to come.
    instead_of = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=250, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    # Whom whoever signed it stood in for, where they did.
    done_for = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(role="", person__isnull=False) | (~Q(role="") & Q(person__isnull=True)),
                name="step_for_role_or_person",
            )
        ]


class Rule(Owned):
    """A document goes to whoever holds this role, at this site, in this unit; each left empty does not narrow. Or it
    goes to one person by name, wherever they work."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="rules")
    role = models.ForeignKey("org.Role", models.PROTECT, null=True, related_name="+", db_index=False)
    site = models.ForeignKey("org.Site", models.PROTECT, null=True, related_name="+", db_index=False)
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    # What those it reaches read beside the document; who is named alone is always told.
    why = models.CharField(max_length=LONGEST_WHY, blank=True)
    acknowledge = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField(default=14)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(role=None, site=None, unit=None), name="rule_names_one_or_many"
            )
        ]


class Receipt(Owned):
    """One person was given one revision: why, whether they opened all of it, and when they acknowledged it."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="receipts", db_index=False)
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="receipts", db_index=False)
    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", db_index=False)
    why = models.CharField(max_length=250)
    acknowledge = models.BooleanField(default=True)
    given_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    # One bit for each page that was opened.
    pages = models.BigIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    # Another revision took its place before it was acknowledged.
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="receipt_once")]
        indexes = [
            models.Index(fields=["document", "person"], name="receipt_document"),
            models.Index(fields=["person", "id"], name="receipt_person"),
            # Who has not read: the newest first, of one document, of some people, and what is late.
            models.Index(
                fields=["organisation", "id"], name="receipt_unread",
                condition=Q(acknowledge=True, acknowledged_at=None, ended_at=None),
            ),
            models.Index(
                fields=["organisation", "document", "id"], name="receipt_unread_of",
                condition=Q(acknowledge=True, acknowledged_at=None, ended_at=None),
            ),
            models.Index(
                fields=["person", "due_at"], name="receipt_unread_by",
                condition=Q(acknowledge=True, acknowledged_at=None, ended_at=None),
            ),
            models.Index(
                fields=["organisation", "due_at"], name="receipt_unread_due",
                condition=Q(acknowledge=True, acknowledged_at=None, ended_at=None),
            ),
        ]  # fmt: skip


class ChangeRequest(RecordChild):
    """Somebody asks that documents be changed, or that there be one."""

    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("document"),
        help_text=_("Empty: a new one is asked for."),
    )  # fmt: skip
    also_documents = RecordsField(
        _("further documents"), of="document", help_text=_("Each owner is asked to revise theirs, or to say why not.")
    )
    # What the list shows: the numbers of all of them, of a confidential one only that of its record.
    documents = models.CharField(_("documents"), max_length=250, blank=True, editable=False)
    # Those that need no change after all: number of the record -> why.
    spared = models.JSONField(default=dict, editable=False)
    wanted = models.TextField(_("what to change"))
    why = models.TextField(_("why"), blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [models.Index(fields=["tenant", "document", "record"], name="change_request_document")]

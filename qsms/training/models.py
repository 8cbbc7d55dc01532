"""Training: what people are to hold, who asks for it, what they do hold, where they got it, and what excuses them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, RecordChild, RecordLink
from qsms.rules.competence import Validity

from .choices import CourseKind, Duty, Effect, Level, Policy, Presence, Result, Source, WaiverState


class Course(RecordChild):
    """Something that people can be asked to hold: a course, a qualification, a licence, a document they have read."""

    # Named, so that records which point at a course may call that `course`.
    record = RecordLink(related_name="as_course")
    course_kind = models.CharField(_("kind"), max_length=20, choices=CourseKind.choices, default=CourseKind.COURSE)
    purpose = models.TextField(
        _("what it is for"), blank=True, help_text=_("What somebody can do or knows afterwards.")
    )
    months = models.PositiveSmallIntegerField(
        _("valid for months"), null=True, blank=True, help_text=_("Calendar months. Empty: it does not expire.")
    )
    month_end = models.BooleanField(_("valid to the end of that month"), default=False)
    soon_days = models.PositiveSmallIntegerField(_("due soon from, days before"), default=60)
    grace_days = models.PositiveSmallIntegerField(
        _("days of grace"), default=0, help_text=_("So long after the last day a person may go on.")
    )
    early_months = models.PositiveSmallIntegerField(
        _("may be renewed early by months"),
        default=0,
        help_text=_("Within these the next period begins at the old end."),
    )
    evaluate_days = models.PositiveSmallIntegerField(
        _("look at its effect after days"),
        null=True,
        blank=True,
        help_text=_("For what is critical to safety. Empty: the effect of a session is not looked at."),
    )
    document = models.ForeignKey(
        "records.Record", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document"),
        limit_choices_to={"kind": "document"},
        help_text=_("What is to be read and understood, or what the course teaches."),
    )  # fmt: skip
    code = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "document", "record"], name="course_document"),
            models.Index(fields=["tenant", "code"], name="course_code", condition=~Q(code="")),
        ]

    @property
    def validity(self) -> Validity:
        """How long a completion of it holds, as the rules know it."""
        return Validity(self.months, self.month_end, self.soon_days, self.grace_days, self.early_months)


class Counts(Owned):
    """A training record of `course` counts towards `towards`. Every course counts towards itself, in a row like others,
    so that one join answers for both."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="counts")
    towards = models.ForeignKey(Course, models.CASCADE, related_name="accepts")

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["course", "towards"], name="counts_once")]


LIVE, ROLE, AT_SITE = Q(ended_at=None), Q(role__isnull=False), Q(site__isnull=False)


# What is asked of people as such; a duty is asked about when somebody is named to it.
OF_PEOPLE = ROLE | Q(readers=True)


class Requirement(Owned):
    """Whoever holds a role, is named to a duty, or is given what the course teaches, holds this course. It ends; it is
    not deleted."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="requirements")
    role = models.ForeignKey("org.Role", models.PROTECT, null=True, related_name="+")
    duty = models.CharField(max_length=20, choices=Duty.choices, blank=True)
    # Asked of whoever is given the documents that the course teaches, as they stand in effect.
    readers = models.BooleanField(default=False)
    # Only for people of this site; empty for everybody.
    site = models.ForeignKey("org.Site", models.PROTECT, null=True, related_name="+", db_index=False)
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.FLAG)
    # So many days somebody has who is new to it.
    within_days = models.PositiveSmallIntegerField(default=30)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(role__isnull=False, duty="", readers=False)
                | (Q(role__isnull=True, readers=False) & ~Q(duty=""))
                | Q(role__isnull=True, duty="", readers=True),
                name="requirement_of_role_duty_or_readers",
            ),
            # A null is equal to nothing, so each of the four shapes has a rule of its own; readers are of no duty.
            models.UniqueConstraint(
                fields=["course", "role", "site"], condition=LIVE & ROLE & AT_SITE, name="requirement_role_site"
            ),
            models.UniqueConstraint(
                fields=["course", "role"], condition=LIVE & ROLE & ~AT_SITE, name="requirement_role"
            ),
            models.UniqueConstraint(
                fields=["course", "duty", "site"], condition=LIVE & ~ROLE & AT_SITE, name="requirement_duty_site"
            ),
            models.UniqueConstraint(
                fields=["course", "duty"], condition=LIVE & ~ROLE & ~AT_SITE, name="requirement_duty"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "role", "course"], name="requirement_live", condition=Q(ended_at=None))
        ]

    @property
    def whom(self) -> str:
        """Of whom it is asked, in words, without the site."""
        if self.role is not None:
            return self.role.title
        return str(_("Readers of the document it teaches") if self.readers else Duty(self.duty).label)


class Session(RecordChild):
    """A course is held on a day, for some people, by somebody."""

    record = RecordLink(related_name="as_session")
    course = models.ForeignKey(Course, models.PROTECT, related_name="sessions", verbose_name=_("course"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    instructor = models.ForeignKey(
        "org.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taught by")
    )
    provider = models.CharField(_("or by, from outside"), max_length=150, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    evaluation_level = models.CharField(_("looked at"), max_length=2, choices=Level.choices, blank=True)
    effect = models.CharField(_("did it work"), max_length=10, choices=Effect.choices, blank=True)
    evaluation = models.TextField(
        _("what was found"), blank=True, help_text=_("What was looked at, in whom, and what it showed.")
    )
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "course", "record"], name="session_course"),
            models.Index(fields=["tenant", "reference"], name="session_reference", condition=~Q(reference="")),
        ]


class Attendance(Owned):
    """Somebody is invited to a session, signs in, and passes or not."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    presence = models.CharField(max_length=10, choices=Presence.choices, default=Presence.INVITED)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True, default=Result.OPEN)
    # When they signed for having been there, themselves.
    signed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=250, blank=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="attendance_once")]


class Content(Owned):
    """What a course that people take alone consists of, in one revision that never changes: pages and questions.

    `definition` is what `qsms.rules.course_file` reads.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="contents")
    revision = models.PositiveSmallIntegerField(default=1)
    definition = models.JSONField()
    checksum = models.CharField(max_length=64)
    # The digest of the shipped file it was taken from, by which a newer one is recognised.
    source = models.CharField(max_length=64, blank=True)
    # Nothing is left in it of what a text begins with; until then nobody takes it.
    is_written = models.BooleanField(default=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["course", "revision"], name="content_once")]


class TextDraft(Owned):
    """The next text of a course in use while it is being written: nobody reads it before it is published."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="draft")
    # The revision it was begun from, and how often the draft was written.
    was = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)
    definition = models.JSONField()
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False


class Progress(Owned):
    """How far somebody has read a revision of a course."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="progress")
    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+")
    # Codes of the pages that were opened.
    read = models.JSONField(default=list)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["content", "person"], name="progress_once")]


class Attempt(Owned):
    """Somebody tries the quiz of a course. The seed says which questions were drawn and how they were shuffled.

    Which answers are right is known to the content alone, and told only once the attempt is marked.
    """

    content = models.ForeignKey(Content, models.PROTECT, related_name="attempts")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    begun_at = models.DateTimeField()
    marked_at = models.DateTimeField(null=True)
    # Code of a question -> codes of the answers that were chosen.
    answers = models.JSONField(default=dict)
    # Per cent, and what was needed.
    score = models.PositiveSmallIntegerField(null=True)
    pass_mark = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["content", "person", "number"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["content", "person"], condition=Q(marked_at=None), name="attempt_one_at_a_time"
            ),
        ]


class Holding(RecordChild):
    """A training record: somebody completed a course, or brought a certificate of it.

    The three days are reckoned by the rules from the day of completion and the course, again whenever one of them
    changes. `ends_on` is empty as long as the record counts for nothing, and the last day there is when it never ends.
    """

    holder = models.ForeignKey("org.Person", models.PROTECT, related_name="+", verbose_name=_("person"), db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, related_name="holdings", verbose_name=_("course"))
    source = models.CharField(_("from"), max_length=10, choices=Source.choices, default=Source.OUTSIDE)
    completed_on = models.DateField(_("completed on"))
    expires_on = models.DateField(
        _("last day, as the certificate says"), null=True, blank=True,
        help_text=_("Only where it states one. The course's own validity holds as well."),
    )  # fmt: skip
    issuer = models.CharField(_("issued by"), max_length=150, blank=True)
    reference = models.CharField(_("number of the certificate"), max_length=80, blank=True)
    ends_on = models.DateField(_("valid until"), null=True, editable=False)
    soon_on = models.DateField(null=True, editable=False)
    grace_on = models.DateField(null=True, editable=False)
    # What stands on the printed certificate; whoever has it may ask whether it is valid.
    code = models.CharField(max_length=20, editable=False, unique=True)
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+", editable=False)
    attempt = models.OneToOneField(Attempt, models.PROTECT, null=True, related_name="holding", editable=False)

    class Meta(RecordChild.Meta):
        abstract = False
        indexes = [
            # A person's standing is read from here alone.
            models.Index(
                fields=["holder", "course", "ends_on", "soon_on", "grace_on"], name="holding_counts",
                condition=Q(ends_on__isnull=False),
            ),
            models.Index(fields=["tenant", "holder", "record"], name="holding_holder"),
            models.Index(fields=["tenant", "course", "record"], name="holding_course"),
            models.Index(fields=["tenant", "soon_on"], name="holding_soon", condition=Q(ends_on__isnull=False)),
            models.Index(fields=["tenant", "reference"], name="holding_reference", condition=~Q(reference="")),
        ]  # fmt: skip


class Pack(Owned):
    """Who holds a course by its training records, and until when, in one row: `packs` writes and reads it."""

    course = models.OneToOneField(Course, models.CASCADE, related_name="pack")
    days = models.TextField()

    class Meta(Owned.Meta):
        abstract = False


class Waiver(Owned):
    """Somebody is excused from a course until a day, for a reason, once another person has approved it."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="waivers", db_index=False)
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=WaiverState.choices, default=WaiverState.ASKED)
    asked_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["course", "person"], condition=Q(state="asked"), name="waiver_asked_once")
        ]
        indexes = [
            models.Index(fields=["person", "course", "until"], name="waiver_live", condition=Q(state="approved"))
        ]


class Renewal(Owned):
    """What a course teaches changed on a day: what was completed before it holds until another day and no longer."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="renewals")
    since = models.DateField()
    until = models.DateField()
    # The document whose revision changed it, and which revision.
    document = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+", db_index=False)
    revision = models.CharField(max_length=40, blank=True)
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.FLAG)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            # The event of a revision may be told twice.
            models.UniqueConstraint(fields=["course", "document", "revision"], name="renewal_once")
        ]


class HousePolicy(Owned):
    """How an organisation deals with a change of what is taught, and with the records of who has left.

    One row, made when somebody first says otherwise.
    """

    on_change = models.CharField(_("who is not retrained"), max_length=10, choices=Policy.choices, default=Policy.FLAG)
    change_days = models.PositiveSmallIntegerField(_("days for the retraining"), default=14)
    # 14 CFR 5.97(c) asks for the time of employment; other rules and contracts ask for more.
    keep_months = models.PositiveSmallIntegerField(_("months after the last day of work"), default=0)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation"], name="house_policy_once")]

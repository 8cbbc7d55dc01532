"""The spine's tables: what is true of every record. SPINE measurements decided the indexes; see docs/decisions."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from qsms.base import context
from qsms.rules.lifecycle import Phase

from .choices import ClockOutcome, Relation

OPEN_PHASES = Q(phase__lt=Phase.DONE)


class OrganisationScoped(models.Manager["Any"]):
    """Rows of the active organisation only; asking without one is a mistake and raises NoOrganisation."""

    column = "organisation_id"

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(**{self.column: context.active_organisation()})


class ChildScoped(OrganisationScoped):
    column = "tenant_id"


class Owned(models.Model):
    """Belongs to one organisation. `objects` keeps to the active one; `everywhere` is for the installation itself."""

    organisation = models.ForeignKey("org.Organisation", models.PROTECT, db_index=False, related_name="+")

    everywhere: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[OrganisationScoped] = OrganisationScoped()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"


class Record(Owned):
    """The parent of every record type. `id` grows with time and is the order "newest"."""

    kind = models.CharField(max_length=30)
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("title"), max_length=250)
    site = models.ForeignKey("org.Site", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    unit = models.ForeignKey("org.Unit", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    process = models.ForeignKey("org.Process", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    disciplines = models.PositiveSmallIntegerField(_("concerns"), default=0)
    # Lenses somebody has judged; a judged lens that is not in `disciplines` does not concern the record.
    judged = models.PositiveSmallIntegerField(_("judged"), default=0)
    state = models.CharField(_("state"), max_length=30)
    phase = models.PositiveSmallIntegerField(default=Phase.OPEN)
    # One code per kind, so that the commonest filter of a child lives in the parent (form of a report, kind of action).
    category = models.CharField(_("kind"), max_length=40, blank=True)
    owner = models.ForeignKey("org.Person", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    raised_by = models.ForeignKey("org.Person", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    # The instant behind that day, where a clock set it. A day that somebody chooses has none. See lateness.py.
    due_at = models.DateTimeField(_("due at"), null=True, blank=True, editable=False)
    # The present risk: class code as the matrix names it, its tone (0 not rated, 1 acceptable, 2 tolerable,
    # 3 intolerable), and the cell. Written by the risk room's door only.
    risk_class = models.PositiveSmallIntegerField(_("risk"), default=0)
    risk_cell = models.CharField(max_length=12, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    version = models.PositiveIntegerField(default=1)
    extra = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["organisation", "number"], name="record_number_once")]
        indexes = [
            Index(fields=["organisation", "kind", "id"], name="record_newest"),
            # The list as it opens. Without it SQLite sorts every open record, because record_open covers the question.
            Index(fields=["organisation", "kind", "id"], name="record_open_newest", condition=OPEN_PHASES),
            Index(fields=["organisation", "kind", "site", "id"], name="record_site"),
            # The same for who reaches some sites: a busy one has many closed records among its newest.
            Index(fields=["organisation", "kind", "site", "id"], name="record_open_site", condition=OPEN_PHASES),
            Index(fields=["organisation", "kind", "unit", "id"], name="record_unit"),
            Index(fields=["organisation", "owner", "kind", "id"], name="record_owner"),
            Index(fields=["organisation", "raised_by", "kind", "id"], name="record_raised"),
            Index(fields=["organisation", "kind", "state", "id"], name="record_state"),
            Index(fields=["organisation", "kind", "category", "id"], name="record_category"),
            Index(fields=["organisation", "kind", "due_on", "id"], name="record_due", condition=OPEN_PHASES),
            Index(fields=["organisation", "kind", "risk_class", "id"], name="record_risk", condition=OPEN_PHASES),
            Index(
                fields=["organisation", "kind", "phase", "disciplines", "risk_class", "site", "confidential"],
                name="record_open",
                condition=OPEN_PHASES,
            ),
            # Everything that the overview asks of what is late, so that it need not look at the records.
            Index(
                fields=[
                    "organisation",
                    "due_on",
                    "kind",
                    "owner",
                    "site",
                    "confidential",
                    "disciplines",
                    "phase",
                    "due_at",
                ],
                name="record_late",
                condition=OPEN_PHASES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.phase < Phase.DONE

    @property
    def deadline(self) -> dt.datetime | dt.date | None:
        """When its time is over: the instant at which a clock ends, else a day."""
        return self.due_at or self.due_on


class RecordLink(models.OneToOneField):  # type: ignore[type-arg]
    """The parent link of a record type's own table: its primary key."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"to": Record, "on_delete": models.CASCADE, "parent_link": True, "primary_key": True, **options}
        )


class TenantKey(models.ForeignKey):  # type: ignore[type-arg]
    """The record's organisation again in the child's table, so that an index on a child column can begin with it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "to": "org.Organisation",
                "on_delete": models.PROTECT,
                "db_index": False,
                "related_name": "+",
                "editable": False,
                **options,
            }
        )


class RecordChild(Record):
    """What every record type derives from: the parent link, the organisation and a manager that keeps to it."""

    record = RecordLink()
    tenant = TenantKey()

    objects: ClassVar[OrganisationScoped] = ChildScoped()

    class Meta:
        abstract = True
        base_manager_name = "everywhere"
        default_manager_name = "everywhere"


class Counter(models.Model):
    """The last number given out to a kind in a year. Only `numbers.take` touches it."""

    organisation = models.ForeignKey("org.Organisation", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [UniqueConstraint(fields=["organisation", "kind", "year"], name="counter_once")]


class Link(Owned):
    """One record says something about another: `source` `relation` `target`."""

    source = models.ForeignKey(Record, models.CASCADE, related_name="links_out", db_index=False)
    target = models.ForeignKey(Record, models.CASCADE, related_name="links_in", db_index=False)
    relation = models.CharField(max_length=20, choices=Relation.choices)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            UniqueConstraint(fields=["source", "target", "relation"], name="link_once"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="link_not_to_itself"),
        ]
        indexes = [Index(fields=["target", "relation"], name="link_target")]


class AlsoProcess(Owned):
    """A process that a record holds for beside its own."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="+", db_index=False)
    process = models.ForeignKey("org.Process", models.PROTECT, related_name="+", db_index=False)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["record", "process"], name="also_process_once")]
        indexes = [Index(fields=["organisation", "process", "record"], name="also_process")]


class Task(Owned):
    """One thing that waits for one person, or for whoever holds a role, on one record."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="tasks")
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=250)
    person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.ForeignKey("org.Role", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=250, blank=True)
    # Ended because nobody asks for it any more, and not because it was done.
    withdrawn = models.BooleanField(default=False, db_default=False)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) ^ Q(role__isnull=False), name="task_for_person_or_role"
            )
        ]
        indexes = [
            Index(fields=["person", "due_at"], name="task_person", condition=Q(done_at__isnull=True)),
            Index(fields=["role", "due_at"], name="task_role", condition=Q(done_at__isnull=True)),
            Index(fields=["due_at"], name="task_due", condition=Q(done_at__isnull=True)),
            # How many of a type were done of late: evidence in standards.
            Index(fields=["organisation", "code", "done_at"], name="task_done", condition=Q(done_at__isnull=False)),
            # Whoever has or had a task on a record may see it: a branch of every scope.
            Index(fields=["person", "record"], name="task_involved", condition=Q(person__isnull=False)),
        ]


class Clock(Owned):
    """A running deadline made from a rule; the rule's words are kept so that a later edition changes nothing here."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="clocks")
    # Where the record stands, so that clocks are counted without it: its site (0 for none) and whether it is secret.
    site = models.PositiveBigIntegerField(default=0)
    confidential = models.BooleanField(default=False)
    rule = models.CharField(max_length=60)
    edition = models.CharField(max_length=60)
    label = models.CharField(max_length=150)
    basis = models.CharField(max_length=200)
    zone = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    skipped = models.JSONField(default=list)
    # Instants at which a warning goes out, soonest first; `warned` counts those sent.
    warn_at = models.JSONField(default=list)
    next_warning_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=5, choices=ClockOutcome.choices, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        abstract = False
        indexes = [
            Index(fields=["next_warning_at"], name="clock_warning", condition=Q(stopped_at__isnull=True)),
            Index(fields=["organisation", "rule", "started_at", "outcome"], name="clock_rule"),
            # Those that still run in time: the few of which no tally can say on which side of now they are.
            Index(
                fields=["organisation", "rule", "due_at", "started_at", "site", "confidential", "stopped_at"],
                name="clock_running",
                condition=Q(stopped_at__isnull=True),
            ),
        ]


class Attachment(Owned):
    """A file of a record; the bytes lie under their SHA-256 in the file store."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    inline = models.BooleanField(default=False)
    # Metadata such as place and camera were removed before storing.
    stripped = models.BooleanField(default=False)
    note = models.CharField(max_length=250, blank=True)
    # What the file shows or proves, as the room names it: "evidence", "photo".
    role = models.CharField(max_length=30, blank=True)
    added_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    @property
    def safe_to_inline(self) -> bool:
        """What the headers for handing it out ask."""
        return self.inline


class Comment(Owned):
    record = models.ForeignKey(Record, models.CASCADE, related_name="comments")
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    text = models.TextField()
    mentions = models.JSONField(default=list)


class Deed(Owned):
    """One act: who, when, what, why. Append-only: triggers refuse update and delete on both engines."""

    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="deeds", db_index=False)
    # What the deed is about when it is no record: "person:12", "organisation".
    subject = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    label = models.CharField(max_length=60, blank=True)
    # On whose behalf, when a right was borrowed.
    for_person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    verb = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    request = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)

    class Meta(Owned.Meta):
        abstract = False
        indexes = [
            Index(fields=["record", "id"], name="deed_record"),
            Index(fields=["organisation", "id"], name="deed_newest"),
        ]


class Change(models.Model):
    """What a deed did to one field, in the words of the page. Append-only like the deed."""

    deed = models.ForeignKey(Deed, models.PROTECT, related_name="changes")
    field = models.CharField(max_length=60)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)


class Signature(Owned):
    """A person signed again as themselves, with a meaning, what was shown to them."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="signatures")
    deed = models.OneToOneField(Deed, models.PROTECT, related_name="signature")
    person = models.ForeignKey("org.Person", models.PROTECT, related_name="+", db_index=False)
    meaning = models.CharField(max_length=100)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()


class SealedValue(Owned):
    """An encrypted value of a record, such as who reported. Opened only through `seals.unseal`, which leaves a deed."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="sealed")
    programme = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    ciphertext = models.BinaryField()
    # A keyed hash by which the owner of the value finds it again; useless without the programme's key.
    blind = models.CharField(max_length=64, blank=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["record", "field"], name="sealed_field_once")]
        indexes = [Index(fields=["blind"], name="sealed_blind", condition=~Q(blind=""))]


class Outbox(models.Model):
    """An event written with the change it tells of and delivered after the commit, at least once."""

    organisation = models.ForeignKey("org.Organisation", models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    # A worker that took it, until it is done or that worker is taken for dead.
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Keys of the listeners that have been served, so that another try spares them.
    served = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [Index(fields=["id"], name="outbox_waiting", condition=Q(done_at__isnull=True))]


class Tally(models.Model):
    """Running counts for overview and lists; each measure is narrow. `tally` keeps it, a nightly job recounts it."""

    organisation = models.ForeignKey("org.Organisation", models.CASCADE, related_name="+", db_index=False)
    measure = models.CharField(max_length=10)
    kind = models.CharField(max_length=30)
    # 0 stands for "no site": a null would not be equal to itself in the unique key.
    site = models.PositiveBigIntegerField(default=0)
    confidential = models.BooleanField(default=False)
    a = models.CharField(max_length=60, blank=True)
    b = models.CharField(max_length=24, blank=True)
    n = models.IntegerField(default=0)

    class Meta:
        constraints = [
            # `a` before the site: whoever sees all sums over sites in the order of the index.
            UniqueConstraint(
                fields=["organisation", "measure", "kind", "a", "site", "confidential", "b"], name="tally_once"
            )
        ]


class SavedView(Owned):
    """A list's filters under a name, for one person or (person empty) for everybody."""

    person = models.ForeignKey("org.Person", models.CASCADE, null=True, related_name="saved_views")
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)


class Draft(Owned):
    """What somebody typed and did not send yet, kept by the page every few seconds."""

    person = models.ForeignKey("org.Person", models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["person", "key"], name="draft_once")]


class Once(Owned):
    """A create that came with an idempotency key: sent again, it answers with the record it made the first time."""

    # The person, or the code of the anonymous visitor's form.
    sender = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["organisation", "sender", "key"], name="once_key")]

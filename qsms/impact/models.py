"""Who was asked because of which change, whether a record still fits or how somebody works to it, and what they
found."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned, Record, Task

from .choices import Answer


class Check(Owned):
    """A question because of a change, that of a record or of a requirement of a standard: to the owner of a record
    whether it still fits, or to one person who reads or takes it whether it fits how they work."""

    subject = models.ForeignKey(Record, models.CASCADE, null=True, related_name="+")
    framework = models.CharField(max_length=81, blank=True)
    clause = models.CharField(max_length=60, blank=True)
    # The change in the words of whoever asks.
    what = models.CharField(_("what changes"), max_length=500)
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    # Without one, its owner is asked.
    person = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    # An owner who is asked because of two changes has one task until both are answered.
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True)
    words = models.CharField(_("in your words"), max_length=500, blank=True)
    answered_by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__isnull=False, framework="", clause="") | Q(subject=None) & ~Q(framework=""),
                name="check_of_record_or_clause",
            ),
            # Two people who press the button at once ask once.
            UniqueConstraint(
                fields=["subject", "record"],
                condition=Q(answer="", subject__isnull=False, person=None),
                name="check_open_once",
            ),
            UniqueConstraint(
                fields=["framework", "clause", "record"],
                condition=Q(answer="", subject=None, person=None),
                name="check_open_clause_once",
            ),
            UniqueConstraint(
                fields=["subject", "record", "person"],
                condition=Q(answer="", subject__isnull=False, person__isnull=False),
                name="check_open_person_once",
            ),
            UniqueConstraint(
                fields=["framework", "clause", "record", "person"],
                condition=Q(answer="", subject=None, person__isnull=False),
                name="check_open_clause_person_once",
            ),
        ]
        indexes = [Index(fields=["organisation", "framework", "clause"], name="check_of_clause")]

"""News for one person, and the letters in which some of it goes out by e-mail."""

from __future__ import annotations

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

from qsms.records.models import Owned, Record, Task


class News(Owned):
    """Something a person should know of. The text is safe to show to anybody who sees the record, and to nobody else.

    What to do is a task; news is what happened.
    """

    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="+")
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="+")
    topic = models.CharField(max_length=30)
    text = models.CharField(max_length=300)
    # Of what is about no single record: where the rest stands, and lines under the text. Which of them one may read is
    # known to the room of the topic; it is asked whenever they are shown.
    path = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=list)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    # When it went out by e-mail, alone or in a digest; empty while it has not, or never will.
    mailed_at = models.DateTimeField(null=True)
    # What was told of the same record before its person looked is folded into the newest: one entry for what belongs
    # together. `earlier` is how many are folded into this one.
    under = models.ForeignKey("self", models.CASCADE, null=True, related_name="folded")
    earlier = models.PositiveSmallIntegerField(default=0)
    # The same event delivered twice is told once.
    key = models.CharField(max_length=80)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [UniqueConstraint(fields=["person", "key"], name="news_once")]
        indexes = [
            Index(fields=["person", "-id"], name="news_newest", condition=Q(under__isnull=True)),
            Index(fields=["person"], name="news_unread", condition=Q(read_at__isnull=True)),
            Index(
                fields=["id"],
                name="news_unmailed",
                condition=Q(mailed_at__isnull=True, read_at__isnull=True, under__isnull=True),
            ),
        ]


class Letter(models.Model):
    """An e-mail that is to be sent, or was. Kept until it is sent; what could not be sent says why."""

    organisation = models.ForeignKey("org.Organisation", models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("org.Person", models.CASCADE, related_name="+", db_index=False)
    address = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [Index(fields=["id"], name="letter_waiting", condition=Q(sent_at__isnull=True))]


class DigestDay(models.Model):
    """The day of a person's last digest, so that a day never has two."""

    person = models.OneToOneField("org.Person", models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()

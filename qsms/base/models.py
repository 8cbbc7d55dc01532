"""Tables without a subject: long work and the periodic duties of the installation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """Long work that goes on without the person who asked for it, with its progress and what came of it.

    It is also the queue: a worker takes the oldest one that is queued. Organisation and person are plain numbers,
    because this floor knows neither.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    organisation_id = models.BigIntegerField(null=True)
    requested_by_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)

    kind = models.CharField(max_length=100)
    task = models.CharField(max_length=200)
    arguments = models.JSONField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()
    run_after = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_asked_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    sentence = models.CharField(max_length=300, blank=True)

    result = models.JSONField(null=True)
    result_file = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["id"], condition=Q(state="queued"), name="job_queued"),
            models.Index(fields=["worker"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["organisation_id", "-id"], name="job_organisation_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.STOPPED}

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None while the total is not known."""
        return None if not self.total else min(100, self.done * 100 // self.total)


class Periodic(models.Model):
    """When a periodic duty is next due, and who holds it: the lock that keeps two workers from doing it twice."""

    name = models.CharField(max_length=200, unique=True)
    next_at = models.DateTimeField()
    holder = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("periodic duty")
        verbose_name_plural = _("periodic duties")

    def __str__(self) -> str:
        return self.name

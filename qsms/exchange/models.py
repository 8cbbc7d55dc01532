"""What is kept of an import: where it stands, what it found, what came of it. Rows and files lie in the file store."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.records.models import Owned


class ImportRun(Owned):
    """One import from its file to its result."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("Columns to match")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked, nothing imported yet")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    kind = models.CharField(max_length=30)
    # Of each file: name, hash, size, how it is read (sheet, head, encoding, delimiter) and the shipped mapping's code.
    files: Any = models.JSONField(default=list)
    # The mapping a person made, for files that no shipped one reads.
    mapping: Any = models.JSONField(default=dict)
    # How dates are read where they could be read in two ways: DMY, MDY, YMD, or empty for "as each column shows".
    date_order = models.CharField(max_length=3, blank=True)
    # Rows with errors are left out; otherwise one such row keeps all others out too.
    skip_bad = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAPPING)
    # The last record of the kind when the files came: a number can only be recognised in what stood before.
    newest_before = models.BigIntegerField(default=0)
    # What the check found.
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    # The first of each, for showing: bad, warned, repeated.
    problems: Any = models.JSONField(default=dict)
    staged_hash = models.CharField(max_length=64, blank=True)
    error_hash = models.CharField(max_length=64, blank=True)
    # What the import did. `position` counts the staged rows that are dealt with: it moves in the transaction of theirs.
    position = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    brought = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    # Who does it at present: a job, or a command by the name under which it shows that it lives.
    job_id = models.BigIntegerField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    check_seconds = models.FloatField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        indexes = [models.Index(fields=["organisation", "kind", "id"], name="import_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.name}"

    @property
    def name(self) -> str:
        """The file's name, or the first one's and how many more there are."""
        names = [one["name"] for one in self.files]
        return names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1}" if names else ""

    @property
    def is_busy(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.RUNNING}


class SavedMapping(Owned):
    """How the columns of a layout were matched the last time, so that the same list need not be matched again."""

    kind = models.CharField(max_length=30)
    # The hash of the column names: the layout by which it is found again.
    layout = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    mapping: Any = models.JSONField(default=dict)
    date_order = models.CharField(max_length=3, blank=True)
    by = models.ForeignKey("org.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "layout"], name="mapping_layout_once")]

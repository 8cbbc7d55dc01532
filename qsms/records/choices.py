"""Words of the spine that are stored as codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lens(models.IntegerChoices):
    """One bit for each discipline a record concerns; `disciplines` is their sum."""

    SAFETY = 1, _("Safety")
    QUALITY = 2, _("Quality")
    ENVIRONMENT = 4, _("Environment")
    HEALTH = 8, _("Occupational health and safety")
    SECURITY = 16, _("Security")
    INFORMATION = 32, _("Information security")


# The three that every report is judged through and every list has a place for, by the word of addresses and forms.
MAIN_LENSES = {"safety": Lens.SAFETY, "quality": Lens.QUALITY, "environment": Lens.ENVIRONMENT}


class Relation(models.TextChoices):
    """What a link says, read from its source to its target."""

    RAISED_FROM = "raised_from", _("raised from")
    CASE_OF = "case_of", _("is a case of")
    CAUSES = "causes", _("causes")
    MITIGATES = "mitigates", _("mitigates")
    EVIDENCES = "evidences", _("is evidence for")
    CHANGES = "changes", _("changes")
    TRAINS = "trains", _("trains")
    SUPERSEDES = "supersedes", _("supersedes")
    DUPLICATES = "duplicates", _("is a duplicate of")
    RELATES = "relates", _("relates to")


# The same links read from their target's side.
BACKWARDS = {
    Relation.RAISED_FROM: _("led to"),
    Relation.CASE_OF: _("has the case"),
    Relation.CAUSES: _("caused by"),
    Relation.MITIGATES: _("mitigated by"),
    Relation.EVIDENCES: _("shown by"),
    Relation.CHANGES: _("changed by"),
    Relation.TRAINS: _("trained by"),
    Relation.SUPERSEDES: _("superseded by"),
    Relation.DUPLICATES: _("has the duplicate"),
    Relation.RELATES: _("relates to"),
}


class ClockOutcome(models.TextChoices):
    RUNNING = "", _("Running")
    MET = "met", _("Met")
    LATE = "late", _("Met late")
    VOID = "void", _("No longer applies")

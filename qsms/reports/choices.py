"""Words of reports that are stored as codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.records.choices import MAIN_LENSES, Lens

# The lenses that every report is judged through.
LENSES = MAIN_LENSES
# Who is asked to judge through a lens when nobody else is named.
LENS_ROLES = {
    Lens.SAFETY: "safety_manager",
    Lens.QUALITY: "quality_manager",
    Lens.ENVIRONMENT: "environmental_manager",
}


class Mode(models.TextChoices):
    """Who may know who reported."""

    NAMED = "named", _("Named")
    CONFIDENTIAL = "confidential", _("Confidential")
    ANONYMOUS = "anonymous", _("Anonymous")


class Precision(models.TextChoices):
    """How exactly the moment of the event is known."""

    ABOUT = "about", _("About this time")
    DAY = "day", _("The day")
    MONTH = "month", _("The month")


class Concern(models.TextChoices):
    """Whether a report concerns a lens. Not sure is an honest answer, and not yet a judgement."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSURE = "unsure", _("Not sure")


class Next(models.TextChoices):
    """What a lens asks for after triage."""

    ACTIONS = "actions", _("Actions, no investigation")
    INVESTIGATE = "investigate", _("Investigate")
    TREND = "trend", _("Trend only")


class Sender(models.TextChoices):
    REPORTER = "reporter", _("Reporter")
    OFFICE = "office", _("Safety office")


class Subject(models.TextChoices):
    """What a message to or from the reporter is."""

    RECEIPT = "receipt", _("Received")
    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")
    DECISION = "decision", _("Decision")
    CLOSURE = "closure", _("What was done")


class Publication(models.TextChoices):
    NONE = "", _("Not published")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")

"""Words of this room that are stored as codes, or shown for the codes of the rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.rules.competence import State


class CourseKind(models.TextChoices):
    """What somebody can be asked to hold."""

    COURSE = "course", _("Course")
    QUALIFICATION = "qualification", _("Qualification")
    LICENCE = "licence", _("Licence")
    AUTHORISATION = "authorisation", _("Authorisation")
    READING = "reading", _("Read and understood")


class Source(models.TextChoices):
    """Where a training record comes from."""

    SESSION = "session", _("A session here")
    QUIZ = "quiz", _("A course taken alone, with its quiz")
    OUTSIDE = "outside", _("Somewhere else, with a certificate")
    BEFORE = "before", _("From before this system")


class Duty(models.TextChoices):
    """A part that somebody is named to on a record, whatever their role."""

    VERIFIER = "verifier", _("Checks whether an action worked")
    AUDITOR = "auditor", _("Audits")
    SIGNATORY = "signatory", _("Signs")
    INSTRUCTOR = "instructor", _("Teaches a session")
    INVESTIGATOR = "investigator", _("Investigates")


class Policy(models.TextChoices):
    """What happens when somebody who is not current is named to a part."""

    BLOCK = "block", _("Refuse, with the reason")
    FLAG = "flag", _("Allow, and tell who answers for it")


class Presence(models.TextChoices):
    INVITED = "invited", _("Invited")
    PRESENT = "present", _("Was there")
    ABSENT = "absent", _("Was not there")


class Result(models.TextChoices):
    OPEN = "", _("Not judged")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")


class WaiverState(models.TextChoices):
    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ENDED = "ended", _("Ended")


class Level(models.TextChoices):
    """How far the effect of a course was looked at, in four levels that build on each other (Kirkpatrick)."""

    REACTION = "1", _("1: What those who took part thought of it")
    LEARNING = "2", _("2: What they know or can do now")
    BEHAVIOUR = "3", _("3: What they do differently at work")
    RESULTS = "4", _("4: What it changed for the organisation")


class Effect(models.TextChoices):
    YES = "yes", _("It worked")
    PARTLY = "partly", _("It worked in part")
    NO = "no", _("It did not work")


# Word, tone and shape of how somebody stands.
STATES = {
    State.VALID: (_("Valid"), "good", "circle-check"),
    State.SOON: (_("Due soon"), "warn", "alert-triangle"),
    State.WAIVED: (_("Waived"), "mute", "circle-minus"),
    State.GRACE: (_("In grace"), "warn", "clock"),
    State.EXPIRED: (_("Expired"), "bad", "bad"),
    State.MISSING: (_("Missing"), "bad", "circle-dashed"),
}

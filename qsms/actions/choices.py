from django.db import models
from django.utils.translation import gettext_lazy as _


class ActionKind(models.TextChoices):
    """What an action is for. ISO 9001 10.2 tells a correction from a corrective action; the field adds the rest."""

    CONTAINMENT = "containment", _("Containment")
    CORRECTION = "correction", _("Correction")
    CORRECTIVE = "corrective", _("Corrective")
    PREVENTIVE = "preventive", _("Preventive")
    IMPROVEMENT = "improvement", _("Improvement")


# Those that remove a cause: they need one found, and a check later that it is gone.
CAUSAL = frozenset({ActionKind.CORRECTIVE, ActionKind.PREVENTIVE})


class CauseMethod(models.TextChoices):
    FIVE_WHYS = "five_whys", _("Five whys")
    FISHBONE = "fishbone", _("Fishbone")
    HFACS = "hfacs", _("HFACS")
    SHELL = "shell", _("SHELL")
    OTHER = "other", _("Another method")


class ExtensionState(models.TextChoices):
    ASKED = "asked", _("Asked")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")

"""Words of this hall that are stored as codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Answer(models.TextChoices):
    """What somebody found who was asked whether a record still fits after a change elsewhere."""

    FITS = "fits", _("It still fits: nothing to change")
    CHANGED = "changed", _("It is changed already")
    WILL_CHANGE = "will_change", _("It must be changed, and will be")

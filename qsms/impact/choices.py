"""Words of this hall that are stored as codes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Answer(models.TextChoices):
    """What somebody found who was asked because of a change: an owner of a record, or whoever works to a document."""

    FITS = "fits", _("It still fits: nothing to change")
    CHANGED = "changed", _("It is changed already")
    WILL_CHANGE = "will_change", _("It must be changed, and will be")
    SEEN = "seen", _("It fits how I work")
    CLASHES = "clashes", _("It does not fit how I work")


OF_OWNERS = (Answer.FITS, Answer.CHANGED, Answer.WILL_CHANGE)
OF_PEOPLE = (Answer.SEEN, Answer.CLASHES)
# What these say needs no words beside it.
ALL_SAID = (Answer.FITS, Answer.SEEN)

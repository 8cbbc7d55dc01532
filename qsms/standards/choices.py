"""Words of this room that are stored as codes, or shown for the codes of the rules."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qsms.rules.crosswalk import Relation
from qsms.rules.frameworks import Confidence, Documented


class EditionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Shape and tone of each.
STATUS_LOOKS = {
    EditionStatus.DRAFT: ("circle-dashed", "mute"),
    EditionStatus.IN_FORCE: ("circle-check", "good"),
    EditionStatus.SUPERSEDED: ("ban", "mute"),
    EditionStatus.WITHDRAWN: ("ban", "mute"),
}
CONFIDENCE = {
    Confidence.VERIFIED: _("Checked against the text itself."),
    Confidence.SECONDARY: _("Checked against other sources, not against the text itself."),
    Confidence.BACKGROUND: _("Written from background knowledge. Compare it with your own copy."),
    Confidence.DOUBTFUL: _("Doubtful. Compare it with your own copy before you rely on it."),
}
DOCUMENTED = {
    Documented.MAINTAIN: _("A document, kept up to date."),
    Documented.RETAIN: _("Records, kept as evidence."),
}
# Read from the requirement at hand to the other one.
RELATIONS = {
    Relation.EQUAL: _("asks the same as"),
    Relation.SUPERSET: _("asks more than"),
    Relation.SUBSET: _("is part of what is asked by"),
    Relation.OVERLAP: _("is partly the same as"),
}
DATES = {
    "adopted_on": _("Adopted"),
    "published_on": _("Published"),
    "effective_on": _("In effect"),
    "applicable_on": _("Applicable"),
    "transition_until": _("Transition until"),
    "superseded_on": _("Superseded"),
}

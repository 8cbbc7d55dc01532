"""Words of this room that are stored as codes, or shown for the codes of the rules."""

from __future__ import annotations

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from qsms.rules import certification, evidence, gap_comparison
from qsms.rules.coverage import State
from qsms.rules.crosswalk import Relation
from qsms.rules.evidence import SOON_DAYS, Ageing, Freshness
from qsms.rules.frameworks import Confidence, Documented

from . import shipped

# In place of a shipped edition: one that was imported here.
OWN = "own"


def offered_frameworks() -> list[tuple[str, str]]:
    """The shipped editions as choices of a field, by title, and one of the organisation's own."""
    found = sorted((framework.title, key) for key, framework in shipped.frameworks().items())
    return [*((key, title) for title, key in found), (OWN, str(_("An edition of your own")))]


class Strength(models.TextChoices):
    """What a piece of evidence is worth by itself."""

    WHOLE = evidence.Strength.WHOLE.value, _("Shows all of it")
    PART = evidence.Strength.PART.value, _("Shows a part of it")
    SUPPORTS = evidence.Strength.SUPPORTS.value, _("Supports it, and does not count by itself")


class GapAnswerCode(models.TextChoices):
    """What an assessor answers for a requirement."""

    MET = gap_comparison.Answer.MET.value, _("Met")
    PARTLY = gap_comparison.Answer.PARTLY.value, _("Partly met")
    GAP = gap_comparison.Answer.GAP.value, _("A gap")
    NOT_APPLICABLE = gap_comparison.Answer.NOT_APPLICABLE.value, _("Does not apply")


# What each answer means for whoever gives it, and how the kit calls its mark.
GAP_MEANINGS = {
    GapAnswerCode.MET: (_("All of it is done, and something shows it."), "covered"),
    GapAnswerCode.PARTLY: (_("A part is done or shown; say what is missing."), "partly"),
    GapAnswerCode.GAP: (_("It is not done, or nothing shows it."), "gap"),
    GapAnswerCode.NOT_APPLICABLE: (
        _("Say why. In an adopted standard, leave it out there as well: this answer alone takes nothing away."),
        "not-applicable",
    ),
}


class CertificationAuditKind(models.TextChoices):
    """Which audit of a certification body it was."""

    STAGE_1 = "stage_1", _("Stage 1")
    STAGE_2 = "stage_2", _("Stage 2")
    SURVEILLANCE = "surveillance", _("Surveillance")
    RECERTIFICATION = "recertification", _("Recertification")
    SPECIAL = "special", _("Special, or at short notice")


class FindingOrigin(models.TextChoices):
    """Who found it."""

    BODY = "body", _("Certification body")
    AUTHORITY = "authority", _("Authority")
    CUSTOMER = "customer", _("Customer")
    INTERNAL = "internal", _("Within the organisation")


def offered_grades() -> list[tuple[str, str]]:
    """The grades of findings as choices of a field, by scheme."""
    return [(one.key, f"{scheme.label}: {one.label}") for scheme in shipped.schemes() for one in scheme.grades]


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
# The relation that two requirements without any have, as it is stored and chosen.
STRANGERS = "none"
JUDGEMENTS = [
    *((relation.value, words) for relation, words in RELATIONS.items()),
    (STRANGERS, _("has nothing to do with")),
]
DATES = {
    "adopted_on": _("Adopted"),
    "published_on": _("Published"),
    "effective_on": _("In effect"),
    "applicable_on": _("Applicable"),
    "transition_until": _("Transition until"),
    "superseded_on": _("Superseded"),
}
# Word, and how the kit calls the mark.
STATES = {
    State.MET: (_("Covered"), "covered"),
    State.PARTLY: (_("Partly"), "partly"),
    State.GAP: (_("Gap"), "gap"),
    State.NOT_ASSESSED: (_("Not judged"), "not-judged"),
    State.NOT_APPLICABLE: (_("Not applicable"), "not-applicable"),
}
# Word, tone and shape of how fresh a piece is.
FRESHNESS = {
    Freshness.FRESH: (_("Fresh"), "good", "circle-check"),
    Freshness.STALE: (_("Past its freshness limit"), "warn", "clock"),
    Freshness.EXPIRED: (_("Expired"), "bad", "bad"),
    Freshness.EMPTY: (_("Finds too little"), "mute", "circle-dashed"),
    Freshness.AHEAD: (_("Lies in the future"), "mute", "clock"),
}
# Whether the mark may be used: in a word with its tone, and in a sentence.
MARKS = {
    certification.Mark.MAY: (
        _("May be used"), "good", _("Today, within the scope and at the sites of the certificate."),
    ),
    certification.Mark.NOT_YET: (_("Not yet"), "mute", _("It may be used once the body has decided.")),
    certification.Mark.SUSPENDED: (
        _("Not now"), "bad", _("It may not be used while the certificate is suspended."),
    ),
    certification.Mark.EXPIRED: (
        _("Not any more"), "bad", _("The certificate has expired. Take the mark off what is given out."),
    ),
    certification.Mark.OVER: (
        _("Not any more"), "bad", _("The certificate is over. Take the mark off what is given out."),
    ),
}  # fmt: skip
CLOSURES = {
    certification.Closure.MAY_DECIDE: _("No major finding holds the decision of the body back."),
    certification.Closure.WAIT: _("The body decides once its major findings are closed."),
    certification.Closure.REPEAT_STAGE_2: _("Major findings were not closed in time, so stage 2 is repeated."),
}
AGEING = {
    Ageing.OVER: (_("Counts no more"), "bad", "bad"),
    Ageing.STALE: (_("Past its freshness limit"), "warn", "clock"),
    Ageing.SOON: (format_lazy(_("Within {days} days"), days=SOON_DAYS), "mute", "clock"),
}
CERTIFICATE_STANDINGS = {
    certification.Standing.VALID: _("It is valid."),
    certification.Standing.RESTORABLE: _("It has expired. For some months the body may still restore it."),
    certification.Standing.NEW_STAGE_2: _("It has expired for too long. At least a new stage 2 is needed."),
}

"""Coverage in words: why a requirement is in its state, and what came through the crosswalk and in which direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qsms.rules.coverage import Covered, Reason
from qsms.rules.crossing import Doubt, Through
from qsms.rules.crosswalk import Reading, Relation, Source
from qsms.rules.evidence import Level
from qsms.rules.findings import Struck, Weight
from qsms.rules.sentences import Sentence
from qsms.rules.sentences import say as _
from qsms.rules.sentences import say_many as ngettext

WHY: Final[Mapping[Reason, Sentence]] = {
    Reason.SHOWN: _("Fresh evidence shows all of it."),
    Reason.SHOWN_AT_SOME: _("Fresh evidence shows all of it, but not at every site."),
    Reason.SHOWN_IN_PART: _("Evidence shows a part of it."),
    Reason.SHOWN_ABOVE: _("Evidence at the heading shows all that stands under it."),
    Reason.STALE: _("Evidence is past its freshness limit. Renew it; until then it counts as a part."),
    Reason.EXPIRED: _("Evidence has expired and no longer counts. Add newer evidence."),
    Reason.EMPTY: _("A living query finds nothing now, or less than it asks for."),
    Reason.AHEAD: _("Evidence is dated in the future and does not count yet."),
    Reason.SUPPORTED_ONLY: _("There is supporting evidence, which does not count by itself."),
    Reason.THROUGH_CROSSWALK: _("Evidence for another standard counts here through the crosswalk."),
    Reason.NOT_ALL_TOGETHER: _("The crosswalk asks for several requirements together, and not all of them are shown."),
    Reason.TOUCHED_ONLY: _("Evidence for another standard touches this, and it is not certain what it shows."),
    Reason.PERHAPS: _(
        "Evidence for another standard may show a part of this. Add what does as evidence; nothing is counted yet."
    ),
    Reason.JUDGED_MET: _("An assessor judged it met."),
    Reason.CLAIMED: _("Nothing shows it, so until something does it counts as partly met."),
    Reason.JUDGED_PARTLY: _("An assessor judged it partly met."),
    Reason.JUDGED_GAP: _("An assessor judged it a gap."),
    Reason.JUDGED_BEFORE_EVIDENCE: _("There is evidence newer than the judgement. Judge it again."),
    Reason.FOUND_FAILING: _("An open finding says that it is not met."),
    Reason.FOUND_LAPSING: _("An open finding says that it is not wholly met."),
    Reason.FOUND_NOTED: _("Something was noted about it, which does not count against it."),
    Reason.FOUND_ELSEWHERE: _("An open finding against another standard or edition counts here."),
    Reason.FOUND_NEAR: _("A finding against another standard touches this. Look whether it is about this as well."),
    Reason.FOUND_ABOVE: _("A finding is open against the heading, so evidence there does not count for this."),
    Reason.NOTHING_KNOWN: _("No evidence and no judgement yet."),
    Reason.EXEMPT: _("It does not apply here."),
    Reason.NOTHING_TO_ASSESS: _("There is nothing to assess at this heading."),
    Reason.ROLLED_UP: _("It follows from what stands under it."),
}


DOUBTS: Final[Mapping[Doubt, Sentence]] = {
    Doubt.FROM_UNDER_A_HEADING: _(
        "Only a part of what stands under that heading is shown; it may be another part than this."
    ),
    Doubt.TO_THE_HEADING_ABOVE: _("The crosswalk speaks of the heading above this requirement, not of this one."),
    Doubt.OTHER_SUBJECT: _(
        "It was recorded for another subject. Add it here as evidence if it shows flight safety as well."
    ),
}


def why(covered: Covered) -> tuple[Sentence, ...]:
    """Every reason of a state as a sentence."""
    return tuple(WHY[reason] for reason in covered.reasons)


def told(through: Through) -> Sentence:
    """What came over one pair: which requirement, how it relates to this one, and what it counts for."""
    known = _relation(through.reading)
    if through.doubts:
        doubt = DOUBTS[through.doubts[-1]]
        if Doubt.TO_THE_HEADING_ABOVE in through.doubts:
            here, there = str(through.reading.here), through.reading.there.number
            known = _("%(here)s is paired with %(there)s.", here=here, there=there)
        return _("%(relation)s A suggestion, not counted. %(doubt)s", relation=known, doubt=doubt)
    return _("%(relation)s %(counts)s", relation=known, counts=_counts(through))


def _counts(through: Through) -> Sentence:
    """What it counts for; where that is less than the relation promises, because it is shown there only in part."""
    if through.counts is Level.WHOLE:
        return _("Its evidence counts here in full.")
    if through.shown is Level.PART and through.counts is Level.PART:
        return _("It is shown there in part, and counts here as a part.")
    if through.shown is Level.PART:
        return _("It is shown there only in part, which may be another part than this: not counted here.")
    if through.counts is Level.PART:
        return _("Its evidence counts here as a part.")
    return _("Its evidence is not counted here.")


def told_of_finding(found: Struck) -> Sentence:
    """How a finding reaches a requirement over one pair: how the two relate, and what it says here."""
    if found.reading.pair.source is Source.FOLLOWS and found.weight:
        relation = _relation(found.reading)
        return _("%(relation)s A new edition closes no finding: it counts here until it is closed.", relation=relation)
    counts: Mapping[Weight, Sentence] = {
        Weight.FAILS: _("What is found there is found here."),
        Weight.LAPSES: _("What is found there is a part of this that is not met."),
        Weight.NOTES: _("Whether what is found there is about this is not certain, so it is not counted here."),
    }
    return _("%(relation)s %(counts)s", relation=_relation(found.reading), counts=counts[found.weight])


def _relation(reading: Reading) -> Sentence:
    """How what is asked at the source of a pair relates to what is asked here."""
    here = str(reading.here)
    if reading.pair.source is Source.CONTAINED:
        contained: Mapping[Relation, Sentence] = {
            Relation.EQUAL: _("%(here)s is the same requirement, taken over unchanged.", here=here),
            Relation.SUPERSET: _("%(here)s contains this requirement and adds to it.", here=here),
            Relation.SUBSET: _("%(here)s is contained in this requirement, which adds to it.", here=here),
        }
        return contained[reading.relation]
    if reading.pair.source is Source.FOLLOWS:
        if reading.relation is Relation.EQUAL:
            return _("%(here)s asks for the same in another edition.", here=here)
        if reading.is_backwards:
            return _("%(here)s stood here in an earlier edition, in other words.", here=here)
        return _("%(here)s follows this in a later edition, in other words.", here=here)
    judged: Mapping[Relation, Sentence] = {
        Relation.EQUAL: _("%(here)s asks for the same.", here=here),
        Relation.SUPERSET: _("%(here)s asks for more than this.", here=here),
        Relation.SUBSET: _("%(here)s asks for a part of this.", here=here),
        Relation.OVERLAP: _("%(here)s overlaps this.", here=here),
    }
    return judged[reading.relation]


def through_crosswalk(covered: Covered) -> Sentence:
    """How much of what is shown owes its state to the crosswalk."""
    shown = covered.tally.met + covered.tally.partly
    return ngettext(
        "%(count)s of the %(shown)s that are covered or partly covered counts through the crosswalk.",
        "%(count)s of the %(shown)s that are covered or partly covered count through the crosswalk.",
        covered.tally.through_crosswalk,
        shown=shown,
    )

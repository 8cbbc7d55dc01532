"""What a requirement has to do with those of other editions: read from it, with rationale, and what chains suggest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.records.wording import sentence
from qsms.rules.coverage_words import told
from qsms.rules.crossing import Through
from qsms.rules.crosswalk import Crosswalk, Reading, Source
from qsms.rules.frameworks import Framework, Reference, Status

from . import addresses, shipped
from .choices import CONFIDENCE, RELATIONS


@dataclass(frozen=True, slots=True)
class Other:
    """A requirement of another edition as the page names it."""

    edition: str
    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Related:
    """One pair of the crosswalk read from the requirement at hand."""

    other: Other
    relation: str
    # The relation by its code, for the figure beside it.
    figure: str
    why: str
    # Where the judgement comes from, and from which side it was made.
    basis: str
    is_own: bool
    there: Reference


@dataclass(frozen=True, slots=True)
class Suggested:
    """What two pairs say together. A person may judge it; nothing counts it."""

    other: Other
    relation: str
    by_way_of: Other
    there: Reference


def related(crosswalk: Crosswalk, here: Reference, editions: Mapping[str, Framework]) -> list[Related]:
    """Every pair of the crosswalk with this requirement, by edition and number."""
    found = [
        Related(
            _other(one.there, editions), str(RELATIONS[one.relation]), one.relation.value, one.pair.rationale,
            _basis(one), one.pair.source is Source.OWN, one.there,
        )
        for one in crosswalk.readings(here)
        if _is_there(one.there, editions)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.other.edition)


def suggested(crosswalk: Crosswalk, here: Reference, editions: Mapping[str, Framework]) -> list[Suggested]:
    """What chains of two pairs suggest in these editions, beyond what is judged; the surest first."""
    found = []
    for key in editions:
        for one in crosswalk.suggestions(here, key):
            if _is_there(one.there, editions) and _is_there(one.first.there, editions):
                words = RELATIONS[one.relation] if one.relation is not None else _("may have to do with")
                found.append(
                    Suggested(_other(one.there, editions), str(words), _other(one.first.there, editions), one.there)
                )
    return found


def cited(reference: Reference, editions: Mapping[str, Framework]) -> str:
    """A requirement as people cite it; by the key of an edition that is not known here."""
    known = editions.get(reference.framework)
    return f"{short_title(known)} {reference.number}" if known is not None else str(reference)


def told_through(through: Through, editions: Mapping[str, Framework]) -> str:
    """What came over a pair of the crosswalk, for a file: with the requirement as people cite it."""
    here = through.reading.here
    return sentence(told(through)).replace(str(here), cited(here, editions))


def short_title(framework: Framework) -> str:
    """What people call an edition: its title up to the first comma, with the edition where that leaves it open which of
    several it is."""
    name = framework.title.split(",", 1)[0].strip()
    if framework.edition.casefold() in name.casefold() or shipped.is_alone(framework):
        return name
    return _("%(name)s (edition %(edition)s)") % {"name": name, "edition": framework.edition}


def caution(framework: Framework) -> str:
    """What is to be known before somebody relies on an edition that is not out yet; empty for every other one."""
    if framework.status is not Status.DRAFT:
        return ""
    said = _("%(edition)s is known here as a draft, so numbers and titles may still change. %(confidence)s")
    return said % {"edition": short_title(framework), "confidence": CONFIDENCE[framework.confidence]}


def _basis(one: Reading) -> str:
    if one.pair.source is Source.CONTAINED:
        return _("It follows from the text: one edition contains the other.")
    if one.pair.source is Source.FOLLOWS:
        return _("One edition follows the other. Findings count in both; evidence is moved on by hand.")
    told = str(CONFIDENCE[one.pair.confidence])
    if one.pair.source is Source.OWN:
        told = _("Judged in your organisation. %(told)s") % {"told": told}
    if not one.is_backwards:
        return told
    words = _("Judged from the other side, where it reads “%(relation)s”. %(told)s")
    return words % {"relation": RELATIONS[one.pair.relation], "told": told}


def _is_there(reference: Reference, editions: Mapping[str, Framework]) -> bool:
    return reference.framework in editions and reference.number in editions[reference.framework].by_number


def _other(reference: Reference, editions: Mapping[str, Framework]) -> Other:
    framework = editions[reference.framework]
    title = framework.by_number[reference.number].title
    url = addresses.clause(reference.framework, reference.number)
    return Other(short_title(framework), reference.number, title, url)

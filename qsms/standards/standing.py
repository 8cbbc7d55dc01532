"""How far an adopted edition is covered, as one reader may know it: from the evidence whose records they see."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org import names
from qsms.org.actor import Actor
from qsms.rules.applicability import Certificate
from qsms.rules.coverage import Coverage, cover
from qsms.rules.findings import OpenFinding
from qsms.rules.frameworks import Framework, Reference

from . import adopting, assessing, binding, findings, library, profile
from .binding import Piece
from .findings import Against
from .models import PART_5, Adoption, Crosswalk, Declaration, Edition, Exclusion


@dataclass(frozen=True)
class Standing:
    """The coverage of one adoption, with the pieces behind it and the editions that they are bound to."""

    adoption: Adoption
    framework: Framework
    coverage: Coverage
    pieces: Mapping[int, Piece]
    editions: Mapping[str, Framework]
    # What is left out, and may be.
    exclusions: Mapping[str, Exclusion]
    # What was left out although the framework does not let anybody; it counts all the same.
    not_allowed: Mapping[str, Exclusion]
    # What does not apply by the certificates that are held, with the reason.
    falls_away: Mapping[str, str]
    # The certificates under Part 5, whoever may see the records that say so; of that standard alone.
    held: Sequence[Declaration]
    # The newest text of every edition.
    newest: Mapping[str, Edition]
    # The newest revision of the shipped crosswalk.
    crosswalk_revision: int
    # The open findings behind it, by finding and requirement.
    findings: Mapping[tuple[int, Reference], Against]

    def named(self, finding: OpenFinding) -> Against:
        """What a line says of a finding of the coverage."""
        return self.findings[int(str(finding.id)), finding.at]

    def open_at(self, number: str) -> list[Against]:
        """The open findings against a requirement, and those that count for it through the crosswalk."""
        covered = self.coverage.covered[number]
        return [self.named(one) for one in (*covered.findings, *(one.finding for one in covered.struck if one.weight))]

    def found_at(self, number: str) -> list[str]:
        """The same, each in one phrase."""
        here = self.open_at(number)
        return [f"{one.number} {one.title} ({findings.grade_of(one.grade).label}, {one.at})" for one in here]

    @property
    def n_open(self) -> int:
        """How many findings are open against any of its requirements."""
        return len({one.id for number in self.coverage.covered for one in self.open_at(number)})

    def shown_at(self, number: str) -> str:
        """At which of the sites it is shown, where at some of them alone; empty where that is no question.

        A certificate for several sites is not met by one of them, so it is met in part; see `qsms.rules.coverage`.
        """
        here = self.coverage.covered[number].sites
        if here is None:
            return ""
        known = names.places("site", self.adoption.organisation_id)
        named = sorted(known.get(int(str(one)), "?") for one in here)
        told = {"n": len(here), "all": len(self.coverage.sites), "sites": ", ".join(named)}
        return _("Shown at %(n)s of %(all)s sites: %(sites)s.") % told

    @property
    def n_at_some(self) -> int:
        """How many of those that count are shown at some of the sites alone."""
        return sum(one.sites is not None for one in self.coverage.covered.values() if one.counts)

    def left_out(self, number: str) -> str:
        """Why a number does not count, in words: what is left out at a heading is left out below it."""
        numbers = (number, *self.framework.ancestors(number))
        why = next((self.exclusions[one].why for one in numbers if one in self.exclusions), "")
        return why or profile.above(self.framework, number, self.falls_away)


def of(actor: Actor, adoption: Adoption) -> Standing:
    """The standing of an adoption. The number of queries does not grow with evidence or standards."""
    return of_all(actor, [adoption])[0]


@dataclass(frozen=True)
class AtHand:
    """What whoever asks has read already: the living adoptions, every revision of every edition and of the crosswalks,
    and the open findings. What is None is read."""

    live: Sequence[Adoption] | None = None
    every_text: Sequence[Edition] | None = None
    crosswalks: Sequence[Crosswalk] | None = None
    against: Sequence[Against] | None = None


NOTHING_AT_HAND = AtHand()


def of_all(
    actor: Actor,
    wanted: list[Adoption],
    at_hand: AtHand = NOTHING_AT_HAND,
    *,
    certificates: Sequence[Certificate] | None = None,
) -> list[Standing]:
    """The standing of several adoptions, from one look at the evidence.

    Other adopted standards lend what is bound to them; what one of them leaves out lends nothing. Nothing is taken from
    a standard that the organisation has not adopted as far as the reader knows. With `certificates` Part 5 is judged
    for those alone, in place of all that are held.
    """
    if not wanted:
        return []
    live = adopting.live(actor) if at_hand.live is None else at_hand.live
    every = list({one.pk: one for one in [*wanted, *live]}.values())
    exclusions = adopting.excluded(every)
    judged = assessing.answered(actor)
    revisions: dict[str, int] = {}
    for one in every:
        revisions.setdefault(one.key, one.revision)
    found = binding.pieces(actor)
    against = findings.open_against(actor) if at_hand.against is None else at_hand.against
    every_text = library.every(actor.organisation_id) if at_hand.every_text is None else at_hand.every_text
    rows = library.editions(actor.organisation_id, revisions, every_text)
    newest = library.newest(actor.organisation_id, every_text)
    # A finding outlives the edition that it is against: what follows that one has it, be the former ones left by now.
    known, found_against = {**newest, **rows}, {one.framework for one in against}
    former = {key: library.line(row, known, found_against) for key, row in rows.items()}
    rows = {**rows, **{key: known[key] for line in former.values() for key in line}}
    today = moment.now().astimezone(actor.tz).date()
    rows_of_pairs = library.crosswalks(actor.organisation_id) if at_hand.crosswalks is None else at_hand.crosswalks
    crosswalks = {
        number: library.relations(actor.organisation_id, rows.values(), number, rows_of_pairs)
        for number in {one.crosswalk_revision for one in wanted}
    }
    asks_held = certificates is None and any(one.key == PART_5 for one in every)
    held = profile.held(actor.organisation_id) if asks_held else []
    stays_out = {
        one.pk: adopting.sorted_out(rows[one.key].rule, exclusions[one.pk]) for one in every if one.key in rows
    }
    standings = []
    for adoption in wanted:
        # Of several adoptions of one edition the oldest speaks for it, but for the one that is asked about.
        first = {one.key: one for one in reversed(every)} | {adoption.key: adoption}
        pieces = {one.id: one for one in binding.counted(found, adoption) if one.framework in first}
        found_in = {*first, *former[adoption.key]}
        struck = {(one.id, one.at): one for one in binding.counted(against, adoption) if one.framework in found_in}
        used = {adoption.key, *(one.framework for one in pieces.values()), *(one.framework for one in struck.values())}
        editions = {key: row.rule for key, row in rows.items() if key in used}
        away = {
            key: profile.falls_away(editions[key], profile.here(one, held) if certificates is None else certificates)
            for key, one in first.items()
            if key in editions
        }
        coverage = cover(
            list(editions.values()),
            [one.rule for one in pieces.values()],
            today,
            crosswalk=crosswalks[adoption.crosswalk_revision],
            judgements=[each for one in first.values() for each in assessing.judgements(judged, one)],
            findings=[one.rule for one in struck.values()],
            exempt={key: [*stays_out[one.pk][0], *away[key]] for key, one in first.items() if key in editions},
            only=[adoption.key],
            sites=adoption.sites or names.sites_in_use(adoption.organisation_id),
        )[adoption.key]
        standings.append(
            Standing(
                adoption,
                editions[adoption.key],
                coverage,
                pieces,
                editions,
                *stays_out[adoption.pk],
                away[adoption.key],
                held if adoption.key == PART_5 else (),
                newest,
                max(row.revision for row in rows_of_pairs if row.organisation_id is None),
                struck,
            )
        )
    return standings


def by_site(actor: Actor, adoption: Adoption, sites: Iterable[int]) -> list[Standing]:
    """The standing of one adoption at each of these sites: from what is of that site or of none."""
    narrowed = []
    for site in sites:
        here = copy.copy(adoption)
        here.site_id, here.also_sites = site, []
        narrowed.append(here)
    return of_all(actor, narrowed)

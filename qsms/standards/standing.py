"""How far an adopted edition is covered, as one reader may know it: from the evidence whose records they see."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.rules.coverage import Coverage, cover
from qsms.rules.frameworks import Framework

from . import adopting, assessing, binding, library, profile
from .adopting import Live
from .binding import Piece
from .models import PART_5, Adoption, Declaration, Edition, Exclusion


@dataclass(frozen=True)
class Standing:
    """The coverage of one adoption, with the pieces behind it and the editions that they are bound to."""

    adoption: Adoption
    framework: Framework
    coverage: Coverage
    pieces: Mapping[int, Piece]
    editions: Mapping[str, Framework]
    exclusions: Mapping[str, Exclusion]
    # What does not apply by the certificates that are held, with the reason.
    falls_away: Mapping[str, str]
    # The certificates under Part 5, whoever may see the records that say so; of that standard alone.
    held: Sequence[Declaration]
    # The newest text of every edition.
    newest: Mapping[str, Edition]


def of(actor: Actor, adoption: Adoption) -> Standing:
    """The standing of an adoption. The number of queries does not grow with evidence or standards."""
    return of_all(actor, [adoption])[0]


def of_all(
    actor: Actor,
    wanted: list[Adoption],
    live: Live | None = None,
    every_text: Sequence[Edition] | None = None,
) -> list[Standing]:
    """The standing of several adoptions, from one look at the evidence.

    Other adopted standards lend what is bound to them; what one of them leaves out lends nothing. Nothing is taken from
    a standard that the organisation has not adopted as far as the reader knows. `live` are its living adoptions and
    `every_text` every revision of every edition, where they are at hand.
    """
    if not wanted:
        return []
    live = adopting.live_and_left_out(actor) if live is None else live
    every = list({one.pk: one for one in [*wanted, *live.adoptions]}.values())
    exclusions = {**live.exclusions, **adopting.excluded(one for one in every if one.pk not in live.exclusions)}
    judged = assessing.findings(actor)
    revisions: dict[str, int] = {}
    for one in every:
        revisions.setdefault(one.key, one.revision)
    found = binding.pieces(actor)
    every_text = library.every(actor.organisation_id) if every_text is None else every_text
    rows = library.editions(actor.organisation_id, revisions, every_text)
    newest = library.newest(actor.organisation_id, every_text)
    own = [row.rule for row in rows.values() if row.organisation_id is not None]
    today = moment.now().astimezone(actor.tz).date()
    crosswalks = {
        number: library.relations(actor.organisation_id, own, number)
        for number in {one.crosswalk_revision for one in wanted}
    }
    held = profile.held(actor.organisation_id) if any(one.key == PART_5 for one in every) else []
    standings = []
    for adoption in wanted:
        # Of several adoptions of one edition the oldest speaks for it, but for the one that is asked about.
        first = {one.key: one for one in reversed(every)} | {adoption.key: adoption}
        pieces = {one.id: one for one in binding.counted(found, adoption) if one.framework in first}
        used = {adoption.key, *(one.framework for one in pieces.values())}
        editions = {key: row.rule for key, row in rows.items() if key in used}
        away = {key: profile.falls_away(one, editions[key], held) for key, one in first.items() if key in editions}
        coverage = cover(
            list(editions.values()),
            [one.rule for one in pieces.values()],
            today,
            crosswalk=crosswalks[adoption.crosswalk_revision],
            judgements=[each for one in first.values() for each in assessing.judgements(judged, one)],
            exempt={key: [*exclusions[one.pk], *away[key]] for key, one in first.items() if key in editions},
            only=[adoption.key],
        )[adoption.key]
        standings.append(
            Standing(
                adoption,
                editions[adoption.key],
                coverage,
                pieces,
                editions,
                exclusions[adoption.pk],
                away[adoption.key],
                held if adoption.key == PART_5 else (),
                newest,
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

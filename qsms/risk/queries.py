"""Questions about risk: ratings, acceptances, controls and the hazards they serve. Scoped where they name records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, FilteredRelation, Q

from qsms.org.actor import Actor
from qsms.records import listing, scope
from qsms.records.choices import Relation
from qsms.records.models import Link, Record
from qsms.rules.lifecycle import Phase

from .choices import AssessmentKind, hierarchy
from .models import Acceptance, Assessment, Control, RiskMatrix

# Controls that work already, well or badly; a proposed one only counts in a prediction.
WORKING = ("in_place", "verified", "weak")
KEPT = "_controls_seen"


@dataclass(frozen=True, slots=True)
class ControlLine:
    """A control as the page of a record lists it."""

    id: int
    number: str
    title: str
    state: str
    level: str
    owner: str
    watched_by: str
    last_verified_on: date | None
    next_verification_on: date | None
    link_id: int
    # Its place on the bow-tie: the side, the words of the threat or consequence, and its turn; empty without one.
    side: str = ""
    line: str = ""
    turn: int = 0

    @property
    def rank(self) -> int:
        return hierarchy().level(self.level).rank


def assessments(record: Record) -> list[Assessment]:
    """Every rating of a record, the newest first, with its matrix and who made it."""
    rows = Assessment.everywhere.filter(record_id=record.pk, organisation_id=record.organisation_id)
    return list(rows.select_related("matrix", "by").order_by("-pk"))


def current(record: Record, lens: int = 0) -> Assessment | None:
    """The rating that says how large the risk is now: of one lens, or the worst of all."""
    rows = Assessment.everywhere.filter(record_id=record.pk, current=True).select_related("matrix", "by")
    if lens:
        rows = rows.filter(lens=lens)
    return rows.order_by("-tone", "-pk").first()


def newest(record: Record, lens: int) -> Assessment | None:
    """The newest rating that stands: what somebody who accepts would accept."""
    rows = Assessment.everywhere.filter(record_id=record.pk, lens=lens, valid=True)
    return rows.select_related("matrix", "by").order_by("-pk").first()


def acceptances(record: Record) -> list[Acceptance]:
    """Every acceptance of a record, the newest first."""
    rows = Acceptance.everywhere.filter(record_id=record.pk, organisation_id=record.organisation_id)
    return list(rows.select_related("assessment__matrix", "by", "for_person").order_by("-pk"))


def not_accepted(records: Sequence[Record]) -> Mapping[int, Assessment]:
    """Of these records, those rated through a lens for which no acceptance holds: the worst such (two queries)."""
    ids = [record.pk for record in records]
    accepted = set(Acceptance.everywhere.filter(record_id__in=ids, ended_at=None).values_list("record_id", "lens"))
    found: dict[int, Assessment] = {}
    rows = Assessment.everywhere.filter(record_id__in=ids, valid=True).select_related("matrix")
    newest = {(one.record_id, one.lens): one for one in rows.order_by("pk")}
    for (record_id, lens), one in newest.items():
        if (record_id, lens) not in accepted and (record_id not in found or one.tone > found[record_id].tone):
            found[record_id] = one
    return found


def standing_acceptance(record_id: int, lens: int) -> Acceptance | None:
    """The acceptance that holds for a record and lens."""
    rows = Acceptance.everywhere.filter(record_id=record_id, lens=lens, ended_at=None)
    return rows.select_related("assessment__matrix", "by", "for_person").first()


def unaccepted(record_id: int) -> list[int]:
    """The lenses through which a record is rated and nobody's acceptance stands."""
    rated = Assessment.everywhere.filter(record_id=record_id, valid=True).values_list("lens", flat=True)
    taken = Acceptance.everywhere.filter(record_id=record_id, ended_at=None).values_list("lens", flat=True)
    return sorted(set(rated) - set(taken))


def control_ids(record_id: int) -> dict[int, tuple[str, str]]:
    """The controls linked to a record that are not retired: id -> (state, kind of control)."""
    rows = Control.everywhere.filter(
        links_out__target_id=record_id, links_out__relation=Relation.MITIGATES, phase__lt=Phase.DONE
    )
    return {pk: (state, level) for pk, state, level in rows.values_list("pk", "state", "level")}


def controls(actor: Actor, record: Record) -> list[ControlLine]:
    """The controls against a record that the actor sees, the most effective first, retired ones last.

    Kept with the instance for the reader, because several parts of a page ask.
    """
    kept: dict[int | None, list[ControlLine]] = record.__dict__.setdefault(KEPT, {})
    if actor.person_id not in kept:
        kept[actor.person_id] = _controls(actor, record)
    return kept[actor.person_id]


def _controls(actor: Actor, record: Record) -> list[ControlLine]:
    here = Q(links_out__target=record.pk, links_out__relation=Relation.MITIGATES)
    rows = (
        scope.visible(actor, "control")
        .annotate(bound=FilteredRelation("links_out", condition=here))
        .filter(bound__isnull=False)
        .values_list(
            "pk", "number", "title", "state", "level", "owner__name", "watched_by", "last_verified_on",
            "next_verification_on", "bound__pk", "bound__barrier__side", "bound__barrier__line", "bound__barrier__turn",
        )
    )  # fmt: skip
    found = [
        ControlLine(
            pk,
            number,
            title,
            state,
            level,
            owner or "",
            watched_by,
            last,
            following,
            link,
            side or "",
            line or "",
            turn or 0,
        )
        for pk, number, title, state, level, owner, watched_by, last, following, link, side, line, turn in rows
    ]
    return sorted(found, key=lambda one: (one.state == "retired", one.rank, one.number))


def served(control_id: int) -> list[Record]:
    """The open hazards, and other records whose risk is rated, that a control is linked to.

    Not scoped: ask `scope.seen_of` before naming one.
    """
    links = Link.everywhere.filter(
        Q(target__kind="hazard") | Q(target__risk_class__gt=0),
        source_id=control_id,
        relation=Relation.MITIGATES,
        target__phase__lt=Phase.DONE,
    ).select_related("target")
    return [link.target for link in links]


def predicted_with(record_ids: Iterable[int], control_id: int) -> set[int]:
    """Those of these records whose standing prediction counts this control."""
    rows = Assessment.everywhere.filter(record_id__in=list(record_ids), valid=True, kind=AssessmentKind.PREDICTED)
    return {record_id for record_id, counted in rows.values_list("record_id", "controls") if control_id in counted}


def not_predicted(controls: Mapping[int, tuple[str, str]], predictions: Iterable[Iterable[int]]) -> list[int]:
    """Those of these controls that are only proposed and that no prediction counts."""
    counted = {pk for ids in predictions for pk in ids}
    return [pk for pk, (state, _level) in controls.items() if state == "proposed" and pk not in counted]


def heat(
    actor: Actor, matrix: RiskMatrix, kind: str = "hazard", *, sites: Sequence[int] = (), lens: int = 0
) -> dict[str, int]:
    """How many open records of a kind, of those the actor sees, stand in each cell of a matrix now.

    `sites` and `lens` narrow it to records of these sites, and to records that concern this lens.
    """
    if kind not in scope.kinds_seen(actor):
        return {}
    rows = Assessment.everywhere.filter(
        organisation_id=actor.organisation_id, matrix=matrix, current=True, record__phase__lt=Phase.DONE
    )
    reach = scope.branches(actor, kind)
    if [branch.axis for branch in reach] == ["all"]:
        rows = rows.filter(record__kind=kind)
        if not reach[0].confidential:
            rows = rows.filter(record__confidential=False)
    else:
        rows = rows.filter(record_id__in=scope.visible(actor, kind).values("pk"))
    if sites:
        rows = rows.filter(record__site__in=sites)
    if lens:
        rows = rows.filter(record__disciplines__in=listing.with_lens(lens))
    # A record that is rated on one matrix through two lenses stands in two cells, and once in each.
    cells = rows.order_by("cell").values_list("cell").annotate(n=Count("record_id", distinct=True))
    return dict(cells)


def ratings_by_matrix(actor: Actor) -> dict[int, int]:
    """How many ratings were made on each matrix, of records that the actor sees."""
    seen = Q(pk__in=())
    for kind in scope.kinds_seen(actor):
        seen |= Q(record__kind=kind) & Q(record_id__in=scope.visible(actor, kind).values("pk"))
    rows = Assessment.everywhere.filter(seen, organisation_id=actor.organisation_id)
    return dict(rows.order_by("matrix").values_list("matrix").annotate(n=Count("*")))

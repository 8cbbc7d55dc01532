"""The bow-tie of a hazard as it is written: its threats and consequences, and where each control stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.records import history, moves, projections, registry, scope, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Record
from qsms.rules.lifecycle import Phase

from . import queries, rules
from .choices import Side
from .models import Barrier, Hazard
from .queries import ControlLine

PLACED = "risk.placed"
# The field of the hazard that names the places of a side.
FIELDS = {Side.PREVENT: "threats", Side.LIMIT: "consequences"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a path: the side, and the words of its threat or consequence. `turn` 0 is the next free one."""

    side: str
    line: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The hazard's own part of the bow-tie. The number of a line is its old one; new lines follow."""

    top_event: str
    threats: Sequence[str]
    consequences: Sequence[str]


def place(actor: Actor, hazard: Record, control: Record, side: str, line: str, turn: int = 0) -> None:
    """Say on which path of a hazard a control stands that is linked to it; in place of where it stood before.

    `line` is one of the hazard's threats (side "prevent") or consequences ("limit").
    Raises NotVisible, Refused, Invalid (by the control's number).
    """
    place_all(actor, hazard.pk, {control.pk: Spot(side, line, turn)})


def place_all(actor: Actor, hazard_id: int, spots: Mapping[int, Spot | None]) -> None:
    """Say where each of these controls stands, or that it stands nowhere (None). Those not named stay where they are.

    Raises NotVisible, Refused, Invalid (by the control's number).
    """
    with write_transaction():
        record = _locked(actor, hazard_id)
        known = {one.id: one for one in queries.controls(actor, record)}
        if not spots.keys() <= known.keys():
            raise NotVisible
        found = {pk: _resolved(record, known[pk], spot) for pk, spot in spots.items()}
        wrong = {known[pk].number: said for pk, (_spot, said) in found.items() if said}
        if wrong:
            raise Invalid(wrong)
        changed = {pk: spot for pk, (spot, _said) in found.items() if _differs(known[pk], spot)}
        if not changed:
            return
        for pk, spot in changed.items():
            _put(record, known[pk], spot)
        before = projections.Before.of(record)
        moves.store(registry.get("hazard"), record, ())
        for pk, spot in changed.items():
            change = history.FieldChange("place", _words(known[pk]), _told(spot))
            deed = history.write(actor, record, history.Act(PLACED, "", {"other": pk}, [change]))
            history.tell(actor, record, deed, "hazard.control_placed", {"other": pk})
        projections.run([projections.Written(registry.get("hazard"), record, before)])


def redraw(actor: Actor, hazard_id: int, version: int, outline: Outline, spots: Mapping[int, Spot | None]) -> None:
    """Write the whole bow-tie: the top event, the lines, and the places. A reworded line takes its controls along.

    The lines stand in the order of the old ones, an empty one is taken away. A spot names its line in the new words.
    Raises NotVisible, Refused, Invalid (by field or control number), Stale.
    """
    with write_transaction():
        record = _locked(actor, hazard_id)
        given = {"top_event": outline.top_event}
        for side, lines in ((Side.PREVENT, outline.threats), (Side.LIMIT, outline.consequences)):
            old = rules.lines(getattr(record, FIELDS[side]))
            kept = [" ".join(line.split()) for line in lines]
            if [line for line in kept if line] != old:
                given[FIELDS[side]] = "\n".join(dict.fromkeys(line for line in kept if line))
                _carry(record, side, {was: now for was, now in zip(old, kept, strict=False) if now and now != was})
        services.edit(actor, record.pk, version, given)
        place_all(actor, hazard_id, spots)


def _locked(actor: Actor, hazard_id: int) -> Hazard:
    record = moves.locked(actor, hazard_id)
    if not isinstance(record, Hazard):
        raise NotVisible
    if not scope.may(actor, "change", record):
        raise Refused([_("You may see this bow-tie but not change it.")])
    if record.phase >= Phase.DONE:
        raise Refused([_("%(number)s is closed. Open it again to change it.") % {"number": record.number}])
    return record


def _carry(record: Hazard, side: Side, reworded: Mapping[str, str]) -> None:
    """Take the controls of reworded lines along, also those the writer does not see: the path is still the same."""
    # Read before anything is written, because two lines may have changed places.
    standing = list(_of(record).filter(side=side, line__in=reworded).values_list("pk", "line"))
    for pk, line in standing:
        Barrier.everywhere.filter(pk=pk).update(line=reworded[line])


def _of(record: Record) -> QuerySet[Barrier]:
    return Barrier.everywhere.filter(
        link__in=Link.everywhere.filter(target_id=record.pk, organisation_id=record.organisation_id).values("pk")
    )


def _resolved(record: Hazard, control: ControlLine, spot: Spot | None) -> tuple[Spot | None, str]:
    """The spot with the hazard's own words for its line and a turn, and what is wrong with it."""
    if spot is None:
        return None, ""
    if spot.side not in Side.values:
        return spot, _("Choose a threat or a consequence for %(control)s.") % {"control": control.title}
    lines = rules.lines(getattr(record, FIELDS[Side(spot.side)]))
    at = rules.same_line(spot.line, lines)
    if at is None:
        said = _("“%(line)s” is not on the bow-tie. Write it there first, or choose another place for %(control)s.")
        return spot, said % {"line": spot.line, "control": control.title}
    turn = spot.turn or (control.turn if (control.side, control.line) == (spot.side, lines[at]) else 0)
    if not turn:
        last = _of(record).filter(side=spot.side, line=lines[at]).aggregate(last=Max("turn"))["last"]
        turn = (last or 0) + 1
    return Spot(spot.side, lines[at], turn), ""


def _differs(control: ControlLine, spot: Spot | None) -> bool:
    stands = (control.side, control.line, control.turn)
    return stands != ((spot.side, spot.line, spot.turn) if spot is not None else ("", "", 0))


def _put(record: Hazard, control: ControlLine, spot: Spot | None) -> None:
    if spot is None:
        Barrier.everywhere.filter(link_id=control.link_id).delete()
        return
    Barrier.everywhere.update_or_create(
        link_id=control.link_id,
        defaults={
            "organisation_id": record.organisation_id, "side": spot.side, "line": spot.line, "turn": spot.turn,
        },
    )  # fmt: skip


def _words(control: ControlLine) -> str:
    return _told(Spot(control.side, control.line, control.turn)) if control.side else ""


def _told(spot: Spot | None) -> str:
    return f"{Side(spot.side).label}: {spot.line}" if spot is not None else ""

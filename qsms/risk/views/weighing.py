"""What a choice on a matrix means, before it is saved: its class, its words, what it does to the acceptance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import keys, wording
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase
from qsms.rules.risk_matrix import Matrix, MatrixMisuse, Rating
from qsms.ui import marks, parts

from .. import accepting, addresses, assessing, authority, drawing, matrices
from ..choices import AssessmentKind
from ..models import Acceptance, Assessment, RiskMatrix
from ..picture import Picture

AXIS = "axis_"


@dataclass
class Weighing:
    """One choice by one reader on one record, through one lens, on one matrix."""

    actor: Actor
    record: Record
    picture: Picture
    lens: int
    offered: list[RiskMatrix]
    matrix: RiskMatrix
    kind: str
    levels: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()

    @classmethod
    def of(cls, actor: Actor, record: Record, given: Mapping[str, Any], facts: tuple[str, ...] = ()) -> Weighing:
        """Read the choice from an address or a form; what is not said falls back to what the record stands at."""
        picture = Picture.of(record)
        lens = _lens(picture, record, str(given.get("lens", "")))
        offered = matrices.offered(actor, lens)
        matrix = next((one for one in offered if str(one.pk) == str(given.get("matrix", ""))), offered[0])
        kind = str(given.get("kind", ""))
        if kind not in AssessmentKind.values:
            kind = picture.expected_kind(lens)
        found = cls(actor, record, picture, lens, offered, matrix, kind, facts=facts)
        found.levels = found._chosen(given) or found._starting()
        return found

    def _chosen(self, given: Mapping[str, Any]) -> dict[str, str]:
        if self.rule.kind == "grid":
            cells = {cell.code: dict(cell.levels) for cell in self.rule.all_cells()}
            return cells.get(str(given.get("cell", "")), {})
        found = {axis.code: str(given.get(AXIS + axis.code, "")) for axis in self.rule.axes}
        return {axis: level for axis, level in found.items() if level}

    def _starting(self) -> dict[str, str]:
        """The rating of this kind that stands on this matrix, else the newest one there."""
        here = [one for one in self.picture.valid(self.lens) if one.matrix_id == self.matrix.pk]
        same = next((one for one in here if one.kind == self.kind), None)
        start = same or next(iter(here), None)
        if start is not None and not self.facts:
            self.facts = tuple(start.facts)
        return dict(start.levels) if start is not None else {}

    # -- what it comes to -----------------------------------------------------------------------------------------

    @cached_property
    def now(self) -> datetime:
        return moment.now()

    @property
    def rule(self) -> Matrix:
        return self.matrix.rule

    @cached_property
    def rating(self) -> Rating | None:
        """The rating of the choice; None while a level is not chosen."""
        try:
            return self.rule.rate(self.levels, self.facts)
        except MatrixMisuse:
            return None

    @property
    def badge(self) -> SafeString:
        """Cell and class of the choice."""
        if self.rating is None:
            return SafeString("")
        return marks.risk(self.rating.index, self.rule.risk_class(self.rating.class_code).label, self.rating.tone)

    @property
    def meanings(self) -> list[parts.Fact]:
        """The chosen levels in the organisation's words."""
        chosen = [axis.level(self.levels[axis.code]) for axis in self.rule.axes if axis.code in self.levels]
        return [parts.Fact(level.label, level.meaning) for level in chosen]

    @property
    def behaviour(self) -> str:
        """What the class asks people to do."""
        return self.rule.risk_class(self.rating.class_code).behaviour if self.rating is not None else ""

    @cached_property
    def before(self) -> Assessment | None:
        """The rating that this one would be compared with."""
        return self.picture.newest(self.lens)

    @property
    def moved(self) -> parts.Note | None:
        """How the choice differs from the rating before; nothing while it is the same or on another matrix."""
        if self.rating is None or self.before is None:
            return None
        if self.before.matrix_id != self.matrix.pk:
            return parts.Note(
                _("Rated on another matrix before."),
                _("%(cell)s of %(matrix)s cannot be compared with a cell here.")
                % {"cell": self.before.cell, "matrix": self.before.matrix},
            )
        movement = self.rule.movement(self.before.rating, self.rating)
        if not any(step for _axis, step in movement.steps) and not movement.class_steps:
            return None
        worse = movement.class_steps > 0 or any(step > 0 for _axis, step in movement.steps)
        kind = str(self.before.get_kind_display()).lower()
        rest = _("The %(kind)s rating says why: %(why)s") % {"kind": kind, "why": self.before.why}
        return parts.Note(str(wording.sentence(movement.sentence)), rest, "warn" if worse else "info")

    @property
    def caution(self) -> str:
        """The sentence that asks why severity is lower; empty when it need not be asked (scenario 15)."""
        if self.rating is None:
            return ""
        counted = assessing.counted(self.picture.controls, self.kind)
        return assessing.caution_for(self.matrix, self.rating, self.picture.valid(self.lens), counted)

    # -- the acceptance -------------------------------------------------------------------------------------------

    @property
    def subject(self) -> Assessment | None:
        """The saved rating that an acceptance would be about."""
        return self.before

    @property
    def standing(self) -> Acceptance | None:
        return self.picture.standing(self.lens)

    @property
    def who_may(self) -> str:
        """Who may accept the class of the choice, or of the saved rating."""
        code = self.rating.class_code if self.rating is not None else ""
        if not code and self.subject is not None and self.subject.matrix_id == self.matrix.pk:
            code = self.subject.class_code
        return drawing.who_may(self.rule, self.rule.risk_class(code)) if code else ""

    @property
    def ends(self) -> str:
        """Why the standing acceptance would end with this choice; empty when it would hold, or when none stands."""
        if self.standing is None or self.rating is None:
            return ""
        return accepting.why_ended(self.standing, self.matrix, self.rating, accepting.today(self.actor))

    @property
    def given_by(self) -> str:
        return drawing.accepted_by(self.standing, self.now, self.actor) if self.standing is not None else ""

    @property
    def expiry(self) -> tuple[str, str]:
        return drawing.expires(self.standing, self.now, self.actor) if self.standing is not None else ("", "")

    @cached_property
    def way(self) -> Way:
        """What this reader can do about the acceptance of the saved rating."""
        return Way.of(self.actor, self.record, self.subject, self.standing)

    @property
    def may_rate(self) -> bool:
        return self.record.phase < Phase.DONE and authority.may_assess(self.actor, self.record)


@dataclass(frozen=True)
class Way:
    """The button of the acceptance panel and the sentence under it."""

    label: str = ""
    url: str = ""
    asks: bool = False
    why_not: str = ""

    @classmethod
    def of(cls, actor: Actor, record: Record, one: Assessment | None, standing: Acceptance | None) -> Way:
        """Accept, send it to whoever may, or nothing, with the reason."""
        if one is None:
            return cls(why_not=_("Rate the risk first. An acceptance is about a saved rating."))
        if standing is not None and standing.assessment_id == one.pk:
            return cls()
        said, held = accepting.answer(actor, record, one)
        values = {"cell": one.cell}
        if said.allowed:
            return cls(_("Accept %(cell)s") % values, addresses.accept(record))
        refusal = wording.sentence(said.refusal) if said.refusal is not None else ""
        if held.rank > 0:
            return cls(accepting.way_on(actor, record, one), addresses.accept(record), why_not=refusal)
        if not authority.may_assess(actor, record):
            return cls(why_not=_("You may see this risk but not accept it."))
        why_not = _("You may rate but not accept: who rates a risk does not take it for the line.")
        if said.escalate_to is None:
            return cls(why_not=refusal)
        asked = authority.acceptors(record, authority.rank_of(said.escalate_to.code), but=actor.person_id)
        if asked is None:
            return cls(why_not=_("Nobody here holds the authority for %(class)s.") % {"class": one.class_label})
        return cls(accepting.way_on(actor, record, one), "", asks=True, why_not=why_not)


def _lens(picture: Picture, record: Record, given: str) -> int:
    """The lens asked for, else the one through which the risk is worst, else the first the record concerns."""
    if (asked := keys.whole(given)) in matrices.LENSES:
        return asked
    worst = picture.current()
    if worst is not None:
        return worst.lens
    concerned = matrices.lenses_of(record.disciplines)
    return int(concerned[0] if concerned else matrices.LENSES[0])

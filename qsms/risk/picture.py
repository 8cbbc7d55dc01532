"""How one record stands with its risk, read once for everything that a page says about it."""

from __future__ import annotations

from dataclasses import dataclass

from qsms.records.models import Record

from . import queries
from .choices import AssessmentKind
from .models import Acceptance, Assessment

KEPT = "_risk_picture"


@dataclass(frozen=True)
class Picture:
    """Ratings and acceptances, the newest first, and the controls that are not retired: id -> (state, kind)."""

    assessments: list[Assessment]
    acceptances: list[Acceptance]
    controls: dict[int, tuple[str, str]]

    @classmethod
    def of(cls, record: Record) -> Picture:
        """The picture of a record, kept with the instance: three queries the first time, none later."""
        known: Picture | None = record.__dict__.get(KEPT)
        if known is None:
            known = cls(queries.assessments(record), queries.acceptances(record), queries.control_ids(record.pk))
            record.__dict__[KEPT] = known
        return known

    def lenses(self) -> list[int]:
        """The lenses through which the risk is rated now, in their order."""
        return sorted({one.lens for one in self.assessments if one.valid})

    def valid(self, lens: int) -> list[Assessment]:
        """The ratings of a lens that stand, the newest first."""
        return [one for one in self.assessments if one.valid and one.lens == lens]

    def newest(self, lens: int) -> Assessment | None:
        """The rating that an acceptance would be about."""
        return next(iter(self.valid(lens)), None)

    def current(self) -> Assessment | None:
        """The worst of the ratings that say how large the risk is now."""
        return max((one for one in self.assessments if one.current), key=lambda one: (one.tone, one.pk), default=None)

    def standing(self, lens: int) -> Acceptance | None:
        """The acceptance that holds for a lens."""
        return next((one for one in self.acceptances if one.lens == lens and one.ended_at is None), None)

    @property
    def is_rated(self) -> bool:
        return any(one.valid for one in self.assessments)

    @property
    def is_accepted(self) -> bool:
        """Whether every lens through which the risk is rated has an acceptance that holds."""
        return self.is_rated and all(self.standing(lens) is not None for lens in self.lenses())

    @property
    def is_actual(self) -> bool:
        """Whether the risk is rated with its checked controls; without controls the first rating is that."""
        kinds = {one.kind for one in self.assessments if one.valid}
        return AssessmentKind.ACTUAL in kinds or (not self.controls and bool(kinds))

    @property
    def unpredicted(self) -> list[int]:
        """Planned controls that no standing prediction counts (14 CFR 5.55(d))."""
        counted = {
            pk for one in self.assessments if one.valid and one.kind == AssessmentKind.PREDICTED for pk in one.controls
        }
        return [pk for pk, (state, _level) in self.controls.items() if state == "proposed" and pk not in counted]

    @property
    def has_open_controls(self) -> bool:
        """Whether a control is only proposed."""
        return any(state == "proposed" for state, _level in self.controls.values())

    def expected_kind(self, lens: int) -> str:
        """The kind of rating that comes next: predicted once controls are planned, actual once one was checked."""
        if not self.valid(lens):
            return AssessmentKind.INITIAL
        if self.unpredicted:
            return AssessmentKind.PREDICTED
        if any(state in ("verified", "weak") for state, _level in self.controls.values()):
            return AssessmentKind.ACTUAL
        return AssessmentKind.INITIAL

"""Matrices, ratings and acceptances as the parts of a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.rules.risk_matrix import Matrix, MatrixMisuse, RiskClass
from qsms.ui import dates, marks, parts, times
from qsms.ui.cells import TONES

from .choices import AssessmentKind
from .models import Acceptance, Assessment

# So many replaced ratings stand among the others.
FEW = 2


def grid(
    rule: Matrix,
    *,
    name: str = "",
    chosen: str = "",
    placed: Mapping[str, Sequence[str]] | None = None,
    kinds: Sequence[tuple[str, str]] = (),
    counts: Mapping[str, int] | None = None,
) -> parts.Matrix:
    """A grid to choose from (`name`) or to look at. `placed` are the marks of each cell, `counts` stand in its place
    of the class word where a heat map is drawn."""
    down, across = rule.axes
    rows = []
    for level, cells in rule.rows():
        drawn = []
        for cell in cells:
            risk_class = rule.risk_class(cell.class_code)
            column = across.level(dict(cell.levels)[across.code])
            marked = tuple((placed or {}).get(cell.code, ()))
            said = parts.cell_sentence(cell.code, level.label, column.label, risk_class.label, marked)
            label = risk_class.label if counts is None else str(counts.get(cell.code, ""))
            drawn.append(parts.Cell(cell.code, label, risk_class.tone, said, marked, cell.code == chosen))
        rows.append(parts.Row(parts.Level(level.code, level.label), tuple(drawn)))
    return parts.Matrix(
        legend=_("%(title)s: %(down)s by %(across)s")
        % {"title": rule.title, "down": down.label, "across": across.label.lower()},
        columns=tuple(parts.Level(level.code, level.label) for level in across.levels),
        rows=tuple(rows),
        axes=_("Down: %(down)s %(d1)s to %(d2)s. Across: %(across)s %(a1)s to %(a2)s.")
        % {
            "down": down.label.lower(), "d1": down.levels[0].code, "d2": down.levels[-1].code,
            "across": across.label.lower(), "a1": across.levels[0].code, "a2": across.levels[-1].code,
        },
        name=name,
        kinds=tuple(kinds),
        tones=tuple((one.tone, f"{one.label}: {one.meaning}") for one in reversed(rule.classes)),
    )  # fmt: skip


def placed(valid: Sequence[Assessment], matrix_id: int) -> dict[str, list[str]]:
    """The marks in the cells of one matrix: cells of different matrices are never put together."""
    found: dict[str, list[str]] = {}
    for one in reversed(valid):
        if one.matrix_id == matrix_id:
            found.setdefault(one.cell, []).append(one.kind)
    return found


def legend(valid: Sequence[Assessment], matrix_id: int, now: dt.datetime, actor: Actor) -> list[tuple[str, str]]:
    """What the marks stand for: “Initial, 3 Sep”."""
    order = list(AssessmentKind.values)
    return [
        (
            one.kind,
            times.joined(", ", (one.get_kind_display(), times.moment(one.at, now, actor.tz, short=True, inside=True))),
        )
        for one in sorted(valid, key=lambda one: order.index(one.kind))
        if one.matrix_id == matrix_id
    ]


def badge(one: Assessment) -> SafeString:
    """Cell and class of a rating."""
    return marks.risk(one.cell, one.class_label, TONES[one.tone])


def who_may(rule: Matrix, risk_class: RiskClass) -> str:
    """Who may accept a class and for how long: “Tolerable: director of the area, 12 months at most”."""
    if not risk_class.authority:
        if risk_class.stop_activity:
            return _("%(class)s: nobody. Stop the activity or lower the risk.") % {"class": risk_class.label}
        return _("%(class)s: nobody. Lower the risk.") % {"class": risk_class.label}
    found = rule.authority(risk_class.authority)
    values = {
        "class": risk_class.label,
        "who": found.label if found else risk_class.authority,
        "n": risk_class.max_months,
    }
    if risk_class.max_months is None:
        return _("%(class)s: %(who)s, without an end date") % values
    return _("%(class)s: %(who)s, %(n)s months at most") % values


@dataclass(frozen=True)
class Moved:
    """One line of “How it moved”."""

    kind: str
    kind_label: str
    badge: SafeString
    why: str
    why_severity: str
    step: str
    by: str
    on: str
    stands: bool
    matrix: str


def movement(before: Assessment | None, after: Assessment) -> str:
    """How a rating differs from the one before, in words; empty where they cannot be compared."""
    if before is None or before.matrix_id != after.matrix_id:
        return ""
    try:
        return wording.sentence(after.matrix.rule.movement(before.rating, after.rating).sentence)
    except MatrixMisuse:
        return ""


def history(rows: Sequence[Assessment], lens: int, now: dt.datetime, actor: Actor) -> list[Moved]:
    """Every rating of a lens, the oldest first."""
    mine = [one for one in reversed(rows) if one.lens == lens]
    several = len({one.matrix_id for one in mine}) > 1
    return [
        Moved(
            kind=one.kind,
            kind_label=str(one.get_kind_display()),
            badge=badge(one),
            why=one.why,
            why_severity=one.why_severity,
            step=movement(mine[place - 1] if place else None, one),
            by=one.by.name if one.by is not None else _("System"),
            on=times.moment(one.at, now, actor.tz, short=True),
            stands=one.valid,
            matrix=str(one.matrix) if several else "",
        )
        for place, one in enumerate(mine)
    ]


@dataclass(frozen=True)
class Told:
    """“How it moved”: the lines to show at once, and those that later ratings replaced, when they are many."""

    shown: list[Moved]
    folded: list[Moved]

    @classmethod
    def of(cls, rows: Sequence[Assessment], lens: int, now: dt.datetime, actor: Actor) -> Told:
        """The ratings of a lens, the oldest first in both."""
        told = history(rows, lens, now, actor)
        replaced = [one for one in told if not one.stands]
        if len(replaced) <= FEW:
            return cls(told, [])
        return cls([one for one in told if one.stands], replaced)


def accepted_by(one: Acceptance, now: dt.datetime, actor: Actor) -> str:
    """Who accepted, for whom, when: “Hanne Brandvold, director of the area, Sun 22 Nov, signed”."""
    held = one.assessment.matrix.rule.authority(one.authority)
    said = [one.by.name]
    if one.for_person is not None:
        said.append(_("for %(name)s") % {"name": one.for_person.name})
    when = times.moment(one.at, now, actor.tz, short=True, inside=True)
    said += [held.label if held is not None else one.authority, when]
    return times.joined(", ", [*said, _("signed")])


def expires(one: Acceptance, now: dt.datetime, actor: Actor) -> tuple[str, str]:
    """The day on which an acceptance ends and how far away that is."""
    if one.expires_on is None:
        return _("No end date"), ""
    left = (one.expires_on - now.astimezone(actor.tz).date()).days
    return dates.plain_day(one.expires_on), _("in %(span)s") % {"span": dates.days_long(left)} if left > 0 else ""


def known(rule: Matrix, facts: Collection[str]) -> list[str]:
    """The labels of a matrix's overrides among these codes."""
    return [one.label for one in rule.overrides if one.code in facts]

"""What the page of a record shows about its risk: for hazards, and for every kind of record that wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import listing, scope
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses as pages
from qsms.ui import dates, marks, times
from qsms.ui.cells import TONES

from . import addresses, authority, bowtie_drawing, drawing, outgrown, queries
from .bowtie import BowTie, Path
from .choices import AssessmentKind, hierarchy
from .lifecycles import CONTROL_LIFE
from .models import Hazard
from .picture import Picture


def about_hazard(actor: Actor, record: Hazard) -> list[str]:
    """How the risk of a hazard came to where it is: “was 4B”, “predicted 2B”."""
    picture, said = Picture.of(record), []
    now = picture.current()
    if now is not None:
        valid = {one.kind: one.cell for one in picture.valid(now.lens) if one.matrix_id == now.matrix_id}
        first, predicted = valid.get(AssessmentKind.INITIAL, now.cell), valid.get(AssessmentKind.PREDICTED)
        if first != now.cell:
            said.append(_t("was %(cell)s") % {"cell": first})
        if predicted is not None:
            said.append(_t("predicted %(cell)s") % {"cell": predicted})
    return said


def _risk(actor: Actor, record: Record) -> Mapping[str, Any]:
    picture, now = Picture.of(record), moment.now()
    return {
        "lenses": [_lens(actor, record, picture, lens, now) for lens in picture.lenses()],
        "rate_url": addresses.assess(record)
        if record.phase < Phase.DONE and authority.may_assess(actor, record)
        else "",
        "is_rated": picture.is_rated,
        "one_lens": len(picture.lenses()) == 1,
    }


def _lens(actor: Actor, record: Record, picture: Picture, lens: int, now: Any) -> Mapping[str, Any]:
    valid = picture.valid(lens)
    table = valid[0].matrix
    standing = picture.standing(lens)
    ended = (one for one in picture.acceptances if one.lens == lens and one.ended_at)
    lapsed = next(ended, None) if standing is None else None
    is_grid = table.rule.kind == "grid"
    return {
        "label": Lens(lens).label,
        "matrix": drawing.grid(
            table.rule,
            chosen=next((one.cell for one in valid if one.current and one.matrix_id == table.pk), ""),
            placed=drawing.placed(valid, table.pk),
            kinds=drawing.legend(valid, table.pk, now, actor),
        )
        if is_grid
        else None,
        "table": table,
        "history": drawing.Told.of(picture.assessments, lens, now, actor),
        "standing": standing,
        "given_by": drawing.accepted_by(standing, now, actor) if standing is not None else "",
        "expires": drawing.expires(standing, now, actor) if standing is not None else ("", ""),
        "lapsed": lapsed,
        "differs": outgrown.differences(record, lapsed) if lapsed is not None else [],
        "who_may": drawing.who_may(table.rule, table.rule.risk_class(valid[0].class_code)),
    }


def _controls(actor: Actor, record: Record) -> Mapping[str, Any]:
    now = moment.now()
    today = now.astimezone(actor.tz).date()
    rows = []
    for one in queries.controls(actor, record):
        state = CONTROL_LIFE.state(one.state)
        level = hierarchy().level(one.level)
        check = times.day(one.last_verified_on, today, short=True) if one.last_verified_on else _t("never")
        rows.append(
            {
                "number": one.number,
                "title": one.title,
                "url": pages.record_at("control", one.number),
                "kind": f"{level.rank} {level.label}",
                "state": marks.standing(state),
                "owner": one.owner,
                "watched_by": one.watched_by,
                "check": check,
                "next": dates.deadline(one.next_verification_on, now, actor.tz) if one.next_verification_on else None,
            }
        )
    may_link = record.phase < Phase.DONE and (scope.may(actor, "link", record) or actor.holds("control.link"))
    return {
        "controls": rows,
        "add_url": addresses.add_control(record) if may_link else "",
        "new_url": pages.record(record, "raise", "control")
        if may_link and record.kind == "hazard" and actor.holds("control.create")
        else "",
    }


def _bow_tie(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Hazard)
    bow = BowTie.of(actor, record)
    may = record.phase < Phase.DONE and scope.may(actor, "change", record)
    return {
        "bow": bow,
        "figure": None if bow.is_empty else bowtie_drawing.draw(bow, record.title),
        "sides": [
            (_t("Threats, and what holds them back"), [_told(path) for path in bow.threats]),
            (_t("Consequences, and what limits them"), [_told(path) for path in bow.consequences]),
        ],
        "unplaced": [_line(one) for one in bow.unplaced],
        "edit_url": addresses.bow_tie(record) if may else "",
    }


def _told(path: Path) -> Mapping[str, Any]:
    return {"words": path.words, "controls": [_line(one) for one in path.controls]}


def _line(one: queries.ControlLine) -> Mapping[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "url": pages.record_at("control", one.number),
        "state": bowtie_drawing.mark(one),
    }


def _served(actor: Actor, record: Record) -> Mapping[str, Any]:
    seen = scope.seen_of(actor, [one.pk for one in queries.served(record.pk)])
    return {
        "served": [
            {"record": one, "url": pages.record(one), "badge": _badge(one)}
            for one in sorted(seen.values(), key=lambda one: (-one.risk_class, one.number))
        ]
    }


def _badge(record: Record) -> str:
    tone = record.risk_class
    return marks.risk(record.risk_cell, listing.RISK_TONES[tone] if tone else "", TONES[tone])


BOW_TIE = Panel("bow-tie", _("Bow-tie"), "risk/panel_bow_tie.html", _bow_tie, tab=False, place="wide")
CONTROLS = Panel("controls", _("Controls"), "risk/panel_controls.html", _controls, tab=False, order=-20)
RISK = Panel("risk", _("Risk"), "risk/panel_risk.html", _risk, tab=False, order=-10)
SERVED = Panel("serves", _("Hazards"), "risk/panel_served.html", _served, tab=False, order=-10)
# For other kinds of record: a tab of its own, for those who may see assessments.
RISK_TAB = Panel("risk", _("Risk"), "risk/panel_risk.html", _risk, order=20, shown=authority.may_see)

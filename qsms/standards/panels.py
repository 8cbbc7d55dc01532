"""What pages of records say of standards: the way to coverage, and what a record is evidence for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.ui import times

from . import addresses, adopting, assessing, binding, certifying, elsewhere, library, offering, pieces
from .choices import CERTIFICATE_STANDINGS
from .models import Adoption, Certificate, GapAssessment


def _coverage(actor: Actor, record: Record) -> Mapping[str, Any]:
    return {"url": addresses.coverage(record.number)}


def _gaps(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, GapAssessment)
    framework, found = assessing.framework_of(record), assessing.answers(record)
    return {
        "url": addresses.gaps(record.number),
        "done": len(found),
        "all": len(assessing.asked(framework)),
        "is_open": record.is_open and assessing.may_answer(actor, record),
    }


def _cycle(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Certificate)
    today = moment.now().astimezone(actor.tz).date()
    found = certifying.cycle(record, today)
    return {
        "found": found,
        "standing": CERTIFICATE_STANDINGS[found.standing]
        if found.standing is not None and record.state == "held"
        else "",
        "audits": [
            {"kind": one.get_kind_display(), "on": times.day(one.on, today), "outcome": one.outcome, "by": one.by}
            for one in reversed(found.audits)
        ],
        "note_url": addresses.note_audit(record.number)
        if record.is_open and scope.may(actor, "change", record)
        else "",
    }


def may_see(actor: Actor, record: Record) -> bool:
    """Whether the tab with what a record is evidence for is shown; of an adoption it would be about itself."""
    return actor.holds(library.VIEW) and actor.holds(f"{adopting.KIND}.view") and not isinstance(record, Adoption)


def _evidence(actor: Actor, record: Record) -> Mapping[str, Any]:
    found = binding.of_record(actor, record)
    today = moment.now().astimezone(actor.tz).date()
    open_to = binding.open_to(actor)
    offered = offering.offered(record, found, open_to)
    named = dict.fromkeys([*(one.framework for one in found), *(one.framework for one in offered)], 0)
    editions = library.editions(actor.organisation_id, named)
    lines = []
    for one in found:
        row = editions.get(one.framework)
        if row is None:
            continue
        known = row.rule.by_number.get(one.clause)
        lines.append(
            pieces.line(
                one, today, url=addresses.clause(one.framework, one.clause),
                title=f"{elsewhere.short_title(row.rule)} {one.clause} {known.title if known else ''}".strip(),
                may_end=any(adoption.key == one.framework for adoption in open_to),
            )
        )  # fmt: skip
    offers = [
        {
            "value": str(one),
            "standard": elsewhere.short_title(rule),
            "title": rule.by_number[one.number].title,
            "at": one,
        }
        for one in offered
        if (row := editions.get(one.framework)) is not None and one.number in (rule := row.rule).by_number
    ]
    return {
        "lines": lines,
        "offers": offers,
        "take_url": addresses.take(record.number),
        "bind_url": addresses.bind(record=record.number) if open_to else "",
    }


COVERAGE = Panel("coverage", _("Coverage"), "standards/panel_coverage.html", _coverage, tab=False, order=-10)
CYCLE = Panel("cycle", _("Cycle"), "standards/panel_cycle.html", _cycle, tab=False, order=-10)
GAPS = Panel("answers", _("Answers"), "standards/panel_gaps.html", _gaps, tab=False, order=-10)
EVIDENCE = Panel("evidence", _("Standards"), "standards/panel_evidence.html", _evidence, order=30, shown=may_see)

"""What the tests of this room begin with: reports filed in every mode, and the people around them."""

from __future__ import annotations

from typing import Any

from qsms.org.actor import Actor
from qsms.records import services as spine
from qsms.reports import forms, services
from qsms.reports.models import Report
from qsms.reports.services import Filed
from tests.cast import Cast

SPILL = {
    "title": "Hydraulic fluid on stand 14",
    "narrative": "The coupling on cart 3 did not lock and 12 litres went on the concrete.",
    "place": {"site": "LKF", "text": "stand 14"},
    "occurred_at": "2026-03-01T21:40",
}


def file(cast: Cast, mode: str = "named", who: str = "reporter", form: str = "quick", **answers: Any) -> Filed:
    """A report of the reporter, or of nobody, on a shipped form."""
    actor = None if mode == "anonymous" else cast.actor(who)
    row = forms.find(cast.organisation.pk, form)
    return services.file_report(actor, cast.organisation, row, {**SPILL, **answers}, mode)


def judged(actor: Actor, report: Report, concerns: str = "no") -> Report:
    """The report after each lens was judged."""
    for lens in ("safety", "quality", "environment"):
        report = services.judge(actor, report.pk, lens, concerns)
    return report


def at_feedback(cast: Cast, report: Report) -> Report:
    """The report when only the answer to the reporter is left."""
    safety = cast.actor("safety")
    judged(safety, report)
    moved = spine.move(safety, report.pk, "settle")
    assert isinstance(moved, Report)
    return moved

"""The periodic review on a clock: once it is confirmed or revised, the next one runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.records import clocks
from qsms.records.models import Clock, Record
from qsms.rules.calendar_days import add_months

from . import document_types
from .models import Document

RULES = Path(__file__).parent / "data" / "clock_rules.yaml"
REVIEW = "document.review"


def follow(document: Document, *, reviewed: str = "") -> None:
    """Have the clock end on the day that the document is to be reviewed. Inside a write of the document.

    `reviewed` says how the review was made whose clock runs still; without it somebody chose another day.
    """
    if document.state != "effective":
        return
    running: Clock | None = Clock.everywhere.filter(record_id=document.pk, rule=REVIEW, stopped_at=None).first()
    if running is not None:
        if running.due_at.astimezone(ZoneInfo(running.zone)).date() == document.due_on:
            # A day written once more, or a temporary revision, leaves the clock alone.
            _due(document, running)
            return
        if reviewed:
            clocks.stop(document, REVIEW, reviewed)
        else:
            clocks.void(document, REVIEW, _("Another day was chosen"))
    if document.due_on is not None:
        begun = running.started_at if running is not None and not reviewed else moment.now()
        _start(document, document.due_on, begun)


def _start(document: Document, day: dt.date, begun: dt.datetime) -> None:
    until = clocks.end_of(document, day)
    if begun >= until:
        # A day that is over already: it has been due since then.
        begun = clocks.end_of(document, add_months(day, -document_types.review_months(document)))
    _due(document, clocks.start(document, REVIEW, trigger=begun, limit=until))


def _due(document: Document, clock: Clock) -> None:
    document.due_at = clock.due_at
    Record.everywhere.filter(pk=document.pk).update(due_at=clock.due_at)

"""Ways to narrow any list that no column gives: the month in which a record was opened, and how its clock stands."""

from __future__ import annotations

import datetime as dt
import re

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.org.actor import Actor

from . import clocks, listing
from .choices import ClockOutcome
from .models import Clock

IN_TIME, LATE, RUNNING = "met", "late", "running"


def month_edges(year: int, month: int) -> tuple[dt.datetime, dt.datetime]:
    """The first instant of a month and of the next one, in UTC, as the tallies count months."""
    first = dt.datetime(year, month, 1, tzinfo=dt.UTC)
    return first, (first + dt.timedelta(days=32)).replace(day=1)


@listing.narrowing("month", gettext_lazy("Opened in"))
def by_month(actor: Actor, given: str) -> tuple[Q, str] | None:
    """Opened in a month of UTC: “2026-10”."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", given, re.ASCII)
    if not found or int(found[1]) < 1:
        return None
    first, following = month_edges(int(found[1]), int(found[2]))
    return Q(opened_at__gte=first, opened_at__lt=following), date_format(first, "F Y")


def standing(now: dt.datetime) -> dict[str, Q]:
    """How a clock that applies can stand, as conditions on the clock: in time, late (also while it runs), running."""
    running = Q(stopped_at=None)
    return {
        IN_TIME: Q(outcome=ClockOutcome.MET),
        LATE: Q(outcome=ClockOutcome.LATE) | running & Q(due_at__lt=now),
        RUNNING: running & Q(due_at__gte=now),
    }


@listing.narrowing("clock", gettext_lazy("Clock"))
def by_clock(actor: Actor, given: str) -> tuple[Q, str] | None:
    """By how one of its clocks stands: “report.triage:late”, and “report.triage:late:2026-08” since a month began."""
    rule, _colon, rest = given.partition(":")
    how, _colon, since = rest.partition(":")
    conditions = standing(moment.now())
    if rule not in clocks.shipped() or how not in conditions:
        return None
    kept = Clock.everywhere.filter(conditions[how], record=OuterRef("pk"), rule=rule)
    words = {IN_TIME: _("in time"), LATE: _("late"), RUNNING: _("running")}[how]
    said = f"{clocks.shipped()[rule].label}: {words}"
    if since:
        month = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", since, re.ASCII)
        if not month or int(month[1]) < 1:
            return None
        first, _next = month_edges(int(month[1]), int(month[2]))
        kept = kept.filter(started_at__gte=first)
        said = _("%(clock)s, since %(month)s") % {"clock": said, "month": date_format(first, "F Y")}
    return Q(Exists(kept)), said

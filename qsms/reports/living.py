"""Questions about reports whose answers count as evidence in standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.models import Clock
from qsms.standards.doors import (
    AT_LEAST,
    MONTHS,
    SITE,
    Answer,
    Given,
    LivingQuery,
    Parameter,
    as_day,
    enough,
    of_records,
    register_living_query,
    since,
    start,
)
from qsms.ui import addresses

DAYS = Parameter("days", _("Triaged within so many days"), default=7, most=90)
SHARE = Parameter("share", _("Share that is enough, in per cent"), default=90, most=100)
TRIAGE = "report.triage"


def _received(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, "report", asked, lambda given: Q(opened_at__gte=start(since(given, today), actor)), "opened_at",
        url=addresses.listing("report"),
    )  # fmt: skip


def _triaged(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Of the reports whose triage is over, or should be, those that were triaged in so many days."""
    if not actor.holds("report.view"):
        return [Answer()] * len(asked)
    now = start(today + dt.timedelta(days=1), actor)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        limit = dt.timedelta(days=int(given["days"]))
        there = Q(started_at__gte=start(since(given, today), actor))
        if given.get("site") is not None:
            there &= Q(record__site_id=given["site"])
        quick = there & Q(stopped_at__lte=F("started_at") + limit)
        counted = there & (Q(stopped_at__isnull=False) | Q(started_at__lt=now - limit))
        wanted |= {
            f"quick_{place}": Count("pk", filter=quick),
            f"all_{place}": Count("pk", filter=counted),
            f"newest_{place}": Max("stopped_at", filter=quick),
        }
    seen = scope.visible(actor, "report").order_by().values("pk")
    clocks = Clock.everywhere.filter(organisation_id=actor.organisation_id, rule=TRIAGE, record_id__in=seen)
    row = clocks.aggregate(**wanted)
    found = []
    for place, given in enumerate(asked):
        quick, of = row[f"quick_{place}"], row[f"all_{place}"]
        newest = as_day(row[f"newest_{place}"], actor) if quick * 100 >= of * int(given["share"]) else None
        found.append(enough(given, Answer(quick, newest, of, addresses.listing("report"))))
    return found


register_living_query(
    LivingQuery(
        "reports.received",
        _("Reports received in the last %(months)s months"),
        (MONTHS, AT_LEAST, SITE),
        _received,
        _("Shows that people do report. How many are enough is for you to say."),
    )
)
register_living_query(
    LivingQuery(
        "reports.triaged",
        _("Reports of the last %(months)s months triaged within %(days)s days"),
        (MONTHS, DAYS, SHARE, SITE),
        _triaged,
        _("Of those whose triage is over or should be. It counts while the share is reached."),
    )
)

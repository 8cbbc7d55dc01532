"""Questions about reports whose answers count as evidence in standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.models import Clock
from qsms.standards.doors import (
    AT_LEAST,
    MONTHS,
    SHARE,
    SITE,
    Answer,
    Found,
    Given,
    LivingQuery,
    Parameter,
    as_day,
    behind,
    enough,
    of_kind,
    of_records,
    of_rows,
    placed,
    register_living_query,
    since,
    start,
)
from qsms.ui import addresses

DAYS = Parameter("days", _("Triaged within so many days"), default=7, most=90)
TRIAGE = "report.triage"


def _of_late(actor: Actor, given: Given, today: dt.date) -> Q:
    return Q(opened_at__gte=start(since(given, today), actor))


def _received(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, "report", asked, lambda given: _of_late(actor, given, today), "opened_at",
        url=addresses.listing("report"),
    )  # fmt: skip


def _which_received(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    return of_kind(actor, "report", given, _of_late(actor, given, today), "opened_at", most)


def _begun(actor: Actor, given: Given, today: dt.date) -> Q:
    return Q(started_at__gte=start(since(given, today), actor)) & placed(given, "record__")


def _quick(actor: Actor, given: Given, today: dt.date) -> Q:
    limit = dt.timedelta(days=int(given["days"]))
    return _begun(actor, given, today) & Q(stopped_at__lte=F("started_at") + limit)


def _clocks(actor: Actor) -> QuerySet[Clock]:
    """The clocks of triage on reports that the actor sees."""
    seen = scope.visible(actor, "report").order_by().values("pk")
    return Clock.everywhere.filter(organisation_id=actor.organisation_id, rule=TRIAGE, record_id__in=seen)


def _triaged(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Of the reports whose triage is over, or should be, those that were triaged in so many days."""
    if not actor.holds("report.view"):
        return [Answer()] * len(asked)
    now = start(today + dt.timedelta(days=1), actor)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        limit = dt.timedelta(days=int(given["days"]))
        there, quick = _begun(actor, given, today), _quick(actor, given, today)
        counted = there & (Q(stopped_at__isnull=False) | Q(started_at__lt=now - limit))
        wanted |= {
            f"quick_{place}": Count("pk", filter=quick),
            f"all_{place}": Count("pk", filter=counted),
            f"newest_{place}": Max("stopped_at", filter=quick),
        }
    row = _clocks(actor).aggregate(**wanted)
    found = []
    for place, given in enumerate(asked):
        quick, of = row[f"quick_{place}"], row[f"all_{place}"]
        newest = as_day(row[f"newest_{place}"], actor) if quick * 100 >= of * int(given["share"]) else None
        found.append(enough(given, Answer(quick, newest, of, addresses.listing("report"))))
    return found


def _which_triaged(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    if not actor.holds("report.view"):
        return []
    rows = _clocks(actor).filter(_quick(actor, given, today)).order_by("-stopped_at", "-pk")
    return of_rows(actor, rows.values_list(*behind("record__"), "stopped_at")[:most])


register_living_query(
    LivingQuery(
        "reports.received",
        _("Reports received in the last %(months)s months"),
        (MONTHS, AT_LEAST, SITE),
        _received,
        _("Shows that people do report. How many are enough is for you to say."),
        _which_received,
    )
)
register_living_query(
    LivingQuery(
        "reports.triaged",
        _("Reports of the last %(months)s months triaged within %(days)s days"),
        (MONTHS, DAYS, SHARE, SITE),
        _triaged,
        _("Of those whose triage is over or should be. It counts while the share is reached."),
        _which_triaged,
    )
)

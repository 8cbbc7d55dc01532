"""Questions about the common rooms whose answers count as evidence: those rooms do not know standards, nor one another.

Rooms above standards register their own questions; these are told here, where every room is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qsms.actions.choices import CAUSAL
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.risk.doors import Assessment
from qsms.standards.doors import (
    AT_LEAST,
    MONTHS,
    PROCESS,
    SHARE,
    SITE,
    Answer,
    Found,
    Given,
    LivingQuery,
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


def _closed(actor: Actor, given: Given, today: dt.date) -> Q:
    # Corrective and preventive actions close by no other move than a check that somebody else signs.
    return Q(state="closed", action_kind__in=CAUSAL, closed_at__gte=start(since(given, today), actor))


def _verified(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, "action", asked, lambda given: _closed(actor, given, today), "closed_at",
        url=addresses.listing("action"),
    )  # fmt: skip


def _which_verified(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    return of_kind(actor, "action", given, _closed(actor, given, today), "closed_at", most)


def _works(given: Given, today: dt.date) -> Q:
    return Q(state="verified", last_verified_on__gte=since(given, today))


def _checked(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, "control", asked, lambda given: _works(given, today), "last_verified_on",
        url=addresses.listing("control"),
    )  # fmt: skip


def _which_checked(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    return of_kind(actor, "control", given, _works(given, today), "last_verified_on", most)


def _rated(actor: Actor, given: Given, today: dt.date) -> Q:
    return Q(at__gte=start(since(given, today), actor)) & placed(given, "record__")


def _ratings(actor: Actor) -> QuerySet[Assessment]:
    """The ratings that stand, of hazards that the actor sees."""
    seen = scope.visible(actor, "hazard").order_by().values("pk")
    return Assessment.everywhere.filter(organisation_id=actor.organisation_id, valid=True, record_id__in=seen)


def _assessed(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Hazards with a rating that stands and is not older; the newest rating says the day."""
    if not actor.holds("hazard.view"):
        return [Answer()] * len(asked)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        keep = _rated(actor, given, today)
        wanted |= {
            f"count_{place}": Count("record_id", filter=keep, distinct=True),
            f"newest_{place}": Max("at", filter=keep),
        }
    row = _ratings(actor).aggregate(**wanted)
    url = addresses.listing("hazard")
    return [
        enough(given, Answer(row[f"count_{place}"], as_day(row[f"newest_{place}"], actor), url=url))
        for place, given in enumerate(asked)
    ]


def _which_assessed(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    if not actor.holds("hazard.view"):
        return []
    rows = _ratings(actor).filter(_rated(actor, given, today)).values_list(*behind("record__"))
    return of_rows(actor, rows.annotate(newest=Max("at")).order_by("-newest", "record__number")[:most])


def _reviewed(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Of the documents in effect that the actor sees, those whose periodic review is not overdue (one query)."""
    if not actor.holds("document.view"):
        return [Answer()] * len(asked)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        there = placed(given)
        in_time = there & (Q(due_on=None) | Q(due_on__gte=today))
        wanted |= {f"in_time_{place}": Count("pk", filter=in_time), f"all_{place}": Count("pk", filter=there)}
    row = scope.visible(actor, "document").filter(state="effective").order_by().aggregate(**wanted)
    url, answers = addresses.listing("document"), []
    for place, given in enumerate(asked):
        in_time, of = row[f"in_time_{place}"], row[f"all_{place}"]
        reached = bool(of) and in_time * 100 >= of * int(given["share"])
        answers.append(enough(given, Answer(in_time, today if reached else None, of, url)))
    return answers


def _which_reviewed(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    if not actor.holds("document.view"):
        return []
    in_time = Q(state="effective") & (Q(due_on=None) | Q(due_on__gte=today))
    rows = scope.visible(actor, "document").filter(in_time & placed(given)).order_by("due_on", "-pk")
    # It is so today, whenever the review is due.
    return of_rows(actor, [(*row, today) for row in rows.values_list(*behind(""))[:most]])


register_living_query(
    LivingQuery(
        "documents.reviewed",
        _("Documents in effect whose review is not overdue"),
        (SHARE, AT_LEAST, PROCESS, SITE),
        _reviewed,
        _("Of all that are in effect. It counts while the share is reached."),
        _which_reviewed,
    )
)
register_living_query(
    LivingQuery(
        "actions.verified",
        _("Actions verified effective in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _verified,
        _("Corrective and preventive actions that somebody else than their owner checked and closed."),
        _which_verified,
    )
)
register_living_query(
    LivingQuery(
        "controls.verified",
        _("Risk controls checked in the last %(months)s months and found to work"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _checked,
        lists=_which_checked,
    )
)
register_living_query(
    LivingQuery(
        "hazards.assessed",
        _("Hazards assessed in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _assessed,
        _("Hazards with a rating that stands and was made in that time."),
        _which_assessed,
    )
)

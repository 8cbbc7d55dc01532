"""Audits as evidence: those that a certification body made here, and gap assessments that were finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope
from qsms.rules.lifecycle import Phase
from qsms.ui import addresses

from . import assessing, certifying
from .living import (
    AT_LEAST,
    MONTHS,
    PROCESS,
    SITE,
    Answer,
    Found,
    Given,
    LivingQuery,
    enough,
    of_records,
    placed,
    register_living_query,
    since,
)
from .living_found import behind, of_kind, of_rows
from .models import CertificationAudit


def _of_body(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Audits noted on certificates that the actor sees and that are not void, also those that are over (one query)."""
    if not actor.holds(f"{certifying.KIND}.view"):
        return [Answer()] * len(asked)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        keep = Q(on__gte=since(given, today)) & placed(given, "certificate__")
        wanted |= {f"count_{place}": Count("pk", filter=keep), f"newest_{place}": Max("on", filter=keep)}
    row = _audits(actor).aggregate(**wanted)
    url = f"{addresses.listing(certifying.KIND)}?phase=all"
    return [
        enough(given, Answer(row[f"count_{place}"], row[f"newest_{place}"], url=url))
        for place, given in enumerate(asked)
    ]


def _audits(actor: Actor) -> QuerySet[CertificationAudit]:
    seen = scope.visible(actor, certifying.KIND).exclude(phase=Phase.VOID).order_by().values("pk")
    return CertificationAudit.everywhere.filter(organisation_id=actor.organisation_id, certificate_id__in=seen)


def _which_of_body(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    if not actor.holds(f"{certifying.KIND}.view"):
        return []
    rows = _audits(actor).filter(placed(given, "certificate__"), on__gte=since(given, today)).order_by("-on", "-pk")
    return of_rows(actor, rows.values_list(*behind("certificate__"), "on")[:most])


def _finished(given: Given, today: dt.date) -> Q:
    return Q(state=assessing.FINISHED, finished_on__gte=since(given, today))


def _assessed(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, assessing.KIND, asked, lambda given: _finished(given, today), "finished_on",
        url=f"{addresses.listing(assessing.KIND)}?phase=all",
    )  # fmt: skip


def _which_assessed(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    return of_kind(actor, assessing.KIND, given, _finished(given, today), "finished_on", most)


register_living_query(
    LivingQuery(
        "audits.of_body",
        _("Audits by a certification body in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _of_body,
        _("As they are noted on certificates; site and process are those of the certificate."),
        _which_of_body,
    )
)
register_living_query(
    LivingQuery(
        "gaps.finished",
        _("Gap assessments finished in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _assessed,
        _("Site and process are those of the assessment."),
        _which_assessed,
    )
)

"""Audits as evidence: those that a certification body made here, and gap assessments that were finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q
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
    Given,
    LivingQuery,
    enough,
    of_records,
    register_living_query,
    since,
)
from .models import CertificationAudit


def _of_body(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Audits noted on certificates that the actor sees and that are not void, also those that are over (one query)."""
    if not actor.holds(f"{certifying.KIND}.view"):
        return [Answer()] * len(asked)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        keep = Q(on__gte=since(given, today))
        for name in ("site", "process"):
            if given.get(name) is not None:
                keep &= Q(**{f"certificate__{name}_id": given[name]})
        wanted |= {f"count_{place}": Count("pk", filter=keep), f"newest_{place}": Max("on", filter=keep)}
    seen = scope.visible(actor, certifying.KIND).exclude(phase=Phase.VOID).order_by().values("pk")
    audits = CertificationAudit.everywhere.filter(organisation_id=actor.organisation_id, certificate_id__in=seen)
    row = audits.aggregate(**wanted)
    url = f"{addresses.listing(certifying.KIND)}?phase=all"
    return [
        enough(given, Answer(row[f"count_{place}"], row[f"newest_{place}"], url=url))
        for place, given in enumerate(asked)
    ]


def _assessed(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    return of_records(
        actor, assessing.KIND, asked,
        lambda given: Q(state=assessing.FINISHED, finished_on__gte=since(given, today)),
        "finished_on", url=f"{addresses.listing(assessing.KIND)}?phase=all",
    )  # fmt: skip


register_living_query(
    LivingQuery(
        "audits.of_body",
        _("Audits by a certification body in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _of_body,
        _("As they are noted on certificates; site and process are those of the certificate."),
    )
)
register_living_query(
    LivingQuery(
        "gaps.finished",
        _("Gap assessments finished in the last %(months)s months"),
        (MONTHS, AT_LEAST, PROCESS, SITE),
        _assessed,
        _("Site and process are those of the assessment."),
    )
)

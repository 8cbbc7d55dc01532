"""Who reads what is reported: asked before anything is promised to a reporter, and when a report is given on."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Right
from qsms.org.models import Grant
from qsms.records import moves
from qsms.records.models import Record

from .choices import LENS_ROLES, LENSES
from .lifecycles import NEW

READ, READ_SEALED, OPEN_SEAL = "report.triage", "report.view_confidential", "seal.open"
LEAD = LENS_ROLES[LENSES["safety"]]


def office(organisation_id: int) -> str:
    """The role that a new report waits for: the safety manager, else another one that may judge it and that somebody
    holds. With nobody at all it waits for the safety manager to be named."""
    today = moment.now().date()
    grants = (
        Grant.objects.filter(organisation_id=organisation_id, person__is_active=True)
        .filter(Q(starts_on=None) | Q(starts_on__lte=today), Q(ends_on=None) | Q(ends_on__gte=today))
        .values_list("role__code", "role__permissions", "axis")
    )
    able = {code for code, patterns, axis in grants if Right(tuple(patterns), axis).gives(READ)}
    return next((code for code in (*LENS_ROLES.values(), *sorted(able)) if code in able), LEAD)


def anybody_reads(organisation_id: int, *, confidential: bool = False) -> bool:
    """Whether there is somebody who may read and judge a report that comes in now."""
    needed = (READ, READ_SEALED) if confidential else (READ,)
    return all(moves.holders(organisation_id, needed).values())


def waiting_for_nobody(organisation_id: int) -> int:
    """How many reports wait to be judged while nobody may do it. A number, nothing of what they say."""
    if anybody_reads(organisation_id):
        return 0
    return Record.everywhere.filter(organisation_id=organisation_id, kind="report", state__in=NEW).count()


def lacking(organisation_id: int) -> list[str]:
    """The duties of reporting that nobody holds, each as a sentence with what comes of it."""
    held = moves.holders(organisation_id, (READ, OPEN_SEAL))
    said = {
        READ: _("Nobody may read and judge reports. Name a safety manager."),
        OPEN_SEAL: _("There is no gatekeeper, so nobody can reach who reported in confidence. Name one."),
    }
    return [sentence for permission, sentence in said.items() if not held[permission]]

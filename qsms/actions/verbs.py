"""More time for an action, asked for and decided by programs as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records.models import Record
from qsms.records.verbs import Holds, Member, Shows, Takes, Verb, offer

from .models import Extension
from .services import ask_extension, decide_extension


def _asked(actor: Actor, record: Record) -> Sequence[Mapping[str, Any]]:
    rows = Extension.everywhere.filter(action=record.pk).select_related("asked_by").order_by("pk")
    return [
        {
            "state": one.state, "asked_by": one.asked_by.name if one.asked_by else "", "asked_at": one.asked_at,
            "was_due_on": one.was_due_on, "wanted_on": one.wanted_on, "reason": one.reason,
            "granted_to": one.granted_to, "answer": one.answer, "decided_at": one.decided_at,
        }
        for one in rows
    ]  # fmt: skip


COLUMNS = {
    "state": Holds.TEXT, "asked_by": Holds.TEXT, "asked_at": Holds.MOMENT, "was_due_on": Holds.DAY,
    "wanted_on": Holds.DAY, "reason": Holds.TEXT, "granted_to": Holds.DAY, "answer": Holds.TEXT,
    "decided_at": Holds.MOMENT,
}  # fmt: skip

offer(
    Verb(
        "ask_extension",
        ("action",),
        _("Ask for more time"),
        _("It is due as before until somebody grants it."),
        (
            Member("until", _("Until which day"), Takes.DAY, needed=True),
            Member("reason", _("Why, and what holds until then"), needed=True),
        ),
        lambda actor, pk, given: ask_extension(actor, pk, until=given["until"], reason=given["reason"]),
        {"until": "2026-12-15", "reason": "The part comes on the 10th; the stand stays closed until then."},
        moves=("ask_extension",),
        shows=Shows(COLUMNS, _asked),
    ),
    Verb(
        "grant_extension",
        ("action",),
        _("Grant more time"),
        _("Until the day asked for, or another one. Nobody grants it to themselves."),
        (Member("until", _("Until which day, if not the one asked for"), Takes.DAY), Member("answer", _("Answer"))),
        lambda actor, pk, given: decide_extension(
            actor, pk, grant=True, until=given.get("until"), answer=given.get("answer", "")
        ),
        {"until": "2026-12-12", "answer": "Two days are enough to fit it."},
        moves=("grant_extension",),
    ),
    Verb(
        "refuse_extension",
        ("action",),
        _("Refuse more time"),
        _("The day stays as it is, and the owner reads why."),
        (Member("reason", _("Why"), needed=True),),
        lambda actor, pk, given: decide_extension(actor, pk, grant=False, answer=given["reason"]),
        {"reason": "The stand cannot stay closed over the holidays."},
        moves=("refuse_extension",),
    ),
)

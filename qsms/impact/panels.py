"""The tab “Impact” of every record: what it is asked because of changes elsewhere, and what its own change touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import registry, scope, wording
from qsms.records.models import Record
from qsms.records.registry import Panel, lend
from qsms.rules.frameworks import Reference
from qsms.standards import doors as standards
from qsms.ui import addresses as pages
from qsms.ui import dates

from . import addresses, asking, told, touching
from .choices import Answer
from .models import Check

CODE = "impact"


def _context(actor: Actor, record: Record) -> Mapping[str, Any]:
    found = touching.of_record(actor, record)
    checks = asking.open_on(record)
    subjects = scope.seen_of(actor, (one.subject_id for one in checks if one.subject_id is not None))
    return {
        "standards": told.standards(found),
        "people": told.people(found),
        "document": found.document,
        "document_url": addresses.of_record(found.document) if found.document is not None else "",
        "records": told.records(actor, found) if found.groups else "",
        "url": addresses.page(found.subject) if found.records else "",
        "may_ask": found.subject.may_ask,
        "asked": told.asked(actor, found.subject),
        "answers": Answer.choices,
        "checks": [
            {
                "id": one.pk,
                "what": one.what,
                "by": one.asked_by.name if one.asked_by else "",
                "due": dates.exact(one.task.due_at, actor.tz) if one.task.due_at else "",
                **_subject(subjects.get(one.subject_id or 0), one),
                "open": asking.may_answer(actor, one, record),
            }
            for one in checks
        ],
    }


def _subject(seen: Record | None, check: Check) -> dict[str, str]:
    """What changes and the way to it; who is asked may not see it, and then the words of whoever asks say enough."""
    if seen is not None:
        return {"subject": f"{seen.number} {seen.title}", "url": pages.record(seen)}
    return {"subject": f"{check.framework} {check.clause}".strip() or str(_("A record elsewhere")), "url": ""}


def _of_clause(actor: Actor, clause: Reference) -> str:
    return addresses.page(touching.Subject("", "", "", False, clause=clause))


PANEL = Panel(CODE, _("Impact"), "impact/panel.html", _context, order=40)
lend(PANEL, ("*",))
standards.offer_way(standards.ClauseWay(_("What a change of it touches"), _of_clause))
registry.answer_on_tab(asking.TASK, _("Answer"), CODE)
wording.DEEDS |= {
    asking.ASKED: _("asked whether it still fits"),
    asking.ANSWERED: _("found whether it still fits"),
}

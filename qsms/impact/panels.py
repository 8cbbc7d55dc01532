"""The tab “Impact” of every record: what it is asked because of changes elsewhere, and what its own change touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import registry, wording
from qsms.records.models import Record
from qsms.records.registry import Panel, TaskType, lend
from qsms.rules.frameworks import Reference
from qsms.standards import doors as standards
from qsms.ui import addresses as pages
from qsms.ui import dates

from . import addresses, asking, told, touching
from .choices import Answer
from .models import Check

CODE = "impact"
# So many checks are read for the tab.
READ = 200


def _context(actor: Actor, record: Record) -> Mapping[str, Any]:
    found = touching.at_a_glance(actor, record)
    # The record is the organisation's; asked for that as well, SQLite reads all of its checks.
    both_ways = Check.everywhere.filter(Q(subject_id=record.pk) | Q(record_id=record.pk, answer=""))
    rows = asking.with_records(actor, both_ways)
    # What is asked of this record and who is waited for come first, so that neither is cut off.
    first = Case(When(record_id=record.pk, answer="", then=2), When(answer="", then=1), default=0)
    checks = list(rows.order_by(first.desc(), "-pk")[: READ + 1])
    here = [one for one in checks if one.subject_id == record.pk]
    waiting = (
        {one.record_id for one in here if not one.answer} if len(checks) <= READ else asking.waiting(found.subject)
    )
    more = len(checks) > READ or len(here) > told.FEW
    return {
        "standards": told.standards(found),
        "people": told.people(found),
        "change": found.change,
        "document": found.document,
        "records": told.records(actor, found, waiting) if found.groups else "",
        "url": addresses.page(found.subject),
        "may_ask": found.subject.may_ask,
        "asked": told.asked(actor, here[: told.FEW], url=addresses.page(found.subject) if more else ""),
        "answers": Answer.choices,
        "checks": [
            _question(actor, record, one) for one in reversed(checks) if one.record_id == record.pk and not one.answer
        ],
    }


def _question(actor: Actor, record: Record, check: Check) -> dict[str, Any]:
    return {
        "id": check.pk,
        "what": check.what,
        "by": check.asked_by.name if check.asked_by else "",
        "due": dates.exact(check.task.due_at, actor.tz) if check.task.due_at else "",
        **_subject(actor, check),
        "open": asking.may_answer(actor, check, record),
    }


def _subject(actor: Actor, check: Check) -> dict[str, str]:
    """What changes and the way to it; who is asked may not see it, and then the words of whoever asks say enough."""
    if check.subject is not None and asking.sees(actor, check, "subject"):
        return {"subject": f"{check.subject.number} {check.subject.title}", "url": pages.record(check.subject)}
    return {"subject": f"{check.framework} {check.clause}".strip() or str(_("A record elsewhere")), "url": ""}


def _of_clause(actor: Actor, clause: Reference) -> str:
    return addresses.page(touching.Subject("", "", "", False, clause=clause))


PANEL = Panel(CODE, _("Impact"), "impact/panel.html", _context, order=40)
lend(PANEL, ("*",))
standards.offer_way(standards.ClauseWay(_("What a change of it touches"), _of_clause))
registry.lend_tasks({asking.TASK: TaskType(_("Say whether a record still fits after a change"), _("Answer"), CODE)})
wording.DEEDS |= {
    asking.ASKED: _("asked whether it still fits"),
    asking.ANSWERED: _("found whether it still fits"),
}

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

from . import addresses, asking, told, touching
from .models import Check

CODE = "impact"
# So many checks are read for the tab.
READ = 200


def _context(actor: Actor, record: Record) -> Mapping[str, Any]:
    found = touching.at_a_glance(actor, record)
    # What is asked of this record's owner, and of the reader: not what many others are asked on it.
    mine = Q(record_id=record.pk, answer="") & (Q(person=None) | Q(person_id=actor.person_id))
    # The record is the organisation's; asked for that as well, SQLite reads all of its checks.
    rows = asking.with_records(actor, Check.everywhere.filter(Q(subject_id=record.pk) | mine))
    # What is asked of this record and who is waited for come first, so that neither is cut off.
    first = Case(When(mine, then=2), When(answer="", then=1), default=0)
    checks = list(rows.order_by(first.desc(), "-pk")[: READ + 1])
    here = [one for one in checks if one.subject_id == record.pk]
    waiting = (
        asking.waiting_in((one.record_id, one.person_id) for one in here if not one.answer)
        if len(checks) <= READ
        else asking.waiting(found.subject)
    )
    more = len(checks) > READ or len(here) > told.FEW
    asked = [
        one
        for one in checks
        if one.record_id == record.pk and not one.answer and one.person_id in (None, actor.person_id)
    ]
    return {
        "standards": told.standards(found),
        "people": told.people(found),
        "change": found.change,
        "document": found.document,
        "records": told.records(actor, found, waiting.records) if found.groups else "",
        "url": addresses.page(found.subject),
        "may_ask": found.subject.may_ask,
        "asked": told.asked(actor, here[: told.FEW], url=addresses.page(found.subject) if more else ""),
        "checks": [told.question(actor, record, one) for one in reversed(asked)],
    }


def _of_clause(actor: Actor, clause: Reference) -> str:
    return addresses.page(touching.Subject("", "", "", False, clause=clause))


PANEL = Panel(CODE, _("Impact"), "impact/panel.html", _context, order=40)
lend(PANEL, ("*",))
standards.offer_way(standards.ClauseWay(_("What a change of it touches"), _of_clause))
registry.lend_tasks(
    {
        asking.TASK: TaskType(_("Say whether a record still fits after a change"), _("Answer"), CODE),
        # Whoever reads a document or takes a course need not have its page.
        asking.PEOPLE_TASK: TaskType(
            _("Say whether a change fits how one works"), _("Answer"), page=addresses.asked_of_me
        ),
    }
)
wording.DEEDS |= {
    asking.ASKED: _("asked whether it still fits"),
    asking.ASKED_PEOPLE: _("asked people whether it fits how they work"),
    asking.ANSWERED: _("found whether it still fits"),
}

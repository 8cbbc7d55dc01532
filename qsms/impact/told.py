"""What the pages of this hall say: touched records as a table, and who was asked with what they found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.ui import addresses as pages
from qsms.ui import dates, marks, table

from . import asking
from .choices import Answer
from .models import Check
from .touching import Impact, Subject, Touched

MOST = 200


def standards(found: Impact) -> dict[str, list[Any]]:
    """The touched requirements by standard."""
    by_standard: dict[str, list[Any]] = {}
    for clause in found.clauses:
        by_standard.setdefault(clause.standard, []).append(clause)
    return by_standard


def people(found: Impact) -> dict[str, Any]:
    """Whom each touched document reaches, and the courses that teach them with who must hold those."""
    numbers = {one.document.pk: one.document.number for one in found.readers}
    return {
        "readers": found.readers,
        "courses": [
            {
                "number": one.course.number,
                "title": one.course.title,
                "url": pages.record(one.course),
                "documents": ", ".join(sorted(numbers[pk] for pk in one.documents)),
                "asked": one.asked,
            }
            for one in found.courses
        ],
    }


def records(actor: Actor, found: Impact, chosen: Collection[int] | None = None) -> SafeString:
    """The touched records by kind as a table; with `chosen` those can be ticked whose owner is not asked already."""
    asked = set(asking.checks_of(found.subject).filter(answer="").values_list("record_id", flat=True))
    owners = names.people(actor.organisation_id, (one.owner_id for one in found.records.values()))
    columns = [
        table.Column(_("Record"), "t"),
        table.Column(_("Why"), "hide-p"),
        table.Column(_("State")),
        table.Column(_("Owner")),
    ]
    groups = [
        table.Group([_row(line, owners, asked, chosen) for line in group.lines], group.title, len(group.lines))
        for group in found.groups
    ]
    return table.table(columns, groups, _("Records that may have to follow"), boxes=chosen is not None)


def _row(
    line: Touched, owners: Mapping[int, str], asked: Collection[int], chosen: Collection[int] | None
) -> list[SafeString]:
    record = line.record
    owner = owners.get(record.owner_id or 0, "")
    cells = [
        table.link(f"{record.number} {record.title}", pages.record(record)),
        escape(line.why),
        marks.standing(registry.get(record.kind).state(record)),
        escape(_("%(who)s, asked") % {"who": owner} if record.pk in asked else owner or _("nobody to ask")),
    ]
    if chosen is None:
        return cells
    if not owner or record.pk in asked:
        return [SafeString(""), *cells]
    return [table.select_box(record.pk, record.number, ticked=record.pk in chosen), *cells]


def asked(actor: Actor, subject: Subject) -> dict[str, Any]:
    """Who was asked because of this subject and what they found, newest first, and how many have answered."""
    rows = list(asking.checks_of(subject).select_related("task__person", "answered_by").order_by("-pk")[:MOST])
    seen = scope.seen_of(actor, (one.record_id for one in rows))
    rows = [one for one in rows if one.record_id in seen]
    return {
        "lines": [_line(actor, one, seen[one.record_id]) for one in rows],
        "answered": sum(bool(one.answer) for one in rows),
    }


def _line(actor: Actor, one: Check, record: Any) -> dict[str, Any]:
    who = one.answered_by or one.task.person
    return {
        "number": record.number,
        "title": record.title,
        "url": pages.record(record),
        "what": one.what,
        "who": who.name if who is not None else "",
        "answer": Answer(one.answer).label if one.answer else "",
        "words": one.words,
        "when": dates.exact(one.answered_at or one.asked_at, actor.tz),
    }

"""What the pages of this hall say: touched records as a table, and who was asked with what they found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.models import Record
from qsms.ui import addresses as pages
from qsms.ui import dates, marks, parts, table

from . import addresses, asking
from .asking import Waiting
from .choices import Answer
from .circles import Circle
from .models import Check
from .touching import Impact, Subject, Touched

# So many checks stand on one page of them, and so many on the tab of a record.
PAGE, FEW = 50, 10
NOBODY = Waiting()


def standards(found: Impact) -> dict[str, list[Any]]:
    """The touched requirements by standard."""
    by_standard: dict[str, list[Any]] = {}
    for clause in found.clauses:
        by_standard.setdefault(clause.standard, []).append(clause)
    return by_standard


def people(
    found: Impact, offered: Iterable[Circle] = (), picked: Collection[str] = (), waiting: Waiting = NOBODY
) -> dict[str, Any]:
    """Whom each touched document reaches, and the courses that teach them with who must hold those; the `offered`
    circles can be ticked."""
    numbers = {one.document.pk: one.document.number for one in found.readers}
    boxes = {
        one.record.pk: {
            "key": one.key, "ticked": one.key in picked, "waiting": len(waiting.people.get(one.record.pk, ())),
        }
        for one in offered
    }  # fmt: skip
    return {
        "readers": [
            {
                "number": one.document.number,
                "title": one.document.title,
                "url": one.url,
                "people": one.people,
                "asked": one.asked,
                "acknowledged": one.acknowledged,
                "box": boxes.get(one.document.pk),
            }
            for one in found.readers
        ],
        "courses": [
            {
                "number": one.course.number,
                "title": one.course.title,
                "url": pages.record(one.course),
                "documents": ", ".join(sorted(numbers[pk] for pk in one.documents)),
                "asked": one.asked,
                "box": boxes.get(one.course.pk),
            }
            for one in found.courses
        ],
    }


def records(actor: Actor, found: Impact, asked: Collection[int], chosen: Collection[int] | None = None) -> SafeString:
    """The touched records by kind as a table, `asked` those about which somebody is asked already; with `chosen` the
    others can be ticked."""
    unnamed = {one.owner_id for one in found.records.values()} - found.owners.keys()
    owners = {**found.owners, **names.people(actor.organisation_id, unnamed)}
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


def asked(actor: Actor, checks: Iterable[Check], *, url: str = "", pages: parts.Pages | None = None) -> dict[str, Any]:
    """Who was asked and what they found, as far as the actor sees the records, and how many of them have answered.

    With a `url` or `pages` there are more of them, there or on other pages.
    """
    rows = [one for one in checks if asking.sees(actor, one, "record")]
    figures = {"n": sum(bool(one.answer) for one in rows), "all": len(rows)}
    said = _("%(n)s of these %(all)s answered") if url or pages else _("%(n)s of %(all)s answered")
    return {"lines": [_line(actor, one) for one in rows], "answered": said % figures, "url": url, "pages": pages}


def page(actor: Actor, subject: Subject, before: int | None) -> dict[str, Any]:
    """The newest who were asked because of this subject, or the next ones before that key (one query)."""
    where = asking.because_of(subject)
    if before is not None:
        where &= Q(pk__lt=before)
    rows = list(asking.with_records(actor, Check.objects.filter(where)).order_by("-pk")[: PAGE + 1])
    shown, more = rows[:PAGE], len(rows) > PAGE
    if before is None and not more:
        return asked(actor, shown)
    older = addresses.page(subject, before=shown[-1].pk) if more else ""
    newest = addresses.page(subject) if before is not None else ""
    return asked(actor, shown, pages=parts.Pages(_("The newest come first"), older, newest))


def question(actor: Actor, record: Record, check: Check) -> dict[str, Any]:
    """A question that waits for an answer, with what may be answered."""
    return {
        "id": check.pk,
        "what": check.what,
        "by": check.asked_by.name if check.asked_by else "",
        "due": dates.exact(check.task.due_at, actor.tz) if check.task.due_at else "",
        **_subject(actor, check),
        "of_people": check.person_id is not None,
        "answers": [(one.value, one.label) for one in asking.answers_to(check)],
        "open": asking.may_answer(actor, check, record),
    }


def _subject(actor: Actor, check: Check) -> dict[str, str]:
    """What changes and the way to it; who is asked may not see it, and then the words of whoever asks say enough."""
    if check.subject is not None and asking.sees(actor, check, "subject"):
        return {"subject": f"{check.subject.number} {check.subject.title}", "url": pages.record(check.subject)}
    return {"subject": f"{check.framework} {check.clause}".strip() or str(_("A record elsewhere")), "url": ""}


def _line(actor: Actor, one: Check) -> dict[str, Any]:
    record = one.record
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

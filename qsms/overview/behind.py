"""The list behind a number that counts records of every kind: which ones, in words, and their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.org import names
from qsms.records import keys, lateness, listing, paging
from qsms.records.choices import MAIN_LENSES
from qsms.records.models import Record
from qsms.rules.lifecycle import Phase
from qsms.ui import cells, marks, parts, table
from qsms.ui.lists import PHASE_TITLES

from .counting import AGES, NO_LENS, Counting, age_since, age_word

PAGE = 50
PHASES = {"draft": Phase.DRAFT, "open": Phase.OPEN, "waiting": Phase.WAITING}
COLUMNS = ("number", "title", "kind", "state", "disciplines", "owner", "due_on")
VALUES = ("pk", "kind", "number", "title", "state", "phase", "disciplines", "judged", "due_on", "due_at", "owner__name")
NO_ONE = "none"


class Params(Protocol):
    """A query string."""

    def get(self, key: str, default: Any = None) -> Any: ...


def lens_title(name: str) -> str:
    """A row of the table by lens in words."""
    return str(marks.lens_name(name)) if name in MAIN_LENSES else _("None of these") if name else _("Every record once")


@dataclass(slots=True)
class Asked:
    """Which open records: the conditions, each with its words, and what could not be read."""

    where: Q
    chips: list[parts.Chip]
    problems: list[str]


def parse(counting: Counting, query: Params) -> Asked:
    """Read an address. What cannot be read is told and left out, never guessed."""
    asked = Asked(Q(phase__lt=Phase.DONE), [], [])
    for name, (label, read) in READERS.items():
        given = query.get(name) or ""
        if not given:
            continue
        found = read(counting, given)
        if found is None:
            asked.problems.append(_("“%(given)s” is no choice for %(label)s.") % {"given": given, "label": label()})
        else:
            asked.where &= found[0]
            asked.chips.append(parts.Chip(label(), found[1], name))
    return asked


def rows(counting: Counting, asked: Asked) -> QuerySet[Record]:
    """The records themselves, as far as the actor sees them."""
    return counting.records(sorted(one.kind for one in counting.sheets)).filter(asked.where)


def page(counting: Counting, asked: Asked, after: str) -> paging.Page:
    """Their ids by the day they are due, those without one last. Raises BadPageKey for a key of no page."""
    return paging.by_column(rows(counting, asked), "due_on", after=after, limit=PAGE)


def drawn(counting: Counting, ids: Sequence[int], now: dt.datetime) -> SafeString:
    """These records as a table, in this order."""
    found = {row["pk"]: row for row in Record.everywhere.filter(pk__in=ids).values(*VALUES)}
    actor = counting.actor
    sheets = {one.kind: one for one in counting.sheets}
    cell_of: dict[str, list[Callable[[Any], str]]] = {}
    lines = []
    for row in (found[pk] for pk in ids if pk in found):
        kind = row["kind"]
        if kind not in cell_of:
            cell_of[kind] = [cells.SPECIAL[name](sheets[kind], actor, now) for name in COLUMNS if name in cells.SPECIAL]
        number, title, state, lenses, due = (SafeString(cell(row)) for cell in cell_of[kind])
        if "disciplines" not in sheets[kind].filters:
            lenses = SafeString("")
        owner = marks.escape(row["owner__name"] or "")
        lines.append([number, title, marks.escape(sheets[kind].label), state, lenses, owner, due])
    columns = [
        table.Column(_("Number")), table.Column(_("Title"), "t"), table.Column(_("Kind"), "hide-p hide-m"),
        table.Column(_("State")), table.Column(_("Concerns"), "hide-p hide-m"), table.Column(_("Owner"), "hide-p"),
        table.Column(_("Due"), "r"),
    ]  # fmt: skip
    return table.table(columns, [table.Group(lines)], _("Open records"))


Read = Callable[[Counting, str], "tuple[Q, str] | None"]


def _lens(_counting: Counting, given: str) -> tuple[Q, str] | None:
    if given in MAIN_LENSES:
        return listing.concerning(MAIN_LENSES[given]), lens_title(given)
    main = sum(MAIN_LENSES.values())
    return (~listing.concerning(main), lens_title(NO_LENS)) if given == NO_LENS else None


def _phase(_counting: Counting, given: str) -> tuple[Q, str] | None:
    return (Q(phase=PHASES[given]), str(PHASE_TITLES[PHASES[given]])) if given in PHASES else None


def _late(counting: Counting, given: str) -> tuple[Q, str] | None:
    if given != "1":
        return None
    return lateness.late(counting.times.now, counting.today) & Q(kind__in=counting.dated), _("yes")


def _age(counting: Counting, given: str) -> tuple[Q, str] | None:
    if given not in map(str, range(len(AGES))):
        return None
    number = int(given)
    first, last = AGES[number]
    condition = Q(due_on__lte=counting.today - dt.timedelta(days=first)) if first else Q()
    if last is not None:
        condition &= Q(due_on__gte=age_since(counting.today, last))
    return condition, age_word(number)


def _owner(counting: Counting, given: str) -> tuple[Q, str] | None:
    if given == NO_ONE:
        return Q(owner=None), _("Nobody")
    known = names.people(counting.actor.organisation_id, [keys.whole(given)])
    return next(((Q(owner=pk), name) for pk, name in known.items()), None)


READERS: dict[str, tuple[Callable[[], str], Read]] = {
    "lens": (lambda: _("Lens"), _lens),
    "phase": (lambda: _("Phase"), _phase),
    "late": (lambda: _("Overdue"), _late),
    "age": (lambda: _("Overdue for"), _age),
    "owner": (lambda: _("Owner"), _owner),
}

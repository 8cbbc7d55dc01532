"""What stands behind the answer of a living query: the records that count in it, for whoever may look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Q

from qsms.org.actor import Actor
from qsms.records import scope, wording

from .living import Found, Given, as_day, placed

# Number, title, kind, state, day and whether it is confidential.
COLUMNS = ("number", "title", "kind", "state", "confidential")
Row = tuple[str, str, str, str, bool, dt.datetime | dt.date | None]


def of_kind(actor: Actor, kind: str, given: Given, where: Q, day: str, most: int) -> list[Found]:
    """The records of one kind that `of_records` counts, the newest `day` first."""
    if not actor.holds(f"{kind}.view"):
        return []
    rows = scope.visible(actor, kind).filter(where & placed(given)).order_by(F(day).desc(nulls_last=True), "-pk")
    return of_rows(actor, rows.values_list(*COLUMNS, day)[:most])


def of_rows(actor: Actor, rows: Iterable[Row]) -> list[Found]:
    """The same of rows that a question read itself: the columns of COLUMNS and a day."""
    return [
        Found(number, title, wording.state_label(kind, state), as_day(day, actor), bool(confidential))
        for number, title, kind, state, confidential, day in rows
    ]


def behind(path: str) -> tuple[str, ...]:
    """The columns of COLUMNS of a record behind `path`."""
    return tuple(f"{path}{name}" for name in COLUMNS)

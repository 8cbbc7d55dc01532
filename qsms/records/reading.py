"""One record with everything its page asks of single tables, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qsms.base.prepared import Prepared
from qsms.org.actor import Actor

from . import keys, registry, scope
from .errors import NotVisible
from .models import Attachment, Clock, Comment, Deed, Record, Task
from .registry import RecordType

SPINE = ("site", "unit", "process", "owner", "raised_by")


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as its child model, with the rows it points at, and how much there is beside it; of tasks, open ones."""

    sheet: RecordType
    record: Record
    comments: int
    files: int
    deeds: int
    clocks: int
    tasks: int


def opened(actor: Actor, kind: str, key: str) -> Opened:
    """The record of a kind with this number or id (one query). Raises NotVisible outside the scope."""
    sheet = registry.get(kind)
    by_id, by_number = _questions(sheet)
    [(name, value)] = keys.named(key).items()
    person = actor.person_id or scope.NOBODY
    question = by_id if name == "pk" else by_number
    rows = question.objects(organisation=actor.organisation_id, person=person, key=value)
    if not rows:
        raise NotVisible
    row = rows[0]
    scope.note(actor, row, row.is_involved)
    if not scope.sees(actor, row):
        raise NotVisible
    return Opened(sheet, row, row.n_comments, row.n_files, row.n_deeds, row.n_clocks, row.n_tasks)


_made: WeakKeyDictionary[RecordType, tuple[Prepared, Prepared]] = WeakKeyDictionary()


def _questions(sheet: RecordType) -> tuple[Prepared, Prepared]:
    """The question for a record of this kind, by its id and by its number."""
    if sheet not in _made:
        # Another record is seldom pointed at and is sixty columns wide: it is read when there is one.
        pointers = [
            field.name
            for field in sheet.own_fields
            if isinstance(field, models.ForeignKey) and not issubclass(field.related_model, Record)
        ]
        rows = (
            sheet.model.everywhere.select_related(*SPINE, *pointers)
            .annotate(
                n_comments=_count(Comment.everywhere.all()),
                n_files=_count(Attachment.everywhere.filter(removed_at=None)),
                n_deeds=_count(Deed.everywhere.all()),
                n_clocks=_count(Clock.everywhere.all()),
                n_tasks=_count(Task.everywhere.filter(done_at=None)),
            )
            .filter(kind=sheet.kind)
        )

        def by(name: str, organisation: int, person: int, key: int | str) -> QuerySet[Any]:
            involved = Exists(Task.everywhere.filter(record_id=OuterRef("pk"), person_id=person))
            return rows.filter(organisation_id=organisation, **{name: key}).annotate(is_involved=involved)

        _made[sheet] = (
            Prepared(partial(by, "pk"), organisation=int, person=int, key=int),
            Prepared(partial(by, "number"), organisation=int, person=int, key=str),
        )
    return _made[sheet]


def _count(rows: QuerySet[Any]) -> Coalesce:
    of_this = rows.filter(record_id=OuterRef("pk")).order_by().values("record_id")
    return Coalesce(Subquery(of_this.annotate(n=Count("*")).values("n")), 0)

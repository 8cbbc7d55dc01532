"""One record with everything its page asks of single tables, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qsms.org.actor import Actor

from . import keys, registry, scope
from .errors import NotVisible
from .models import Attachment, Comment, Deed, Record, Task
from .registry import RecordType

SPINE = ("site", "unit", "process", "owner", "raised_by")


@dataclass(frozen=True, slots=True)
class Opened:
    """A record as its child model, with the rows it points at, and how much there is beside it."""

    sheet: RecordType
    record: Record
    comments: int
    files: int
    deeds: int


def opened(actor: Actor, kind: str, key: str) -> Opened:
    """The record of a kind with this number or id (one query). Raises NotVisible outside the scope."""
    sheet = registry.get(kind)
    # Another record is seldom pointed at and is sixty columns wide: it is read when there is one.
    pointers = [
        field.name
        for field in sheet.own_fields
        if isinstance(field, models.ForeignKey) and not issubclass(field.related_model, Record)
    ]
    row = (
        sheet.model.everywhere.select_related(*SPINE, *pointers)
        .annotate(
            n_comments=_count(Comment.everywhere.all()),
            n_files=_count(Attachment.everywhere.filter(removed_at=None)),
            n_deeds=_count(Deed.everywhere.all()),
            is_involved=Exists(Task.everywhere.filter(record_id=OuterRef("pk"), person_id=actor.person_id)),
        )
        .filter(organisation_id=actor.organisation_id, kind=kind, **keys.named(key))
        .first()
    )
    if row is None:
        raise NotVisible
    found: Any = row
    scope.note(actor, row, found.is_involved)
    if not scope.sees(actor, row):
        raise NotVisible
    return Opened(sheet, row, found.n_comments, found.n_files, found.n_deeds)


def _count(rows: QuerySet[Any]) -> Coalesce:
    of_this = rows.filter(record_id=OuterRef("pk")).order_by().values("record_id")
    return Coalesce(Subquery(of_this.annotate(n=Count("*")).values("n")), 0)

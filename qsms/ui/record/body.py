"""The fields of a record as they are read: short ones as facts, long text as prose, empty ones named in one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import wording
from qsms.records.models import Record
from qsms.records.registry import RecordType

from .. import dates, parts, times

# Said in the head of the page already.
HEAD_FIELDS = frozenset({"title", "confidential"})


@dataclass(frozen=True)
class Text:
    """A long text with its heading."""

    label: str
    said: str


@dataclass(frozen=True)
class ReadSection:
    """One section of the sheet as the page shows it."""

    title: str
    facts: tuple[parts.Fact, ...]
    texts: tuple[Text, ...]
    empty: str
    is_first: bool = False


def sections(sheet: RecordType, record: Record, actor: Actor, now: dt.datetime) -> list[ReadSection]:
    """The sheet's sections that have something to show; those that are wholly empty are named together at the end."""
    found, empty = [], []
    for place, section in enumerate(sheet.form):
        names = [name for name in section.fields if name not in HEAD_FIELDS]
        if names and section.on_page:
            made = _section(sheet, record, actor, now, str(section.title), names, place == 0)
            if made.facts or made.texts or place == 0:
                found.append(made)
            else:
                empty.append(made.title)
    if empty:
        told = _("Nothing yet under %(sections)s.") % {"sections": ", ".join(f"“{title}”" for title in empty)}
        found.append(ReadSection("", (), (), told))
    return found


def _section(
    sheet: RecordType, record: Record, actor: Actor, now: dt.datetime, title: str, names: Sequence[str], first: bool
) -> ReadSection:
    facts, texts, empty = [], [], []
    for name in names:
        said = value(sheet, record, name, actor, now)
        label = sheet.due_label(record) if name == "due_on" else sheet.field_label(name)
        if not said:
            empty.append(label)
        elif isinstance(sheet.field(name), models.TextField):
            texts.append(Text(label, said))
        else:
            facts.append(parts.Fact(label, said))
    told = _("Not filled in: %(fields)s.") % {"fields": ", ".join(empty)} if empty else ""
    return ReadSection(title, tuple(facts), tuple(texts), told, first)


def value(sheet: RecordType, record: Record, name: str, actor: Actor, now: dt.datetime) -> str:
    """One field in the words of the page: dates near now by name, moments in the reader's zone, numbers grouped."""
    raw: Any = getattr(record, name, None)
    field = sheet.field(name)
    plain_number = field is not None and not field.choices and name != "disciplines"
    if isinstance(raw, bool) or raw is None:
        return wording.value(sheet, record, name)
    if isinstance(raw, dt.datetime):
        return times.moment(raw, now, actor.tz, binding=True)
    if isinstance(raw, dt.date):
        return dates.plain_day(raw)
    if isinstance(raw, int | float | Decimal) and plain_number:
        return str(number_format(raw, use_l10n=True, force_grouping=True))
    if isinstance(raw, Record):
        return f"{raw.number} {raw.title}"
    return wording.value(sheet, record, name)


def kept(sheet: RecordType, name: str, text: str, zone: dt.tzinfo) -> str:
    """A value as history keeps it, in the words of the page: days and moments in the form of the house."""
    field = sheet.field(name)
    try:
        if isinstance(field, models.DateTimeField):
            # As `wording.plain` writes it.
            return dates.printed(dt.datetime.strptime(text, "%Y-%m-%d %H:%M UTC").replace(tzinfo=dt.UTC), zone)
        if isinstance(field, models.DateField):
            return dates.plain_day(dt.date.fromisoformat(text))
    except ValueError:
        # Nothing, or written before the field was one of days.
        return text
    return text

"""Deeds as lines of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import history, scope
from qsms.records.deed_words import said
from qsms.records.history import Entry
from qsms.records.models import Record
from qsms.records.registry import RecordType

from .. import dates, parts, times
from . import body

LONGEST = 300


def lines(
    actor: Actor, sheet: RecordType, entries: Sequence[Entry], now: datetime, known: Mapping[int, Record] | None = None
) -> tuple[parts.Deed, ...]:
    """Deeds for the log. Other records are named only as far as the reader sees them; `known`, if given, are those."""
    if known is None:
        others = {int(entry.detail["other"]) for entry in entries if "other" in entry.detail}
        known = scope.seen_of(actor, others) if others else {}
    return tuple(_line(actor, sheet, entry, now, known) for entry in entries)


def _line(actor: Actor, sheet: RecordType, entry: Entry, now: datetime, seen: Mapping[int, Record]) -> parts.Deed:
    who = entry.actor or _("System")
    if entry.for_person:
        who = _("%(who)s for %(other)s") % {"who": who, "other": entry.for_person}
    return parts.Deed(
        when=times.moment(entry.at, now, actor.tz),
        who=who,
        did=said(sheet, entry, seen),
        changes=tuple(_difference(sheet, change, actor.tz) for change in entry.changes),
        reason=entry.reason,
        exact=f"{dates.exact(entry.at, actor.tz)}, {dates.in_utc(entry.at)}",
    )


def _difference(sheet: RecordType, change: history.FieldChange, zone: tzinfo) -> parts.Difference:
    old, new = (_short(body.kept(sheet, change.field, text, zone)) for text in (change.old, change.new))
    return parts.Difference(sheet.field_label(change.field), old, new)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"

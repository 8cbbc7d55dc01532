"""Deeds in words: what somebody did to a record, as the history and the page say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.org.actor import Actor
from qsms.records import history, scope, wording
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


def said(sheet: RecordType, entry: Entry, seen: Mapping[int, Record]) -> str:
    """What was done, as the rest of a sentence that begins with a name."""
    told = _verb(sheet, entry, seen)
    if entry.meaning:
        told += _(", signed as “%(meaning)s”") % {"meaning": entry.meaning}
    return told


def _verb(sheet: RecordType, entry: Entry, seen: Mapping[int, Record]) -> str:
    verb, detail = entry.verb, entry.detail
    if verb.startswith("move."):
        return _("made the move “%(move)s”") % {"move": _move_label(sheet, verb.removeprefix("move."))}
    if verb == history.EDITED:
        n = len(entry.changes)
        return ngettext("changed one field", "changed %(n)d fields", n) % {"n": n}
    if verb in (history.LINKED, history.UNLINKED):
        return _linked(entry, seen)
    name = str(detail.get("name", ""))
    words = {
        history.CREATED: _("made this record"),
        history.COMMENTED: _("wrote a comment"),
        history.ATTACHED: _("added the file “%(name)s”") % {"name": name} if name else _("added a file"),
        history.REMOVED_FILE: _("removed the file “%(name)s”") % {"name": name} if name else _("removed a file"),
        history.UNSEALED: _("opened a sealed value"),
        "unseal_refused": _("was refused the opening of a sealed value"),
        history.ASSIGNED: _("handed it over"),
        history.IMPORTED: _("imported it"),
    }
    told = str(words.get(verb) or wording.DEEDS.get(verb) or verb.replace(".", " ").replace("_", " "))
    if what := detail.get("what"):
        told = _("%(deed)s: %(record)s") % {"deed": told, "record": what}
    other = seen.get(int(detail.get("other", 0)))
    if other is None:
        return told
    return _("%(deed)s: %(record)s") % {"deed": told, "record": f"{other.number} {other.title}"}


def _linked(entry: Entry, seen: Mapping[int, Record]) -> str:
    other = seen.get(int(entry.detail.get("other", 0)))
    relation = wording.relation(str(entry.detail.get("relation", "")), bool(entry.detail.get("outward")))
    if other is None:
        return _("linked another record") if entry.verb == history.LINKED else _("took a link away")
    values = {"relation": relation, "record": f"{other.number} {other.title}"}
    if entry.verb == history.LINKED:
        return _("linked it: %(relation)s %(record)s") % values
    return _("took the link away: %(relation)s %(record)s") % values


def _move_label(sheet: RecordType, code: str) -> str:
    try:
        return str(sheet.lifecycle.move(code).label)
    except KeyError:
        return code

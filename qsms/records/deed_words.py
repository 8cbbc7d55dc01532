"""Deeds in words: what somebody did to a record, as the history, the page and the paper say it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import history, wording
from .history import Entry
from .models import Record
from .registry import RecordType


def said(sheet: RecordType, entry: Entry, seen: Mapping[int, Record]) -> str:
    """What was done, as the rest of a sentence that begins with a name."""
    told = _verb(sheet, entry, seen)
    if entry.meaning:
        told += _(", signed as “%(meaning)s”") % {"meaning": entry.meaning}
    return told


def _verb(sheet: RecordType, entry: Entry, seen: Mapping[int, Record]) -> str:
    verb, detail = entry.verb, entry.detail
    if verb.startswith("move."):
        told = _("made the move “%(move)s”") % {"move": _move_label(sheet, verb.removeprefix("move."))}
        if until := detail.get("until"):
            told += _(", until %(day)s") % {"day": date_format(dt.date.fromisoformat(str(until)), "j M Y")}
        return told
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
        history.CORRECTED: _("noted which versions older deeds left"),
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

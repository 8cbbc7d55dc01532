"""Any record as a PDF: what it says, who signed, which files and history it has, as far as its reader may know."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import attachments, history, scope, wording
from qsms.records.deed_words import said
from qsms.records.history import Entry
from qsms.records.models import Record, Signature
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase

from .pdf import render

TEMPLATE = Path(__file__).parent / "data/print/record.typ"
MOST_DEEDS = 1000
LONGEST_CHANGE = 300


def record_pdf(
    actor: Actor, sheet: RecordType, record: Record, made_at: dt.datetime, *, outside: bool = False
) -> bytes:
    """The PDF of a record that the actor sees, as of `made_at`; `outside` the house it names no other record that is
    confidential."""
    return render(TEMPLATE, _data(actor, sheet, record, made_at, outside))


def _data(actor: Actor, sheet: RecordType, record: Record, made_at: dt.datetime, outside: bool) -> dict[str, Any]:
    deeds, left_out = _deeds(actor, record)
    made = _("As of %(moment)s, printed by %(name)s") % {"moment": moment(made_at), "name": actor.name}
    return {
        "document": {
            "title": record.title,
            "number": record.number,
            "organisation": actor.organisation_name,
            "under": f"{sheet.label} · {sheet.state(record).label} · {made}",
            "foot": _foot(record, made_at),
            "made_at": made_at,
        },
        "facts": _facts(sheet, record),
        "sections": _sections(sheet, record, outside),
        "signatures": _signatures(record),
        "files": [
            [one.name, one.note, moment(one.added_at), f"SHA-256 {one.sha256}"] for one in attachments.on_record(record)
        ],
        "history": [_line(sheet, one, seen) for seen in [_others(actor, deeds, outside)] for one in deeds],
        "left_out": _("Older deeds are left out. The history of the record has all of them.") if left_out else "",
        "words": {
            "signatures": _("Signatures"),
            "files": _("Files"),
            "files_head": [_("Name"), _("Note"), _("Added"), _("Fingerprint")],
            "history": _("History"),
            "history_head": [_("When"), _("Who"), _("What")],
        },
    }


def moment(value: dt.datetime) -> str:
    """A moment on paper, which is read elsewhere: 24 Nov 2026 08:30 UTC."""
    there = value.astimezone(dt.UTC)
    return f"{day(there.date())} {there:%H:%M} UTC"


def day(value: dt.date) -> str:
    """24 Nov 2026."""
    return date_format(value, "j M Y")


def _foot(record: Record, made_at: dt.datetime) -> str:
    told = {"number": record.number, "version": record.version, "moment": moment(made_at)}
    if record.confidential:
        return _("Confidential. %(number)s, version %(version)s, as of %(moment)s") % told
    return _("%(number)s, version %(version)s, as of %(moment)s. Uncontrolled when printed.") % told


def _facts(sheet: RecordType, record: Record) -> list[tuple[str, str]]:
    opened = "" if sheet.opened_by_day(record) else moment(record.opened_at)
    closed = moment(record.closed_at) if record.closed_at else ""
    ended = _("Made void") if record.phase == Phase.VOID else _("Closed")
    pairs = [
        (_("State"), str(sheet.state(record).label)),
        (_("Raised by"), record.raised_by.name if record.raised_by else ""),
        (_("Opened"), opened),
        (ended, closed),
    ]
    return [(name, value) for name, value in pairs if value]


def _sections(sheet: RecordType, record: Record, outside: bool) -> list[dict[str, Any]]:
    """The sections of the form with what is filled in: short values as pairs, long text under its name."""
    found = []
    for section in sheet.form:
        pairs: list[tuple[str, str]] = []
        texts: list[tuple[str, str]] = []
        for name in section.fields:
            value = "" if name in sheet.sealed_fields or name == "title" else _value(sheet, record, name, outside)
            if value:
                long = isinstance(sheet.field(name), models.TextField)
                (texts if long else pairs).append((sheet.field_label(name), value))
        if pairs or texts:
            found.append({"title": str(section.title), "pairs": pairs, "texts": texts})
    return found


def _value(sheet: RecordType, record: Record, name: str, outside: bool) -> str:
    raw = getattr(record, name, None)
    if isinstance(raw, dt.datetime):
        return moment(raw)
    if isinstance(raw, dt.date):
        return day(raw)
    if isinstance(raw, Record):
        # Whether its reader sees the other record is not known here, so its title stays out.
        return _("A confidential record") if outside and raw.confidential else raw.number
    return wording.value(sheet, record, name)


def _signatures(record: Record) -> list[dict[str, str]]:
    rows = Signature.everywhere.filter(record_id=record.pk).select_related("person").order_by("pk")
    return [
        {
            "name": one.person.name,
            "meaning": _("Signed as “%(meaning)s”") % {"meaning": one.meaning},
            "at": moment(one.at),
            "note": f"SHA-256 {one.content_hash}",
        }
        for one in rows
    ]


def _deeds(actor: Actor, record: Record) -> tuple[list[Entry], bool]:
    """The deeds, the newest first, and whether older ones are left out."""
    found: list[Entry] = []
    before = None
    while len(found) < MOST_DEEDS and (chunk := history.entries(record, reader=actor, before=before, limit=500)):
        found += chunk
        before = chunk[-1].id
    return found[:MOST_DEEDS], len(found) >= MOST_DEEDS


def _others(actor: Actor, deeds: list[Entry], outside: bool) -> dict[int, Record]:
    """The other records that the deeds name, as far as the reader sees them, and others may."""
    others = {int(entry.detail["other"]) for entry in deeds if "other" in entry.detail}
    seen = scope.seen_of(actor, others) if others else {}
    return {pk: one for pk, one in seen.items() if not (outside and one.confidential)}


def _line(sheet: RecordType, entry: Entry, seen: dict[int, Record]) -> list[str]:
    who = entry.actor or _("System")
    if entry.for_person:
        who = _("%(who)s for %(other)s") % {"who": who, "other": entry.for_person}
    told = [said(sheet, entry, seen)]
    told += [
        f"{sheet.field_label(one.field)}: {_short(one.old) or '–'} → {_short(one.new) or '–'}"
        for one in entry.changes
        if one.field not in sheet.sealed_fields
    ]
    if entry.reason:
        told.append(_("Reason: %(reason)s") % {"reason": entry.reason})
    return [moment(entry.at), who, "\n".join(told)]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CHANGE else f"{text[:LONGEST_CHANGE].rstrip()} …"

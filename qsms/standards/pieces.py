"""A piece of evidence as a line of a page: what it is, how much it shows, how fresh it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.records import wording
from qsms.rules.evidence import freshness
from qsms.ui import addresses as pages
from qsms.ui import marks, times

from . import addresses, living
from .binding import Piece
from .choices import FRESHNESS, Strength


@dataclass(frozen=True, slots=True)
class Line:
    """What the page shows of one piece."""

    url: str
    title: str
    number: str
    mark: SafeString
    strength: str
    as_of: SafeString | None
    # What a question finds, in words.
    finds: str
    expires: SafeString | None
    note: str
    owner: str
    change_url: str
    end_url: str


def line(piece: Piece, today: dt.date, *, url: str, title: str, may_end: bool) -> Line:
    """The line of a piece; the title and the address are those of what it is listed by."""
    return Line(
        url=url,
        title=title,
        number=piece.number,
        mark=mark(piece, today),
        strength=_strength(piece),
        as_of=times.day(piece.as_of, today) if piece.as_of else None,
        finds=living.told(piece.answer) if piece.answer else "",
        expires=times.day(piece.expires_on, today) if piece.expires_on else None,
        note=piece.note,
        owner=piece.owner or "",
        change_url=_change(piece) if may_end else "",
        end_url=addresses.unbind(piece.id) if may_end else "",
    )


def _strength(piece: Piece) -> str:
    shows = str(Strength(piece.strength).label)
    return _("%(shows)s, for every site") % {"shows": shows} if piece.for_all_sites else shows


def _change(piece: Piece) -> str:
    if piece.question:
        return addresses.ask(piece.framework, piece.clause, evidence=piece.id)
    return addresses.bind(record=piece.number, key=piece.framework, clause=piece.clause)


def source(piece: Piece) -> str:
    """The page behind a piece: of its record, or of what its question finds; empty where there is none."""
    if piece.question:
        return piece.answer.url if piece.answer else ""
    return pages.record_at(piece.kind, piece.number)


def named(piece: Piece) -> str:
    """A piece in one phrase of an export: the number of its record, or the question with what it finds."""
    if not piece.question:
        return piece.number
    found = living.told(piece.answer) if piece.answer else ""
    newest = piece.as_of.isoformat() if piece.as_of else _("nothing that counts")
    return f"{piece.title}: {found}, {newest}"


def mark(piece: Piece, today: dt.date) -> SafeString:
    """How it stands today, in shape, colour and word."""
    if not piece.shows:
        said = _("%(state)s, does not count") % {"state": wording.state_label(piece.kind, piece.state)}
        return marks.status(said, "mute", "ban")
    word, tone, shape = FRESHNESS[freshness(piece.rule, today)]
    return marks.status(word, tone, shape)

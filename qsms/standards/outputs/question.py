"""A living query on paper: what it asks, how much it finds, and the records that it finds, as far as the taker sees."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import moment
from qsms.org import names
from qsms.org.actor import Actor
from qsms.publish.pdf import render
from qsms.ui import dates

from .. import living
from ..binding import Piece
from ..living import PLACES, Found, LivingQuery
from .statement import PRINT

# More than anybody reads; how many there are is said.
MOST_LISTED = 500


def pdf(actor: Actor, piece: Piece, made_at: dt.datetime) -> bytes | None:
    """The page of a bound question; None where this version no longer answers it."""
    query = living.known(piece.question)
    if query is None or piece.answer is None:
        return None
    given = living.filled(query, piece.asked)
    listed = _listed(actor, query, given)
    at = dates.printed(made_at, actor.tz)
    data: dict[str, Any] = {
        "document": {
            "title": piece.title,
            "organisation": actor.organisation_name,
            "under": _("As of %(moment)s, asked by %(name)s, of what %(name)s may see")
            % {"moment": at, "name": actor.name},
            "foot": _("Living query, as of %(moment)s. Uncontrolled when printed.") % {"moment": at},
            "made_at": made_at,
        },
        "facts": [
            (_("Finds"), living.told(piece.answer)),
            (_("Newest that counts"), dates.plain_day(piece.as_of) if piece.as_of else _("Nothing that counts")),
            *((str(one.label), _value(actor, one, given[one.name])) for one in query.parameters),
        ],
        "help": str(query.help),
        "said": _said(query, piece.answer.count, listed),
        "rows": [_row(one) for one in listed if not one.confidential],
        "words": {"found": _("What it found"), "head": [_("Number"), _("Title"), _("State or place"), _("Day")]},
    }
    return render(PRINT / "question.typ", data)


def _listed(actor: Actor, query: LivingQuery, given: living.Given) -> list[Found]:
    today = moment.now().astimezone(actor.tz).date()
    return list(query.lists(actor, given, today, MOST_LISTED)) if query.lists is not None else []


def _value(actor: Actor, one: living.Parameter, value: Any) -> str:
    if value is None:
        return _("Any")
    if one.told is not None:
        return one.told(actor.organisation_id, value)
    return names.places(one.form.value, actor.organisation_id).get(value, "?") if one.form in PLACES else str(value)


def _said(query: LivingQuery, count: int, listed: list[Found]) -> list[str]:
    """What the reader must know of the list before reading it."""
    if query.lists is None:
        return [_("This question counts and does not list what it counts.")]
    said = [] if listed else [_("Nothing.")]
    if count > len(listed) > 0:
        said.append(_("These are the newest %(n)s of %(all)s.") % {"n": len(listed), "all": count})
    n = sum(one.confidential for one in listed)
    if n:
        told = ngettext(
            "%(n)d of them is confidential: it counts and is not listed.",
            "%(n)d of them are confidential: they count and are not listed.",
            n,
        )
        said.append(told % {"n": n})
    return said


def _row(one: Found) -> list[str]:
    return [one.number, one.title, one.said, dates.plain_day(one.day) if one.day else ""]

"""Reasons of shut moves, and field values, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qsms.rules.lifecycle import Reason
from qsms.rules.sentences import Sentence

from . import registry
from .choices import BACKWARDS, Lens, Relation
from .models import Record
from .registry import RecordType

PARTIES: dict[str, Any] = {
    "owner": gettext_lazy("its owner"),
    "raised_by": gettext_lazy("who raised it"),
    "reporter": gettext_lazy("its reporter"),
}

# What a room's own deeds are called, as the rest of a sentence that begins with a name: "risk.assessed" -> "rated it".
DEEDS: dict[str, Any] = {}

# A room's own reasons: code -> function from the reason's values to a sentence.
_own: dict[str, Callable[[Mapping[str, str]], str]] = {}


def reason_words(code: str) -> Callable[[Callable[[Mapping[str, str]], str]], Callable[[Mapping[str, str]], str]]:
    """Decorator: this function words the reasons with this code."""

    def keep(words: Callable[[Mapping[str, str]], str]) -> Callable[[Mapping[str, str]], str]:
        _own[code] = words
        return words

    return keep


def party(name: str) -> str:
    """A part on a record in words; a room adds its own to PARTIES."""
    return str(PARTIES.get(name, name.replace("_", " ")))


def reason(sheet: RecordType, why: Reason, who_may: str = "") -> str:
    """Why a move is shut, in one or two sentences. `who_may` names those who could."""
    values = why.values
    if why.code in _own:
        return _own[why.code](values)
    if why.code == "state":
        return _("It is past this step, or not there yet.")
    if why.code == "permission":
        if who_may:
            return _("You may not do this. Ask %(who)s.") % {"who": who_may}
        return _("Your roles do not allow this.")
    if why.code == "only":
        return _("Only %(parties)s may do this.") % {
            "parties": _(" or ").join(party(p) for p in values["parties"].split(","))
        }
    if why.code == "independent":
        lent = _("You stand in for %(party)s, so another person must do this.")
        own = _("You are %(party)s, so another person must do this.")
        said = (lent if "standing_in" in values else own) % {"party": party(values["party"])}
        return f"{said} {_('Ask %(who)s.') % {'who': who_may}}" if who_may else said
    if why.code == "field":
        return _("“%(field)s” is empty. Fill it in first.") % {"field": sheet.field_label(values["field"])}
    if why.code == "open_ends":
        return _("Still open: %(numbers)s.") % {"numbers": values["numbers"]}
    return why.code


def sentence(said: Sentence) -> str:
    """A sentence of the rules in the reader's language."""
    values = {name: _told(one) for name, one in said.values.items()}
    if said.plural and said.number is not None:
        return ngettext(said.template, said.plural, said.number) % values
    return _(said.template) % values


def _told(one: object) -> object:
    if isinstance(one, Sentence):
        return sentence(one)
    return date_format(one, "j M Y") if isinstance(one, dt.date) else one


def relation(code: str, outward: bool) -> str:
    """A link's relation in words, read from its source (outward) or from its target."""
    try:
        known = Relation(code)
    except ValueError:
        return code.replace("_", " ")
    return str(known.label if outward else BACKWARDS[known])


def lenses(bits: int) -> str:
    """The disciplines in words, in their fixed order."""
    return ", ".join(str(lens.label) for lens in Lens if bits & lens)


def value(sheet: RecordType, record: Record, name: str) -> str:
    """One field as the page and the history write it; empty text for nothing."""
    raw = getattr(record, name, None)
    if raw is None or raw == "" or raw == []:
        return ""
    if name == "state":
        return str(sheet.lifecycle.state(raw).label)
    if name == "disciplines":
        return lenses(raw)
    field = sheet.field(name)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(raw, raw))
    if isinstance(field, models.DecimalField) and isinstance(raw, Decimal):
        # As the database keeps it: 3 litres typed are 3.0 litres read back.
        return f"{raw:.{field.decimal_places}f}"
    return plain(raw)


def plain(raw: Any) -> str:
    """Any stored value as text."""
    if isinstance(raw, bool):
        return _("yes") if raw else _("no")
    if isinstance(raw, dt.datetime):
        return raw.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(raw, dt.date):
        return raw.isoformat()
    if isinstance(raw, list | tuple):
        return ", ".join(plain(one) for one in raw)
    if isinstance(raw, dict):
        return "; ".join(f"{key}: {plain(one)}" for key, one in raw.items())
    if isinstance(raw, Record):
        return raw.number
    if isinstance(raw, models.Model):
        return str(raw)
    return str(raw)


def state_label(kind: str, code: str) -> str:
    """A state's name; the code itself when the lifecycle no longer knows it."""
    try:
        return str(registry.get(kind).lifecycle.state(code).label)
    except KeyError:
        return code

"""The values of verbs: how they are described, and read from a body into what the services take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import keys
from qsms.records.errors import Invalid
from qsms.records.verbs import Holds, Member, Takes, Verb

from . import schemas, taking
from .schemas import Schema, described

SIGNED = ("password", "shown")
SCHEMAS: Mapping[Takes, Schema] = {
    Takes.TEXT: schemas.TEXT,
    Takes.DAY: schemas.DAY,
    Takes.ID: schemas.ID,
    Takes.TEXTS: schemas.TEXTS,
    Takes.WORDS: {"type": "object", "additionalProperties": schemas.TEXT},
    Takes.RECORD: {"anyOf": [schemas.ID, schemas.TEXT]},
}

SHOWN: Mapping[Holds, Schema] = {
    Holds.TEXT: schemas.TEXT,
    Holds.DAY: schemas.or_null(schemas.DAY),
    Holds.MOMENT: schemas.or_null(schemas.MOMENT),
    Holds.FLAG: schemas.FLAG,
}


def name_of(verb: Verb) -> str:
    """The code as the name of a shape: `ask_extension` becomes `DoAskExtension`."""
    return "Do" + "".join(part.capitalize() for part in verb.code.split("_"))


def schema(verb: Verb) -> Schema:
    """The body that a verb takes."""
    members = {one.name: described(_schema(one), str(one.label)) for one in verb.members}
    if verb.to_sign is not None:
        members |= {
            "password": described(schemas.TEXT, _("The password of the person who signs.")),
            "shown": described(schemas.TEXT, _("The hash that the list of verbs gave, to sign exactly what was read.")),
        }
    needed = tuple(one.name for one in verb.members if one.needed)
    return {**schemas.closed(needed, **members), "examples": [dict(verb.example)]}


def shown(verb: Verb) -> Schema:
    """The list of what a verb has made so far."""
    columns = verb.shows.columns if verb.shows is not None else {}
    row = schemas.shape(**{name: SHOWN[holds] for name, holds in columns.items()})
    return schemas.shape(items={"type": "array", "items": row})


def _schema(one: Member) -> Schema:
    return {**SCHEMAS[one.takes], "enum": list(one.choices)} if one.choices else SCHEMAS[one.takes]


def values(actor: Actor, verb: Verb, body: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as the service takes it. Raises Invalid with every member that is unknown, missing or wrong."""
    known = {one.name: one for one in verb.members}
    signed = SIGNED if verb.to_sign is not None else ()
    unknown = [name for name in body if name not in (*known, *signed)]
    errors = {name: _("“%(name)s” cannot be set here.") % {"name": name} for name in unknown}
    found: dict[str, Any] = {}
    for name, one in known.items():
        given = body.get(name)
        if given is None or given == "":
            if one.needed:
                errors[name] = _("“%(name)s” is needed: %(label)s.") % {"name": name, "label": one.label}
            continue
        value, wrong = _read(actor, one, given)
        if wrong:
            errors[name] = wrong
        else:
            found[name] = value
    for name in signed:
        if not isinstance(body.get(name, ""), str):
            errors[name] = _("“%(name)s” is not text.") % {"name": name}
        found[name] = body.get(name, "")
    if errors:
        raise Invalid(errors)
    return found


def _read(actor: Actor, one: Member, given: Any) -> tuple[Any, str]:
    """The value, or what is wrong with it."""
    named = {"name": one.name, "given": str(given)[:80]}
    if one.choices:
        choices = ", ".join(one.choices)
        wrong = _("“%(given)s” is no choice for “%(name)s”. Choose from %(choices)s.") % {**named, "choices": choices}
        return given, "" if given in one.choices else wrong
    if one.takes == Takes.DAY:
        try:
            return dt.date.fromisoformat(given), ""
        except (TypeError, ValueError):
            return None, _("“%(given)s” is not a day. Write it as 2026-11-24.") % named
    if one.takes == Takes.ID:
        is_id = isinstance(given, int) and not isinstance(given, bool) and 0 < given <= keys.LARGEST
        return given, "" if is_id else _("“%(given)s” is not an id. Write a whole number.") % named
    if one.takes == Takes.RECORD:
        found = _record(actor, given)
        return found, "" if found else _("There is no record “%(given)s” that you may see.") % named
    if one.takes == Takes.TEXTS:
        is_list = isinstance(given, list) and all(isinstance(each, str) for each in given)
        return given, "" if is_list else _("“%(name)s” is not a list of texts.") % named
    if one.takes == Takes.WORDS:
        is_object = isinstance(given, dict) and all(isinstance(each, str) for each in given.values())
        return given, "" if is_object else _("“%(name)s” is not an object of texts.") % named
    return given, "" if isinstance(given, str) else _("“%(name)s” is not text.") % named


def _record(actor: Actor, given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        return 0
    return keys.whole(given) or 0 if given.isdecimal() else taking.numbered(actor, given)

"""Values from JSON on their way to the services: of the right JSON type, in the form that the services take."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import keys, scope
from qsms.records.choices import Lens
from qsms.records.errors import Invalid
from qsms.records.models import Record
from qsms.records.registry import KEPT_FIELDS, RecordType

LENS_BITS = {lens.name.lower(): lens.value for lens in Lens}


def fillable(sheet: RecordType) -> tuple[str, ...]:
    """The fields that a create or a change takes: those of the form."""
    return tuple(name for name in sheet.form_fields if name not in KEPT_FIELDS and sheet.field(name) is not None)


def values(actor: Actor, sheet: RecordType, given: Mapping[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """What was sent, as the services take it. Raises Invalid with every field that is unknown or of another type."""
    found, errors = {}, {}
    for name, value in given.items():
        field = sheet.field(name) if name in allowed else None
        if field is None:
            errors[name] = _("“%(name)s” cannot be set here.") % {"name": name}
            continue
        try:
            found[name] = _value(actor, field, value)
        except _Wrong as wrong:
            errors[name] = str(wrong)
    if errors:
        raise Invalid(errors)
    return found


class _Wrong(Exception):
    pass


def _value(actor: Actor, field: models.Field[Any, Any], value: Any) -> Any:
    if field.name == "disciplines":
        return _lenses(value)
    if isinstance(field, models.ForeignKey):
        return _key(actor, field, value)
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BooleanField):
        if not isinstance(value, bool):
            raise _Wrong(_("“%(given)s” is not true or false.") % {"given": value})
        return value
    if isinstance(value, bool | dict | list):
        raise _Wrong(_("One value is needed here, not true, false, a list or an object."))
    if isinstance(field, models.CharField | models.TextField | models.DateField):
        if not isinstance(value, str):
            raise _Wrong(_("“%(given)s” is not text. Write it in quotes.") % {"given": value})
        return _with_zone(value) if isinstance(field, models.DateTimeField) else value
    if isinstance(field, models.IntegerField) and isinstance(value, float):
        if not value.is_integer():
            raise _Wrong(_("“%(given)s” is not a whole number.") % {"given": value})
        return int(value)
    # A float has digits that nobody wrote; its shortest text has not.
    return repr(value) if isinstance(value, float) else value


def _with_zone(value: str) -> Any:
    try:
        found = parse_datetime(value) if value else None
    except ValueError:
        found = None
    if value and (found is None or found.tzinfo is None):
        raise _Wrong(_("“%(given)s” is not a moment with its zone. Write 2026-11-24T08:30:00Z.") % {"given": value})
    return found


def _lenses(value: Any) -> list[int]:
    given = [] if value is None else value
    if not isinstance(given, list) or not all(isinstance(one, str) and one in LENS_BITS for one in given):
        raise _Wrong(_("Write a list of the lenses concerned: %(known)s.") % {"known": ", ".join(LENS_BITS)})
    return [LENS_BITS[one] for one in given]


def _key(actor: Actor, field: models.ForeignKey[Any, Any], value: Any) -> int | None:
    """An id; what a record shows, {"id": 3, "name": "…"}, serves too; another record may be given by its number."""
    target: Any = field.related_model
    if isinstance(value, dict):
        value = value.get("id")
    if value is None or value == "":
        return None
    if isinstance(value, str) and not value.isdecimal() and issubclass(target, Record):
        return numbered(actor, value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(_("“%(given)s” is not an id. Write a whole number.") % {"given": value})
    # No id is so small or so large; the service says that there is no such choice.
    return value if 0 < value <= keys.LARGEST else 0


def numbered(actor: Actor, number: str) -> int:
    """The id of the record with this number, of whatever kind, or 0 when the actor sees none."""
    found = Record.everywhere.filter(organisation_id=actor.organisation_id, number=number).first()
    return found.pk if found is not None and scope.seen_of(actor, [found.pk]) else 0

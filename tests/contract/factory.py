"""A record of any registered kind, made from what its sheet says, so that the contract holds for kinds to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models

from qsms.org.actor import Actor
from qsms.records import registry, services
from qsms.records.models import Record

# In no title or text but the contract's own.
SECRET = "Quokkaword"


def values(kind: str, word: str = SECRET, **more: Any) -> dict[str, Any]:
    """Values for every field of the form that must be filled, and a word that can be searched for."""
    sheet = registry.get(kind)
    given: dict[str, Any] = {"title": f"{word} of the contract"}
    for name in sheet.form_fields:
        field = sheet.field(name)
        if field is None or field.blank or name in given:
            continue
        given[name] = _value(field, word)
    return given | {name: value for name, value in more.items() if name in sheet.writable}


def _value(field: models.Field[Any, Any], word: str) -> Any:
    if field.choices:
        return next(value for value, _label in field.flatchoices if value)
    if isinstance(field, models.DateTimeField):
        return dt.datetime(2026, 2, 1, 8, 0, tzinfo=dt.UTC)
    if isinstance(field, models.DateField):
        return dt.date(2026, 2, 1)
    if isinstance(field, models.IntegerField | models.DecimalField):
        return 3
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.ForeignKey):
        return field.related_model._base_manager.first()
    return f"{word} text"


def make(actor: Actor, kind: str, *, word: str = SECRET, fixed: Mapping[str, Any] | None = None, **more: Any) -> Record:
    """A record of this kind, made through the service that every door uses; `fixed` are columns that no form offers."""
    return services.create(actor, kind, values(kind, word, **more), fixed=fixed)

"""A record of any registered kind, made from what its sheet says, so that the contract holds for kinds to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models

from qsms.org.actor import Actor
from qsms.org.models import Person, Process
from qsms.records import registry, services
from qsms.records.errors import Invalid
from qsms.records.models import Record

# In no title or text but the contract's own.
SECRET = "Quokkaword"


def values(actor: Actor, kind: str, word: str = SECRET, **more: Any) -> dict[str, Any]:
    """Values for every field of the form that must be filled, and a word that can be searched for."""
    sheet = registry.get(kind)
    given: dict[str, Any] = {"title": f"{word} of the contract"}
    for name in sheet.form_fields:
        field = sheet.field(name)
        if field is None or field.blank or name in given:
            continue
        given[name] = more.get("owner") if field.related_model is Person else None
        given[name] = given[name] or _value(actor, field, word)
    return given | {name: value for name, value in more.items() if name in sheet.writable}


def _value(actor: Actor, field: models.Field[Any, Any], word: str) -> Any:
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
        return _first(actor, field.related_model)
    return f"{word} text"


def _first(actor: Actor, model: Any) -> Any:
    """A row of the actor's organisation; a record is made when there is none to point at."""
    found = model._base_manager.filter(organisation_id=actor.organisation_id).order_by("pk").first()
    if found is None and issubclass(model, Record):
        return make(
            actor, next(sheet.kind for sheet in registry.all_types() if sheet.model is model), word="Pointed at"
        )
    return found


def make(actor: Actor, kind: str, *, word: str = SECRET, fixed: Mapping[str, Any] | None = None, **more: Any) -> Record:
    """A record of this kind, made through the service that every door uses; `fixed` are columns that no form offers."""
    given = values(actor, kind, word, **more)
    try:
        return services.create(actor, kind, given, fixed=fixed)
    except Invalid as error:
        if set(error.errors) != {"site"} or "process" in given:
            raise
    # Of some kinds there is one for the same places: this one is for a process of its own.
    code = f"P{Process.objects.count()}"
    process = Process.objects.create(organisation_id=actor.organisation_id, code=code, name=code)
    return services.create(actor, kind, given | {"process": process}, fixed=fixed)


def make_beside(there: Actor, organisation_id: int, kind: str) -> None:
    """Make in another organisation what records of a kind brought along here, under the same numbers."""
    came = Record.everywhere.filter(organisation_id=organisation_id).exclude(kind=kind).order_by("pk")
    for other, number in came.values_list("kind", "number"):
        if not Record.everywhere.filter(organisation_id=there.organisation_id, number=number).exists():
            make(there, other, word="Brought along")

"""The shapes of one kind of record, from its sheet: what is read, what a create takes and what a change takes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from qsms.org import actor as actors
from qsms.org.models import Person
from qsms.records import listing
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.records.several import MOST, RecordsField

from . import schemas, shapes, taking
from .schemas import Schema, described, or_null, ref


def name_of(sheet: RecordType) -> str:
    """The kind as the name of a shape: `risk_case` becomes `RiskCase`."""
    return "".join(part[:1].upper() + part[1:] for part in sheet.kind.replace("-", "_").split("_"))


def of(sheet: RecordType) -> dict[str, Schema]:
    """The shapes of this kind, by name."""
    name = name_of(sheet)
    read = {slot.name: _read(sheet, slot) for slot in shapes.slots(sheet).values()}
    write = {one: _write(sheet, one) for one in taking.fillable(sheet)}
    required = [one for one in write if _is_required(sheet, one)]
    head = {"kind": {"const": sheet.kind}}
    # A list may be asked for some fields only, and a deed answers with less to somebody who may not see the record.
    found: dict[str, Schema] = {
        name: {"type": "object", "title": str(sheet.label), "properties": {**head, **read}, "required": ["kind"]},
        f"{name}List": {
            "type": "object",
            "properties": {
                "items": {"type": "array", "items": ref(name)},
                "next": schemas.NEXT,
                "count": schemas.NUMBER,
                "count_is_capped": schemas.FLAG,
            },
            "required": ["items", "next"],
        },
    }
    if write:
        found[f"{name}Create"] = {
            "type": "object", "properties": write, "required": required, "additionalProperties": False,
        }  # fmt: skip
        found[f"{name}Change"] = {"type": "object", "properties": write, "additionalProperties": False}
    return found


def _is_required(sheet: RecordType, name: str) -> bool:
    field = sheet.field(name)
    return field is not None and not field.blank and not field.has_default()


def _read(sheet: RecordType, slot: shapes.Slot) -> Schema:
    field = slot.field
    schema = _read_type(sheet, slot)
    if field.null or (slot.kind == "record"):
        schema = or_null(schema) if "type" in schema or "$ref" in schema else schema
    return _told(sheet, slot.name, schema)


def _read_type(sheet: RecordType, slot: shapes.Slot) -> Schema:
    if slot.name == "state":
        return schemas.one_of([state.code for state in sheet.lifecycle.states])
    by_kind = {
        "phase": schemas.PHASE, "lenses": ref("Lenses"), "place": ref("Named"), "person": ref("Named"),
        "record": ref("Far"), "records": {"type": "array", "items": ref("Far")}, "other": ref("Named"),
        "decimal": schemas.TEXT,
    }  # fmt: skip
    return by_kind.get(slot.kind) or _plain(slot.field)


def _plain(field: models.Field[Any, Any]) -> Schema:
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BooleanField):
        return schemas.FLAG
    if isinstance(field, models.DateTimeField):
        return schemas.MOMENT
    if isinstance(field, models.DateField):
        return schemas.DAY
    if isinstance(field, models.IntegerField):
        return {"type": "integer"}
    if isinstance(field, models.FloatField):
        return {"type": "number"}
    return schemas.TEXT


def _write(sheet: RecordType, name: str) -> Schema:
    field = sheet.field(name)
    if field is None:
        raise LookupError(name)
    schema = _write_type(field, named=name not in sheet.varying)
    if field.null and "anyOf" not in schema and schema:
        schema = or_null(schema)
    return _told(sheet, name, schema)


def _write_type(field: models.Field[Any, Any], *, named: bool) -> Schema:
    if field.name == "disciplines":
        return ref("Lenses")
    if isinstance(field, models.ForeignKey):
        target: Any = field.related_model
        if issubclass(target, Record):
            return {"anyOf": [schemas.ID, schemas.TEXT, {"type": "null"}]}
        return described(schemas.ID, _("The id of a person.") if target is Person else "")
    if isinstance(field, RecordsField):
        return {"type": "array", "items": {"anyOf": [schemas.ID, schemas.TEXT]}, "maxItems": MOST}
    if isinstance(field, models.DecimalField):
        # As text no digit is lost; a number is read as it is written.
        return {"type": ["string", "number"]}
    schema = dict(_plain(field))
    if field.choices and named:
        values = [value for value, _words in field.flatchoices]
        return {**schema, "enum": [*values, ""] if field.blank and "" not in values else values}
    if isinstance(field, models.CharField) and field.max_length:
        schema |= {"maxLength": field.max_length, **({} if field.blank else {"minLength": 1})}
    return schema


def _told(sheet: RecordType, name: str, schema: Schema) -> Schema:
    field = sheet.field(name)
    words = [sheet.field_label(name)]
    if field is not None and field.help_text:
        words.append(str(field.help_text))
    if field is not None and field.choices and name not in sheet.varying:
        words.append("; ".join(f"{value}: {label}" for value, label in field.flatchoices))
    if name == "state":
        words.append("; ".join(f"{state.code}: {state.label}" for state in sheet.lifecycle.states))
    told = ". ".join(word.rstrip(".") for word in words)
    return {**schema, "title": words[0], "description": told}


def filters(sheet: RecordType) -> list[Schema]:
    """The parameters by which the list of this kind is narrowed."""
    found: list[Schema] = []
    # No organisation's places are named here: the document is the same for everybody.
    for one in listing.filters(sheet, actors.system(0)):
        values = [option.value for option in one.options if option.value != listing.NONE]
        label = str(one.label)
        if one.kind == "date":
            found += [
                _parameter(f"{one.name}_from", schemas.DAY, _("%(name)s on this day or later") % {"name": label}),
                _parameter(f"{one.name}_to", schemas.DAY, _("%(name)s on this day or before") % {"name": label}),
            ]
        elif one.kind == "flag":
            found.append(_parameter(one.name, schemas.one_of(["1"]), label))
        elif one.kind == "text":
            found.append(_parameter(one.name, schemas.TEXT, _("%(name)s begins with this") % {"name": label}))
        else:
            varies = one.name in sheet.varying
            words = "" if varies else "; ".join(f"{option.value}: {option.label}" for option in one.options)
            place = one.name in listing.PLACE_FIELDS
            each = schemas.TEXT if one.kind == "person" or place or varies else schemas.one_of(values)
            hint = _("ids, or “none”") if place else _("ids, “me” or “none”") if one.kind == "person" else words
            many = {"type": "array", "items": each}
            found.append({**_parameter(one.name, many, f"{label}: {hint}"), "style": "form", "explode": True})
    return found


def _parameter(name: str, schema: Schema, words: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def orders(sheet: RecordType) -> list[str]:
    """The orders that the list of this kind offers."""
    return list(dict.fromkeys((*sheet.orders, "-id", "id")))

"""Values on their way into a record: looked up, checked and set, with a sentence for each that cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from qsms.base import sentences
from qsms.org.actor import Actor

from . import scope, several
from .choices import Lens
from .models import Record
from .registry import RecordType


def put(
    actor: Actor,
    sheet: RecordType,
    record: Record,
    values: Mapping[str, Any],
    *,
    required: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Set these values on the record in memory and return what is wrong with them, by field.

    Foreign keys may be given as instances or keys and must belong to the actor's organisation. Names that the sheet
    does not accept are refused. Fields in `required` must end up filled.
    """
    errors: dict[str, str] = {}
    for name, given in values.items():
        if name not in sheet.writable:
            errors[name] = _("“%(name)s” cannot be set here.") % {"name": name}
            continue
        field = sheet.field(name)
        if field is None:
            errors[name] = _("%(kind)s has no field “%(name)s”.") % {"kind": sheet.label, "name": name}
            continue
        try:
            _put_one(actor, record, field, given)
        except ValidationError as error:
            errors[name] = sentences.of_column(field, error, given)
    for name in required - errors.keys():
        if is_empty(getattr(record, name, None)):
            errors[name] = _("“%(field)s” is empty. Fill it in.") % {"field": sheet.field_label(name)}
    if not errors:
        errors |= _model_errors(record)
    if not errors:
        errors |= sheet.clean(actor, record, values)
    return errors


def is_empty(value: Any) -> bool:
    """Nothing, blank text or an empty list; 0 and false are values."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}, ())


def _put_one(actor: Actor, record: Record, field: models.Field[Any, Any], given: Any) -> None:
    if isinstance(field, models.ForeignKey):
        setattr(record, field.name, _related(actor, field, given))
        return
    if isinstance(field, several.RecordsField):
        setattr(record, field.name, several.fitted(actor, field, given, getattr(record, field.name)))
        return
    if isinstance(given, str):
        # NUL cannot be stored on PostgreSQL; everything else is kept as typed.
        given = given.replace("\x00", "")
    if given == "" and field.null and not isinstance(field, models.CharField | models.TextField):
        given = None
    if field.name == "disciplines":
        given = _lenses(given)
    if is_empty(given) and field.blank:
        setattr(record, field.name, None if field.null else field.get_default() if given is None else given)
        return
    if is_empty(given):
        raise ValidationError(_("“%(field)s” is empty. Fill it in.") % {"field": _label(field)})
    setattr(record, field.name, field.clean(given, record))


def _label(field: models.Field[Any, Any]) -> str:
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def _lenses(given: Any) -> int:
    if isinstance(given, list | tuple | set):
        try:
            return sum({int(one) for one in given})
        except (TypeError, ValueError) as error:
            raise ValidationError(_("A concern is not known. Choose from the list.")) from error
    bits = int(given or 0)
    if bits & ~sum(Lens.values):
        raise ValidationError(_("A concern is not known. Choose from the list."))
    return bits


def _related(actor: Actor, field: models.ForeignKey[Any, Any], given: Any) -> models.Model | None:
    if given in (None, ""):
        if not field.blank:
            raise ValidationError(_("Choose one."))
        return None
    target: Any = field.related_model
    if isinstance(given, target) and not isinstance(given, Record):
        # Already looked up, as an import does once for a thousand rows; only the organisation is left to check.
        if given.organisation_id != actor.organisation_id:
            raise ValidationError(_("This choice does not exist, or not any more. Choose another one."))
        return given  # type: ignore[no-any-return]
    key = given.pk if isinstance(given, models.Model) else given
    try:
        found = target._base_manager.filter(pk=key, organisation_id=actor.organisation_id).first()
    except (TypeError, ValueError):
        found = None
    if isinstance(found, Record) and not scope.sees(actor, found):
        found = None
    if found is None:
        raise ValidationError(_("This choice does not exist, or not any more. Choose another one."))
    return found  # type: ignore[no-any-return]


def _model_errors(record: Record) -> dict[str, str]:
    try:
        record.clean()
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            return {("" if k == "__all__" else k): " ".join(v) for k, v in error.message_dict.items()}
        return {"": " ".join(error.messages)}
    return {}

"""From a column of a record to the field of a form: what one types, what is wrong with it in words, what stands there.

Values are looked at here only as far as typing goes (a date, a number, a name); what they mean is the service's to
judge. Nothing typed is lost: a field shows what was typed even when it cannot be read.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.org.models import Person, Process, Site, Unit
from qsms.records import registry
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.records.several import RecordsField

from .. import dates
from . import pickers

PLACES: dict[Any, str] = {Site: "site", Unit: "unit", Process: "process"}
SHORT = 60
FEW_CHOICES = 4
# Letters from which a field holds whole documents.
LONG_TEXT = 100_000


class DayField(forms.CharField):
    """A date: picked from the browser's calendar, or typed as 2026-11-24 or 24 Nov 2026."""

    FORMATS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d.%m.%Y")

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DayInput("date"), **options)

    def prepare_value(self, value: Any) -> Any:
        """The day as a browser's date field wants it."""
        return value.isoformat() if isinstance(value, dt.date) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        for form in self.FORMATS:
            try:
                return dt.datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise ValidationError(_("“%(typed)s” is not a date. Write 2026-11-24.") % {"typed": typed})


class DayInput(forms.TextInput):
    """The browser's own date field; a plain one when what stands in it is no date, which the other would hide."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"] or ""
        readable = not shown or (self._reads(shown) is not None)
        context["widget"]["type"] = self.kind if readable else "text"
        return context

    def _reads(self, shown: str) -> dt.date | None:
        try:
            return dt.date.fromisoformat(shown) if self.kind == "date" else dt.datetime.fromisoformat(shown)
        except ValueError:
            return None


class MomentField(forms.CharField):
    """A date and time in the person's own zone."""

    def __init__(self, actor: Actor, **options: Any) -> None:
        super().__init__(widget=DayInput("datetime-local"), **options)
        self.zone = actor.tz

    def prepare_value(self, value: Any) -> Any:
        """The moment in the person's zone, as a browser's field wants it."""
        if isinstance(value, dt.datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")
        return value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            local = dt.datetime.fromisoformat(typed.strip())
        except ValueError as error:
            raise ValidationError(
                _("“%(typed)s” is not a date and time. Write 2026-11-24 21:40.") % {"typed": typed}
            ) from error
        if local.tzinfo is not None:
            return local
        there = local.replace(tzinfo=self.zone)
        if there.astimezone(dt.UTC).astimezone(self.zone).replace(tzinfo=None) != local:
            raise ValidationError(
                _("%(typed)s did not exist in %(zone)s: the clocks went forward. Write what the clock showed.")
                % {"typed": local.strftime("%Y-%m-%d %H:%M"), "zone": self.zone}
            )
        return there


class NumberField(forms.CharField):
    """A number, with a point or a comma."""

    def __init__(self, column: models.Field[Any, Any], **options: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal"}), **options)
        self.whole = isinstance(column, models.IntegerField)

    def prepare_value(self, value: Any) -> Any:
        """The number without needless noughts."""
        if isinstance(value, Decimal | float | int):
            return number_format(value, use_l10n=False)
        return value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        plain = typed.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
        try:
            number = Decimal(plain)
        except InvalidOperation as error:
            raise ValidationError(
                _("“%(typed)s” is not a number. Write it in figures, such as 24.") % {"typed": typed}
            ) from error
        if not number.is_finite():
            raise ValidationError(_("“%(typed)s” is not a number. Write it in figures, such as 24.") % {"typed": typed})
        if self.whole and number != number.to_integral_value():
            raise ValidationError(
                _("“%(typed)s” is not a whole number. Write one without a fraction.") % {"typed": typed}
            )
        return int(number) if self.whole else number


class LinesField(forms.CharField):
    """A list: one entry on each line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 4}), strip=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """One entry on each line."""
        return "\n".join(str(one) for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return [line.strip() for line in (typed or "").splitlines() if line.strip()]


class LensField(forms.TypedMultipleChoiceField):
    """The disciplines that a record concerns, as boxes to tick; its value is their sum."""

    def __init__(self, **options: Any) -> None:
        choices = [(str(lens.value), lens.label) for lens in Lens]
        super().__init__(choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple(), **options)

    def prepare_value(self, value: Any) -> Any:
        """The single lenses of a sum."""
        return [str(lens.value) for lens in Lens if value & lens] if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        return sum(super().clean(value))


def build(actor: Actor, sheet: RecordType, name: str, *, required: bool | None = None) -> forms.Field | None:
    """The form field for a column of this record type; None when the type has no such column, or nobody types it."""
    column = sheet.field(name)
    # What is not editable is shown on the page and covered by signatures, but nobody types it.
    if column is None or not column.editable:
        return None
    needed = (not column.blank) if required is None else required
    options: dict[str, Any] = {
        "label": sheet.field_label(name),
        "help_text": column.help_text,
        "required": needed,
        "initial": column.get_default() if column.has_default() else None,
    }
    if name == "disciplines":
        return LensField(**(options | {"required": False}))
    if isinstance(column, models.ForeignKey):
        return _pointer(actor, column, options)
    if isinstance(column, RecordsField):
        return pickers.RecordsField(actor, column.of, **options)
    if column.choices:
        return _chosen(column, options)
    return _typed(actor, column, options)


def _pointer(actor: Actor, column: models.ForeignKey[Any, Any], options: dict[str, Any]) -> forms.Field:
    target: Any = column.related_model
    if target is Person:
        return pickers.PersonField(actor, **options)
    if target in PLACES:
        return pickers.place_field(actor, PLACES[target], **options)
    if issubclass(target, Record):
        # A column that may point at any record says of which kind it wants one.
        wanted = column.get_limit_choices_to()
        kind = str(wanted.get("kind", "")) if isinstance(wanted, dict) else ""
        kind = kind or next((sheet.kind for sheet in registry.all_types() if sheet.model is target), "")
        return pickers.RecordField(actor, kind, **options)
    return pickers.row_field(actor, target, **options)


def _chosen(column: models.Field[Any, Any], options: dict[str, Any]) -> forms.Field:
    choices = [(str(value), label) for value, label in column.flatchoices if value not in ("", None)]
    if len(choices) <= FEW_CHOICES and options["required"]:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(), **options)
    blank = _("Choose") if options["required"] else _("Not chosen")
    return forms.ChoiceField(choices=[("", blank), *choices], **options)


def _typed(actor: Actor, column: models.Field[Any, Any], options: dict[str, Any]) -> forms.Field:
    if isinstance(column, models.BooleanField):
        return forms.BooleanField(**(options | {"required": False}))
    if isinstance(column, models.DateTimeField):
        zone = dates.zone_name(dt.datetime.now(dt.UTC), actor.tz)
        options["help_text"] = options["help_text"] or _("In your time zone, %(zone)s.") % {"zone": zone}
        return MomentField(actor, **options)
    if isinstance(column, models.DateField):
        return DayField(**options)
    if isinstance(column, models.DecimalField | models.IntegerField | models.FloatField):
        return NumberField(column, **options)
    if isinstance(column, models.JSONField):
        return LinesField(**options)
    if isinstance(column, models.TextField):
        # A text as long as a book is written in a window of its own size, not in five lines.
        rows = 5 if (column.max_length or 0) < LONG_TEXT else 24
        return forms.CharField(
            widget=forms.Textarea({"rows": rows}), strip=True, max_length=column.max_length, **options
        )
    kinds = {models.EmailField: "email", models.URLField: "url"}
    kind = next((word for base, word in kinds.items() if isinstance(column, base)), "text")
    return forms.CharField(widget=forms.TextInput({"type": kind}), max_length=column.max_length, **options)


def is_short(field: forms.Field) -> bool:
    """Whether the field may stand beside another one."""
    if isinstance(field, DayField | MomentField | NumberField | pickers.PersonField):
        return True
    if isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select):
        return not isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    longest = getattr(field, "max_length", None)
    return isinstance(field.widget, forms.TextInput) and longest is not None and longest <= SHORT

"""What a form says when something is wrong: what it is, then how to mend it, with what was typed in quotes.

Django has sentences of its own for this. They are replaced by the kind of field and the code of the error; a sentence
that a form brings itself stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_NOT_A_DATE = _("“%(typed)s” is not a date. Write 2026-11-24.")
_NOT_A_NUMBER = _("“%(typed)s” is not a number. Write it in figures, such as 24.")
_NOT_A_CHOICE = _("“%(typed)s” is not a choice here. Choose one from the list.")
_NONE_CHOSEN = _("Nothing is chosen. Choose at least one.")
_GONE = _("What was chosen is not on the list any more. Choose again.")
_TOO_MANY_DIGITS = _("“%(typed)s” has too many digits. Write fewer.")

# For every kind of field, by the code of the error.
BY_CODE: Mapping[str, StrOrPromise] = {
    "required": _("This is empty. Fill it in."),
    "max_length": _("This has %(show_value)s characters, and %(limit_value)s fit. Shorten it."),
    "min_length": _("This has %(show_value)s characters, and at least %(limit_value)s are needed. Write more."),
    "max_value": _("“%(typed)s” is too much. Write %(limit_value)s at most."),
    "min_value": _("“%(typed)s” is too little. Write %(limit_value)s at least."),
    "step_size": _("“%(typed)s” lies between two steps. Write a multiple of %(limit_value)s."),
    "max_digits": _TOO_MANY_DIGITS,
    "max_decimal_places": _TOO_MANY_DIGITS,
    "max_whole_digits": _TOO_MANY_DIGITS,
    "null_characters_not_allowed": _("A character in this cannot be kept. Type it anew instead of pasting it."),
    "unique": _("“%(typed)s” is taken already. Choose another one."),
    "unique_together": _("This is there already. Change one of its parts."),
    "blank": _("This is empty. Fill it in."),
    "null": _("This is empty. Fill it in."),
    "password_too_short": _("The password is too short. Write at least %(min_length)d characters."),
    "password_too_common": _("The password is one of the commonest. Choose one that nobody else would."),
    "password_entirely_numeric": _("The password is only figures. Put words into it."),
    "password_too_similar": _("The password is too much like your %(verbose_name)s. Choose another one."),
    "invalid_choice": _NOT_A_CHOICE,
    "invalid_list": _GONE,
    "invalid_pk_value": _GONE,
}
# For some kinds of field, where the code alone says too little. The first kind that fits counts.
BY_FIELD: tuple[tuple[type[forms.Field], Mapping[str, StrOrPromise]], ...] = (
    (forms.ModelMultipleChoiceField, {"required": _NONE_CHOSEN, "invalid_choice": _GONE}),
    (forms.ModelChoiceField, {"required": _("Nothing is chosen. Choose one."), "invalid_choice": _GONE}),
    (forms.MultipleChoiceField, {"required": _NONE_CHOSEN}),
    (forms.ChoiceField, {"required": _("Nothing is chosen. Choose one.")}),
    (forms.BooleanField, {"required": _("This is not ticked. Tick it to go on.")}),
    (
        forms.FileField,
        {
            "required": _("No file is chosen. Choose one."),
            "invalid": _("No file came. Choose it again."),
            "missing": _("No file came. Choose it again."),
            "empty": _("The file is empty. Choose another one."),
            "max_length": _("The name of the file is too long. Rename the file and choose it again."),
            "invalid_image": _("The file is not a picture that can be read. Choose another one."),
        },
    ),
    (forms.DateTimeField, {"invalid": _("“%(typed)s” is not a date and time. Write 2026-11-24 21:40.")}),
    (forms.DateField, {"invalid": _NOT_A_DATE}),
    (forms.TimeField, {"invalid": _("“%(typed)s” is not a time of day. Write 21:40.")}),
    (forms.FloatField, {"invalid": _NOT_A_NUMBER}),
    (forms.DecimalField, {"invalid": _NOT_A_NUMBER}),
    (forms.IntegerField, {"invalid": _("“%(typed)s” is not a whole number. Write it in figures, such as 24.")}),
    (forms.EmailField, {"invalid": _("“%(typed)s” is not an e-mail address. Write one like name@example.org.")}),
    (forms.URLField, {"invalid": _("“%(typed)s” is not the address of a page. Write one that begins with https://.")}),
    (
        forms.SlugField,
        {"invalid": _("“%(typed)s” may have letters, digits, hyphens and underscores only. Take the rest out.")},
    ),
)  # fmt: skip


class InHouse:
    """What every form of the house mixes in: `class NameForm(InHouse, forms.Form)`."""

    fields: dict[str, forms.Field]
    data: Any

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's, with the house's sentences in place of Django's own."""
        made = error if isinstance(error, ValidationError) else ValidationError(error)
        by_field = made.error_dict if hasattr(made, "error_dict") else {field or NON_FIELD_ERRORS: made.error_list}
        for name, found in by_field.items():
            self._reword(name, found)
        super().add_error(field, made)  # type: ignore[misc]

    def _reword(self, name: str, errors: Iterable[ValidationError]) -> None:
        asked = self.fields.get(name)
        for error in errors:
            sentence = _sentence(asked, error)
            if sentence:
                error.message = sentence
                error.params = {**(error.params or {}), "typed": self._typed(name)}

    def _typed(self, name: str) -> str:
        """What stands in the field, as it was typed."""
        value = self[name].data if name in self.fields else ""  # type: ignore[index]
        return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value or "")


def _sentence(asked: forms.Field | None, error: ValidationError) -> StrOrPromise:
    """The house's sentence for an error in Django's words; empty when it is not in those."""
    code = str(error.code or "")
    if asked is not None and code in asked.error_messages and asked.error_messages[code] != _django_says(asked, code):
        return ""
    for kind, sentences in BY_FIELD:
        if isinstance(asked, kind) and code in sentences:
            return sentences[code]
    return BY_CODE.get(code, "")


def _django_says(asked: forms.Field, code: str) -> StrOrPromise:
    """The sentence of the nearest class that has one, if that class is Django's."""
    for base in type(asked).__mro__:
        said = vars(base).get("default_error_messages", {}).get(code)
        if said is not None:
            return said if base.__module__.startswith("django.") else ""
    return ""

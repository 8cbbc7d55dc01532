"""What a form says when something is wrong: what it is, then how to mend it, with what was typed in quotes.

Django has sentences of its own for this. They are replaced by the kind of field and the code of the error; a sentence
that a form brings itself stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from qsms.base.sentences import (
    BY_CODE,
    GONE,
    NONE_CHOSEN,
    NOT_A_DATE,
    NOT_A_MOMENT,
    NOT_A_NUMBER,
    NOT_A_PAGE,
    NOT_A_TIME,
    NOT_MAIL,
    NOT_WHOLE,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# For some kinds of field, where the code alone says too little. The first kind that fits counts.
BY_FIELD: tuple[tuple[type[forms.Field], Mapping[str, StrOrPromise]], ...] = (
    (forms.ModelMultipleChoiceField, {"required": NONE_CHOSEN, "invalid_choice": GONE}),
    (forms.ModelChoiceField, {"required": _("Nothing is chosen. Choose one."), "invalid_choice": GONE}),
    (forms.MultipleChoiceField, {"required": NONE_CHOSEN}),
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
    (forms.DateTimeField, {"invalid": NOT_A_MOMENT}),
    (forms.DateField, {"invalid": NOT_A_DATE}),
    (forms.TimeField, {"invalid": NOT_A_TIME}),
    (forms.FloatField, {"invalid": NOT_A_NUMBER}),
    (forms.DecimalField, {"invalid": NOT_A_NUMBER}),
    (forms.IntegerField, {"invalid": NOT_WHOLE}),
    (forms.EmailField, {"invalid": NOT_MAIL}),
    (forms.URLField, {"invalid": NOT_A_PAGE}),
    (
        forms.SlugField,
        {"invalid": _("“%(typed)s” may have letters, digits, hyphens and underscores only. Take the rest out.")},
    ),
)  # fmt: skip


class InHouse:
    """What every form of the house mixes in: `class NameForm(InHouse, forms.Form)`."""

    fields: dict[str, forms.Field]
    data: Any

    def __getitem__(self, name: str) -> BoundField:
        # A browser cuts what is pasted into a field at its longest without a word. The form says that it is too long.
        self.fields[name].widget.attrs.pop("maxlength", None)
        return super().__getitem__(name)  # type: ignore[misc,no-any-return]

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

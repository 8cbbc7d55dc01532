"""What a service says of a value that its field does not take: what it is and how to mend it, not in Django's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_QUOTED = 60
# By the code of Django's error; what a room says itself has none and stays.
BY_CODE: Mapping[str, StrOrPromise] = {
    "min_value": _("“%(typed)s” is too little. Write %(limit_value)s at least."),
    "max_value": _("“%(typed)s” is too much. Write %(limit_value)s at most."),
    "max_length": _("This has %(show_value)s characters, and %(limit_value)s fit. Shorten it."),
    "invalid_choice": _("“%(typed)s” is not a choice here. Choose one that is offered."),
    "invalid_date": _("“%(typed)s” is not a date. Write 2026-11-24."),
}
# The code "invalid" by the kind of field. The first kind that fits counts.
INVALID: tuple[tuple[type[models.Field[Any, Any]], StrOrPromise], ...] = (
    (models.URLField, _("“%(typed)s” is not the address of a page. Write one that begins with https://.")),
    (models.EmailField, _("“%(typed)s” is not an e-mail address. Write one like name@example.org.")),
    (models.DateTimeField, _("“%(typed)s” is not a date and time. Write 2026-11-24 21:40.")),
    (models.DateField, _("“%(typed)s” is not a date. Write 2026-11-24.")),
    (models.IntegerField, _("“%(typed)s” is not a whole number. Write it in figures, such as 24.")),
    (models.DecimalField, _("“%(typed)s” is not a number. Write it in figures, such as 24.")),
    (models.FloatField, _("“%(typed)s” is not a number. Write it in figures, such as 24.")),
)


def said(field: models.Field[Any, Any], given: Any, error: ValidationError) -> str:
    """The sentences about one value."""
    typed = str(given)
    if len(typed) > LONGEST_QUOTED:
        typed = typed[:LONGEST_QUOTED] + "…"
    return " ".join(_one(field, typed, one) for one in error.error_list)


def _one(field: models.Field[Any, Any], typed: str, error: ValidationError) -> str:
    code = str(error.code or "")
    sentence = BY_CODE.get(code)
    if code == "invalid":
        sentence = next((words for kind, words in INVALID if isinstance(field, kind)), None)
    if sentence is None:
        return " ".join(error.messages)
    return str(sentence) % {**(error.params or {}), "typed": typed}

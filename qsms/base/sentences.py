"""What is said when a value cannot be taken: what is wrong, then how to mend it, with what was typed in quotes.

Django has sentences of its own for this. They are replaced by the code of the error and the kind of field, for forms
and for what reaches a record past them (API, imports); a sentence of our own stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_QUOTED = 60
NOT_A_DATE = _("“%(typed)s” is not a date. Write 2026-11-24.")
NOT_A_NUMBER = _("“%(typed)s” is not a number. Write it in figures, such as 24.")
NOT_A_CHOICE = _("“%(typed)s” is not a choice here. Choose one from the list.")
NONE_CHOSEN = _("Nothing is chosen. Choose at least one.")
GONE = _("What was chosen is not on the list any more. Choose again.")
TOO_MANY_DIGITS = _("“%(typed)s” has too many digits. Write fewer.")

# For every kind of field, by the code of the error.
BY_CODE: Mapping[str, StrOrPromise] = {
    "required": _("This is empty. Fill it in."),
    "max_length": _("This has %(show_value)s characters, and %(limit_value)s fit. Shorten it."),
    "min_length": _("This has %(show_value)s characters, and at least %(limit_value)s are needed. Write more."),
    "max_value": _("“%(typed)s” is too much. Write %(limit_value)s at most."),
    "min_value": _("“%(typed)s” is too little. Write %(limit_value)s at least."),
    "step_size": _("“%(typed)s” lies between two steps. Write a multiple of %(limit_value)s."),
    "max_digits": TOO_MANY_DIGITS,
    "max_decimal_places": TOO_MANY_DIGITS,
    "max_whole_digits": TOO_MANY_DIGITS,
    "null_characters_not_allowed": _("A character in this cannot be kept. Type it anew instead of pasting it."),
    "unique": _("“%(typed)s” is taken already. Choose another one."),
    "unique_together": _("This is there already. Change one of its parts."),
    "blank": _("This is empty. Fill it in."),
    "null": _("This is empty. Fill it in."),
    "password_too_short": _("The password is too short. Write at least %(min_length)d characters."),
    "password_too_common": _("The password is one of the commonest. Choose one that nobody else would."),
    "password_entirely_numeric": _("The password is only figures. Put words into it."),
    "password_too_similar": _("The password is too much like your %(verbose_name)s. Choose another one."),
    "invalid_choice": NOT_A_CHOICE,
    "invalid_list": GONE,
    "invalid_pk_value": GONE,
}
NOT_A_MOMENT = _("“%(typed)s” is not a date and time. Write 2026-11-24 21:40.")
NOT_A_TIME = _("“%(typed)s” is not a time of day. Write 21:40.")
NOT_WHOLE = _("“%(typed)s” is not a whole number. Write it in figures, such as 24.")
NOT_MAIL = _("“%(typed)s” is not an e-mail address. Write one like name@example.org.")
NOT_A_PAGE = _("“%(typed)s” is not the address of a page. Write one that begins with https://.")
# What a column of each kind says of what it cannot read at all. The first kind that fits counts.
UNREADABLE: tuple[tuple[type[models.Field[Any, Any]], StrOrPromise], ...] = (
    (models.DateTimeField, NOT_A_MOMENT),
    (models.DateField, NOT_A_DATE),
    (models.TimeField, NOT_A_TIME),
    (models.IntegerField, NOT_WHOLE),
    (models.DecimalField, NOT_A_NUMBER),
    (models.FloatField, NOT_A_NUMBER),
    (models.EmailField, NOT_MAIL),
    (models.URLField, NOT_A_PAGE),
)
UNREADABLE_CODES = frozenset({"invalid", "invalid_date", "invalid_datetime", "invalid_time"})


def too_long(text: str, most: int) -> str:
    """What is wrong with a text that does not fit; nothing when it does. It is refused and never cut."""
    return str(BY_CODE["max_length"]) % {"show_value": len(text), "limit_value": most} if len(text) > most else ""


def of_column(column: models.Field[Any, Any], error: ValidationError, typed: object) -> str:
    """What is wrong with a value for a column, in the house's words."""
    quoted = str(typed)
    if len(quoted) > LONGEST_QUOTED:
        quoted = quoted[:LONGEST_QUOTED] + "…"
    return " ".join(dict.fromkeys(_of_column(column, error, quoted)))


def _of_column(column: models.Field[Any, Any], error: ValidationError, typed: str) -> Iterator[str]:
    for one in error.error_list:
        code = str(one.code or "")
        said: StrOrPromise = BY_CODE.get(code, "")
        if code in UNREADABLE_CODES:
            said = next((words for kind, words in UNREADABLE if isinstance(column, kind)), "")
        yield str(said) % {**(one.params or {}), "typed": typed} if said else " ".join(one.messages)

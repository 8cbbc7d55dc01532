"""A column that names several other records, by their numbers: numbers stay, and read well in history and files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from qsms.org.actor import Actor

from . import keys, scope
from .models import Record

# More than anybody reads through; a list as long as that is a project of its own.
MOST = 50


class RecordsField(models.JSONField[Any, Any]):
    """The numbers of records of one kind, each once, in the order they were named."""

    def __init__(self, *args: Any, of: str = "", **options: Any) -> None:
        self.of = of
        super().__init__(*args, **{"default": list, "blank": True, **options})

    def deconstruct(self) -> Any:
        """With the kind, for migrations."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "of": self.of}


def fitted(actor: Actor, field: RecordsField, given: Any, held: Iterable[str]) -> list[str]:
    """The numbers of what was given: numbers, keys or records that the actor sees. What stands there may stay.

    Raises ValidationError with the first that is unknown.
    """
    if given in (None, ""):
        return []
    if not isinstance(given, list | tuple):
        given = [given]
    if len(given) > MOST:
        raise ValidationError(_("At most %(n)d can be named here.") % {"n": MOST})
    named_by = [_key(one) for one in given]
    rows = Record.everywhere.filter(organisation_id=actor.organisation_id, kind=field.of)
    by_id = models.Q(pk__in=[key for key in named_by if isinstance(key, int)])
    by_number = models.Q(number__in=[key for key in named_by if isinstance(key, str)])
    known = dict(rows.filter(by_id | by_number).values_list("pk", "number"))
    seen = scope.seen_of(actor, known)
    stays = set(held)
    by_key = {key: number for pk, number in known.items() if pk in seen or number in stays for key in (pk, number)}
    for key in named_by:
        if key not in by_key:
            said = _("There is no record “%(number)s” that you may see. Choose one from the list.")
            raise ValidationError(said % {"number": key})
    return list(dict.fromkeys(by_key[key] for key in named_by))


def _key(one: Any) -> int | str:
    if isinstance(one, Record):
        return one.pk
    if isinstance(one, dict):
        one = one.get("id") or one.get("number") or ""
    if isinstance(one, bool) or not isinstance(one, int | str):
        raise ValidationError(_("Write a list of numbers of records."))
    if isinstance(one, int):
        return one if 0 < one <= keys.LARGEST else 0
    # What follows the number is only for the eye.
    return (one.split() or [""])[0].upper()[:40]

"""What people may be called: nobody like the system, and no two who work here alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from .errors import OrgError
from .models import Person

# History and pages say these where no person acted.
WORDS_OF_THE_SYSTEM = frozenset(
    {
        "administrator", "anonymous", "command line", "import", "new version", "nobody", "qsms", "reporter", "somebody",
        "system", "the system", "you",
    }
)  # fmt: skip


def tidy(name: str) -> str:
    """The name as it is kept: one space between its words, letters in one form."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def chosen(
    organisation_id: int, name: str, *, but: int | None = None, namesake: bool = False, apart: Sequence[str] = ()
) -> str:
    """The name that a person gets. Raises OrgError for a word of the system, and for the name of somebody else.

    A true `namesake` is told apart from the beginning: the first of `apart` that is free stands behind the name.
    """
    kept = tidy(name)
    if kept.casefold() in WORDS_OF_THE_SYSTEM:
        raise OrgError(_("“%(name)s” is what the system calls itself. Write the person's own name.") % {"name": kept})
    rows = Person.objects.filter(organisation_id=organisation_id, is_active=True).exclude(pk=but)
    taken = {tidy(one).casefold() for one in rows.values_list("name", flat=True)}
    if kept.casefold() not in taken:
        return kept
    if not namesake:
        said = _("%(name)s works here already. Write the name so that the two can be told apart.")
        raise OrgError(said % {"name": kept})
    for mark in apart:
        if mark.strip() and (marked := f"{kept} ({tidy(mark)})").casefold() not in taken:
            return marked[:150]
    said = _("%(name)s works here already. Write a job title or an address by which the two are told apart.")
    raise OrgError(said % {"name": kept})


def at(name: str, former: Sequence[Sequence[str]], when: datetime) -> str:
    """What somebody who is called `name` now was called at a moment."""
    return next((old for until, old in former or () if when < datetime.fromisoformat(until)), name)

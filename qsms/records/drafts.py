"""What somebody typed and did not send yet: kept every few seconds, found again, thrown away when it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org.actor import Actor

from .errors import Invalid, Refused
from .models import Draft

LONGEST_KEY = 120
LARGEST_BYTES = 500_000
# So many at a time; a new one then takes the place of the oldest.
MOST = 100
# So many stand beside one's work.
SHOWN = 10
# Never kept, whatever a form calls them.
SECRETS = frozenset({"password", "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as read back: the values of each field, and when they were kept."""

    data: Mapping[str, list[str]]
    at: datetime

    def first(self, name: str) -> str:
        """The field's first value, or empty text."""
        values = self.data.get(name) or [""]
        return values[0]


def keep(actor: Actor, key: str, data: Mapping[str, Sequence[str]]) -> Kept:
    """Keep these values under a key, in place of what was there. Raises Refused for visitors, Invalid when too long."""
    if actor.person_id is None:
        raise Refused([_("Drafts are kept for people with an account.")])
    if not key or len(key) > LONGEST_KEY:
        raise Invalid({"": _("This draft has no place to be kept. Open the form again.")})
    plain = {
        name: [str(value).replace("\x00", "") for value in values]
        for name, values in data.items()
        if name not in SECRETS
    }
    if len(json.dumps(plain)) > LARGEST_BYTES:
        raise Invalid({"": _("The draft is too long to be kept. Save the form, or add the text as a file.")})
    now = moment.now()
    with write_transaction():
        Draft.everywhere.update_or_create(
            person_id=actor.person_id,
            key=key,
            defaults={"organisation_id": actor.organisation_id, "data": plain, "at": now},
        )
        older = Draft.everywhere.filter(person_id=actor.person_id).order_by("-at").values_list("pk", flat=True)[MOST:]
        Draft.everywhere.filter(pk__in=list(older)).delete()
    return Kept(plain, now)


def find(actor: Actor, key: str) -> Kept | None:
    """The actor's own draft under this key."""
    if actor.person_id is None:
        return None
    rows = Draft.everywhere.filter(person_id=actor.person_id, organisation_id=actor.organisation_id, key=key)
    row = rows.values_list("data", "at").first()
    return None if row is None else Kept(*row)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft among others: its key, the title typed so far, and when it was kept."""

    key: str
    title: str
    at: datetime


def _waiting(person: int, organisation: int) -> QuerySet[Draft, Any]:
    rows = Draft.everywhere.filter(person_id=person, organisation_id=organisation).order_by("-at")
    return rows.values_list("key", "data", "at")[:SHOWN]


WAITING = Prepared(_waiting, person=int, organisation=int)


def waiting(actor: Actor) -> list[Waiting]:
    """The newest of the actor's own drafts, at most SHOWN of them."""
    if actor.person_id is None:
        return []
    rows = WAITING.rows(person=actor.person_id, organisation=actor.organisation_id)
    found = ((key, Kept(data, at)) for key, data, at in rows)
    return [Waiting(key, kept.first("title"), kept.at) for key, kept in found]


def drop(actor: Actor, key: str) -> None:
    """Throw the actor's own draft away; nothing happens when there is none."""
    if find(actor, key) is None:
        return
    with write_transaction():
        Draft.everywhere.filter(person_id=actor.person_id, key=key).delete()

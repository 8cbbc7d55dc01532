"""Names of sites, units, processes and people by key, and of roles by code, without a query per row.

Places and roles are few and change seldom: they are remembered per process for a few seconds and forgotten at once
where they are changed. People are asked for by the page.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save

from .models import Person, Process, Role, Site, Unit

SECONDS = 15.0
_places: dict[tuple[str, int], tuple[float, dict[int, str]]] = {}
_roles: dict[int, tuple[float, dict[str, str]]] = {}
PLACES: dict[str, Any] = {"site": Site, "unit": Unit, "process": Process}


def places(what: str, organisation_id: int) -> dict[int, str]:
    """Every site, unit or process of an organisation: key -> name."""
    known = _places.get((what, organisation_id))
    now = time.monotonic()
    if known is None or known[0] < now:
        rows = PLACES[what].objects.filter(organisation_id=organisation_id).values_list("pk", "name")
        known = _places[(what, organisation_id)] = (now + SECONDS, dict(rows))
    return known[1]


def place_called(what: str, organisation_id: int, word: str) -> int | None:
    """The key of the place that has this code, or else of the only one that has this name."""
    rows = PLACES[what].objects.filter(organisation_id=organisation_id).values_list("pk", "code", "name")
    meant = word.casefold()
    found = [(code.casefold() == meant, pk) for pk, code, name in rows if meant in (code.casefold(), name.casefold())]
    by_code = [pk for is_code, pk in found if is_code]
    return next(iter(by_code), found[0][1] if len(found) == 1 else None)


def roles(organisation_id: int) -> dict[str, str]:
    """Every role of an organisation: code -> title."""
    known = _roles.get(organisation_id)
    now = time.monotonic()
    if known is None or known[0] < now:
        rows = Role.objects.filter(organisation_id=organisation_id).values_list("code", "title")
        known = _roles[organisation_id] = (now + SECONDS, dict(rows))
    return known[1]


def sites_in_use(organisation_id: int) -> frozenset[int]:
    """The sites where an organisation works today."""
    known = _places.get(("site in use", organisation_id))
    now = time.monotonic()
    if known is None or known[0] < now:
        rows = Site.objects.filter(organisation_id=organisation_id, is_active=True).values_list("pk", "name")
        known = _places["site in use", organisation_id] = (now + SECONDS, dict(rows))
    return frozenset(known[1])


def people(organisation_id: int, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these people: one query, none for nobody."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return dict(Person.objects.filter(pk__in=wanted, organisation_id=organisation_id).values_list("pk", "name"))


def forget(**_signal: Any) -> None:
    """Read places and roles anew the next time."""
    _places.clear()
    _roles.clear()


for _model in (*PLACES.values(), Role):
    post_save.connect(forget, sender=_model, dispatch_uid=f"names-{_model.__name__}-saved")
    post_delete.connect(forget, sender=_model, dispatch_uid=f"names-{_model.__name__}-deleted")

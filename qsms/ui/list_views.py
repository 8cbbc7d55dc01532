"""The tabs above a list: the ready views with how much is in them, and those that were saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import lateness, listing, paging
from qsms.records.listing import Listing
from qsms.records.models import SavedView
from qsms.rules.lifecycle import Phase

from . import parts

# A tab says how many there are up to here, and “99+” beyond.
MOST = 99


def tabs(
    request: HttpRequest, actor: Actor, one: Listing, page: paging.Page, rows: Sequence[Mapping[str, Any]],
    total: parts.Count, saved: Sequence[SavedView], lens: int,
) -> list[parts.Tab]:  # fmt: skip
    """All open, Late, Mine, and the saved views; the current one with its exact count."""
    here = request.GET.copy()
    here.pop("after", None)
    here.pop("columns", None)
    sheet, plain = one.sheet, not here
    ready = [("late", _("Late"), QueryDict("late=1"))] if sheet.has_due_day else []
    if "owner" in sheet.filters:
        ready.append(("mine", _("Mine"), QueryDict("owner=me")))
    counts = _counts(actor, one, page, rows, [code for code, _label, _query in ready], lens) if plain else {}
    found = [parts.Tab(_("All open"), "?", str(total) if plain else None, plain)]
    shown = [(counts.get(code), label, query) for code, label, query in ready]
    shown += [(None, view.name, QueryDict(view.query)) for view in saved]
    for n, label, query in shown:
        current = here.urlencode() == query.urlencode()
        said = str(total) if current else None if n is None else f"{MOST}+" if n > MOST else str(n)
        found.append(parts.Tab(label, "?" + query.urlencode(), said, current))
    return found


def _counts(
    actor: Actor, one: Listing, page: paging.Page, rows: Sequence[Mapping[str, Any]], codes: Sequence[str], lens: int
) -> dict[str, int]:
    """How much is in each ready view: read from the rows where they are all there is, else asked in one statement."""
    if not page.after and not one.after:
        now = moment.now()
        today = now.astimezone(actor.tz).date()
        is_late = [_is_late(row, now, today) for row in rows]
        own = [row["owner_id"] == actor.person_id for row in rows]
        return {code: sum(is_late if code == "late" else own) for code in codes}
    if any(row["due_on"] is None for row in rows) and one.order.lstrip("-") == "due_on":
        # The end of those with a day: the page has asked for those without one as well, and that is all it may ask.
        return {}
    narrowed = Q(phase__lt=Phase.DONE) & (listing.concerning(lens) if lens else Q())
    conditions = {"late": (lateness.late_to(actor), "due_on"), "mine": (Q(owner_id=actor.person_id), "")}
    asked = [(narrowed & conditions[code][0], conditions[code][1]) for code in codes]
    return dict(zip(codes, paging.counts(actor, one.sheet, asked, cap=MOST), strict=True))


def _is_late(row: Mapping[str, Any], now: Any, today: Any) -> bool:
    if row["due_on"] is None or row["phase"] >= Phase.DONE:
        return False
    return bool(row["due_at"] < now if row["due_at"] is not None else row["due_on"] < today)

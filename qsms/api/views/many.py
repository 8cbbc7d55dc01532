"""Lists and counts of a kind, and making new ones."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.records import lateness, listing, paging, scope, services, tally
from qsms.records.errors import Refused
from qsms.records.listing import Listing
from qsms.records.models import Record
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase

from .. import asking, finding, shapes, taking
from ..entering import actor_of
from ..problems import Problem

PLAIN_NAMES = ("phase", "order", "after", "q", "limit", "fields", "count")


def list_records(request: HttpRequest, kind: str) -> HttpResponse:
    """A page of records of a kind, by the same words as the list on the screen."""
    actor = actor_of(request)
    sheet = finding.sheet_of(actor, kind)
    asking.query(request, query_names(sheet, actor))
    one = listing.parse(sheet, actor, request.GET)
    if one.problems:
        raise Problem(400, "unreadable", " ".join(one.problems), reasons=one.problems)
    chosen = _chosen(request, sheet)
    condition = listing.found(actor, one)
    page = paging.page(
        actor, sheet, condition, order=one.order, after=one.after, limit=asking.limit(request), few=one.is_few
    )
    rows = listing.rows(sheet, page.ids, [slot.column for slot in chosen])
    body: dict[str, Any] = {"items": shapes.draw(actor, sheet, chosen, rows), "next": page.after or None}
    headers = {}
    if page.after:
        query = request.GET.copy()
        query["after"] = page.after
        headers["Link"] = f'<{request.path}?{query.urlencode()}>; rel="next"'
    if asking.flag(request, "count"):
        n, capped = _count(actor, sheet, one, condition)
        body |= {"count": n, "count_is_capped": capped}
    return shapes.answer(body, headers=headers)


_names: WeakKeyDictionary[RecordType, frozenset[str]] = WeakKeyDictionary()


def query_names(sheet: RecordType, actor: Actor) -> frozenset[str]:
    """Every name that the query string of this list may hold."""
    known = _names.get(sheet)
    if known is None:
        found = {*PLAIN_NAMES, *listing.narrowing_names()}
        for one in listing.filters(sheet, actor):
            found |= {f"{one.name}_from", f"{one.name}_to"} if one.kind == "date" else {one.name}
        known = _names[sheet] = frozenset(found)
    return known


def _chosen(request: HttpRequest, sheet: RecordType) -> list[shapes.Slot]:
    known = shapes.slots(sheet)
    given = request.GET.get("fields", "")
    names = dict.fromkeys(given.split(",")) if given else dict.fromkeys(shapes.in_lists(sheet))
    unknown = [name for name in names if name not in known]
    if unknown:
        detail = _("“%(name)s” is no field of this list. Choose from %(known)s.")
        raise Problem(400, "unreadable", detail % {"name": unknown[0], "known": ", ".join(known)})
    return [known[name] for name in names]


def _count(actor: Actor, sheet: RecordType, one: Listing, condition: Q) -> tuple[int, bool]:
    """How many there are: exact from the tallies where they can tell, otherwise counted up to a cap."""
    states = None
    if not one.active and not one.text and one.phase in ("open", "all"):
        states = tally.states(actor, sheet.kind)
    if states is None:
        n = paging.count(actor, sheet, condition, few=one.is_few)
        return min(n, paging.COUNT_CAP), n > paging.COUNT_CAP
    live = {s.code for s in sheet.lifecycle.states if one.phase == "all" or s.phase < Phase.DONE}
    return sum(n for code, n in states.items() if code in live), False


def count_records(request: HttpRequest, kind: str) -> HttpResponse:
    """How many open records stand in each state, and how many of them (up to 1,000) are late."""
    actor = actor_of(request)
    sheet = finding.sheet_of(actor, kind)
    asking.query(request, ())
    open_states = {s.code for s in sheet.lifecycle.states if s.phase < Phase.DONE}
    states = tally.states(actor, kind)
    if states is None:
        mine = Record.everywhere.filter(
            scope.predicate(actor, kind), organisation_id=actor.organisation_id, kind=kind, phase__lt=Phase.DONE
        )
        states = dict(mine.order_by().values_list("state").annotate(n=Count("*")))
    late = paging.count(actor, sheet, lateness.late_to(actor))
    found = {code: states.get(code, 0) for code in (s.code for s in sheet.lifecycle.states) if code in open_states}
    return shapes.answer(
        {"kind": kind, "open": sum(found.values()), "states": found, "late": min(late, paging.COUNT_CAP)}
    )


def create_record(request: HttpRequest, kind: str) -> HttpResponse:
    """Make a record. With an Idempotency-Key, sending the same again answers with the record of the first time."""
    actor = actor_of(request)
    sheet = finding.sheet_of(actor, kind, "create")
    asking.query(request, ("reason",))
    if not sheet.form:
        raise Refused([_("%(kind)s cannot be made here.") % {"kind": sheet.label}])
    given = taking.values(actor, sheet, asking.body(request), taking.fillable(sheet))
    made = services.create(actor, kind, given, once=asking.once(request, kind), reason=asking.text(request, "reason"))
    return whole(actor, sheet, made, 201, {"Location": reverse("api:record", args=[kind, made.number])})


def whole(
    actor: Actor, sheet: RecordType, record: Record, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The record after a deed; to somebody who may not see it (any more) only that it is done."""
    if not scope.sees(actor, record):
        return shapes.answer({"kind": record.kind, "id": record.pk, "number": record.number}, status, headers=headers)
    content = shapes.of_instance(actor, sheet, record)
    return shapes.answer(content, status, headers={**(headers or {}), "ETag": f'"{record.version}"'})

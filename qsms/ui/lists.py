"""The list of a record type, from its sheet: filters, views, order, groups by phase, selection and page by key."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import keys, listing, paging, saved_views, tally
from qsms.records.choices import MAIN_LENSES
from qsms.records.listing import Listing
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase

from . import cells, columns, list_views, marks, parts, table
from .context import preference
from .sheets import lens_of, sheet_or_404

PAGE = 50
PHASE_TITLES: dict[int, Any] = {
    Phase.DRAFT: gettext_lazy("Drafts"),
    Phase.OPEN: gettext_lazy("Open"),
    Phase.WAITING: gettext_lazy("Waiting"),
    Phase.DONE: gettext_lazy("Done"),
    Phase.VOID: gettext_lazy("Void"),
}


@login_required
@require_GET
def show_list(request: HttpRequest, kind: str) -> HttpResponse:
    """The list of a record type. Every choice is in the address, so that it can be kept, sent and gone back to."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheet_or_404(kind, actor)
    one = listing.parse(sheet, actor, request.GET, lens=lens_of(request))
    if one.spelt:
        return HttpResponseRedirect(_respelt(request, one))
    condition = listing.found(actor, one)
    try:
        page = paging.page(actor, sheet, condition, order=one.order, after=one.after, limit=PAGE, few=one.is_few)
    except paging.BadPageKey as error:
        raise Http404 from error
    views, kept = saved_views.of_list(actor, kind)
    shown = columns.chosen(sheet, request.GET.getlist("columns") or kept)
    rows = listing.rows(sheet, page.ids, cells.values_needed(sheet, shown))
    states = tally.states(actor, kind, lens=lens_of(request)) if not one.active and not one.text else None
    total = _total(actor, sheet, one, condition, states)
    drawn = cells.build(sheet, shown, actor, moment.now(), _sorter(request, sheet, one))
    context = {
        "sheet": sheet,
        "may_create": actor.holds(f"{kind}.create") and bool(sheet.form),
        "new_url": reverse("ui:new", args=[kind]),
        "views": list_views.tabs(request, actor, one, page, rows, total, views, lens_of(request)),
        "save_url": reverse("ui:save-view", args=[kind]) + "?" + request.GET.urlencode() if request.GET else "",
        "chips": _chips(request, one),
        "problems": one.problems,
        "filters": _filter_fields(request, sheet, actor),
        "filter_query": [(k, v) for k in ("phase", "order") for v in request.GET.getlist(k)],
        "table": _table(sheet, rows, drawn, one, states) if rows else "",
        "empty": None if rows else _empty(request, actor, sheet, one),
        "total": total,
        "hidden": _hidden(request, sheet, one, states),
        "pages": _pages(request, page, total, len(rows)),
        "text": one.text,
        "exports": _exports(request, sheet, shown) if actor.holds(f"{kind}.export") else [],
        "columns_url": reverse("ui:columns", args=[kind]) + (f"?{request.GET.urlencode()}" if request.GET else ""),
        "newer_url": _newer(request, one, page),
        "desks": [(one, reverse(one.route)) for one in sheet.desks if actor.holds(one.needs)],
        "links": sheet_links(sheet, actor),
        "bulk": _bulk(sheet, actor),
    }
    return render(request, "ui/list.html", context)


def _newer(request: HttpRequest, one: Listing, page: paging.Page) -> str:
    """Where a list with the newest first asks whether there are newer ones; nowhere on its later pages."""
    if one.order != "-id" or one.after:
        return ""
    query = request.GET.copy()
    query["since"] = str(page.ids[0] if page.ids else 0)
    return f"{reverse('ui:newer', args=[one.sheet.kind])}?{query.urlencode()}"


@login_required
@require_GET
def show_newer(request: HttpRequest, kind: str) -> HttpResponse:
    """A part of the list's page: how many records wait that are newer than the first one shown."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    sheet = sheet_or_404(kind, actor)
    one = listing.parse(sheet, actor, request.GET, lens=lens_of(request))
    since = keys.whole(request.GET.get("since", "")) or 0
    n = paging.count(actor, sheet, listing.found(actor, one) & Q(pk__gt=since), cap=list_views.MOST, few=one.is_few)
    here = request.GET.copy()
    here.pop("since", None)
    context = {
        "n": n,
        "said": f"{list_views.MOST}+" if n > list_views.MOST else str(n),
        "url": reverse("ui:list", args=[kind]) + (f"?{here.urlencode()}" if here else ""),
        "again_url": request.get_full_path(),
    }
    return render(request, "ui/parts/newer.html", context)


def _respelt(request: HttpRequest, one: Listing) -> str:
    """The address with places by their keys, as the filters and the links of the page write them."""
    query = request.GET.copy()
    for name in {name for name, _word in one.spelt}:
        query.setlist(name, [one.spelt.get((name, value), value) for value in query.getlist(name)])
    return "?" + query.urlencode()


def _total(actor: Actor, sheet: RecordType, one: Listing, condition: Q, states: dict[str, int] | None) -> parts.Count:
    if states is not None and one.phase in ("open", "all"):
        live = {s.code for s in sheet.lifecycle.states if one.phase == "all" or s.phase < Phase.DONE}
        return parts.Count(sum(n for code, n in states.items() if code in live))
    n = paging.count(actor, sheet, condition, few=one.is_few)
    return parts.Count(min(n, paging.COUNT_CAP), n > paging.COUNT_CAP)


def _sorter(request: HttpRequest, sheet: RecordType, one: Listing) -> Callable[[str], tuple[str, str]]:
    by = {"number": "id"}
    offered = {order.lstrip("-") for order in sheet.orders} | {"id"}

    def sort(name: str) -> tuple[str, str]:
        key = by.get(name, name)
        if key not in offered:
            return "", ""
        now = one.order.lstrip("-") == key
        down = one.order.startswith("-")
        wanted = key if now and down else f"-{key}"
        if wanted not in (*sheet.orders, "id", "-id"):
            wanted = next(order for order in (*sheet.orders, "-id") if order.lstrip("-") == key)
        return address(request, order=wanted, after=None), ("descending" if down else "ascending") if now else ""

    return sort


def address(request: HttpRequest, **changes: str | None) -> str:
    """This page's address with some of its query changed; None takes a name out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()


def _table(
    sheet: RecordType, rows: Sequence[cells.Row], drawn: cells.Sheet, one: Listing, states: dict[str, int] | None
) -> str:
    by_phase: dict[int, list[list[Any]]] = {}
    for row in rows:
        box = table.select_box(row["pk"], row["number"])
        by_phase.setdefault(row["phase"], []).append([box, *(cell(row) for cell in drawn.cells)])
    counts: Counter[int] = Counter()
    for code, n in (states or {}).items():
        counts[sheet.lifecycle.state(code).phase] += n
    groups = [
        table.Group(
            lines,
            str(PHASE_TITLES[phase]) if len(by_phase) > 1 else "",
            f"{counts[phase]:,}" if counts[phase] else "",
            _("Showing %(n)d") % {"n": len(lines)} if counts[phase] > len(lines) else "",
        )
        for phase, lines in sorted(by_phase.items())
    ]
    return table.table(drawn.columns, groups, str(sheet.label_plural), boxes=True)


def _chips(request: HttpRequest, one: Listing) -> list[parts.Chip]:
    found = []
    for active in one.active:
        query = request.GET.copy()
        for name in (active.name, f"{active.name}_from", f"{active.name}_to", "after"):
            query.pop(name, None)
        found.append(parts.Chip(active.label, active.words, "?" + query.urlencode()))
    if one.text:
        found.append(parts.Chip(_("Text"), one.text, address(request, q=None, after=None)))
    return found


@dataclass
class FilterField:
    """One filter as the form draws it."""

    name: str
    label: str
    kind: str
    boxes: SafeString
    low: str = ""
    high: str = ""
    value: str = ""


def _filter_fields(request: HttpRequest, sheet: RecordType, actor: Actor) -> list[FilterField]:
    found = []
    for one in listing.filters(sheet, actor):
        chosen = set(request.GET.getlist(one.name))
        options = [(o.value, str(o.label), o.value in chosen) for o in one.options]
        if one.kind == "person":
            options = [("me", _("Me"), "me" in chosen), ("none", _("Nobody"), "none" in chosen)]
            options += [(pk, words, True) for pk, words in _chosen_people(actor, chosen)]
        found.append(
            FilterField(
                one.name, str(one.label), one.kind, _boxes(one.name, tuple(options)),
                low=request.GET.get(f"{one.name}_from", ""),
                high=request.GET.get(f"{one.name}_to", ""),
                value=request.GET.get(one.name, ""),
            )
        )  # fmt: skip
    return found


@lru_cache(maxsize=512)
def _boxes(name: str, options: tuple[tuple[str, str, bool], ...]) -> SafeString:
    """The boxes to tick of one filter. A list offers some eighty, the same ones on every page."""
    return SafeString(
        "".join(
            f'<label class="opt-line"><input class="check" type="checkbox" name="{name}" value="{marks.escape(value)}"'
            f"{' checked' if chosen else ''}> {marks.escape(label)}</label>"
            for value, label, chosen in options
        )
    )


def _chosen_people(actor: Actor, chosen: set[str]) -> list[tuple[str, str]]:
    from qsms.org import names

    ids = [pk for value in chosen if (pk := keys.whole(value))]
    return [(str(pk), name) for pk, name in names.people(actor.organisation_id, ids).items()]


def _hidden(
    request: HttpRequest, sheet: RecordType, one: Listing, states: dict[str, int] | None
) -> parts.Option | None:
    """What the list leaves out: closed records stand behind a count."""
    if one.phase != "open":
        return parts.Option(_("Hide what is closed"), address(request, phase=None, after=None))
    if states is None:
        return parts.Option(_("Show what is closed as well"), address(request, phase="all", after=None))
    done = sum(n for code, n in states.items() if sheet.lifecycle.state(code).phase == Phase.DONE)
    void = sum(n for code, n in states.items() if sheet.lifecycle.state(code).phase == Phase.VOID)
    if not done + void:
        return None
    words = _("%(done)s done and %(void)s void are hidden. Show them") % {"done": f"{done:,}", "void": f"{void:,}"}
    return parts.Option(words, address(request, phase="all", after=None))


def _pages(request: HttpRequest, page: paging.Page, total: parts.Count, shown: int) -> parts.Pages | None:
    after = request.GET.get("after", "")
    if not page.after and not after:
        return None
    words = ngettext("%(n)d shown of %(total)s", "%(n)d shown of %(total)s", shown) % {"n": shown, "total": total}
    return parts.Pages(
        words,
        address(request, after=page.after) if page.after else "",
        # Keys only go forward; the way back is the browser's, and the first page is always near.
        address(request, after=None) if after else "",
    )


def _empty(request: HttpRequest, actor: Actor, sheet: RecordType, one: Listing) -> parts.Empty:
    plural = str(sheet.label_plural)
    if one.active or one.text or lens_of(request):
        clear = parts.Option(_("Clear the filters"), "?")
        return parts.Empty(
            _("Nothing matches"),
            _("No %(plural)s match these filters and the lens you look through, as far as you may see them.")
            % {"plural": plural.lower()},
            (clear,),
        )
    options: tuple[parts.Option, ...] = ()
    if actor.holds(f"{sheet.kind}.create") and sheet.form:
        options = (
            parts.Option(
                _("New %(label)s") % {"label": str(sheet.label).lower()}, reverse("ui:new", args=[sheet.kind])
            ),
        )
    why = _("Nothing is open here, or nothing that your roles let you see. What is closed stays behind “Show”.")
    return parts.Empty(_("No open %(plural)s") % {"plural": plural.lower()}, why, options)


def _exports(request: HttpRequest, sheet: RecordType, shown: cells.Columns) -> list[parts.Option]:
    try:
        url = reverse("exchange:export", args=[sheet.kind])
    except NoReverseMatch:
        return []
    query = request.GET.copy()
    query.pop("after", None)
    lens = preference(request, "lens")
    if lens in MAIN_LENSES:
        # What is taken out is what is shown, and the lens is not in the address.
        query["lens"] = lens
    # So are the columns, where the reader chose them.
    query.setlist("columns", columns.taken_out(sheet, shown))
    made = [parts.Option(_("Choose columns"), f"{url}?{query.urlencode()}")]
    for code, label in (("xlsx", _("Excel workbook")), ("csv", _("CSV")), ("json", _("JSON"))):
        query["format"] = code
        made.append(parts.Option(label, f"{url}?{query.urlencode()}"))
    return made


def sheet_links(sheet: RecordType, actor: Actor) -> list[parts.Option]:
    """Other ways to look at these records: board and import."""
    found = [parts.Option(_("Board"), reverse("ui:board", args=[sheet.kind]))]
    if actor.holds(f"{sheet.kind}.import"):
        with contextlib.suppress(NoReverseMatch):
            found.append(parts.Option(_("Import"), reverse("exchange:import", args=[sheet.kind])))
    return found


def _bulk(sheet: RecordType, actor: Actor) -> list[parts.Move]:
    kind, found = sheet.kind, []
    if actor.holds(f"{kind}.assign"):
        found.append(parts.Move(_("Assign"), reverse("ui:bulk-assign", args=[kind])))
    if "disciplines" in sheet.form_fields and actor.holds(f"{kind}.change"):
        found.append(parts.Move(_("Set lens"), reverse("ui:bulk-lens", args=[kind])))
    found += [parts.Move(str(one.label), reverse(one.route)) for one in sheet.on_chosen if actor.holds(one.needs)]
    if actor.holds(f"{kind}.export"):
        with contextlib.suppress(NoReverseMatch):
            found.append(parts.Move(_("Export"), reverse("exchange:export-chosen", args=[kind])))
    return found

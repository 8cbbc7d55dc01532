"""Lists over every kind as files: the results of a search, and what waits for the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import registry, scope, tasks
from qsms.records.models import Record
from qsms.search import queries
from qsms.search.views import PHASES
from qsms.ui import answers, my_work
from qsms.ui.sheets import lens_of

# Who wants more of them filters the list of one kind, which goes out whole.
MOST = 5_000
STEP = 500


def _exportable(actor: Actor, ids: Sequence[int]) -> Iterator[Record]:
    """Those of these records that the actor sees and may export, in this order."""
    for start in range(0, len(ids), STEP):
        seen = scope.seen_of(actor, ids[start : start + STEP])
        kinds = {record.kind for record in seen.values() if actor.holds(f"{record.kind}.export")}
        may: set[int] = set()
        for kind in kinds:
            own = [pk for pk, record in seen.items() if record.kind == kind]
            rows = Record.everywhere.filter(scope.predicate(actor, kind, "export"), pk__in=own)
            may.update(rows.values_list("pk", flat=True))
        yield from (seen[pk] for pk in ids[start : start + STEP] if pk in may)


@answers.for_people
@require_GET
def search_results(request: HttpRequest) -> HttpResponseBase:
    """What a search found, narrowed as on its page: number, title and how it stands, of every kind."""
    actor = answers.actor_of(request)
    text, kind, phase = (request.GET.get(name, "").strip("\x00") for name in ("q", "kind", "phase"))
    if (kind and kind not in scope.kinds_seen(actor)) or phase not in PHASES:
        raise Http404
    lens = lens_of(request)
    page = queries.page(
        actor, queries.Search(text, [kind] if kind else None, phase, [lens] if lens else []), limit=MOST
    )
    narrowed = {_("Text"): text} | ({_("Kind"): kind} if kind else {}) | ({_("Phase"): phase} if phase else {})
    if page.after:
        narrowed[_("Left out")] = _("all but the first %(most)s found") % {"most": f"{MOST:,}"}
    found = list(_exportable(actor, page.ids))
    people = names.people(actor.organisation_id, {record.owner_id for record in found})
    sites = names.places("site", actor.organisation_id)
    lines = []
    for record in found:
        sheet = registry.get(record.kind)
        lines.append([
            record.number, str(sheet.label), record.title, str(sheet.state(record).label),
            sites.get(record.site_id or 0, ""), people.get(record.owner_id or 0, ""),
            _in_zone(actor, record.opened_at), record.due_on,
        ])  # fmt: skip
    if page.after:
        # Whoever opens the file reads it there as well.
        lines.append(
            ["", "", _("More was found: only the first %(most)s are here.") % {"most": f"{MOST:,}"}, *[""] * 5]
        )
    head = [
        _("Number"), _("Kind"), _("Title"), _("State"), _("Site"), _("Owner"), _("Opened"), _("Due"),
    ]  # fmt: skip
    codes = ["number", "kind", "title", "state", "site", "owner", "opened_at", "due_on"]
    sheet_out = Sheet("search-results", _("Search results"), head, lines, narrowed, codes, actor.tz)
    return as_file(actor, kind, sheet_out, request.GET.get("format", ""))


@answers.for_people
@require_GET
def work(request: HttpRequest) -> HttpResponseBase:
    """What waits for the reader, or for an office of theirs, the soonest first."""
    actor = answers.actor_of(request)
    office = request.GET.get("whose") == "office"
    inbox = tasks.inbox(actor, whose="office" if office else "mine", all_of_it=True)
    lines: list[list[Any]] = []
    for one in inbox.waiting:
        verb, _url = my_work.verb_of(one)
        lines.append([
            one.title, verb, _in_zone(actor, one.due_at), one.record.number, one.record.title,
            str(registry.get(one.record.kind).label), one.role, one.asked_by, _in_zone(actor, one.given_at),
        ])  # fmt: skip
    if inbox.cut:
        lines.append([_("There is still more: only the first %(n)s are here.") % {"n": f"{tasks.ALL:,}"}, *[""] * 8])
    head = [
        _("What to do"), _("Next step"), _("Due"), _("Number"), _("Title"), _("Kind"), _("For the role"),
        _("Asked by"), _("Given"),
    ]  # fmt: skip
    codes = ["task", "next_step", "due_at", "number", "title", "kind", "role", "asked_by", "given_at"]
    name, title = ("my-office", _("My office")) if office else ("my-work", _("My work"))
    return as_file(actor, "", Sheet(name, title, head, lines, {}, codes, actor.tz), request.GET.get("format", ""))


def _in_zone(actor: Actor, at: Any) -> Any:
    """A moment as the reader's clock shows it, to the second."""
    return at.astimezone(actor.tz).replace(microsecond=0) if at is not None else None

"""The page of results and what the palette shows while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.records.models import Record
from qsms.records.paging import BadPageKey
from qsms.rules.lifecycle import State

from . import queries, snippets, words
from .queries import Hits, Search
from .words import Query

PAGE = 50
IN_PALETTE = 6
PHASES = ("", "open", "done", "void")


@dataclass(frozen=True)
class Entry:
    """A page or a verb that the palette offers; with `always` whatever is typed, otherwise when its words are."""

    title: str
    url: str
    icon: str = "arrow-right"
    key: str = ""
    always: bool = False
    # What the palette shows of records only.
    number: str = ""
    mark: str = ""


def _nothing(request: HttpRequest) -> Sequence[Entry]:
    return ()


def _all_lenses(request: HttpRequest) -> int:
    return 0


def _bare(state: State) -> SafeString:
    return SafeString("")


_hooks: dict[str, Callable[..., Any]] = {
    "pages": _nothing,
    "verbs": _nothing,
    "lens": _all_lenses,
    "state": _bare,
}


def provide(**functions: Callable[..., Any]) -> None:
    """Say what this kit cannot know: any of pages, verbs, lens, state.

    pages and verbs take the request and give `Entry`s, lens takes it and gives a bit or 0; state draws a state of a
    lifecycle.
    """
    unknown = set(functions) - set(_hooks)
    if unknown:
        raise ValueError(f"Search has no {', '.join(sorted(unknown))}. It asks for {', '.join(_hooks)}.")
    _hooks.update(functions)


@dataclass(frozen=True)
class Result:
    """One record that was found, as it is shown."""

    icon: str
    kind: str
    number: SafeString
    title: SafeString
    url: str
    mark: SafeString
    snippet: SafeString
    site: str
    opened: str
    key: str = ""


@dataclass(frozen=True)
class Link:
    """A way to narrow or widen the search: what tabs, empty states and page links of the ui kit show."""

    label: str
    url: str
    count: object = None
    current: bool = False
    main: bool = False


@dataclass(frozen=True)
class Pages:
    shown: str
    next_url: str = ""
    previous_url: str = ""


@dataclass(frozen=True)
class Empty:
    title: str
    why: str
    options: Sequence[Link] = ()


@login_required
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Everything that holds what was typed, within the reader's scope; every choice is in the address."""
    actor = _actor(request)
    text = request.GET.get("q", "").strip("\x00")
    kinds = scope.kinds_seen(actor)
    kind = request.GET.get("kind", "")
    phase = request.GET.get("phase", "")
    if (kind and kind not in kinds) or phase not in PHASES:
        raise Http404
    lens = _hooks["lens"](request)
    lenses = [lens] if lens else []
    search = Search(text, [kind] if kind else None, phase, lenses)
    after = request.GET.get("after", "")
    try:
        page = queries.page(actor, search, limit=PAGE, after=after)
    except BadPageKey as error:
        raise Http404 from error
    hits = queries.count(actor, Search(text, None, phase, lenses))
    found = shown(actor, page.ids, search.query)
    context = {
        "text": text[: words.LONGEST_QUERY],
        "kind": kind,
        "phase": phase,
        "results": found,
        "said": _said(text, hits, kind),
        "tabs": _tabs(request, kinds, kind, hits),
        "phases": _phases(request, phase),
        "narrowed": _with(request)[1:],
        "empty": None if found else _empty(request, search, kind, phase, lens),
        "pages": _pages(request, page.after, after, len(found)),
    }
    return render(request, "search/results.html", context)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise Http404
    return actor


def shown(actor: Actor, ids: Sequence[int], query: Query, *, pieces: bool = True) -> list[Result]:
    """These records as results, with a piece of text around what was found unless `pieces` is false."""
    records = queries.visible_records(actor, ids)
    bodies = queries.bodies(records) if pieces else {}
    return [_result(actor, record, query, bodies.get(record.pk, "")) for record in records]


def _result(actor: Actor, record: Record, query: Query, body: str) -> Result:
    sheet = registry.get(record.kind)
    state = sheet.lifecycle.state(record.state)
    return Result(
        icon=sheet.icon,
        kind=str(sheet.label),
        number=snippets.highlight(record.number, query),
        title=snippets.highlight(record.title, query),
        url=f"{reverse('ui:list', args=[record.kind])}{record.number}/",
        mark=_hooks["state"](state),
        snippet=snippets.cut(body, query),
        site=names.places("site", actor.organisation_id).get(record.site_id or 0, ""),
        opened=date_format(timezone.localtime(record.opened_at, actor.tz), "j M Y"),
    )


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    for name, value in changes.items():
        query[name] = value
        if not value:
            query.pop(name)
    return "?" + query.urlencode()


def _said(text: str, hits: Hits, kind: str) -> str:
    if not text or not hits.total:
        return ""
    if kind and not hits.capped:
        n = hits.by_kind.get(kind, 0)
        return ngettext("%(n)d record", "%(n)d records", n) % {"n": n}
    return ngettext("%(n)s record", "%(n)s records", hits.total) % {"n": hits}


def _tabs(request: HttpRequest, kinds: Sequence[str], kind: str, hits: Hits) -> list[Link]:
    """All kinds, then each in which something was found; with too many to count, every kind there is."""
    tabs = [Link(_("All"), _with(request, kind=""), hits if hits.total else None, not kind)]
    for one in kinds:
        n = hits.by_kind.get(one, 0)
        if n or hits.capped or one == kind:
            label = str(registry.get(one).label_plural)
            tabs.append(Link(label, _with(request, kind=one), f"{n:,}" if not hits.capped else None, one == kind))
    return tabs if len(tabs) > 1 else []


def _phases(request: HttpRequest, phase: str) -> list[Link]:
    labels = {"": _("Open and closed"), "open": _("Open"), "done": _("Done"), "void": _("Void")}
    return [Link(labels[one], _with(request, phase=one), None, one == phase) for one in PHASES]


def _pages(request: HttpRequest, after: str, before: str, n: int) -> Pages | None:
    if not after and not before:
        return None
    words_ = ngettext("%(n)d shown", "%(n)d shown", n) % {"n": n}
    return Pages(words_, f"{_with(request)}&after={after}" if after else "", _with(request) if before else "")


def _empty(request: HttpRequest, search: Search, kind: str, phase: str, lens: int) -> Empty:
    if not search.text.strip():
        why = _(
            "Numbers, titles and texts of every record you may see. All words must be there; the last one may be a "
            "beginning, and words in quotation marks stand side by side: “under the wing” hyd."
        )
        return Empty(_("What are you looking for?"), why)
    if not search.query:
        why = _("Search looks for letters and digits. Write a word, or a number such as REP-2026-0318.")
        return Empty(_("“%(text)s” holds no word") % {"text": search.text[:40]}, why)
    options = []
    if kind:
        options.append(Link(_("Look in every kind"), _with(request, kind="")))
    if phase:
        options.append(Link(_("Look in open and closed"), _with(request, phase="")))
    why = _("No record that you may see holds all of these words. Try fewer words, or the beginning of one.")
    if lens:
        why += " " + _("You look through one lens: “All” at the top of the page looks through every one.")
    return Empty(_("Nothing found for “%(text)s”") % {"text": search.text[:60]}, why, options)


@login_required
@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette lists for what was typed: “>” asks for verbs only, “#” for numbers only."""
    actor = _actor(request)
    typed = request.GET.get("q", "").strip().strip("\x00")
    sign, text = (typed[0], typed[1:].strip()) if typed[:1] in (">", "#") else ("", typed)
    groups: list[tuple[str, Sequence[object]]] = []
    if text and sign != ">":
        groups.append((_("Records"), _records(actor, text, only_number=sign == "#")))
    if sign != "#":
        groups.append((_("Do"), _verbs(request, actor, text, with_search=sign != ">")))
    if not sign:
        groups.append((_("Go to"), _fitting(_hooks["pages"](request), text)))
    filled = [(title, some) for title, some in groups if some]
    return render(request, "search/palette.html", {"groups": filled, "typed": typed[: words.LONGEST_QUERY]})


def _records(actor: Actor, text: str, *, only_number: bool) -> list[Result]:
    search = Search(text, open_first=True)
    ids = queries.page(actor, search, limit=IN_PALETTE * (4 if only_number else 1)).ids
    found = shown(actor, ids, words.parse(text), pieces=False)
    if only_number:
        found = [one for one in found if "<mark>" in one.number or text.upper() in one.number]
    return found[:IN_PALETTE]


def _verbs(request: HttpRequest, actor: Actor, text: str, *, with_search: bool) -> list[Entry]:
    verbs = _fitting(_hooks["verbs"](request), text)
    if text and with_search:
        hits = queries.count(actor, Search(text))
        label = ngettext(
            "Search all text for “%(text)s”, %(n)s result", "Search all text for “%(text)s”, %(n)s results", hits.total
        ) % {"text": text[:40], "n": hits}
        query = request.GET.copy()
        query["q"] = text
        verbs.append(Entry(label, f"{reverse('search:results')}?{query.urlencode()}", "zoom-question", "↵"))
    return verbs


def _fitting(entries: Sequence[Entry], text: str) -> list[Entry]:
    wanted = words.cut(text)
    return [one for one in entries if one.always or all(_begins(word, one.title) for word in wanted)]


def _begins(word: str, label: str) -> bool:
    return any(one.startswith(word) for one in words.cut(label))

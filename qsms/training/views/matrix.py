"""The competence matrix as a page, and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Role
from qsms.records.errors import Refused
from qsms.rules.competence import FOREVER, State
from qsms.ui import answers, marks, parts, table
from qsms.ui.lists import address

from .. import drawing, grid, requiring
from ..choices import STATES
from ..grid import Asked, Grid, Wish
from ..holdings import KIND
from ..proofs import Stand
from ..standing import sees_others


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """People down, courses across."""
    actor = answers.actor_of(request)
    check_sees(actor)
    wish = Wish.read(request.GET.dict())
    found = grid.part(actor, wish)
    choices = filters(actor, wish, found.asked)
    query = request.GET.copy()
    for name in ("after", "across"):
        query.pop(name, None)
    context = {
        "table": _table(actor, found) if found.people and found.courses else "",
        "filters": choices,
        "chips": chips(request, choices, wish),
        "gaps": wish.gaps,
        "pages": _pages(request, wish, found),
        "columns": _columns(request, wish, found),
        "any_course": bool(found.columns),
        "export_url": f"{reverse('training:matrix-export')}?{query.urlencode()}" if may_export(actor) else "",
        "may_require": actor.holds("course.require"),
    }
    return answers.page(request, "training/matrix.html", context)


def check_sees(actor: Actor) -> None:
    """Raise Refused for whoever sees no training but their own."""
    if not sees_others(actor):
        raise Refused([_("You see your own training only. It stands under “My training”.")])


def may_export(actor: Actor) -> bool:
    return actor.holds("course.export") and actor.holds("holding.export")


def filters(actor: Actor, wish: Wish, asked: Asked) -> list[dict[str, Any]]:
    """Role, of those that ask for anything, site, unit and course as choices."""
    roles = dict(asked.roles)
    if wish.role not in (None, *roles):
        # It asks for nothing; whoever came here by its address still needs the way out.
        roles |= Role.objects.filter(organisation_id=actor.organisation_id, pk=wish.role).values_list("pk", "title")
    given = (
        ("role", _("Role"), list(roles.items()), wish.role),
        ("site", _("Site"), sorted(names.places("site", actor.organisation_id).items(), key=_by_name), wish.site),
        ("unit", _("Unit"), sorted(names.places("unit", actor.organisation_id).items(), key=_by_name), wish.unit),
        ("course", _("Course"), list(asked.courses.items()), wish.course),
    )
    return [
        {"name": name, "label": label, "options": options, "chosen": chosen} for name, label, options, chosen in given
    ]


def _by_name(pair: tuple[int, str]) -> str:
    return pair[1].casefold()


def in_words(narrowed: Iterable[parts.Chip]) -> dict[str, str]:
    """What a file is narrowed to, for its deed."""
    return {str(one.name): str(one.value) for one in narrowed}


def chosen(request: HttpRequest, choices: list[dict[str, Any]]) -> list[parts.Chip]:
    """Which choices are made, each with the way out, to the first page."""
    found = []
    for one in choices:
        words = dict(one["options"]).get(one["chosen"])
        if words is not None:
            off = address(request, **{one["name"]: None}, after=None, across=None, down=None)
            found.append(parts.Chip(one["label"], words, off))
    return found


def chips(request: HttpRequest, choices: list[dict[str, Any]], wish: Wish) -> list[parts.Chip]:
    """What the page is narrowed to, each with the way out."""
    found = chosen(request, choices)
    if wish.readers:
        off = address(request, readers=None, after=None, across=None)
        found.append(parts.Chip(_("People"), _("who are given what it teaches"), off))
    if wish.gaps:
        lacking = _("who lack it") if wish.course is not None else _("who lack something")
        found.append(parts.Chip(_("People"), lacking, address(request, gaps=None, after=None)))
    return found


def _table(actor: Actor, found: Grid) -> str:
    sites = names.places("site", actor.organisation_id)
    columns = [table.Column(_("Person"), "t"), table.Column(_("Site"), "hide-p hide-m")]
    columns += [table.Column(found.asked.courses[course], "wrap") for course in found.courses]
    person = reverse("training:person", args=[0]).removesuffix("0/")
    rows = [
        [
            table.link(row.name, f"{person}{row.id}/"),
            marks.escape(sites.get(row.site_id or 0, "–")),
            *(_cell(found.cells.get((row.id, course))) for course in found.courses),
        ]
        for row in found.people
    ]
    return table.table(columns, [table.Group(rows)], _("Competence matrix"), phone="pile")


def _cell(one: Stand | None) -> Any:
    if one is None:
        return marks.SafeString(
            f'<span class="faint unasked">–<span class="vh"> {escape(_("not asked"))}</span></span>'
        )
    return _drawn(one, get_language())


@lru_cache(maxsize=4096)
def _drawn(one: Stand, _language: str | None) -> Any:
    word, tone, shape = STATES[one.state]
    if one.ends_on is None or one.ends_on == FOREVER or one.state is State.WAIVED:
        return marks.status(word, tone, shape)
    return marks.SafeString(
        f'<span class="st s-{tone}">{marks.icon(shape, "s")}<span class="vh">{escape(word)}, </span>'
        f"{escape(drawing.until(one.ends_on))}</span>"
    )


def _pages(request: HttpRequest, wish: Wish, found: Grid) -> parts.Pages | None:
    if not found.after and wish.after is None:
        return None
    n = len(found.people)
    return parts.Pages(
        ngettext("%(n)d person shown", "%(n)d people shown", n) % {"n": n},
        address(request, after=found.after) if found.after else "",
        address(request, after=None) if wish.after is not None else "",
    )


def _columns(request: HttpRequest, wish: Wish, found: Grid) -> parts.Pages | None:
    if found.columns <= len(found.courses):
        return None
    last = wish.across + len(found.courses)
    said = _("Courses %(first)d to %(last)d of %(all)d") % {
        "first": min(wish.across + 1, last), "last": last, "all": found.columns,
    }  # fmt: skip
    back = max(0, wish.across - grid.ACROSS)
    return parts.Pages(
        said,
        address(request, across=str(last)) if last < found.columns else "",
        address(request, across=str(back) if back else None) if wish.across else "",
    )


@answers.for_people
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole matrix, as filtered: CSV, or a workbook with `format=xlsx`."""
    actor = answers.actor_of(request)
    check_sees(actor)
    if not may_export(actor):
        raise requiring.refusal(actor, _("You may not export the matrix."), "holding.export")
    wish = Wish.read(request.GET.dict())
    courses, people = grid.whole(actor, wish)
    narrowed = chips(request, filters(actor, wish, grid.asked(actor)), wish)
    head = [_("Person"), _("Job"), _("Site"), _("Unit"), *_once(title for _course, title in courses)]
    lines = _lines(actor, people)
    return as_file(
        actor,
        KIND,
        Sheet("competence-matrix", _("Competence"), head, lines, in_words(narrowed)),
        request.GET.get("format", ""),
    )


def _once(titles: Iterator[str]) -> Iterator[str]:
    """Two courses of one title stay two columns."""
    seen: dict[str, int] = {}
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        yield title if seen[title] == 1 else f"{title} ({seen[title]})"


def _lines(actor: Actor, people: Iterator[tuple[grid.Row, list[Stand | None]]]) -> Iterator[list[str]]:
    sites, units = (names.places(what, actor.organisation_id) for what in ("site", "unit"))
    words: dict[Stand | None, str] = {None: ""}
    for row, mine in people:
        line = [row.name, row.title, sites.get(row.site_id or 0, ""), units.get(row.unit_id or 0, "")]
        for one in mine:
            said = words.get(one)
            if said is None:
                said = words[one] = _words(one)
            line.append(said)
        yield line


def _words(one: Stand | None) -> str:
    assert one is not None
    word = str(STATES[one.state][0])
    day = one.waived_until if one.state is State.WAIVED else one.ends_on
    return word if day is None or day == FOREVER else f"{word} {day.isoformat()}"

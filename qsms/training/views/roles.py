"""The competence matrix by role as a page, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org import names
from qsms.org.actor import Actor
from qsms.rules.competence import State
from qsms.ui import answers, marks, parts, table
from qsms.ui.context import stands_in
from qsms.ui.lists import address

from .. import requiring, roles
from ..choices import STATES, CourseKind, Policy
from ..holdings import KIND
from ..roles import Board, Cell, Row, Wish
from . import matrix

SHOWN = (State.VALID, State.SOON, State.GRACE, State.EXPIRED, State.MISSING, State.WAIVED)


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Roles down, what is asked of them across."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    stands_in(request, reverse("training:matrix"))
    wish = Wish.read(request.GET.dict())
    board = roles.part(actor, wish)
    choices = _filters(actor, wish)
    query = request.GET.copy()
    for name in ("down", "across"):
        query.pop(name, None)
    context = {
        "table": _table(actor, board, wish) if board.cells else "",
        "filters": choices,
        "chips": matrix.chosen(request, choices),
        "pages": _pages(request, "down", _("Roles %(first)d to %(last)d of %(all)d"), len(board.rows), board.all_rows),
        "columns": _pages(
            request, "across", _("Requirements %(first)d to %(last)d of %(all)d"), len(board.courses), board.all_courses
        ),
        "export_url": f"{reverse('training:roles-export')}?{query.urlencode()}" if matrix.may_export(actor) else "",
        "may_require": actor.holds("course.require"),
    }
    return answers.page(request, "training/roles.html", context)


def _filters(actor: Actor, wish: Wish) -> list[dict[str, Any]]:
    sites = sorted(names.places("site", actor.organisation_id).items(), key=lambda pair: pair[1].casefold())
    return [
        {"name": "site", "label": _("Site"), "options": sites, "chosen": wish.site},
        {"name": "kind", "label": _("Kind"), "options": CourseKind.choices, "chosen": wish.kind},
    ]


def _table(actor: Actor, board: Board, wish: Wish) -> str:
    sites = names.places("site", actor.organisation_id)
    columns = [table.Column(_("Role"), "t"), *(table.Column(_title(board, one), "wrap") for one in board.courses)]
    rows = [
        [_role(board, row, wish), *(_cell(board.cells.get((row, one)), row, one, wish, sites) for one in board.courses)]
        for row in board.rows
    ]
    return table.table(columns, [table.Group(rows)], _("What each role must hold"), phone="pile")


def _title(board: Board, course: int) -> str:
    """The title, with its kind where it is no course."""
    kind = CourseKind(board.asked.kinds[course])
    title = board.asked.courses[course]
    return title if kind is CourseKind.COURSE else f"{title} ({kind.label})"


def _name(board: Board, row: Row) -> str:
    return board.asked.roles[row] if row is not None else _("Readers of the document it teaches")


def _role(board: Board, row: Row, wish: Wish) -> Any:
    return table.link(_name(board, row), _people(row, wish))


def _people(row: Row, wish: Wish, **more: int) -> str:
    """The people behind a figure, in the matrix."""
    whose: dict[str, int] = {"readers": 1} if row is None else {"role": row}
    site = {} if wish.site is None else {"site": wish.site}
    return f"{reverse('training:matrix')}?{urlencode({**whose, **site, **more})}"


def _cell(one: Cell | None, row: Row, course: int, wish: Wish, sites: dict[int, str]) -> Any:
    if one is None:
        return marks.SafeString(
            f'<span class="faint unasked">–<span class="vh"> {marks.escape(_("not required"))}</span></span>'
        )
    policy = _("blocks") if one.policy == Policy.BLOCK else _("flags")
    at = sorted(sites.get(site, "") for site in one.sites)
    said = [marks.escape(", ".join([policy, *at]))]
    if not one.people:
        figure = marks.escape(_("Nobody"))
    else:
        tone, shape = _look(one)
        figure = marks.SafeString(
            f'<a class="st s-{tone}" href="{marks.escape(_people(row, wish, course=course))}">{marks.icon(shape, "s")}'
            f"{marks.escape(_('%(n)d of %(all)d') % {'n': one.current, 'all': one.people})}"
            f'<span class="vh"> {marks.escape(_("current"))}</span></a>'
        )
        if lacking := one.people - one.current:
            words = ngettext("%(n)d lacks it", "%(n)d lack it", lacking) % {"n": lacking}
            said.insert(0, table.link(words, _people(row, wish, course=course, gaps=1)))
    return marks.SafeString(f'<span class="of-role">{figure}<small>{" · ".join(said)}</small></span>')


def _look(one: Cell) -> tuple[str, str]:
    """Tone and shape by how many are current, worse where it is blocked."""
    if one.current == one.people:
        return "good", "circle-check"
    return ("bad", "bad") if one.policy == Policy.BLOCK else ("warn", "alert-triangle")


def _pages(request: HttpRequest, name: str, said: str, n: int, of: int) -> parts.Pages | None:
    """The way to the next rows or columns."""
    passed = getattr(Wish.read(request.GET.dict()), name)
    step = roles.DOWN if name == "down" else roles.ACROSS
    if of <= n:
        return None
    back = max(0, passed - step)
    return parts.Pages(
        said % {"first": min(passed + 1, of), "last": min(passed + n, of), "all": of},
        address(request, **{name: str(passed + n)}) if passed + n < of and n else "",
        address(request, **{name: str(back) if back else None}) if passed else "",
    )


@answers.for_people
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Each role and requirement in a line, as filtered: CSV, or a workbook with `format=xlsx`."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    if not matrix.may_export(actor):
        raise requiring.refusal(actor, _("You may not export how people stand."), "holding.export")
    wish = Wish.read(request.GET.dict())
    narrowed = matrix.in_words(matrix.chosen(request, _filters(actor, wish)))
    head = [
        _("Role"), _("Requirement"), _("Kind"), _("Site"), _("Assigning a duty to somebody who is not current"),
        _("Days for who is new to it"), _("People"), _("Current"), *(str(STATES[state][0]) for state in SHOWN),
    ]  # fmt: skip
    lines = _lines(actor, roles.whole(actor, wish))
    sheet = Sheet("competence-by-role", _("Competence by role"), head, lines, narrowed)
    return as_file(actor, KIND, sheet, request.GET.get("format", ""))


def _lines(actor: Actor, board: Board) -> Iterator[list[Any]]:
    sites = names.places("site", actor.organisation_id)
    for row in board.rows:
        for course in board.courses:
            if (one := board.cells.get((row, course))) is None:
                continue
            yield [
                _name(board, row), board.asked.courses[course], str(CourseKind(board.asked.kinds[course]).label),
                ", ".join(sorted(sites.get(site, "") for site in one.sites)), str(Policy(one.policy).label),
                one.within_days, one.people, one.current, *(one.tally[state] for state in SHOWN),
            ]  # fmt: skip

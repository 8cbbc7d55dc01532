"""Whose training records need not be kept any more, as a page and as a file, and how long the house keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from qsms.exchange.taking_out import Sheet, as_file
from qsms.org.actor import Actor
from qsms.records.errors import Invalid, Refused
from qsms.ui import answers, marks, parts, table
from qsms.ui.lists import address
from qsms.ui.record.fields import NumberField
from qsms.ui.record.linking import DialogForm, dialog

from .. import drawing, following, grid, keeping, requiring, standing
from ..grid import Wish
from ..holdings import KIND
from ..models import HousePolicy
from . import matrix


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Those who left with records, by name, and from when these may be disposed of."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    wish, due = _wish(request)
    found, more = keeping.leavers(actor, site=wish.site, due=due, after=wish.after)
    choices = [one for one in matrix.filters(actor, wish, grid.asked(actor)) if one["name"] == "site"]
    chips = _chips(request, choices, wish, due)
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "table": _table(actor, found) if found else "",
        "filters": choices,
        "chips": chips,
        "due": due,
        "pages": _pages(request, wish, found, more),
        "months": following.policy_of(actor.organisation_id).keep_months,
        "may_decide": requiring.may_decide(actor),
        "export_url": f"{reverse('training:leavers-export')}?{query.urlencode()}" if matrix.may_export(actor) else "",
    }
    return answers.page(request, "training/leavers.html", context)


def _chips(request: HttpRequest, choices: list[dict[str, Any]], wish: Wish, due: bool) -> list[parts.Chip]:
    chips = matrix.chips(request, choices, wish)
    if due:
        chips.append(parts.Chip(_("Records"), _("may be disposed of"), address(request, due=None, after=None)))
    return chips


def _wish(request: HttpRequest) -> tuple[Wish, bool]:
    return Wish.read(request.GET.dict()), request.GET.get("due") == "1"


def _table(actor: Actor, found: list[keeping.Leaver]) -> str:
    today = standing.today_of(actor)
    columns = [
        table.Column(_("Person"), "t"),
        table.Column(_("State")),
        table.Column(_("Site"), "hide-p"),
        table.Column(_("Last day of work"), "r"),
        table.Column(_("May be disposed of from"), "r"),
        table.Column(_("Records"), "r"),
    ]
    rows = []
    for one in found:
        url = reverse("training:person", args=[one.person.pk])
        rows.append([
            table.link(one.person.name, url),
            _state(one, one.may_go(today)),
            marks.escape(one.person.site or "–"),
            _last_day(actor, one),
            escape(drawing.until(one.disposable_on)) or marks.escape("–"),
            table.link(one.records, url, second=True),
        ])  # fmt: skip
    return table.table(columns, [table.Group(rows)], _("People who left"), phone="pile")


def _state(one: keeping.Leaver, may_go: bool) -> Any:
    if may_go:
        return marks.status(_("May be disposed of"), "info", "circle-check")
    if one.disposable_on is None:
        return marks.status(_("Last day not known"), "warn", "alert-triangle")
    return marks.status(_("Kept"), "mute", "clock")


def _last_day(actor: Actor, one: keeping.Leaver) -> Any:
    if one.person.left_on is not None:
        return escape(drawing.until(one.person.left_on))
    if actor.holds("org.admin"):
        return table.link(_("Enter it"), reverse("administration:person", args=[one.person.pk]), second=True)
    return escape(_("Ask an administrator"))


def _pages(request: HttpRequest, wish: Wish, found: list[keeping.Leaver], more: bool) -> parts.Pages | None:
    if not more and wish.after is None:
        return None
    n, last = len(found), found[-1].person if found else None
    return parts.Pages(
        ngettext("%(n)d person shown", "%(n)d people shown", n) % {"n": n},
        address(request, after=f"{last.name}|{last.pk}") if more and last is not None else "",
        address(request, after=None) if wish.after is not None else "",
    )


@answers.for_people
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The records of the page, one a line, as filtered."""
    actor = answers.actor_of(request)
    matrix.check_sees(actor)
    if not matrix.may_export(actor):
        raise Refused([_("You may not export training records. Ask the quality or training manager.")])
    wish, due = _wish(request)
    head = [
        _("Number"), _("Person"), _("Site"), _("Course"), _("Completed on"), _("Last day of work"),
        _("May be disposed of from"),
    ]  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        for one, day in keeping.records(actor, site=wish.site, due=due):
            person = one.holder
            yield [one.number, person.name, str(person.site or ""), one.course.title, one.completed_on,
                   person.left_on, day]  # fmt: skip

    choices = [one for one in matrix.filters(actor, wish, grid.asked(actor)) if one["name"] == "site"]
    narrowed = _chips(request, choices, wish, due)
    return as_file(
        actor,
        KIND,
        Sheet("training-records-of-leavers", _("Records"), head, lines(), matrix.in_words(narrowed)),
        request.GET.get("format", ""),
    )


@answers.for_people
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """How long records are kept after the last day of work."""
    actor = answers.actor_of(request)
    requiring.check_may_decide(actor)
    now = following.policy_of(actor.organisation_id).keep_months
    field = NumberField(
        HousePolicy._meta.get_field("keep_months"), label=_("Months after the last day of work"), initial=now,
        help_text=_("0: as long as a person works here, as 14 CFR 5.97(c) asks. EASA 145.A.55 asks for 36."),
    )  # fmt: skip
    form = DialogForm(request, {"keep_months": field})
    if form.is_valid():
        try:
            keeping.set_months(actor, form.cleaned_data["keep_months"])
        except Invalid as error:
            form.take_errors(error.errors)
        else:
            return answers.done(request, reverse("training:leavers"), _("The days are reckoned that way now."))
    told = {
        "title": _("How long training records are kept"),
        "meaning": _("It holds for everybody who left. Nothing is removed by it."),
        "verb": _("Save"),
        "back_url": reverse("training:leavers"),
    }
    return dialog(request, form, told)

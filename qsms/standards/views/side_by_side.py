"""Two to four editions side by side, as a page and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.exchange.taking_out import Sheet, as_file
from qsms.records.errors import Refused
from qsms.rules.crosswalk import Crosswalk
from qsms.rules.frameworks import Framework, Reference
from qsms.ui import answers, table

from .. import addresses, adopting, bringing, elsewhere, library
from ..choices import RELATIONS

FEWEST, MOST = 2, 4
MOST_SUGGESTED = 3
FIGURES = {"superset": "⊃", "subset": "⊂", "equal": "=", "overlap": "∩"}


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Two to four editions beside one another, read from the first; suggestions are told as such."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    rows = library.newest(actor.organisation_id)
    chosen = [key for key in dict.fromkeys(request.GET.getlist("standard")) if key in rows][:MOST]
    context: dict[str, Any] = {
        "rows": [(key, row.title) for key, row in rows.items()],
        "picked": [*chosen, *[""] * (MOST - len(chosen))],
        "fewest": FEWEST,
    }
    if len(chosen) >= FEWEST:
        editions = {key: rows[key].rule for key in chosen}
        crosswalk = library.relations(actor.organisation_id, rows.values())
        first, others = chosen[0], chosen[1:]
        lines = [
            [
                table.link(
                    f"{one.number} {one.title}", addresses.clause(first, one.number), "" if one.assessable else "b"
                ),
                *(_cell(crosswalk, Reference(first, one.number), other, editions) for other in others),
            ]
            for one in editions[first].requirements
        ]
        columns = [table.Column(elsewhere.short_title(editions[key]), "wrap") for key in chosen]
        may_export = actor.holds(bringing.EXPORT)
        if request.GET.get("format"):
            if not may_export:
                raise Refused([_("You may not export standards. Ask the quality manager.")])
            return as_file(actor, adopting.KIND, _sheet(crosswalk, editions), request.GET["format"])
        context["table"] = table.table(columns, [table.Group(lines)], _("Requirements side by side"), phone="pile")
        asked = urlencode([("standard", key) for key in chosen])
        context["export_url"] = f"{request.path}?{asked}" if may_export else ""
    return answers.page(request, "standards/side_by_side.html", context)


def _sheet(crosswalk: Crosswalk, editions: Mapping[str, Framework]) -> Sheet:
    """The same as a file: how the others relate, with number and title, one line for each in a cell."""
    first, *others = editions.values()
    head = [_("Number"), _("Title"), *(elsewhere.short_title(one) for one in others)]
    lines = [
        [
            one.number,
            one.title,
            *("\n".join(_said(crosswalk, Reference(first.key, one.number), other)) for other in others),
        ]
        for one in first.requirements
    ]
    return Sheet("side-by-side", _("Side by side"), head, lines)


def _said(crosswalk: Crosswalk, here: Reference, other: Framework) -> list[str]:
    judged = [
        f"{RELATIONS[one.relation]} {one.there.number} {other.by_number[one.there.number].title}"
        for one in crosswalk.readings(here, other.key)
        if one.there.number in other.by_number
    ]
    return judged or [
        f"{_('suggested')} {one.there.number} {other.by_number[one.there.number].title}"
        for one in crosswalk.suggestions(here, other.key)[:MOST_SUGGESTED]
        if one.there.number in other.by_number
    ]


def _cell(crosswalk: Crosswalk, here: Reference, other: str, editions: Mapping[str, Framework]) -> SafeString:
    parts = [
        f'<span title="{escape(RELATIONS[one.relation])}">{FIGURES[one.relation.value]}<span class="vh"> '
        f"{escape(RELATIONS[one.relation])}</span></span> "
        f'<a href="{escape(addresses.clause(other, one.there.number))}">{escape(one.there.number)} '
        f"{escape(editions[other].by_number[one.there.number].title)}</a>"
        for one in crosswalk.readings(here, other)
        if one.there.number in editions[other].by_number
    ]
    if not parts:
        parts = [
            f'<span class="faint">{escape(_("suggested"))} '
            f'<a href="{escape(addresses.clause(other, one.there.number))}">'
            f"{escape(one.there.number)} {escape(editions[other].by_number[one.there.number].title)}</a></span>"
            for one in crosswalk.suggestions(here, other)[:MOST_SUGGESTED]
            if one.there.number in editions[other].by_number
        ]
    if not parts and not editions[here.framework].by_number[here.number].assessable:
        # Nothing is asked at a heading, so nothing is missing beside it.
        return SafeString("")
    if not parts:
        return SafeString(f'<span class="faint">–<span class="vh">{escape(_("nothing"))}</span></span>')
    lines = "".join(f"<li>{one}</li>" for one in parts)
    return SafeString(f'<ul class="rel-cell">{lines}</ul>')

"""Evidence that is past its day or soon will be, as a list with filters and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.exchange.taking_out import Sheet, as_file
from qsms.org.actor import Actor
from qsms.records.errors import Refused
from qsms.rules.evidence import Ageing
from qsms.ui import answers, marks, table, times

from .. import addresses, adopting, ageing, elsewhere, library, pieces
from ..ageing import Aged
from ..choices import AGEING, Strength

SHOWN = 200


@answers.for_people
@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """What has to be renewed, the gravest first; `how`, `of` and `standard` narrow it, `format` makes a file."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    every = _narrowed(request, ageing.all_of(actor))
    how = next((one for one in Ageing if one.value == request.GET.get("how")), None)
    found = [one for one in every if how in (None, one.how)]
    titles = _titles(actor, every)
    if "format" in request.GET:
        if not actor.holds(f"{adopting.KIND}.export"):
            raise Refused([_("You may not export this. Ask the quality manager.")])
        head = [_("Evidence"), _("Title"), _("Standard"), _("Clause"), _("State"), _("Fresh until"), _("Kept fresh by")]
        return as_file(
            actor,
            adopting.KIND,
            Sheet("evidence-to-renew", _("To renew"), head, _lines(found, titles)),
            request.GET["format"],
        )
    counts = Counter(one.how for one in every)
    kept = [(name, request.GET[name]) for name in ("of", "standard") if request.GET.get(name)]
    here = reverse("standards:ageing")
    today = moment.now().astimezone(actor.tz).date()
    rows = [_row(one, titles, today) for one in found[:SHOWN]]
    columns = [
        table.Column(_("Evidence"), "t"), table.Column(_("For")), table.Column(_("State")),
        table.Column(_("Fresh until"), "r"), table.Column(_("Shows"), "hide-p"),
        table.Column(_("Kept fresh by"), "hide-p"),
    ]  # fmt: skip
    context = {
        "table": table.table(columns, [table.Group(rows)], _("Evidence to renew")) if rows else "",
        "views": [
            {"words": _("All"), "n": len(every), "url": f"{here}?{urlencode(kept)}", "on": how is None},
            *(
                {"words": words, "n": counts[one], "url": f"{here}?{urlencode([*kept, ('how', one.value)])}",
                 "on": how is one}
                for one, (words, _tone, _shape) in AGEING.items()
            ),
        ],
        "more": max(len(found) - SHOWN, 0),
        "query": urlencode([*kept, *([("how", how.value)] if how else [])]),
        "may_export": actor.holds(f"{adopting.KIND}.export"),
    }  # fmt: skip
    return answers.page(request, "standards/ageing.html", context)


def _narrowed(request: HttpRequest, every: list[Aged]) -> list[Aged]:
    of, standard = request.GET.get("of", ""), request.GET.get("standard", "")
    return [
        one for one in every if (of != "records" or not one.piece.question) and standard in ("", one.piece.framework)
    ]


def _titles(actor: Actor, every: list[Aged]) -> dict[str, str]:
    rows = library.editions(actor.organisation_id, dict.fromkeys((one.piece.framework for one in every), 0))
    return {key: elsewhere.short_title(row.rule) for key, row in rows.items()}


def _row(one: Aged, titles: dict[str, str], today: Any) -> list[Any]:
    piece, (words, tone, shape) = one.piece, AGEING[one.how]
    url = pieces.source(piece)
    title = f"{piece.number} {piece.title}".strip()
    clause = f"{titles.get(piece.framework, piece.framework)} {piece.clause}"
    return [
        table.link(title, url) if url else escape(title),
        table.link(clause, addresses.clause(piece.framework, piece.clause)),
        marks.status(words, tone, shape),
        times.day(one.until, today) if one.until else "",
        escape(Strength(piece.strength).label),
        escape(piece.owner or ""),
    ]


def _lines(found: list[Aged], titles: dict[str, str]) -> Iterator[list[Any]]:
    for one in found:
        piece = one.piece
        yield [
            piece.number, piece.title, titles.get(piece.framework, piece.framework), piece.clause,
            str(AGEING[one.how][0]), one.until.isoformat() if one.until else "", piece.owner or "",
        ]  # fmt: skip

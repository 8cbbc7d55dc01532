"""The library of standards: which editions there are, the tree of one, and one requirement with what surrounds it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qsms.records.errors import NotVisible
from qsms.rules.frameworks import Framework, Reference, Requirement
from qsms.ui import answers, marks, table

from .. import addresses, elsewhere, library, tree
from ..choices import CONFIDENCE, DATES, DOCUMENTED, STATUS_LOOKS, EditionStatus
from ..models import Edition


def status(row: Edition, *, pill: bool = False) -> str:
    """The mark of where an edition stands."""
    shape, tone = STATUS_LOOKS[EditionStatus(row.status)]
    return marks.status(row.get_status_display(), tone, shape, pill=pill)


@answers.for_people
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Every edition that the organisation can look into."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    rows = [
        [
            table.link(row.title, addresses.edition(row.key)),
            escape(row.edition),
            marks.SafeString(status(row)),
            escape(_("your own") if row.organisation_id else _("shipped")),
        ]
        for row in library.newest(actor.organisation_id).values()
    ]
    columns = [
        table.Column(_("Standard"), "t"),
        table.Column(_("Edition")),
        table.Column(_("Status")),
        table.Column(_("From"), "hide-p"),
    ]
    context = {"table": table.table(columns, [table.Group(rows)], _("Standards"))}
    return answers.page(request, "standards/list.html", context)


@answers.for_people
@require_GET
def show_edition(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """The clause tree of one edition."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    row = library.find(actor.organisation_id, f"{code}/{edition}")
    rule = row.rule
    context = {
        "row": row,
        "rule": rule,
        "status": status(row, pill=True),
        "dates": [(label, rule.dates[name]) for name, label in DATES.items() if name in rule.dates],
        "confidence": CONFIDENCE[rule.confidence],
        "assessable": sum(one.assessable for one in rule.requirements),
        "tree": tree.draw(rule, _("Clauses")),
    }
    return answers.page(request, "standards/edition.html", context)


@answers.for_people
@require_GET
def show_clause(request: HttpRequest, code: str, edition: str, clause: str) -> HttpResponse:
    """One requirement: what it asks for, what would show it, and where else the same is asked."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    rows = library.newest(actor.organisation_id)
    row = rows.get(f"{code}/{edition}")
    if row is None or clause not in row.rule.by_number:
        raise NotVisible
    rule, here = row.rule, Reference(row.key, clause)
    editions = {key: one.rule for key, one in rows.items()}
    own = [one.rule for one in rows.values() if one.organisation_id is not None]
    crosswalk = library.relations(library.newest_crosswalk(), own)
    requirement = rule.by_number[clause]
    context = {
        "row": row,
        "rule": rule,
        "short": elsewhere.short_title(rule),
        "one": requirement,
        "above": [_line(rule, number) for number in reversed(list(rule.ancestors(clause)))],
        "below": [_line(rule, number) for number in rule.children(clause)],
        "documented": [DOCUMENTED[one] for one in requirement.documented],
        "confidence": CONFIDENCE[requirement.confidence or rule.confidence],
        "related": elsewhere.related(crosswalk, here, editions),
        "suggested": elsewhere.suggested(crosswalk, here, editions),
        **_neighbours(rule, requirement),
    }
    return answers.page(request, "standards/clause.html", context)


def _line(rule: Framework, number: str) -> dict[str, str]:
    return {"number": number, "title": rule.by_number[number].title, "url": addresses.clause(rule.key, number)}


def _neighbours(rule: Framework, requirement: Requirement) -> dict[str, dict[str, str] | None]:
    place = rule.requirements.index(requirement)
    before = rule.requirements[place - 1].number if place else ""
    after = rule.requirements[place + 1].number if place + 1 < len(rule.requirements) else ""
    return {"before": _line(rule, before) if before else None, "after": _line(rule, after) if after else None}

"""The library of standards: which editions there are, the tree of one, and one requirement with what surrounds it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from qsms.base import moment
from qsms.exchange.taking_out import WORKBOOK
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.records.errors import NotVisible, Refused
from qsms.rules.coverage import State
from qsms.rules.coverage_words import told, told_of_finding
from qsms.rules.crossing import Through
from qsms.rules.crosswalk import Reading
from qsms.rules.findings import Struck
from qsms.rules.frameworks import Framework, Reference, Requirement
from qsms.ui import addresses as pages
from qsms.ui import answers, marks, table

from .. import (
    addresses,
    adopting,
    ageing,
    assessing,
    binding,
    bringing,
    certifying,
    clause_ways,
    elsewhere,
    finding_lines,
    findings,
    judging,
    library,
    living,
    pieces,
    profile,
    rows,
    shipped,
    standing,
    texts,
    tree,
)
from ..choices import CONFIDENCE, DATES, DOCUMENTED, STATES, STATUS_LOOKS, EditionStatus
from ..commands import FORMS
from ..lifecycles import ADOPTION_LIFE
from ..models import Edition
from ..standing import AtHand, Standing

# What an edition leaves as: the kind of file, and its forms with what is on each button.
EXPORTS = (
    (gettext_lazy("All that is known of it, to be brought in again"), (("yaml", "YAML"),)),
    (gettext_lazy("An OSCAL catalog"), (("oscal-json", "JSON"), ("oscal-xml", "XML"), ("oscal-yaml", "YAML"))),
    (gettext_lazy("A table of its clauses"), (("xlsx", "XLSX"), ("csv", "CSV"))),
)
TYPES = {"yaml": "application/yaml", "json": "application/json", "xml": "application/xml", "csv": "text/csv",
         "xlsx": WORKBOOK}  # fmt: skip


def status(row: Edition, *, pill: bool = False) -> Any:
    """The mark of where an edition stands."""
    shape, tone = STATUS_LOOKS[EditionStatus(row.status)]
    return marks.status(row.get_status_display(), tone, shape, pill=pill)


@answers.for_people
@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Every edition that the organisation can look into."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    adopted = adopting.live(actor)
    seen = adopting.seen(actor, adopted)
    found = standing.of_all(actor, adopted, AtHand(live=adopted))
    own = [_adopted_line(actor, one, one.adoption.pk in seen) for one in found]
    bound = {piece.id: piece for one in found for piece in one.pieces.values()}
    rows = [
        [
            table.link(row.title, addresses.edition(row.key)),
            escape(row.edition),
            status(row),
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
    heads = [
        table.Column(_("Standard"), "t"),
        table.Column(_("State")),
        table.Column(_("Covered"), "r"),
        table.Column(_("Partly"), "r hide-p"),
        table.Column(_("Gap"), "r"),
        table.Column(_("Not judged"), "r hide-p"),
        table.Column(_("Site"), "hide-p"),
        table.Column(_("Number")),
    ]
    context = {
        "adopted": table.table(heads, [table.Group(own)], _("Adopted"), phone="pile") if own else "",
        "all_url": pages.listing(adopting.KIND) if actor.holds(f"{adopting.KIND}.view") else "",
        "ageing": Counter(one.how.value for one in ageing.of(actor, bound.values(), adopted)),
        "nothing": _nothing_adopted(actor) if not own else {},
        "may_bring": actor.holds(bringing.IMPORT),
        "registers": [
            (registry.get(kind).label_plural, pages.listing(kind))
            for kind in (assessing.KIND, certifying.KIND, findings.KIND)
            if actor.holds(f"{kind}.view")
        ],
        "table": table.table(columns, [table.Group(rows)], _("Every edition")),
    }
    return answers.page(request, "standards/list.html", context)


def _nothing_adopted(actor: Actor) -> dict[str, str]:
    """Why nothing is adopted, as far as this reader can tell, and what they can do about it."""
    if actor.holds(f"{adopting.KIND}.create"):
        said = _("Nothing is adopted yet. Open an edition below and adopt it; then records can count as evidence.")
        return {"said": said}
    who = adopting.adopters(actor.organisation_id)
    if who:
        said = _("Nothing is adopted that holds where you work. %(who)s can adopt a standard.") % {"who": who}
        return {"said": said}
    said = _("Nothing is adopted yet, and nobody may adopt a standard. That is for a quality or safety manager.")
    if not actor.holds("org.admin"):
        return {"said": said}
    return {"said": said, "url": reverse("administration:people"), "verb": _("Give somebody that role")}


def _adopted_line(actor: Actor, found: Standing, is_seen: bool) -> list[Any]:
    adoption, tally = found.adoption, found.coverage.tally
    url = addresses.coverage(adoption.number)
    words = _("%(met)s of %(all)s") % {"met": tally.met, "all": tally.applicable}
    return [
        table.link(adoption.title, url),
        marks.standing(ADOPTION_LIFE.state(adoption.state)),
        table.link(words, f"{url}?state=met"),
        table.link(tally.partly, f"{url}?state=partly"),
        table.link(tally.gap, f"{url}?state=gap"),
        table.link(tally.not_assessed, f"{url}?state=not_assessed"),
        escape(names.places("site", actor.organisation_id).get(adoption.site_id or 0, "–")),
        table.link(adoption.number, pages.record(adoption), "no") if is_seen else escape(adoption.number),
    ]


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
        "leaving_out": (leaving_out := shipped.exclusion_rules().get(row.key)),
        "may_go": [one for one in rule.by_number if leaving_out and one in leaving_out.numbers],
        "adoptions": [one for one in adopting.live(actor) if one.key == row.key],
        "may_adopt": actor.holds(f"{adopting.KIND}.create"),
        "again_url": addresses.adopt_again(row),
        "exports": EXPORTS if actor.holds(bringing.EXPORT) else (),
    }
    return answers.page(request, "standards/edition.html", context)


@answers.for_people
@require_GET
def export_edition(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """One edition as a file, in the `format` that is asked for; history keeps who took it."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    form = request.GET.get("format", "")
    if form not in FORMS:
        raise Refused([_("Choose the form of the file on the page of the standard.")])
    content = bringing.send(actor, f"{code}/{edition}", form)
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", f"{code}-{edition}")
    answer = HttpResponse(content, content_type=TYPES[form.removeprefix("oscal-")])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{FORMS[form]}"'
    return answer


@answers.for_people
@require_GET
def show_clause(request: HttpRequest, code: str, edition: str, clause: str) -> HttpResponse:
    """One requirement: what it asks for, what would show it, and where else the same is asked."""
    actor = answers.actor_of(request)
    library.check_sees(actor)
    every_text = library.every(actor.organisation_id)
    rows = library.newest(actor.organisation_id, every_text)
    row = rows.get(f"{code}/{edition}")
    if row is None or clause not in row.rule.by_number:
        raise NotVisible
    rule, here = row.rule, Reference(row.key, clause)
    editions = {key: one.rule for key, one in rows.items()}
    at_hand = AtHand(
        adopting.live(actor), every_text, library.crosswalks(actor.organisation_id), findings.open_against(actor)
    )
    crosswalk = library.relations(actor.organisation_id, rows.values(), rows=at_hand.crosswalks)
    requirement = rule.by_number[clause]
    today = moment.now().astimezone(actor.tz).date()
    adoptions = [one for one in at_hand.live or () if one.key == row.key]
    may_bind = any(scope.may(actor, "evidence", one) for one in adoptions)
    context = {
        "row": row,
        "rule": rule,
        "short": elsewhere.short_title(rule),
        "one": requirement,
        "above": [_line(rule, number) for number in reversed(list(rule.ancestors(clause)))],
        "below": [_line(rule, number) for number in rule.children(clause)],
        "documented": [DOCUMENTED[one] for one in requirement.documented],
        "confidence": rule.confidence_note
        if row.organisation_id
        else CONFIDENCE[requirement.confidence or rule.confidence],
        "text": texts.of(actor, here),
        "paste_url": addresses.paste(row.key, clause) if actor.holds(texts.WRITE) else "",
        "judge_url": addresses.judge(row.key, clause) if actor.holds(judging.RIGHT) else "",
        "related": elsewhere.related(crosswalk, here, editions),
        "suggested": elsewhere.suggested(crosswalk, here, editions),
        "evidence": [
            pieces.line(one, today, url=pieces.source(one), title=one.title, may_end=may_bind)
            for one in binding.at(actor, here)
        ],
        "findings": [finding_lines.line(actor, one) for one in at_hand.against or () if one.at == here],
        "find_url": addresses.find(row, clause) if actor.holds(f"{findings.KIND}.create") else "",
        "bind_url": addresses.bind(key=row.key, clause=clause) if may_bind else "",
        "ask_url": addresses.ask(row.key, clause) if may_bind and living.offered() else "",
        "standings": [
            _stands(actor, found, clause)
            for found in standing.of_all(actor, adoptions, at_hand)
            if clause in found.coverage.covered
        ],
        "ways": clause_ways.ways(actor, here),
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


def _stands(actor: Actor, found: Standing, clause: str) -> dict[str, Any]:
    """How an adoption stands here: the state with its reasons, and what other standards lend, told with direction."""
    adoption, covered = found.adoption, found.coverage.covered[clause]
    word, verdict = STATES[covered.state]
    above = [clause, *found.framework.ancestors(clause)]
    left_out = next((found.exclusions[number] for number in above if number in found.exclusions), None)
    not_allowed = next((found.not_allowed[number] for number in above if number in found.not_allowed), None)
    away = profile.above(found.framework, clause, found.falls_away)
    may_change = scope.may(actor, "change", adoption)
    return {
        "adoption": adoption,
        "url": addresses.coverage(adoption.number),
        "mark": marks.coverage(word, verdict),
        "why": [
            *filter(None, [away]),
            *rows.reasons(found, covered),
            *filter(None, [rows.with_all_below(covered)]),
        ],
        "through": [_lent(found, one) for one in covered.through],
        "struck": [_struck(actor, found, one) for one in covered.struck],
        "left_out": left_out,
        "not_allowed": not_allowed,
        "stays_because": adopting.why_not(found.framework, not_allowed.number)
        if not_allowed
        else adopting.why_not(found.framework, clause)
        if may_change and not adopting.may_leave_out(found.framework, clause)
        else "",
        "pack_url": addresses.outputs(adoption.number, clause) if actor.holds(f"{adopting.KIND}.export") else "",
        "exclude_url": addresses.exclude(adoption.number, clause)
        if may_change and covered.state is not State.NOT_APPLICABLE and adopting.may_leave_out(found.framework, clause)
        else "",
        "may_include": may_change and any(one and one.number == clause for one in (left_out, not_allowed)),
    }


def _lent(found: Standing, one: Through) -> dict[str, Any]:
    records = [found.pieces[int(str(piece.id))] for piece in one.evidence]
    return _over_pair(found, one.reading, str(told(one))) | {"records": records}


def _struck(actor: Actor, found: Standing, one: Struck) -> dict[str, Any]:
    finding = finding_lines.line(actor, found.named(one.finding))
    return _over_pair(found, one.reading, str(told_of_finding(one))) | {"finding": finding}


def _over_pair(found: Standing, reading: Reading, said: str) -> dict[str, Any]:
    here = reading.here
    return {
        "url": addresses.clause(here.framework, here.number),
        "name": f"{elsewhere.short_title(found.editions[here.framework])} {here.number}",
        "figure": reading.relation.value,
        "said": said.removeprefix(f"{here} "),
    }

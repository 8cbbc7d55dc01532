"""The triage desk: queue left, report right, the three lenses side by side."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qsms.base import moment
from qsms.base.files import cannot_open
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import attachments, keys, listing, paging, registry, scope, tasks
from qsms.records import services as spine
from qsms.records.choices import Relation
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Record, Task
from qsms.risk import doors as risk
from qsms.ui import addresses, cells, dates, marks, parts
from qsms.ui.answers import actor_of, asks_for_part, done, for_people, page
from qsms.ui.context import Shell
from qsms.ui.record import filing, pickers

from .. import first_look, forms, own_words, queries, services
from ..choices import LENSES, Concern, Mode, Next
from ..lifecycles import NEW
from ..models import Judgement, Report
from ..queries import Queue
from ..services import mailbox, triage
from . import queueing

# So many of the newest hazards come along as suggestions; every other one is found while typing.
HAZARDS = 8


@for_people
@require_GET
def show(request: HttpRequest, number: str = "") -> HttpResponse:
    """The desk with one report that waits: the one in the address, else the first of this page of the queue."""
    actor = actor_of(request)
    if not actor.holds("report.triage"):
        raise Refused([_("You may not judge reports. What you reported stands under “My reports”.")])
    return _draw(request, actor, number)


def _draw(request: HttpRequest, actor: Actor, number: str, **extra: Any) -> HttpResponse:
    try:
        queue = queries.triage_queue(actor, queueing.after_of(request))
    except paging.BadPageKey as error:
        raise Http404 from error
    report = next((one.report for one in queue.waiting if one.report.number == number), None)
    if number and report is None:
        # It may stand on another page of the queue.
        found = spine.find(actor, "report", number)
        if found.state not in NEW or not scope.may(actor, "triage", found):
            return HttpResponseRedirect(addresses.record(found))
        assert isinstance(found, Report)
        report = found
    if report is None and queue.waiting:
        report = queue.waiting[0].report
    if report is not None:
        report = queries.on_desk(report.pk)
    titles = forms.titles(actor.organisation_id) if queue.waiting else {}
    shell = Shell(request)
    # The desk needs the width: here the menu is narrow, whatever is chosen for other pages.
    shell.__dict__["slim"] = True
    context = {
        "shell": shell,
        "queue": [queueing.line(one, actor, report, titles, queueing.after_of(request)) for one in queue.waiting],
        "total": queue.count,
        "pages": queueing.pages_of(request, queue),
        "place": queueing.kept(queueing.after_of(request)),
        "number": report.number if report else "",
        "may_export": bool(queue) and actor.holds("report.export"),
        "ask_error": "",
        "asking": "",
        **(_desk(actor, report, queue, queueing.after_of(request)) if report is not None else {}),
        **extra,
    }
    return page(request, "reports/triage.html", {"report": report, **context}, status=extra.get("status", 200))


def _desk(actor: Actor, report: Report, queue: Queue, after: str) -> dict[str, Any]:
    missing = [lens for lens, bit in LENSES.items() if bit in triage.missing_lenses(report)]
    judged = {one.lens: one for one in Judgement.everywhere.filter(report=report.pk).select_related("by")}
    asked = {one.code: one for one in tasks.on_record(report)}
    return {
        "facts": _facts(actor, report),
        "story": own_words.story(report, actor.tz),
        **queueing.around(report, queue, after),
        "files": [
            parts.FileLine(
                row.name, addresses.record(report, "file", row.pk, row.name), icon=filing.icon(row.media_type),
                small=filing.small_of(report, row),
                about=_("cannot be shown here, for download only") if cannot_open(row.media_type, row.inline) else "",
            )
            for row in attachments.on_record(report)
        ],
        "mailbox_url": addresses.tab(report, "mailbox"),
        "answers_waiting": report.answers_waiting,  # type: ignore[attr-defined]
        "duplicates": queries.duplicates(actor, report),
        "lens_forms": [
            _lens(actor, report, lens, position, judged, asked, after) for position, lens in enumerate(LENSES, 1)
        ],
        "missing": missing,
        "missing_name": marks.lens_name(missing[0]).lower() if missing else "",
        "next_key": list(LENSES).index(missing[0]) + 1 if missing else 0,
        "judged_count": len(LENSES) - len(missing),
        "may_ask": scope.may(actor, "ask", report) and mailbox.has_reporter(report),
        "may_merge": (may_merge := scope.may(actor, "merge", report)),
        "merge_url": addresses.move(report, "merge") if may_merge else "",
        "may_link": scope.may(actor, "link", report),
        "raisings": [
            {"label": one.label, "key": one.key, "url": addresses.record(report, "raise", one.kind),
             "icon": registry.get(one.kind).icon}
            for one in _raisings(actor)
        ],
        "reject_url": addresses.move(report, "reject") if scope.may(actor, "reject", report) else "",
        "risk": _risk(report),
        "risk_url": risk.rating_page(report) if risk.may_assess(actor, report) else "",
    }  # fmt: skip


def _facts(actor: Actor, report: Report) -> str:
    """Who said so, when, where and which aircraft, as far as the report tells."""
    by = report.raised_by if report.mode == Mode.NAMED else None
    said = _("By %(who)s") % {"who": by.name} if by is not None else ""
    happened = ""
    if report.occurred_at is not None:
        happened = dates.moment(report.occurred_at, moment.now(), actor.tz)
    elif report.occurred_on is not None:
        happened = dates.plain_day(report.occurred_on)
    place = ", ".join(part for part in (_site(actor, report), report.place) if part)
    flown = ", ".join(part for part in (report.aircraft, report.aircraft_type) if part)
    return " · ".join(part for part in (said, happened, place, flown) if part)


def _raisings(actor: Actor) -> list[registry.Raising]:
    """What the actor may raise from a report, in the order of the trace: what it means before what is done."""
    able = [one for one in registry.raisings("report") if actor.holds(f"{one.kind}.create")]
    return sorted(able, key=lambda one: registry.TRACE.index(registry.get(one.kind).trace))


def _risk(report: Report) -> str:
    word = listing.RISK_TONES[report.risk_class]
    cell, rest = (report.risk_cell, word) if report.risk_cell else (word, "")
    return marks.risk(cell, rest, cells.TONES[report.risk_class]) if report.risk_class else ""


def _site(actor: Actor, report: Report) -> str:
    return names.places("site", actor.organisation_id).get(report.site_id or 0, "")


def _lens(
    actor: Actor,
    report: Report,
    lens: str,
    position: int,
    judged: dict[int, Judgement],
    asked: dict[str, Task],
    after: str,
) -> dict[str, Any]:
    made = judged.get(int(LENSES[lens]))
    scale = first_look.scales()[lens]
    concerns = made.concerns if made else ""
    return {
        "lens": lens,
        "letter": lens[0],
        "key": position,
        "name": marks.lens_name(lens),
        "mark": marks.lens(lens, {"yes": True, "no": False}.get(concerns)),
        "url": reverse("reports:judge", args=[report.number, lens]) + queueing.kept(after),
        "concerns": [(value, label, value == concerns) for value, label in Concern.choices],
        "question": _(scale.question),
        "levels": [(one.code, _(one.label), bool(made and made.severity == one.code)) for one in scale.levels],
        "steps": [(value, label, bool(made and made.next == value)) for value, label in Next.choices],
        "note": made.note if made else "",
        "unsure": concerns == Concern.UNSURE,
        "todo": not concerns or concerns == Concern.UNSURE,
        "wide": concerns == Concern.YES,
        "by": f"{made.by.name}, {dates.moment(made.at, moment.now(), actor.tz, short=True, inside=True)}"
        if made and made.by
        else "",
        "asked": _asked(actor, asked.get(f"judge_{lens}")),
        # Asked for where they are shown.
        "processes": _processes(actor, report) if lens == "quality" and concerns == Concern.YES else (),
        **(_hazards(actor, report) if lens == "safety" and concerns == Concern.YES else {}),
    }


def _asked(actor: Actor, task: Task | None) -> str:
    """Who was asked to judge through this lens, and when; empty when that is the reader or nobody."""
    who = task.person or task.role if task is not None else None
    if task is None or who is None or task.person_id == actor.person_id:
        return ""
    when = dates.moment(task.given_at, moment.now(), actor.tz, inside=True)
    if task.role is not None and task.role.code in actor.roles:
        return _("You were asked %(when)s.") % {"when": when}
    return _("%(who)s was asked %(when)s. You may judge too.") % {"who": who, "when": when}


def _processes(actor: Actor, report: Report) -> list[tuple[int, str, bool]]:
    known = names.places("process", actor.organisation_id)
    return [(pk, name, pk == report.process_id) for pk, name in sorted(known.items(), key=lambda row: row[1])]


def _hazards(actor: Actor, report: Report) -> dict[str, Any]:
    """The hazards of the register that this report is a case of, and the field to say that of one more, if there is a
    register (one query)."""
    if not registry.is_known("hazard"):
        return {}
    linked = Link.everywhere.filter(source=report.pk, relation=Relation.CASE_OF)
    newest = paging.newest(actor, "hazard", Q(phase__lt=3), limit=HAZARDS)
    rows = scope.visible(actor, "hazard").filter(Q(pk__in=newest) | Q(pk__in=linked.values("target_id")))
    rows = rows.annotate(is_linked=Exists(linked.filter(target_id=OuterRef("pk")))).order_by("-pk")
    found = list(rows)
    first = [pickers.record_label(one) for one in found if not one.is_linked]  # type: ignore[attr-defined]
    field = pickers.Suggested(pickers.record_url("hazard"), first)
    return {
        "cases": [(one.number, one.title, addresses.record(one)) for one in found if one.is_linked],  # type: ignore[attr-defined]
        "case_field": field.render("case_of", "", {"id": "c-safety", "class": "in", "aria-describedby": "ch-safety"}),
    }


@for_people
@require_POST
def judge(request: HttpRequest, number: str, lens: str) -> HttpResponse:
    """Keep what one lens says, and stay at the report."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    process = request.POST.get("process", "")
    try:
        services.judge(
            actor,
            report.pk,
            lens,
            request.POST.get("concerns", ""),
            severity=request.POST.get("severity", ""),
            next_step=request.POST.get("next", ""),
            note=request.POST.get("note", "")[:2000],
            process_id=keys.whole(process),
        )
        _link_case(actor, report, request.POST.get("case_of", ""))
    except Invalid as error:
        return _draw(request, actor, number, error=" ".join(error.errors.values()), status=_status(request))
    return _back(request, actor, number)


def _link_case(actor: Actor, report: Record, typed: str) -> None:
    """Say that a report is a case of the hazard with the number that was typed or chosen, if one was."""
    if not typed.strip():
        return
    try:
        hazard = pickers.RecordField(actor, "hazard", required=False).clean(typed[:200])
    except ValidationError as error:
        raise Invalid({"case_of": " ".join(error.messages)}) from error
    spine.link(actor, report.pk, hazard, Relation.CASE_OF)


def _back(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The desk again: drawn anew for htmx, which takes its parts out, or by its address."""
    if asks_for_part(request):
        return _draw(request, actor, number)
    return HttpResponseRedirect(queueing.desk(number, queueing.after_of(request)), status=303)  # type: ignore[call-arg]


def _status(request: HttpRequest) -> int:
    return 200 if asks_for_part(request) else 422


@for_people
@require_POST
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """End the triage of a report and go on to the next one."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    code = "settle" if "settle" in request.POST else "finish_triage"
    spine.move(actor, report.pk, code)
    said = _("%(number)s is triaged.") % {"number": number}
    return done(request, reverse("reports:triage") + queueing.kept(queueing.after_of(request)), said)


@for_people
@require_POST
def same(request: HttpRequest, number: str, other: str, how: str) -> HttpResponse:
    """What a suggested report is: the same event, related, or another one."""
    actor = actor_of(request)
    report, there = spine.find(actor, "report", number), spine.find(actor, "report", other)
    if how == "same":
        services.merge(actor, report.pk, there.pk)
        said = _("%(number)s is merged into %(other)s.") % {"number": number, "other": other}
        return done(request, reverse("reports:triage") + queueing.kept(queueing.after_of(request)), said)
    if how == "related":
        services.related(actor, report.pk, there.pk)
    elif how == "no":
        services.not_the_same(actor, report.pk, there.pk)
    else:
        raise NotVisible
    return _back(request, actor, number)


@for_people
@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put a question to the reporter, from the desk or from the report's page."""
    actor = actor_of(request)
    report = spine.find(actor, "report", number)
    text, to = request.POST.get("text", ""), request.POST.get("back", "")
    try:
        services.ask(actor, report.pk, text)
    except Invalid as error:
        if to != "triage":
            raise
        return _draw(request, actor, number, ask_error=" ".join(error.errors.values()), asking=text, status=422)
    url = queueing.desk(number, queueing.after_of(request)) if to == "triage" else addresses.tab(report, "mailbox")
    return done(request, url, _("Your question is in the mailbox."))

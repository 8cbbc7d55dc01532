"""What the pages of documents and revisions show beside their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import scope
from qsms.records.models import Record
from qsms.records.registry import Panel
from qsms.ui import addresses as pages
from qsms.ui import marks, times

from . import (
    addresses,
    content,
    effect,
    markdown,
    naming,
    placing,
    reaching,
    readings,
    routing,
    taking_over,
    writing,
)
from .choices import StepKind
from .lifecycles import REVISION_LIFE
from .models import Document, Revision

# So many revisions of a document are listed on its page.
LISTED = 100


def _in_effect(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    return {
        "read_url": addresses.read(record.number) if record.effective_id is not None else "",
        "readers_url": addresses.readers(record.number) if scope.may(actor, "distribute", record) else "",
        "waiting": record.given - record.acknowledged,
        "taken_over": taking_over.said(record) if record.taken_over else "",
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A revision in the list of its document."""

    url: str
    number: str
    label: str
    summary: str
    state: SafeString
    day: SafeString | None


def _revisions(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    # Of each kind of right its own way to the revisions: whoever sees the document need not see what is being written.
    rows = scope.visible(actor, "revision").filter(document_id=record.pk).order_by("-pk")[:LISTED]
    today = moment.now().astimezone(actor.tz).date()
    lines = [
        Line(
            pages.record(row), row.number, row.label, row.summary,
            marks.standing(REVISION_LIFE.state(row.state)),
            times.day(row.effective_at.astimezone(actor.tz).date(), today) if row.effective_at else None,
        )
        for row in rows
    ]  # fmt: skip
    may_write = actor.holds("revision.create") and writing.under_way_of(record) is None
    return {"lines": lines, "write_url": pages.record(record, "raise", "revision") if may_write else ""}


def _distribution(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    may_give = scope.may(actor, "distribute", record)
    may = record.is_open and may_give
    may_list = readings.may_see(actor, record)
    reach = reaching.now(record)
    lines = [
        {
            "who": reaching.to_whom(way.rule),
            "n": len(way.people),
            "is_named": way.rule.person_id is not None,
            "list_url": addresses.reach(record.number, rule=way.rule.pk) if may_list else "",
            "how": _t("acknowledges within %(days)d days") % {"days": way.rule.days}
            if way.rule.acknowledge
            else _t("for information"),
            "why": way.rule.why,
            "take_url": addresses.take(record.number, way.rule.pk) if may else "",
        }
        for way in reach.ways
    ]
    return {
        "lines": lines,
        "reached": len(reach.people),
        "reach_url": addresses.reach(record.number) if may_list else "",
        "give_url": addresses.give(record.number) if may else "",
        "readers_url": addresses.readers(record.number) if may_give else "",
        "readings_url": addresses.readings(record.number) if may_list else "",
        "given": record.given,
        "acknowledged": record.acknowledged,
    }


def _reach(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Revision)
    assert record.document is not None
    document = record.document
    reach = reaching.now(document)
    seen = scope.sees(actor, document)
    return {
        "n": len(reach.people),
        "ways": [{"whom": reaching.to_whom(way.rule), "n": len(way.people)} for way in reach.ways],
        "list_url": addresses.reach(document.number) if seen and readings.may_see(actor, document) else "",
        "give_url": pages.tab(document, "distribution") if seen and scope.may(actor, "distribute", document) else "",
    }


def _is_under_way(actor: Actor, record: Record) -> bool:
    assert isinstance(record, Revision)
    return record.state in writing.UNDER_WAY and record.document_id is not None


def drawn(revision: Revision) -> SafeString:
    """The text as it is read, with its tables and pictures."""
    return render_to_string(
        "documents/drawn.html", {"html": markdown.html(revision.body, content.shown_to_writers(revision))}
    )


def _text(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Revision)
    document = effect.visible_document(actor, record)
    is_file = record.file_id is not None
    return {
        "html": "" if is_file else markdown.html(record.body, content.shown_to_keepers(record)),
        "is_file": is_file,
        "taken_over": taking_over.said(record.document) if record.taken_over and record.document is not None else "",
        "file_url": pages.record(record, "file", record.file_id, record.file_name) if is_file else "",
        "extraction": record.extraction,
        "bring_url": addresses.bring(record.number) if scope.may(actor, "change", record) else "",
        "changes_url": addresses.changes(record.number),
        "document": document,
        "document_url": pages.record(document) if document is not None else "",
    }


def _route(actor: Actor, record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Revision)
    titles = routing.titles(record)
    now = moment.now()
    labels = {kind.value: str(kind.label) for kind in StepKind}
    lines = [
        {
            "kind": labels[step.kind],
            "who": routing.signer(step) or (step.person.name if step.person else titles.get(step.role, "")),
            "role": titles.get(step.role, step.role) if step.done_by is not None else "",
            "instead": titles.get(step.instead_of, step.instead_of),
            "why": step.why,
            "mark": marks.status(_t("Signed"), "good", "circle-check")
            if step.done_at
            else marks.status(_t("Named") if step.round == naming.PLAN else _t("Waits"), "mute", "hourglass-empty"),
            "at": times.moment(step.done_at, now, actor.tz) if step.done_at else None,
            "hash": step.content_hash[:12],
        }
        for step in routing.steps(record)
    ]
    return {"lines": lines, "taken_over": record.taken_over}


def _processes(actor: Actor, record: Record) -> Mapping[str, Any]:
    may = record.is_open and scope.may(actor, "change", record)
    return {"also": placing.named(record), "change_url": addresses.processes(record.number) if may else ""}


def _has_process(actor: Actor, record: Record) -> bool:
    return record.process_id is not None


IN_EFFECT = Panel("in-effect", _("In effect"), "documents/panel_in_effect.html", _in_effect, tab=False, order=-10)
REVISIONS = Panel("revisions", _("Revisions"), "documents/panel_revisions.html", _revisions, order=10)
DISTRIBUTION = Panel("distribution", _("Distribution"), "documents/panel_distribution.html", _distribution, order=11)
TEXT = Panel("text", _("Text"), "documents/panel_text.html", _text, tab=False, order=5)
ROUTE = Panel("route", _("Review and approval"), "documents/panel_route.html", _route, order=10)
REACH = Panel(
    "reach", _("Goes to"), "documents/panel_reach.html", _reach, tab=False, order=6, place="rail", shown=_is_under_way
)
PROCESSES = Panel(
    "processes", _("Processes"), "documents/panel_processes.html", _processes, tab=False, order=7, place="rail",
    shown=_has_process,
)  # fmt: skip

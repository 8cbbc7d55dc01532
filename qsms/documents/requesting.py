"""Requests to change a document, and what is raised: a revision from its document, a request from anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qsms.org.actor import Actor
from qsms.records.models import Record
from qsms.records.registry import Lead, Raising, RecordType, Section, TaskType, offer, register
from qsms.rules.lifecycle import Move, Reason

from . import asking, conditions, document_types, lasting, panel_of_request, sheets  # noqa: F401  documents come first
from .lifecycles import REQUEST_LIFE
from .models import ChangeRequest, Document


@register
class ChangeRequestSheet(RecordType):
    model = ChangeRequest
    kind = "change_request"
    prefix = "DCR"
    label = _("Change request")
    label_plural = _("Change requests")
    icon = "message-question"
    room = "know"
    trace = "done"
    lifecycle = REQUEST_LIFE
    columns = ("number", "title", "documents", "state", "site", "owner", "due_on")
    filters = ("state", "site", "owner")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("What"), "title", "wanted", "why"),
        Section.of(_("Which documents"), "document", "also_documents", on_page=False),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "due_on", "disciplines"),
    )
    search_fields = ("wanted", "why", "answer", "documents")
    panels = (panel_of_request.NAMED,)
    room_fields = ("spared",)
    tasks = {
        "decide": TaskType(_("Decide on a change to a document"), _("Decide")),
        "revise": TaskType(_("Revise documents as it was asked for"), _("Revise")),
    }

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, ChangeRequest)
        if record.also_documents and record.document_id is None:
            return {"document": _t("Name the first document here, and the others below it.")}
        if record.document is not None and record.document.number in record.also_documents:
            record.also_documents = [one for one in record.also_documents if one != record.document.number]
        return {}

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, ChangeRequest)
        return conditions.of_request(record)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, ChangeRequest)
        asked = asking.asked_of(record)
        if record.state != "accepted":
            return Lead()
        if not asked.named and not asked.revisions:
            return Lead(_t("What was asked for is to be written."), _t("Write the revision"), raises=("revision",))
        # One's own first: the others stand below, each with its owner.
        mine = sorted(asked.unwritten, key=lambda one: one.document.owner_id not in actor.persons)
        ways = [
            (_t("Write the revision of %(document)s") % {"document": asking.told([one.document])}, url)
            for one in mine
            if (url := panel_of_request.write_url(actor, record, one))
        ]
        if not ways:
            return Lead()
        said = ngettext("%(n)d document is still to be revised.", "%(n)d documents are still to be revised.", len(mine))
        return Lead(said % {"n": len(mine)}, _t("Write the revisions"), ways=tuple(ways[:1]))

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        assert isinstance(record, ChangeRequest)
        keepers = asking.owners(record)
        sole = keepers if len(keepers) == 1 else frozenset[int]()
        return {**super().parties(record), "keeper": keepers, "sole_keeper": sole}

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, ChangeRequest)
        record.documents = asking.told(asking.documents(record))

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, ChangeRequest)
        asking.created(actor, [record])

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, ChangeRequest)
        if {"document", "also_documents"} & set(names):
            asking.renamed(actor, record)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, ChangeRequest)
        if move.code == "accept":
            asking.ask(actor, record)


def _of_document(record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    present = lasting.of(record)
    return {
        **_place(record),
        "document": record.pk,
        "title": record.title,
        "body": (present.body if present is not None else "") or document_types.of_document(record).template,
    }


def _of_request(record: Record, number: str = "") -> Mapping[str, Any]:
    """For one of the documents that it names, by number; else for the first that nobody has begun."""
    assert isinstance(record, ChangeRequest)
    asked = asking.asked_of(record)
    choice = [one for one in asked.named if one.document.number == number] or asked.unwritten or asked.named
    of_document = _of_document(choice[0].document) if choice else {"title": record.title}
    return {**_place(record), **of_document, "summary": record.wanted, "why": record.why}


def _request(record: Record) -> Mapping[str, Any]:
    # Its title says what is wrong there; what to change in a document, somebody has to write.
    return {**_place(record), "owner": None, "document": record.pk if isinstance(record, Document) else None}


def _place(record: Record) -> dict[str, Any]:
    return {
        "site": record.site_id, "unit": record.unit_id, "process": record.process_id, "owner": record.owner,
        "disciplines": record.disciplines,
    }  # fmt: skip


offer(Raising("revision", _("Write a revision"), ("document",), "changes", _of_document, key="w"))
offer(
    Raising(
        "revision",
        _("Write the revision"),
        ("change_request",),
        "raised_from",
        _of_request,
        key="w",
        picked=_of_request,
    )
)
offer(Raising("change_request", _("Ask to change a document"), ("*",), "raised_from", _request))

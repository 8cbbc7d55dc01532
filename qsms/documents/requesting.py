"""Requests to change a document, and what is raised: a revision from its document, a request from anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records.models import Record
from qsms.records.registry import Lead, Raising, RecordType, Section, TaskType, offer, register
from qsms.rules.lifecycle import Reason

from . import conditions, document_types, following, lasting, sheets  # noqa: F401  documents stand before requests
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
    columns = ("number", "title", "state", "site", "owner", "due_on")
    filters = ("state", "site", "owner")
    orders = ("-id", "due_on")
    form = (
        Section.of(_("What"), "title", "document", "wanted", "why"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "due_on", "disciplines"),
    )
    search_fields = ("wanted", "why", "answer")
    tasks = {
        "decide": TaskType(_("Decide on a change to a document"), _("Decide")),
        "revise": TaskType(_("Write a revision that was asked for"), _("Write it")),
    }

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        return conditions.of_request(record)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        if record.state != "accepted" or following.answers(record):
            return Lead()
        return Lead(_t("What was asked for is to be written."), _t("Write the revision"), raises=("revision",))

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        assert isinstance(record, ChangeRequest)
        keeper = following.keeper(record)
        return {**super().parties(record), "keeper": frozenset({keeper} if keeper else ())}

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, ChangeRequest)
        following.request_created(actor, record)


def _of_document(record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    present = lasting.of(record)
    return {
        **_place(record),
        "document": record.pk,
        "title": record.title,
        "body": (present.body if present is not None else "") or document_types.of_document(record).template,
    }


def _of_request(record: Record) -> Mapping[str, Any]:
    assert isinstance(record, ChangeRequest)
    of_document = _of_document(record.document) if record.document is not None else {"title": record.title}
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
offer(Raising("revision", _("Write the revision"), ("change_request",), "raised_from", _of_request, key="w"))
offer(Raising("change_request", _("Ask to change a document"), ("*",), "raised_from", _request))

"""The processes that a document holds for beside its own: found by each, and counted as evidence for each."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import history, moves, processes, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import AlsoProcess, Record
from qsms.rules.lifecycle import Phase

from .models import Document

PLACED = "processes_changed"


def put(actor: Actor, record_id: int, wanted: Iterable[int]) -> Document:
    """Say for which processes it holds beside its own. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        document = moves.locked(actor, record_id)
        if not isinstance(document, Document):
            raise NotVisible
        if not scope.may(actor, "change", document):
            raise Refused([_("You may not change this document. Ask the owner of %(n)s.") % {"n": document.number}])
        if document.phase >= Phase.DONE:
            raise Refused([_("%(number)s is closed, so nothing of it is changed.") % {"number": document.number}])
        known = names.places("process", actor.organisation_id)
        keys = sorted(set(wanted) - {document.process_id})
        if not set(keys) <= known.keys():
            raise Invalid({"process": _("This process is not in your organisation. Choose one from the list.")})
        if keys and document.process_id is None:
            said = _("It belongs to no process now. Edit the document and name the first one there.")
            raise Invalid({"process": said})
        if keys == processes.also_of(document):
            return document
        AlsoProcess.everywhere.filter(record_id=document.pk).delete()
        AlsoProcess.everywhere.bulk_create(
            AlsoProcess(organisation_id=document.organisation_id, record_id=document.pk, process_id=key) for key in keys
        )
        told = ", ".join(known[key] for key in keys) or _("its own alone")
        history.write(actor, document, history.Act(PLACED, detail={"what": told[:500]}))
    return document


def named(record: Record) -> list[str]:
    """The names of the processes that it holds for beside its own."""
    known = names.places("process", record.organisation_id)
    return sorted(known[key] for key in processes.also_of(record) if key in known)

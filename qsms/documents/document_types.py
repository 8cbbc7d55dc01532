"""The types of document of an organisation: the shipped ones, unless it has one of the same code of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from django.utils.translation import gettext as _

from qsms.base import context
from qsms.base.context import Context

from .choices import USUAL_TYPE, DocumentType, shipped
from .models import Document, OwnType

Types = Mapping[str, DocumentType]
# Read once in a request or job, which has a context of its own: a list asks for a label in every row.
_read: ContextVar[tuple[Context, Types] | None] = ContextVar("qsms_document_types", default=None)


def of(organisation_id: int) -> Types:
    """The types by code, also those that are switched off: the shipped ones in their order, then its own by title."""
    now = context.current()
    known = _read.get()
    if known is not None and known[0] is now and now.organisation_id == organisation_id:
        return known[1]
    own = {row.code: row.as_type() for row in OwnType.everywhere.filter(organisation_id=organisation_id)}
    added = sorted((one for code, one in own.items() if code not in shipped()), key=lambda one: one.label)
    found = {code: own.get(code, one) for code, one in shipped().items()} | {one.code: one for one in added}
    _read.set((now, found))
    return found


def forget() -> None:
    """After a change: the types are read anew."""
    _read.set(None)


def usual(organisation_id: int) -> str:
    """The type that a document begins with where nobody chose one."""
    known = of(organisation_id)
    return USUAL_TYPE if known[USUAL_TYPE].active else next((one.code for one in known.values() if one.active), "")


def of_document(document: Document) -> DocumentType:
    """The type of a document."""
    return of(document.organisation_id)[document.document_type]


def review_months(document: Document) -> int:
    """How many months lie between its reviews: its own number, or that of its type."""
    return document.review_months or of_document(document).review_months


def not_offered(document: Document) -> str:
    """Why a document cannot become one of its type now, as a sentence; those that are of it stay."""
    kind = of(document.organisation_id).get(document.document_type)
    if kind is None or kind.active:
        return ""
    if document.pk and Document.everywhere.filter(pk=document.pk, document_type=kind.code).exists():
        return ""
    return _("“%(type)s” is not used for new documents any more. Choose another type.") % {"type": kind.label}

"""Documents, revisions and requests to change them, as the kits show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import scope, wording
from qsms.records.models import Record
from qsms.records.registry import Lead, Raising, RecordType, Section, offer, register
from qsms.rules.lifecycle import Move, Reason
from qsms.ui.dates import plain_day

from . import addresses, cautions, content, distributing, following, numbering, panels, reading, routing, writing
from .choices import USUAL_TYPE, StepKind, types
from .lifecycles import DOCUMENT_LIFE, REQUEST_LIFE, REVISION_LIFE
from .models import ChangeRequest, Document, Revision

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

wording.PARTIES |= {"author": _("one of its authors"), "keeper": _("who owns the document")}
wording.DEEDS |= {
    distributing.GIVEN: _("gave it out"),
    distributing.TAKEN: _("took it from a distribution"),
    reading.ACKNOWLEDGED: _("acknowledged it"),
    "took_effect": _("brought a revision into effect"),
}
SHUT: dict[str, _StrPromise] = {
    "content": _("There is neither a text nor a file. Write the text, or bring a file."),
    "has_review": _("Documents of this type go to approval without a review. Use “Send for approval”."),
    "no_review": _("Documents of this type are reviewed first. Use “Send for review”."),
    "asked": _("It does not wait for a signature of yours: its route names other roles, or you have signed."),
    "asked_or_owner": _("Only who is asked for a signature, or who owns it, sends it back."),
    "asked_again": _("Nobody waits for another signature of yours."),
    "nothing_under_way": _("A revision of it is under way. Withdraw that one first."),
}


@wording.reason_words("document")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


def _facts(holds: Mapping[str, bool]) -> dict[str, Reason | None]:
    return {name: None if ok else Reason("document", {"fact": name}) for name, ok in holds.items()}


@register
class DocumentSheet(RecordType):
    model = Document
    kind = "document"
    prefix = "DOC"
    label = _("Document")
    label_plural = _("Documents")
    icon = "file-text"
    room = "know"
    trace = "changed"
    lives_on = True
    lifecycle = DOCUMENT_LIFE
    labels = {"due_on": _("Review on")}
    due_words = _("Review on %(day)s")
    columns = ("number", "code", "title", "document_type", "revision_label", "state", "site", "owner", "due_on")
    filters = ("state", "document_type", "site", "owner", "disciplines")
    orders = ("-id", "due_on")
    category_field = "document_type"
    form = (
        Section.of(_("Which"), "title", "document_type", "code", "language"),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "disciplines"),
        Section.of(_("Review and keeping"), "due_on", "review_months", "retention"),
        Section.of(
            _("Issued by somebody else"), "issuer", "issuer_edition", "issuer_url",
            help=_("For external documents: the periodic review looks whether the issuer has a newer edition."),
        ),
    )  # fmt: skip
    search_fields = ("effective_text", "issuer")
    panels = (panels.IN_EFFECT, panels.REVISIONS, panels.DISTRIBUTION)
    import_key = "code"
    room_fields = (
        "acknowledged", "effective", "effective_since", "effective_text", "effective_until", "given", "sign_again",
    )  # fmt: skip
    task_verbs = {distributing.READ: _("Read"), "review": _("Review")}

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"document_type": USUAL_TYPE, "language": "en"}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Document)
        if record.code and "code" in values:
            same = Document.everywhere.filter(tenant_id=actor.organisation_id, code=record.code).exclude(pk=record.pk)
            if same.exists():
                return {"code": _t("“%(code)s” is taken. Choose another number.") % {"code": record.code}}
        if record.pk and "code" in values and not record.code:
            return {"code": _t("A document keeps a number. Write one.")}
        return {}

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Document)
        numbering.give(actor.organisation_id, [record])

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        return _facts({"nothing_under_way": writing.under_way(record.pk) is None})

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Document)
        following.document_moved(actor, record, move)

    def elsewhere(self, actor: Actor, record: Record) -> str:
        wide = any(
            scope.reaches(actor, right, record) for right in actor.rights_for("document.view") if right.axis != Axis.OWN
        )
        keeps = wide or actor.is_system or actor.person_id in (record.owner_id, record.raised_by_id)
        return "" if keeps else addresses.read(record.number)

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Document)
        if record.sign_again:
            who = routing.role_titles(record.organisation_id).get(types()[record.document_type].sign_again, "")
            said = _t("The role “%(role)s” has a new holder, who signs it again.") % {"role": who}
            return Lead(said, _t("Signature due again"))
        if record.state == "preparing":
            return Lead(_t("Nothing of it is in effect yet."), _t("Write the first revision"), raises=("revision",))
        if record.state != "effective" or following.review_is_near(actor, record):
            return Lead()
        # Until its review is near, what one does with a document is change it.
        said = _t("People work to revision %(label)s.") % {"label": record.revision_label}
        return Lead(said, _t("In effect"), raises=("revision",))

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Document)
        said = [record.code]
        if record.revision_label:
            said.append(_t("revision %(label)s") % {"label": record.revision_label})
        if record.effective_until:
            said.append(_t("temporary, until %(day)s") % {"day": plain_day(record.effective_until)})
        if record.sign_again:
            said.append(_t("re-signature due"))
        return said


@register
class RevisionSheet(RecordType):
    model = Revision
    kind = "revision"
    prefix = "REV"
    label = _("Revision")
    label_plural = _("Revisions")
    icon = "edit"
    room = "know"
    # Somebody comes to a revision from their task or from its document.
    in_menu = False
    trace = "changed"
    lifecycle = REVISION_LIFE
    columns = ("number", "title", "label", "state", "training_impact", "effective_on", "site", "owner")
    filters = ("state", "site", "owner")
    orders = ("-id",)
    form = (
        Section.of(_("Which"), "title", "document", "label"),
        Section.of(_("The change"), "summary", "why", "training_impact", "effective_on", "expires_on"),
        Section.of(_("Text"), "body", "file_name", "content_hash", on_page=False),
        Section.of(_("Where and who"), "site", "unit", "process", "owner", "disciplines"),
    )
    search_fields = ("plain_text", "summary", "why")
    panels = (panels.TEXT, panels.ROUTE)
    room_fields = ("authors", "base", "effective_at", "extraction", "file", "plain_text")
    task_verbs = {
        "review": _("Review"), "approve": _("Approve"), "write": _("Change it"), "sign_again": _("Sign again"),
    }  # fmt: skip
    views = {
        "move.review": "qsms.documents.views.signing.show",
        "move.approve": "qsms.documents.views.signing.show",
    }

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Revision)
        return writing.check(record, list(values))

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Revision)
        record.label = record.label or numbering.next_label(record.document_id)
        writing.fill(record.raised_by_id, record)

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        writing.begin_documents(actor, [record for record in records if isinstance(record, Revision)])

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Revision)
        writing.edited(actor, record, names)

    def moved(self, actor: Actor, record: Record, move: Move, fields: Mapping[str, Any]) -> None:
        assert isinstance(record, Revision)
        following.revision_moved(actor, record, move)

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        assert isinstance(record, Revision)
        return {**super().parties(record), "author": frozenset(record.authors)}

    def may(self, actor: Actor, verb: str, record: Record) -> bool | None:
        # What is being judged, was signed or is in effect is not changed any more.
        return False if verb == "change" and record.state != "draft" else None

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Revision)
        asked = bool(routing.asked_of(actor, routing.waiting(record)))
        is_reviewed = bool(routing.route(record)[StepKind.REVIEW]) if record.state == "draft" else False
        return _facts(
            {
                "content": content.is_whole(record),
                "has_review": is_reviewed,
                "no_review": not is_reviewed,
                "asked": asked,
                "asked_or_owner": asked or record.owner_id in actor.persons,
                "asked_again": following.is_asked_again(actor, record),
            }
        )

    def foretold(self, actor: Actor, record: Record, move: Move) -> Sequence[tuple[str, str]]:
        assert isinstance(record, Revision)
        if move.code not in ("send", "send_on", "review", "approve"):
            return ()
        return [("warn" if one.is_grave else "info", one.said) for one in cautions.of(actor, record)]

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Revision)
        # What is to be known before it goes on stands with what comes next.
        return replace(self._next(actor, record), also=" ".join(one.said for one in cautions.of(actor, record)))

    def _next(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Revision)
        waiting = routing.waiting(record)
        if waiting:
            titles = routing.role_titles(record.organisation_id)
            who = ", ".join(titles.get(step.role, step.role) for step in waiting)
            return Lead(_t("Waits for: %(who)s.") % {"who": who})
        if record.state == "approved" and record.effective_on:
            return Lead(_t("It takes effect by itself."), _t("Takes effect on %(day)s") % _day(record))
        return Lead()

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Revision)
        said = [_t("revision %(label)s") % {"label": record.label}]
        if record.expires_on:
            said.append(_t("temporary, until %(day)s") % {"day": plain_day(record.expires_on)})
        if record.training_impact:
            said.append(_t("training needed"))
        return said


def _day(revision: Revision) -> dict[str, str]:
    return {"day": plain_day(revision.effective_on) if revision.effective_on else ""}


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
    task_verbs = {"decide": _("Decide"), "revise": _("Write it")}

    def parties(self, record: Record) -> Mapping[str, frozenset[int]]:
        assert isinstance(record, ChangeRequest)
        keeper = following.keeper(record)
        return {**super().parties(record), "keeper": frozenset({keeper} if keeper else ())}

    def created(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, ChangeRequest)
        following.request_created(actor, record)


def _of_document(record: Record) -> Mapping[str, Any]:
    assert isinstance(record, Document)
    present = record.effective.body if record.effective is not None else ""
    return {
        **_place(record),
        "document": record.pk,
        "title": record.title,
        "body": present or types()[record.document_type].template,
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

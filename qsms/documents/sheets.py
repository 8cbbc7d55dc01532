"""Documents, revisions and requests to change them, as the kits show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.accountable import ACCOUNTABLE
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import scope, wording
from qsms.records.models import Record
from qsms.records.registry import Column, Exhibit, Lead, RecordType, Section, TaskType, register
from qsms.rules.date_bounds import When
from qsms.rules.lifecycle import Move, Phase, Reason
from qsms.ui import addresses as pages
from qsms.ui.dates import plain_day

from . import (
    addresses,
    asking,
    cautions,
    conditions,
    distributing,
    document_types,
    exhibits,
    following,
    lasting,
    naming,
    numbering,
    panels,
    placing,
    reading,
    reminding,
    reviewing,
    routing,
    taking_over,
    writing,
)
from .choices import StepKind
from .lifecycles import DOCUMENT_LIFE, REVISION_LIFE
from .models import Document, Revision

wording.PARTIES |= {
    "author": _("one of its authors"),
    "keeper": _("who owns a document that it names"),
    "sole_keeper": _("who alone owns what it names"),
}
wording.DEEDS |= {
    distributing.GIVEN: _("gave it out"),
    distributing.TAKEN: _("took it from a distribution"),
    reading.ACKNOWLEDGED: _("acknowledged it"),
    placing.PLACED: _("changed the processes that it holds for"),
    asking.SPARED: _("said that a document needs no change"),
    "took_effect": _("brought a revision into effect"),
    naming.NAMED: _("named who signs instead of a role"),
}


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
    tells_version = False
    labels = {"due_on": _("Review on")}
    due_words = _("Review on %(day)s")
    # Short headings, so that all of it fits a window of 1280.
    columns = (
        "number", Column("code", _("Doc. no.")), "title", "document_type", Column("revision_label", _("Rev.")), "state",
        "site", "owner", "due_on",
    )  # fmt: skip
    filters = ("state", "document_type", "site", "process", "owner", "disciplines")
    orders = ("-id", "due_on")
    category_field = "document_type"
    varying = ("document_type",)
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
    panels = (panels.IN_EFFECT, panels.REVISIONS, panels.DISTRIBUTION, panels.PROCESSES)
    import_key = "code"
    room_fields = (
        "acknowledged", "effective", "effective_since", "effective_text", "effective_until", "given", "sign_again",
        "taken_over",
    )  # fmt: skip
    tasks = {
        distributing.READ: TaskType(_("Read and acknowledge a document"), _("Read"), quiet=True),
        reminding.REVIEW_TASK: TaskType(_("Review a document, or look for a newer edition"), _("Review")),
    }

    def defaults(self, actor: Actor) -> Mapping[str, Any]:
        return {"document_type": document_types.usual(actor.organisation_id), "language": "en"}

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Document)
        if "document_type" in values and (wrong := document_types.not_offered(record)):
            return {"document_type": wrong}
        if record.code and "code" in values:
            same = Document.everywhere.filter(tenant_id=actor.organisation_id, code=record.code).exclude(pk=record.pk)
            if same.exists():
                return {"code": _t("“%(code)s” is taken. Choose another number.") % {"code": record.code}}
        if record.pk and "code" in values and not record.code:
            return {"code": _t("A document keeps a number. Write one.")}
        return {}

    def withheld(self, actor: Actor, name: str) -> frozenset[str]:
        if name != "document_type":
            return frozenset()
        known = document_types.of(actor.organisation_id)
        return frozenset(code for code, kind in known.items() if not kind.active)

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Document)
        numbering.give(actor.organisation_id, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        taking_over.begin([one for one in records if isinstance(one, Document) and one.taken_over])

    def edited(self, actor: Actor, record: Record, names: Sequence[str]) -> None:
        assert isinstance(record, Document)
        if "due_on" in names:
            reviewing.follow(record)

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Document)
        return conditions.of_document(record)

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
            who = routing.role_titles(record.organisation_id).get(ACCOUNTABLE, "")
            said = _t("The role “%(role)s” has a new holder, who signs it again.") % {"role": who}
            return Lead(said, _t("Signature due again"))
        if record.state == "preparing":
            written = writing.under_way_of(record)
            if written is None or not scope.sees(actor, written):
                return Lead(_t("Nothing of it is in effect yet."), _t("Write the first revision"), raises=("revision",))
            said = _t("Revision %(label)s is “%(state)s”.") % {
                "label": written.label, "state": wording.state_label(written.kind, written.state),
            }  # fmt: skip
            return Lead(said, ways=((_t("Open revision %(label)s") % {"label": written.label}, pages.record(written)),))
        if record.state != "effective" or following.review_is_near(actor, record):
            return Lead()
        # Until its review is near, what one does with a document is change it.
        said = _t("People work to revision %(label)s.") % {"label": record.revision_label}
        holds = lasting.aside(record)
        if holds is not None and record.effective_until:
            said = _t("People work to revision %(holds)s, and to temporary revision %(label)s until %(day)s.") % {
                "holds": holds.label, "label": record.revision_label, "day": plain_day(record.effective_until),
            }  # fmt: skip
        written = writing.under_way_of(record) if actor.holds("revision.create") else None
        if written is None or not scope.sees(actor, written):
            return Lead(said, _t("In effect"), raises=("revision",))
        also = _t("Revision %(label)s of it is “%(state)s”.") % {
            "label": written.label, "state": wording.state_label(written.kind, written.state),
        }  # fmt: skip
        way = (_t("Open revision %(label)s") % {"label": written.label}, pages.record(written))
        return Lead(said, _t("In effect"), also=also, ways=(way,))

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Document)
        said = [record.code]
        if record.revision_label:
            said.append(_t("revision %(label)s") % {"label": record.revision_label})
        if record.taken_over:
            said.append(str(taking_over.MARK))
        if record.effective_until:
            said.append(_t("temporary, until %(day)s") % {"day": plain_day(record.effective_until)})
        if record.sign_again:
            said.append(_t("re-signature due"))
        return said

    def exhibits(self, actor: Actor, record: Record, at: dt.datetime) -> list[Exhibit]:
        assert isinstance(record, Document)
        return exhibits.of_document(actor, record, at)


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
    tells_version = False
    dates = {"due_on": When.DUE, "effective_on": When.DUE, "expires_on": When.DUE}
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
    written = ("body",)
    panels = (panels.TEXT, panels.ROUTE, panels.REACH)
    room_fields = ("authors", "base", "effective_at", "extraction", "file", "plain_text", "taken_over")
    tasks = {
        StepKind.REVIEW: TaskType(_("Review a revision"), _("Review")),
        StepKind.APPROVE: TaskType(_("Approve a revision"), _("Approve")),
        "write": TaskType(_("Change a revision that was sent back"), _("Change it")),
        following.SIGN_AGAIN: TaskType(_("Sign a document again"), _("Sign again")),
    }
    views = {
        "move.review": "qsms.documents.views.signing.show",
        "move.approve": "qsms.documents.views.signing.show",
    }

    def clean(self, actor: Actor, record: Record, values: Mapping[str, Any]) -> Mapping[str, str]:
        assert isinstance(record, Revision)
        return writing.check(actor, record, list(values))

    def prepare(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Revision)
        if not record.label:
            record.label = numbering.next_label(record.document_id, temporary=record.expires_on is not None)
        writing.fill(record.raised_by_id, record)

    def created(self, actor: Actor, record: Record) -> None:
        self.created_many(actor, [record])

    def created_many(self, actor: Actor, records: Sequence[Record]) -> None:
        made = [record for record in records if isinstance(record, Revision)]
        writing.begin_documents(actor, made)
        writing.carry_pictures(actor, made)

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

    def files_held(self, record: Record) -> str:
        if record.state == "draft":
            return ""
        if record.phase >= Phase.DONE:
            said = _t("The files of %(number)s stay as they were signed. Bring others with the next revision.")
            return said % {"number": record.number}
        said = _t("The files of %(number)s are judged and signed with its text. To change them, take it back to draft.")
        return said % {"number": record.number}

    def files_changed(self, actor: Actor, record: Record) -> None:
        assert isinstance(record, Revision)
        # A picture is read and signed with the text: whoever brings or takes one had a hand in it.
        writing.joined(actor, record)

    def drawn(self, actor: Actor, record: Record, name: str) -> str:
        assert isinstance(record, Revision)
        return panels.drawn(record) if name == "body" else ""

    def acts_for(self, actor: Actor, record: Record, move: Move) -> int | None:
        assert isinstance(record, Revision)
        asked = routing.turns(actor, record) if move.code in ("review", "approve") else []
        return asked[0].lent_by if asked else super().acts_for(actor, record, move)

    def waits_for(self, record: Record, move: Move) -> frozenset[int] | None:
        assert isinstance(record, Revision)
        if move.code not in ("review", "approve"):
            return None
        return frozenset().union(*(routing.asked_people(record, step) for step in routing.waiting(record)))

    def facts(self, actor: Actor, record: Record) -> Mapping[str, Reason | None]:
        assert isinstance(record, Revision)
        return conditions.of_revision(actor, record)

    def doubt(self, actor: Actor, record: Record, move: Move) -> str:
        assert isinstance(record, Revision)
        return routing.unheld(record) if move.code in ("send", "send_on") else ""

    def foretold(self, actor: Actor, record: Record, move: Move) -> Sequence[tuple[str, str]]:
        assert isinstance(record, Revision)
        if move.code not in ("send", "send_on", "review", "approve"):
            return ()
        told = [*cautions.of(actor, record), *cautions.reach(record)]
        return [("warn" if one.is_grave else "info", one.said) for one in told]

    def also_signed(self, actor: Actor, record: Record, move: Move) -> Mapping[str, str]:
        assert isinstance(record, Revision)
        return lasting.signed_with(record) if move.code in ("review", "approve", "plan") else {}

    def next_step(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Revision)
        # What is to be known before it goes on stands with what comes next.
        lead = self._next(actor, record)
        told = (lead.also, *(one.said for one in cautions.of(actor, record)))
        return replace(lead, also=" ".join(said for said in told if said))

    def _next(self, actor: Actor, record: Record) -> Lead:
        assert isinstance(record, Revision)
        waiting = routing.waiting(record)
        if waiting:
            titles = routing.titles(record)
            who = _t(", then ").join(
                step.person.name if step.person else titles.get(step.role, step.role) for step in waiting
            )
            return Lead(_t("Waits for: %(who)s.") % {"who": who})
        if record.state == "draft" and record.document is not None:
            return Lead(also=routing.unheld(record))
        if record.state == "effective" and not following.is_asked_again(actor, record):
            return Lead(_t("It is the one that people work to."), _t("In effect"))
        if record.state == "approved" and record.effective_on:
            return Lead(_t("It takes effect by itself."), _t("Takes effect on %(day)s") % _day(record))
        return Lead()

    def about(self, actor: Actor, record: Record) -> list[str]:
        assert isinstance(record, Revision)
        said = [_t("revision %(label)s") % {"label": record.label}]
        if record.document is not None and record.document.code:
            said.insert(0, record.document.code)
        if record.taken_over:
            said.append(str(taking_over.MARK))
        if record.expires_on:
            said.append(_t("temporary, until %(day)s") % {"day": plain_day(record.expires_on)})
        if record.training_impact:
            said.append(_t("training needed"))
        return said

    def exhibits(self, actor: Actor, record: Record, at: dt.datetime) -> list[Exhibit]:
        assert isinstance(record, Revision)
        return exhibits.of_revision(actor, record, at)


def _day(revision: Revision) -> dict[str, str]:
    return {"day": plain_day(revision.effective_on) if revision.effective_on else ""}

"""Requests to change documents: which they name, who is asked for each, and when each was answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.base import context, moment
from qsms.base.events import Event, after
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.records import history, moves, projections, registry, scope, tasks
from qsms.records.choices import Relation
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link
from qsms.rules.lifecycle import Phase

from .effect import EFFECTIVE
from .models import ChangeRequest, Document, Revision

KIND = "change_request"
SPARED = "spared_document"
# Who is asked for a document that nobody owns.
ROLE = "quality_manager"
# The states of a revision that took effect, whatever came after it, and of one that never will.
EFFECT_TAKEN = ("effective", "set_aside", "superseded", "expired")
GIVEN_UP = ("withdrawn",)


@dataclass(frozen=True, slots=True)
class Named:
    """A document that a request names: the revision that was written for it, or why it needs no change."""

    document: Document
    revision: Revision | None
    spared: str

    @property
    def is_answered(self) -> bool:
        return bool(self.spared) or (self.revision is not None and self.revision.state in EFFECT_TAKEN)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, and how far it is."""

    named: Sequence[Named]
    # The revisions written for it, also of documents that it does not name.
    revisions: Sequence[Revision]

    @property
    def open(self) -> list[Named]:
        return [one for one in self.named if not one.is_answered]

    @property
    def unwritten(self) -> list[Named]:
        return [one for one in self.open if one.revision is None]

    @property
    def is_answered(self) -> bool:
        """Each document that it names is; where it names none, something new took effect."""
        return not self.open if self.named else any(one.state in EFFECT_TAKEN for one in self.revisions)


def asked_of(request: ChangeRequest) -> Asked:
    """What this request asks for, looked up once (two queries)."""
    known: Asked | None = request.__dict__.get("_asked")
    if known is None:
        known = request.__dict__["_asked"] = _look(request)
    return known


def _look(request: ChangeRequest) -> Asked:
    written = Link.everywhere.filter(target_id=request.pk, relation=Relation.RAISED_FROM, source__kind="revision")
    rows = Revision.everywhere.filter(pk__in=written.values("source_id")).order_by("pk")
    revisions = list(rows.exclude(state__in=GIVEN_UP).defer("body", "plain_text"))
    # One in effect counts, whatever was begun after it.
    of = {one.document_id: one for one in sorted(revisions, key=lambda one: one.state in EFFECT_TAKEN)}
    named = [Named(one, of.get(one.pk), str(request.spared.get(one.number, ""))) for one in documents(request)]
    return Asked(named, revisions)


def documents(request: ChangeRequest) -> list[Document]:
    """The documents that it names, the first one first (one query)."""
    if request.document_id is None and not request.also_documents:
        return []
    rows = Document.everywhere.filter(tenant_id=request.organisation_id).select_related("owner")
    found = rows.filter(Q(pk=request.document_id or 0) | Q(number__in=request.also_documents)).defer("effective_text")
    order = {number: place for place, number in enumerate(request.also_documents)}
    return sorted(found, key=lambda one: (one.pk != request.document_id, order.get(one.number, 0)))


def told(named: Iterable[Document]) -> str:
    """Their numbers as the list shows them to whoever sees the request; a confidential one is its record alone."""
    words = [one.number if one.confidential else one.code or one.number for one in named]
    return ", ".join(words)[: ChangeRequest._meta.get_field("documents").max_length]


def created(actor: Actor, requests: Sequence[ChangeRequest]) -> None:
    """New requests wait for who owns what they name, and stand in the links of each."""
    for request in requests:
        named = documents(request)
        _name(actor, request, named)
        _ask_to_decide(actor, request, named)


def _ask_to_decide(actor: Actor, request: ChangeRequest, named: Sequence[Document]) -> None:
    title = _("Decide on a change: %(title)s") % {"title": request.title}
    for person_id in dict.fromkeys(one.owner_id for one in named) or [None]:
        tasks.give(actor, request, "decide", title, person_id=person_id, role=ROLE)


def renamed(actor: Actor, request: ChangeRequest) -> None:
    """Other documents are named: their owners are asked, and nobody is for what is named no more."""
    request.__dict__.pop("_asked", None)
    named = documents(request)
    kept = {one.pk for one in named}
    gone = Link.everywhere.filter(source_id=request.pk, relation=Relation.CHANGES, target__kind="document")
    gone.exclude(target_id__in=kept).delete()
    _name(actor, request, named)
    tasks.withdraw(actor, request, ["decide", "revise"])
    if request.state == "asked":
        _ask_to_decide(actor, request, named)
    elif request.state == "accepted":
        ask(actor, request)


def _name(actor: Actor, request: ChangeRequest, named: Sequence[Document]) -> None:
    request.documents = told(named)
    ChangeRequest.everywhere.filter(pk=request.pk).update(documents=request.documents)
    for one in named:
        Link.everywhere.get_or_create(
            source_id=request.pk, target_id=one.pk, relation=Relation.CHANGES,
            defaults={"organisation_id": request.organisation_id, "by_id": actor.person_id, "at": moment.now()},
        )  # fmt: skip


def owners(request: ChangeRequest) -> frozenset[int]:
    """Who owns the documents that it names."""
    return frozenset(one.document.owner_id for one in asked_of(request).named if one.document.owner_id is not None)


def ask(actor: Actor, request: ChangeRequest) -> None:
    """Ask each owner for their documents that are not answered yet, in one task."""
    asked = asked_of(request)
    of: dict[int | None, list[Document]] = {}
    for one in asked.open:
        of.setdefault(one.document.owner_id, []).append(one.document)
    if not asked.named:
        tasks.give(actor, request, "revise", _("Write it: %(title)s") % {"title": request.title}, role=ROLE)
    for person_id, some in of.items():
        title = _("Revise %(documents)s: %(title)s") % {"documents": told(some), "title": request.title}
        tasks.give(actor, request, "revise", title, person_id=person_id, role=ROLE)


def may_spare(actor: Actor, request: ChangeRequest, document: Document) -> bool:
    """Who owns the document, or decides on requests, says that it needs no change."""
    owns = document.owner_id is not None and document.owner_id in actor.persons
    return request.state == "accepted" and (owns or scope.may(actor, "decide", request))


def spare(actor: Actor, request_id: int, number: str, why: str) -> ChangeRequest:
    """Say why a document that is named needs no change after all. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        request = moves.locked(actor, request_id)
        assert isinstance(request, ChangeRequest)
        one = next((named for named in asked_of(request).open if named.document.number == number), None)
        if one is None or not scope.sees(actor, one.document):
            raise NotVisible
        if not may_spare(actor, request, one.document):
            raise Refused([_("Who owns %(number)s says so, once the request is accepted.") % {"number": number}])
        if not why.strip():
            raise Invalid({"why": _("Say why it needs no change. It stands on the request.")})
        sheet, before = registry.get(KIND), projections.Before.of(request)
        request.spared = {**request.spared, number: why.strip()[:1000]}
        moves.store(sheet, request, ("spared",))
        history.write(actor, request, history.Act(SPARED, why.strip()[:1000], {"document": number}))
        projections.run([projections.Written(sheet, request, before)])
        settle(actor, request)
    return request


def settle(actor: Actor, request: ChangeRequest) -> None:
    """Nobody is asked any more for what is answered; with the last answer the request is finished."""
    request.__dict__.pop("_asked", None)
    asked = asked_of(request)
    waiting = {one.document.owner_id for one in asked.open}
    done = {one.document.owner_id for one in asked.named} - waiting
    tasks.finish(actor, request, ["revise"], _("Answered"), people=[one for one in done if one is not None])
    is_quiet = all(one.phase >= Phase.DONE for one in asked.revisions)
    if request.state == "accepted" and asked.named and asked.is_answered and is_quiet:
        moves.move(actors.system(request.organisation_id), request.pk, "finish")


@after(EFFECTIVE)
def follow(event: Event) -> None:
    """A revision that took effect may have been the last that a request waited for."""
    revision = event.data["revision"]
    links = Link.everywhere.filter(source_id=revision, relation=Relation.RAISED_FROM, target__kind=KIND)
    system = actors.system(event.organisation_id)
    for pk in links.values_list("target_id", flat=True):
        with context.organisation(event.organisation_id), write_transaction():
            request = moves.locked(system, pk)
            if isinstance(request, ChangeRequest) and request.is_open:
                settle(system, request)

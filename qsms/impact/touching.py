"""What a change of a record or of a requirement touches, as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from qsms.documents import doors as documents
from qsms.org.actor import Actor
from qsms.records import registry, scope, threads, wording
from qsms.records.models import Record
from qsms.rules.frameworks import Reference
from qsms.rules.lifecycle import Phase
from qsms.standards import doors as standards
from qsms.training import doors as training
from qsms.ui import addresses as pages


@dataclass(frozen=True, slots=True)
class Subject:
    """What changes: a record, or a requirement of a standard."""

    title: str
    number: str
    url: str
    may_ask: bool
    record: Record | None = None
    clause: Reference | None = None

    @property
    def query(self) -> dict[str, str]:
        """What the address of its pages carries."""
        if self.clause is not None:
            return {"standard": self.clause.framework, "clause": self.clause.number}
        return {"record": self.number}


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that may have to follow, and why."""

    record: Record
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """Touched records of one kind."""

    title: str
    icon: str
    lines: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that a change touches: requirements by standard, records by kind, and people by way of documents."""

    subject: Subject
    clauses: tuple[standards.Requirement, ...]
    groups: tuple[Group, ...]
    # Who works to the documents in it, and which courses teach them to whom.
    readers: tuple[documents.Distribution, ...] = ()
    courses: tuple[training.Taught, ...] = ()
    # Of a revision its document, if the reader sees it, and what it changes.
    document: Record | None = None
    change: documents.Change | None = None
    # The names of owners that came with the records.
    owners: Mapping[int, str] = field(default_factory=dict)

    @property
    def records(self) -> dict[int, Record]:
        """Every touched record by its key."""
        return {line.record.pk: line.record for group in self.groups for line in group.lines}


def of_record(actor: Actor, record: Record) -> Impact:
    """What hangs on a record: the requirements it shows, here and through the crosswalk, and the records it is linked
    with. A revision touches what its document does."""
    document = documents.document_of(actor, record)
    whole = [record] if document is None else [record, document]
    strands = threads.around_each(actor, whole)
    found = [
        Touched(one.record, _relation(one, document if document is not None and near == document.pk else None))
        for near, one in strands
    ]
    subject = _subject(actor, record, document)
    clauses = standards.counting(actor, whole)
    owners = _owners(one for _near, one in strands)
    return _with_people(
        actor, Impact(subject, tuple(clauses), (), document=document, change=documents.change_of(record)),
        _once(found), owners,
    )  # fmt: skip


def at_a_glance(actor: Actor, record: Record) -> Impact:
    """The same for a tab of the record: without the crosswalk, and of a revision no more than what it changes."""
    document = documents.document_of(actor, record)
    subject, change = _subject(actor, record, document), documents.change_of(record)
    if document is not None:
        return Impact(subject, (), (), document=document, change=change)
    strands = threads.around(actor, record)
    found = [Touched(one.record, _relation(one)) for one in strands]
    clauses = standards.requirements_of(actor, record)
    return _with_people(actor, Impact(subject, tuple(clauses), (), change=change), found, _owners(strands))


def _subject(actor: Actor, record: Record, document: Record | None) -> Subject:
    # Once it is judged nobody changes a revision, and whoever keeps the document still asks because of it.
    may_ask = any(scope.may(actor, "change", one) for one in (record, document) if one is not None)
    return Subject(record.title, record.number, pages.record(record), may_ask, record=record)


def _relation(strand: threads.Strand, by_way_of: Record | None = None) -> str:
    said = wording.relation(strand.relation, strand.outward)
    return (
        _("%(relation)s, by way of %(number)s") % {"relation": said, "number": by_way_of.number} if by_way_of else said
    )


def _owners(strands: Iterable[threads.Strand]) -> dict[int, str]:
    return {one.record.owner_id: one.owner for one in strands if one.record.owner_id is not None}


def _once(found: Iterable[Touched]) -> list[Touched]:
    """Each record once, with what was said of it first."""
    known: dict[int, Touched] = {}
    for one in found:
        known.setdefault(one.record.pk, one)
    return list(known.values())


def of_clause(actor: Actor, clause: Reference) -> Impact:
    """What hangs on a requirement: what shows it, what is linked with that, and what other standards ask the same.

    Raises NotVisible.
    """
    here = standards.requirement(actor, clause)
    shows = scope.seen_of(actor, standards.shown_by(actor, clause))
    found = [Touched(record, _("shows it")) for record in shows.values()]
    found += _behind(actor, shows)
    subject = Subject(here.title, here.number, here.url, standards.may_bind(actor, clause), clause=clause)
    return _with_people(actor, Impact(subject, tuple(standards.asked_elsewhere(actor, clause)), ()), found)


def _with_people(actor: Actor, impact: Impact, found: list[Touched], owners: Mapping[int, str] | None = None) -> Impact:
    """With the touched records, and the people: of what changes if it is a document, and of every document touched."""
    here = [one for one in (impact.document, impact.subject.record) if one is not None]
    readers = documents.distribution(actor, [*here, *(one.record for one in found if _follows(one.record))])
    courses = training.taught(actor, [one.document.pk for one in readers]) if readers else []
    known = {one.record.pk for one in found}
    teach = [Touched(one.course, _("teaches it")) for one in courses if one.course.pk not in known]
    names = {**(owners or {}), **{one.course.owner.pk: one.course.owner.name for one in courses if one.course.owner}}
    return replace(
        impact, groups=_grouped([*found, *teach]), readers=tuple(readers), courses=tuple(courses), owners=names
    )


def _behind(actor: Actor, shows: Mapping[int, Record]) -> Iterable[Touched]:
    """The records one link behind those that show a requirement, each once."""
    links = threads.touching(actor, shows)
    far = {
        (link.target_id if link.source_id in shows else link.source_id): link
        for link in links
        if not (link.source_id in shows and link.target_id in shows)
    }
    for pk, record in scope.seen_of(actor, far).items():
        near = shows[far[pk].source_id if far[pk].source_id in shows else far[pk].target_id]
        yield Touched(record, _("by way of %(number)s") % {"number": near.number})


def _follows(record: Record) -> bool:
    return record.phase < Phase.DONE or (registry.get(record.kind).lives_on and record.phase != Phase.VOID)


def _grouped(found: Iterable[Touched]) -> tuple[Group, ...]:
    """By kind in the order of the trace; what is closed or void has nothing to follow."""
    by_kind: dict[str, list[Touched]] = {}
    for one in found:
        if _follows(one.record):
            by_kind.setdefault(one.record.kind, []).append(one)
    order = sorted(by_kind, key=lambda kind: (-registry.TRACE.index(registry.get(kind).trace), kind))
    return tuple(
        Group(str(registry.get(kind).label_plural), registry.get(kind).icon, tuple(by_kind[kind])) for kind in order
    )

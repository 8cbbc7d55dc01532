"""What a change of a record or of a requirement touches, as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
    # Of a revision the document, whose readers and courses it changes.
    document: Record | None = None
    # The names of owners that came with the records.
    owners: Mapping[int, str] = field(default_factory=dict)

    @property
    def records(self) -> dict[int, Record]:
        """Every touched record by its key."""
        return {line.record.pk: line.record for group in self.groups for line in group.lines}


def of_record(actor: Actor, record: Record) -> Impact:
    """What hangs on a record: the requirements it shows, and the records it is linked with."""
    strands = threads.around(actor, record)
    found = [Touched(one.record, wording.relation(one.relation, one.outward)) for one in strands]
    owners = {one.record.owner_id: one.owner for one in strands if one.record.owner_id is not None}
    subject = Subject(
        record.title, record.number, pages.record(record), scope.may(actor, "change", record), record=record
    )
    clauses = standards.requirements_of(actor, record)
    return _whole(actor, subject, clauses, found, documents.document_of(actor, record), owners)


def of_clause(actor: Actor, clause: Reference) -> Impact:
    """What hangs on a requirement: what shows it, what is linked with that, and what other standards ask the same.

    Raises NotVisible.
    """
    here = standards.requirement(actor, clause)
    shows = scope.seen_of(actor, standards.shown_by(actor, clause))
    found = [Touched(record, _("shows it")) for record in shows.values()]
    found += _behind(actor, shows)
    subject = Subject(here.title, here.number, here.url, standards.may_bind(actor, clause), clause=clause)
    return _whole(actor, subject, standards.asked_elsewhere(actor, clause), found)


def _whole(
    actor: Actor, subject: Subject, clauses: Iterable[standards.Requirement], found: list[Touched],
    document: Record | None = None, owners: Mapping[int, str] | None = None,
) -> Impact:  # fmt: skip
    """With the people: of the subject if it is a document, and of every document that is touched."""
    here = [subject.record] if subject.record is not None else []
    readers = documents.distribution(actor, [*here, *(one.record for one in found if _follows(one.record))])
    courses = training.taught(actor, [one.document.pk for one in readers]) if readers else []
    known = {one.record.pk for one in found}
    teach = [Touched(one.course, _("teaches it")) for one in courses if one.course.pk not in known]
    found = [*found, *teach]
    names = {**(owners or {}), **{one.course.owner.pk: one.course.owner.name for one in courses if one.course.owner}}
    return Impact(subject, tuple(clauses), _grouped(found), tuple(readers), tuple(courses), document, names)


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

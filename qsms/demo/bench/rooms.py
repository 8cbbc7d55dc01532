"""Rooms as full as a large company has them, in an organisation of its own: adopted standards with evidence, documents
that went to everybody, and a matrix of competence. None of it depends on how many reports there are.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from qsms.base import context, moment
from qsms.base.gate import write_transaction
from qsms.documents.models import Document, Receipt, Revision
from qsms.documents.reminding import REMIND_AT
from qsms.org import actor as actors
from qsms.org import services
from qsms.org.actor import Actor
from qsms.org.models import Grant, Organisation, Person, Role, Site
from qsms.records import bulk, tasks
from qsms.records.models import Record
from qsms.standards import adopting, library
from qsms.standards.models import Evidence
from qsms.training import packs
from qsms.training.models import Holding, Requirement
from qsms.training.readings import TAKE
from qsms.training.reminding import wanted

from .drive import Request
from .grow import columns_of

PEOPLE, DOCUMENTS, COURSES, PIECES = 2_000, 300, 120, 5_000
SITES = 30
STANDARDS = (
    "iso-9001/2015", "iso-14001/2015", "iso-45001/2018", "iso-iec-27001/2022", "as9100/D", "us-14cfr-5/2024",
)  # fmt: skip
# A record stands for so many requirements.
SHOWS = 5
# Of ten people that a document went to nine have read it, and of ten requirements a person meets eight.
NINE_IN_TEN, EIGHT_IN_TEN = "< 9", "< 8"
ROLE = "reporter"


@dataclass(frozen=True, slots=True)
class Furnished:
    """What a drive needs to know: who looks, and what there is to open."""

    person: int
    adoption: str
    site: int


def requests(here: Furnished) -> list[Request]:
    """The pages whose weight grows with these rooms."""
    return [
        Request("coverage of one framework", f"/standards/adopted/{here.adoption}/", "rooms"),
        Request("coverage of six frameworks", "/standards/", "rooms", times=10),
        Request("who has not read", "/documents/readers/", "rooms"),
        Request("who has not read, one site", f"/documents/readers/?site={here.site}", "rooms"),
        Request("who has not read, late only", "/documents/readers/?late=1", "rooms"),
        Request("competence matrix", "/training/matrix/", "rooms"),
        Request("competence by role", "/training/matrix/roles/", "rooms"),
    ]


def exports() -> list[Request]:
    """The files that take seconds."""
    return [
        Request("competence matrix, CSV", "/training/matrix/export/", "rooms", times=3),
        Request("competence matrix, XLSX", "/training/matrix/export/?format=xlsx", "rooms", times=3),
    ]


def build(*, seed: int = 7) -> Furnished:
    """Add the organisation to the scratch database. The same seed gives the same data."""
    rng = random.Random(seed)  # noqa: S311 sample data, nothing secret
    organisation, sites, looks = _organisation()
    system = actors.system(organisation.pk, "Bench")
    with context.organisation(organisation.pk):
        adoptions = _standards(system, sites, rng)
        _documents(system)
        _competence(system)
    return Furnished(looks.pk, adoptions[0], sites[SITES // 2].pk)


def _organisation() -> tuple[Organisation, Sequence[Site], Person]:
    with write_transaction():
        made = services.found(name="Bench Group", kind="airline_repair", size="large", zone="America/Phoenix")
        sites = [
            Site.objects.create(organisation=made, code=f"G{n:02}", name=f"Site {n:02}", zone="America/Phoenix")
            for n in range(SITES)
        ]
        looks = services.add_person(made, name="Bench rooms", email="rooms@bench.test", site=sites[0])
        services.grant(looks, "quality_manager", axis="all")
        # The last site has nobody.
        people = Person.objects.bulk_create(
            Person(organisation=made, name=f"Member {n:04}", site=sites[n % (SITES - 1)]) for n in range(PEOPLE - 1)
        )
        role = Role.objects.get(organisation=made, code=ROLE)
        known = set(Grant.objects.filter(organisation=made, role=role).values_list("person_id", flat=True))
        Grant.objects.bulk_create(
            Grant(organisation=made, person=one, role=role, axis="own")
            for one in [looks, *people]
            if one.pk not in known
        )
    return made, sites, looks


def _made(system: Actor, kind: str, rows: Sequence[Mapping[str, Any]], state: str, **fixed: Any) -> list[Record]:
    """Records of a kind in a state, by the bulk path that imports take."""
    found: list[Record] = []
    for start in range(0, len(rows), bulk.CHUNK):
        prepared = [
            bulk.prepare(system, kind, bulk.Row(given=row, state=state, fixed=fixed))
            for row in rows[start : start + bulk.CHUNK]
        ]
        if wrong := next((one.errors for one in prepared if one.errors), None):
            raise ValueError(f"The bench cannot make a {kind}: {wrong}")
        found += bulk.create(system, kind, [one.record for one in prepared])
    return found


def _standards(system: Actor, sites: Sequence[Site], rng: random.Random) -> list[str]:
    adoptions = [adopting.adopt(system, key) for key in STANDARDS]
    texts = library.newest(system.organisation_id)
    wanted = [(key, one.number) for key in STANDARDS for one in texts[key].rule.requirements if one.assessable]
    rows = [
        {
            "title": f"Work {n} that shows something",
            "description": "Made by the bench.",
            "action_kind": "corrective",
            "site": rng.choice(sites),
        }
        for n in range(PIECES // SHOWS)
    ]
    records = _made(system, "action", rows, "")
    now = moment.now()
    pieces = []
    for record in records:
        for key, number in rng.sample(wanted, SHOWS):
            pieces.append(
                Evidence(
                    organisation_id=system.organisation_id, record_id=record.pk, framework=key, number=number, at=now,
                    as_of=now.date() - dt.timedelta(days=rng.randrange(700)), fresh_months=rng.choice((None, 12, 18)),
                    strength=rng.choice(("whole", "whole", "part", "supports")),
                )
            )  # fmt: skip
    with write_transaction():
        Evidence.everywhere.bulk_create(pieces, batch_size=500)
    return [one.number for one in adoptions]


def _documents(system: Actor) -> None:
    """Each document in effect, given to everybody, the last ones lately: what is late is of older ones."""
    titles = [f"Procedure {n:03}" for n in range(DOCUMENTS)]
    documents = _made(
        system, "document", [{"title": title, "document_type": "procedure"} for title in titles], "effective"
    )
    rows = [
        {"title": title, "document": document, "body": f"## {title}\n\nDo it as it is written."}
        for title, document in zip(titles, documents, strict=True)
    ]
    revisions = _made(system, "revision", rows, "effective")
    for document, revision in zip(documents, revisions, strict=True):
        Document.everywhere.filter(pk=document.pk).update(effective_id=revision.pk, revision_label="1")
    with write_transaction():
        for n, revision in enumerate(revisions):
            _give(system.organisation_id, revision.pk, DOCUMENTS - n)
    _set_keys([Receipt])


def _give(organisation_id: int, revision_id: int, days_ago: int) -> None:
    """Receipts of one revision for everybody, written by the database itself."""
    given_at = moment.now() - dt.timedelta(days=days_ago)
    quote = connection.ops.quote_name
    adapted = connection.ops.adapt_datetimefield_value
    read = f"(p.id * 7 + r.record_id * 3) % 10 {NINE_IN_TEN}"
    values = {
        "organisation_id": "p.organisation_id", "document_id": "r.document_id", "revision_id": "r.record_id",
        "person_id": "p.id", "why": "'Everybody'", "acknowledge": "%s", "given_at": "%s", "due_at": "%s",
        "opened_at": f"CASE WHEN {read} THEN %s END", "pages": "1",
        "acknowledged_at": f"CASE WHEN {read} THEN %s END", "reminded": str(len(REMIND_AT)), "ended_at": "NULL",
    }  # fmt: skip
    # The driver fills in what follows a sign of per cent; what stands for a remainder is written twice.
    chosen = ", ".join(value.replace(" % ", " %% ") for value in values.values())
    given, due = adapted(given_at), adapted(given_at + dt.timedelta(days=14))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(Receipt._meta.db_table)} ({', '.join(map(quote, values))}) SELECT {chosen} "  # noqa: S608
            f"FROM {quote(Person._meta.db_table)} p, {quote(Revision._meta.db_table)} r "
            "WHERE p.organisation_id = %s AND r.record_id = %s ORDER BY p.id",
            [True, given, due, given, given, organisation_id, revision_id],
        )


def _competence(system: Actor) -> None:
    """Courses that everybody must hold, and records of them: those of the first course, copied for the others."""
    rows = [{"title": f"Course {n:03}", "course_kind": "course", "months": 24} for n in range(COURSES)]
    courses = _made(system, "course", rows, "in_use")
    role = Role.objects.get(organisation_id=system.organisation_id, code=ROLE)
    Requirement.everywhere.bulk_create(
        Requirement(organisation_id=system.organisation_id, course_id=one.pk, role=role, at=moment.now())
        for one in courses
    )
    people = Person.objects.filter(organisation_id=system.organisation_id).order_by("pk")
    today = moment.now().date()
    held = [
        {"holder": one, "course": courses[0], "completed_on": today - dt.timedelta(days=(one.pk * 37) % 800)}
        for one in people
    ]
    _made(system, "holding", [{"title": "Course 000", **one} for one in held], "held")
    first, last = (
        Holding.everywhere.filter(course_id=courses[0].pk).aggregate(a=models.Min("pk"), b=models.Max("pk")).values()
    )
    for n, course in enumerate(courses[1:], start=1):
        with write_transaction():
            moved = f"{n} * {last - first + 1}"
            kept = f"(record_id + {n}) %% 10 {EIGHT_IN_TEN}"
            _copy(
                Record,
                {"id": f"id + {moved}", "number": f"number || '-{n}'"},
                kept.replace("record_id", "id"),
                first,
                last,
            )
            own = {"record_id": f"record_id + {moved}", "course_id": str(course.pk), "code": f"code || '-{n}'"}
            _copy(Holding, own, kept, first, last)
    _set_keys([Record])
    # As the worker does.
    for course in courses:
        packs.pack(course.pk)
    for course_id, lacking in wanted(system.organisation_id, today):
        course = next(one for one in courses if one.pk == course_id)
        asked = (
            (course, TAKE, f"Take “{course.title}”", person, moment.now() + dt.timedelta(days=need.within_days))
            for person, (need, _how_they_stand) in lacking.items()
        )
        with write_transaction():
            tasks.give_many(system, asked)


def _copy(model: type[models.Model], changed: Mapping[str, str], kept: str, first: int, last: int) -> None:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    with connection.cursor() as cursor:
        columns = columns_of(table)
        chosen = ", ".join(changed.get(column, quote(column)) for column in columns)
        cursor.execute(
            f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) SELECT {chosen} FROM {quote(table)} "  # noqa: S608
            f"WHERE {quote(str(model._meta.pk.column))} BETWEEN %s AND %s AND {kept}",
            [first, last],
        )


def _set_keys(made: list[type[models.Model]]) -> None:
    """Let the database go on behind the keys that were written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), made):
            cursor.execute(statement)

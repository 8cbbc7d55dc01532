"""A scratch database of the wanted size: two organisations, thirty sites, and the shapes that make lists slow.

A site nobody has used, one with only old records, a rare word, a word in a tenth of the rows, and open records mostly
among the newest: a query that collapses on one of these looks fine on evenly spread data.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from qsms.base import context, moment
from qsms.base.gate import write_transaction
from qsms.base.jobs.worker import Worker
from qsms.org import actor as actors
from qsms.org import services
from qsms.org.models import Organisation, Person, Site
from qsms.records import bulk, outbox, registry
from qsms.records.models import Deed, Link
from qsms.records.registry import RecordType
from qsms.rules.lifecycle import Phase
from qsms.search.engines import engine

from . import grow, life

SITES = 30
PEOPLE = 200
BIG_SHARE = 0.95
SEEDED = 20_000
# Only the newest have not been looked at by anybody.
NEW_SHARE = 0.02
RARE_WORD = "zygomorphic"
COMMON_WORD = "hydraulic"
WORDS = [
    "aircraft",
    "stand",
    "valve",
    "coupling",
    "torque",
    "wrench",
    "tag",
    "inspection",
    "shift",
    "crew",
    "runway",
    "approach",
    "flap",
    "gear",
    "brake",
    "wheel",
    "panel",
    "fastener",
    "seal",
    "pump",
    "filter",
    "hose",
    "fluid",
    "fuel",
    "drain",
    "spill",
    "cargo",
    "door",
    "loader",
    "belt",
    "tug",
    "chock",
    "cone",
    "marshaller",
    "weather",
    "wind",
    "rain",
    "ice",
    "snow",
    "light",
    "night",
    "early",
    "late",
    "roster",
    "rest",
    "report",
    "manual",
    "revision",
    "task",
    "card",
    "step",
    "signature",
    "release",
    "logbook",
    "part",
    "serial",
    "batch",
    "shelf",
    "life",
    "supplier",
    "store",
    "bin",
    "label",
    "drum",
    "glove",
    "mask",
    "eye",
    "wash",
    "alarm",
    "smoke",
    "odour",
    "cabin",
    "seat",
    "galley",
    "oven",
    "slide",
    "harness",
    "crew",
    "call",
    "captain",
    "dispatch",
    "plan",
    "route",
    "altitude",
    "clearance",
    "frequency",
    "readback",
    "tower",
    "ground",
    "taxi",
]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the drive needs to know of the scratch database."""

    organisation_id: int
    kind: str
    records: int
    people: dict[str, int]
    # Records written by `records.bulk` in a second, without what the bench needs to think them up.
    rows_a_second: float
    sample_number: str


def build(kind: str, records: int, tell: Callable[[int, int], None], *, seed: int = 7) -> Seeded:
    """Fill the empty scratch database; `tell(done, total)` hears of progress. The same seed gives the same data.

    A size that is a multiple of SEEDED is grown from that many records.
    """
    rng = random.Random(seed)  # noqa: S311 sample data, nothing secret
    big, small = (_organisation(name) for name in ("Bench Air", "Small Shop"))
    factor = 1 if records % SEEDED else max(1, records // SEEDED)
    first = records // factor
    done = 0
    seconds = 0.0
    # Side by side, as organisations fill an installation: else the newest keys would all be the small one's.
    few = first - int(first * BIG_SHARE)
    step = round(bulk.CHUNK * (1 - BIG_SHARE))
    filling = [
        (big.pk, _fill(big, kind, first - few, bulk.CHUNK - step, rng)),
        (small.pk, _fill(small, kind, few, step, rng)),
    ]
    while filling:
        for one in list(filling):
            with context.organisation(one[0]):
                made, took = next(one[1], (0, 0.0))
            done += made
            seconds += took
            tell(done, first)
            if not made:
                filling.remove(one)
    # Before it grows: the copies of what was told and asked are there as well, and are not told and asked one by one.
    work_off()
    if factor > 1:
        grow.grow(factor, tell)
    settle()
    people = {name: Person.objects.get(organisation=big, email=f"{name}@bench.test").pk for name in PERSONS}
    return Seeded(big.pk, kind, records, people, first / seconds, _sample(kind, big.pk))


def work_off() -> None:
    """What the worker of an installation has long done: what was late has climbed, what happened was delivered."""
    worker = Worker("bench")
    while worker.do_periodic() or worker.do_next_job() or outbox.deliver():
        pass


def settle() -> None:
    """What a database does by itself within a day of such a load."""
    engine().settle()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _sample(kind: str, organisation_id: int) -> str:
    """The number of a recent record that has a long history and work raised from it: the heavy case of a page."""
    sheet = registry.get(kind)
    mine = sheet.model.everywhere.filter(organisation_id=organisation_id).order_by("-pk")
    linked = Link.everywhere.filter(target__in=mine.values("pk")[:5000]).values("target")
    busy = (
        Deed.everywhere.filter(record__in=linked)
        .values("record")
        .annotate(n=models.Count("*"))
        .order_by("-n", "-record")
    )
    found = busy.first()
    number: str = (mine.filter(pk=found["record"]) if found else mine).values_list("number", flat=True)[0]
    return number


PERSONS = {"all": "safety_manager", "three-sites": "process_owner", "own": ""}


def _organisation(name: str) -> Organisation:
    with write_transaction():
        made = services.found(name=name, kind="airline_repair", size="large", zone="America/Phoenix")
        sites = [
            Site.objects.create(organisation=made, code=f"S{n:02}", name=f"Site {n:02}", zone="America/Phoenix")
            for n in range(SITES)
        ]
        for name_, role in PERSONS.items():
            person = services.add_person(made, name=f"Bench {name_}", email=f"{name_}@bench.test", site=sites[3])
            if role == "process_owner":
                for site in sites[3:6]:
                    services.grant(person, role, axis="site", site=site)
            elif role:
                services.grant(person, role, axis="all")
        Person.objects.bulk_create(
            Person(organisation=made, name=f"Person {n:03}", site=sites[n % SITES]) for n in range(PEOPLE)
        )
    return made


def _fill(
    organisation: Organisation, kind: str, amount: int, step: int, rng: random.Random
) -> Iterator[tuple[int, float]]:
    """Chunk by chunk: how many were made, and how long writing them took."""
    sheet = registry.get(kind)
    system = actors.system(organisation.pk, "Bench")
    sites = list(Site.objects.filter(organisation=organisation).order_by("pk"))
    people = list(Person.objects.filter(organisation=organisation).values_list("pk", flat=True))
    known = {person.pk: person for person in Person.objects.filter(organisation=organisation)}
    own = Person.objects.get(organisation=organisation, email="own@bench.test").pk
    now = moment.now()
    left = amount
    while left:
        chunk, took = [], 0.0
        for _row in range(min(step, left)):
            age = left / amount  # 1 for the oldest, towards 0 for the newest
            left -= 1
            # Site 0 stays empty; site 1 has only old records.
            site = sites[1] if age > 0.9 and rng.random() < 0.2 else rng.choice(sites[2:])
            values = form_values(sheet, rng)
            values |= {"site": site, "owner": known[rng.choice(people)]}
            row = bulk.Row(
                given={k: v for k, v in values.items() if k in sheet.writable},
                state=_state(sheet, rng, age),
                opened_at=now - dt.timedelta(days=730 * age, minutes=rng.randrange(1440)),
                raised_by_id=own if rng.random() < 0.0005 else rng.choice(people),
                fixed={"risk_class": rng.choice((0, 0, 1, 1, 2, 2, 3)), "judged": 7},
            )
            began = time.monotonic()
            prepared = bulk.prepare(system, kind, row)
            took += time.monotonic() - began
            if prepared.errors:
                raise ValueError(f"The bench cannot make a {kind}: {prepared.errors}")
            chunk.append(prepared.record)
        began = time.monotonic()
        bulk.create(system, kind, chunk)
        took += time.monotonic() - began
        life.follow(system, sheet, chunk, rng)
        yield len(chunk), took


def _state(sheet: RecordType, rng: random.Random, age: float) -> str:
    if age < NEW_SHARE:
        return sheet.lifecycle.initial
    live = [s.code for s in sheet.lifecycle.states if s.phase in (Phase.OPEN, Phase.WAITING)]
    live = [code for code in live if code != sheet.lifecycle.initial] or live
    closed = [s.code for s in sheet.lifecycle.states if s.phase == Phase.DONE]
    return rng.choice(live) if rng.random() > age + 0.1 else closed[0]


def form_values(sheet: RecordType, rng: random.Random) -> dict[str, Any]:
    """What somebody might type into the form of this kind."""
    values: dict[str, Any] = {"title": _text(rng, 8), "disciplines": rng.randrange(1, 8)}
    for name in sheet.form_fields:
        field = sheet.field(name)
        if field is None or name in values or isinstance(field, models.ForeignKey):
            continue
        if field.choices:
            values[name] = rng.choice([value for value, _label in field.flatchoices if value])
        elif name in sheet.search_fields and name == sheet.search_fields[0]:
            values[name] = _text(rng, 150)
        elif isinstance(field, models.DateTimeField):
            continue
        elif isinstance(field, models.DateField):
            values[name] = (moment.now() + dt.timedelta(days=rng.randrange(-300, 90))).date()
        elif not field.blank and isinstance(field, models.CharField | models.TextField):
            values[name] = _text(rng, 3)
    return values


def _text(rng: random.Random, length: int) -> str:
    words = rng.choices(WORDS, k=length)
    if rng.random() < 0.1:
        words[rng.randrange(length)] = COMMON_WORD
    if rng.random() < 0.0002:
        words[rng.randrange(length)] = RARE_WORD
    return " ".join(words).capitalize()

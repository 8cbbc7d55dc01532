"""The figures of gaps and matrix against a plain reckoning from the rows, on many days and for narrower readers."""

from __future__ import annotations

import datetime as dt
import pickle
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import context, moment
from qsms.documents import distributing
from qsms.documents.models import Receipt
from qsms.documents.tests.makers import document, effective, revision
from qsms.org.models import Grant, Person
from qsms.records import services
from qsms.rules import competence as rules
from qsms.rules.competence import Period, State
from qsms.training import grid, packs, proofs, requiring, roles, standing, tallying
from qsms.training.grid import Wish
from qsms.training.models import Counts, Course, Holding, Pack, Requirement, Waiver
from qsms.training.tests.makers import asked, course, held
from tests.cast import Cast, come
from tests.harness.standing import taken_back, written_at_start

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _furnished(django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """The office, made once for all tests of this module."""
    with taken_back(django_db_blocker):
        with written_at_start(django_db_blocker):
            cast = come()
            with context.organisation(cast.organisation.pk):
                furnish(cast)
        yield pickle.dumps(cast)


@pytest.fixture
def office(_furnished: bytes, db: None) -> Iterator[Cast]:
    """The cast, and what `furnish` has made for it."""
    cast: Cast = pickle.loads(_furnished)
    with context.organisation(cast.organisation.pk):
        yield cast


def furnish(cast: Cast) -> None:
    """Courses of different validity, asked of several roles, of one site and of the readers of a procedure; what people
    hold is drawn at random."""
    rng, quality = random.Random(4), cast.actor("quality")
    made = [
        course(cast, "Yearly", months=12, soon_days=40, grace_days=20),
        course(cast, "For good"),
        course(cast, "Half-yearly, at Stavnes", months=6, soon_days=10),
        course(cast, "Licence", months=24, soon_days=200),
    ]
    yearly, _good, local, licence = made
    for one, role, more in (
        (yearly, "reporter", {}), (yearly, "auditor", {}), (made[1], "process_owner", {}), (licence, "auditor", {}),
        (local, "reporter", {"site_id": cast.sites["STV"].pk}), (licence, "quality_manager", {}),
    ):  # fmt: skip
        asked(cast, one, role, **more)
    requiring.count(quality, licence.pk, yearly.pk)
    procedure = document(cast)
    effective(cast, revision(cast, procedure))
    for role, site in (("auditor", None), ("department_director", None), ("reporter", cast.sites["STV"].pk)):
        found = cast.organisation.roles.get(code=role)
        distributing.add_rule(quality, procedure.pk, role_id=found.pk, site_id=site)
    # Named by one course, linked to another that roles are asked for as well.
    services.link(quality, licence.pk, procedure.pk, "trains")
    made.append(course(cast, "Servicing", months=12, document=procedure.pk))
    requiring.require(quality, licence.pk, readers=True)
    requiring.require(quality, made[-1].pk, readers=True, site_id=cast.sites["STV"].pk)
    requiring.require(quality, local.pk, role_id=None, duty="auditor")
    for who in cast.people:
        if who != "outsider":
            for one in rng.sample(made, k=rng.randrange(4)):
                for _again in range(rng.choice((1, 1, 2))):
                    held(cast, one, who, days_ago=rng.randrange(900))
    Waiver.everywhere.create(
        organisation=cast.organisation, course=yearly, person=cast.reporter, reason="On leave", state="approved",
        until=moment.now().date() + dt.timedelta(days=90), asked_at=moment.now(),
    )  # fmt: skip


def plain(person: int, wanted: int, today: dt.date) -> State:
    """How somebody stands on a course, from its rows and the rules alone."""
    counting = Counts.everywhere.filter(towards=wanted).values("course")
    days = Holding.everywhere.filter(holder=person, course__in=counting, ends_on__isnull=False)
    periods = (Period(*one) for one in days.values_list("ends_on", "soon_on", "grace_on"))  # type: ignore[arg-type]
    best = max(periods, default=None)
    waived = Waiver.everywhere.filter(person=person, course=wanted, state="approved").values_list("until", flat=True)
    return rules.state(best, today, waived.first())


def plain_asked(people: Q) -> dict[tuple[int, int], set[int]]:
    """Person and course -> the roles that ask it of them; none where it is asked of them as a reader."""
    found: dict[tuple[int, int], set[int]] = {}
    for one in Requirement.everywhere.filter(ended_at=None, role__isnull=False):
        for grant in Grant.objects.filter(role=one.role, person__in=Person.objects.filter(people)):
            if one.site_id in (None, grant.person.site_id):
                found.setdefault((grant.person_id, one.course_id), set()).add(grant.role_id)
    # Every course that is asked of readers teaches the one document there is.
    given = Receipt.everywhere.filter(revision=F("document__effective"), ended_at=None)
    for one in Requirement.everywhere.filter(ended_at=None, readers=True):
        for receipt in given.filter(person__in=Person.objects.filter(people)).select_related("person"):
            if one.site_id in (None, receipt.person.site_id):
                found.setdefault((receipt.person_id, one.course_id), set())
    return found


@pytest.mark.parametrize(
    ("who", "packed"), [("quality", None), ("site_owner", None), ("quality", "all"), ("site_owner", "some")]
)
def test_the_figures_are_those_of_a_plain_reckoning_on_any_day(
    office: Cast, who: str, packed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if packed is not None:
        # As of more people than are named: what is packed is read, and the records where they changed since.
        monkeypatch.setattr(proofs, "NAMED", 0)
        packs.pack_lacking()
        if packed == "some":
            for one in Course.everywhere.filter(title__in=("Yearly", "Servicing")):
                held(office, one, "reporter")
        assert Pack.everywhere.count() == Course.everywhere.exclude(holdings=None).count() - 2 * (packed == "some")
    actor = office.actor(who)
    pairs = plain_asked(standing.staff(actor))
    sites = dict(Person.objects.values_list("pk", "site_id"))
    every = grid.asked(actor)
    named = {person for person, _course in pairs}
    assert any(not roles for roles in pairs.values()), "Somebody is asked as a reader alone."
    needed = standing.needs(actor.organisation_id, moment.now().date(), named)
    assert {(person, one) for person, mine in needed.items() for one in mine} == set(pairs)
    seen = set()
    for later in range(-30, 420, 30):
        today = moment.now().date() + dt.timedelta(days=later)
        there = standing.members(actor.organisation_id, today, every.asks, Q(person__in=named))
        shown = proofs.of(actor.organisation_id, every.sought, named, today)
        figures = tallying.count(every.asks, tallying.crowds(there), shown)
        expected = tallying.Figures()
        for (person, wanted), asking in pairs.items():
            state = plain(person, wanted, today)
            for tally in (expected.whole, expected.by_course[wanted], expected.by_site[sites[person] or 0]):
                tally[state] += 1
            for role in asking:
                expected.by_role[role][state] += 1
        assert figures == expected, later
        seen |= set(+figures.whole)
        lacking = {person for person, wanted in pairs if plain(person, wanted, today) not in rules.CURRENT}
        assert tallying.lacking(every.asks, tallying.crowds(there), shown) == lacking, later
        stands = standing.stands(
            actor.organisation_id, today, {person: [c for p, c in pairs if p == person] for person in named}
        )
        assert Counter(one.state for one in stands.values()) == +figures.whole, later
    assert seen == set(State) if who == "quality" else seen


def plain_by_role(people: Q, site: int | None) -> dict[tuple[int | None, int], set[int]]:
    """Role, None for readers, and course -> of whom it is asked there."""
    here = Person.objects.filter(people, **({} if site is None else {"site_id": site}))
    given = Receipt.everywhere.filter(revision=F("document__effective"), ended_at=None)
    found: dict[tuple[int | None, int], set[int]] = {}
    for one in Requirement.everywhere.filter(Q(role__isnull=False) | Q(readers=True), ended_at=None):
        if one.site_id not in (None, site) and site is not None:
            continue
        rows: Any = given if one.readers else Grant.objects.filter(role=one.role)
        rows = rows.filter(person__in=here, **({} if one.site_id is None else {"person__site_id": one.site_id}))
        found.setdefault((one.role_id, one.course_id), set()).update(rows.values_list("person_id", flat=True))
    return found


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(("who", "site"), [("quality", None), ("quality", "STV"), ("site_owner", None)])
def test_the_figures_by_role_are_those_of_a_plain_reckoning_and_lead_to_these_people(
    office: Cast, who: str, site: str | None, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:
        monkeypatch.setattr(proofs, "NAMED", 0)
        packs.pack_lacking()
    # The same once more, stricter and at one site: nobody counts twice.
    [local] = Course.everywhere.filter(title__startswith="Half-yearly")
    asked(office, local, policy="block", within_days=7)
    actor, today = office.actor(who), moment.now().date()
    at = office.sites[site].pk if site else None
    board = roles.part(actor, roles.Wish(site=at))
    expected = plain_by_role(standing.staff(actor), at)
    assert {key: one.people for key, one in board.cells.items()} == {key: len(each) for key, each in expected.items()}
    assert None in board.rows, "Readers stand there as well."
    for (role, wanted), people in expected.items():
        one = board.cells[role, wanted]
        assert one.tally == Counter(plain(person, wanted, today) for person in people)
        wish = Wish(role=role, readers=role is None, course=wanted, site=at)
        assert {row.id for row in grid.part(actor, wish).people} == people
        [*_rest, lacking] = grid.whole(actor, replace(wish, gaps=True))
        assert len(list(lacking)) == one.people - one.current
    reporter = office.organisation.roles.get(code="reporter").pk
    one = board.cells[reporter, local.pk]
    assert (one.policy, one.within_days, one.sites) == ("block", 7, frozenset())
    whole = roles.whole(actor, roles.Wish(site=at))
    assert whole.cells == board.cells
    monkeypatch.setattr(roles, "DOWN", 1)
    monkeypatch.setattr(roles, "ACROSS", 2)
    pieces = [
        roles.part(actor, roles.Wish(site=at, down=n, across=m))
        for n in range(len(whole.rows))
        for m in range(0, len(whole.courses), 2)
    ]
    assert {key: one for piece in pieces for key, one in piece.cells.items()} == whole.cells


def test_reading_the_rows_of_everybody_says_the_same_as_naming_people(
    office: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = office.actor("quality")
    packs.pack_lacking()
    wishes = [Wish(), Wish(gaps=True), Wish(gaps=True, role=office.organisation.roles.get(code="auditor").pk)]
    named = [grid.part(actor, wish) for wish in wishes]
    monkeypatch.setattr(proofs, "NAMED", 0)
    assert [grid.part(actor, wish) for wish in wishes] == named
    lacking = {row.id for row in named[1].people}
    assert lacking == {row.id for row in named[0].people if any(
        not one.is_current for (person, _course), one in named[0].cells.items() if person == row.id
    )}  # fmt: skip
    assert 0 < len(lacking) < len(named[0].people)


def test_neither_matrix_nor_gaps_ask_more_than_they_may_where_readers_are_asked(office: Cast) -> None:
    client = Client()
    client.force_login(office.account("quality"))
    [one] = Course.everywhere.filter(title="Servicing")
    chosen = f"/training/matrix/?course={one.pk}&readers=1&gaps=1"
    for path, most in (
        ("/training/matrix/", 10), ("/training/matrix/?gaps=1", 10), ("/training/matrix/gaps/", 15),
        ("/training/matrix/roles/", 10), (chosen, 10),
    ):  # fmt: skip
        assert "Servicing" in client.get(path).content.decode()
        with CaptureQueriesContext(connection) as caught:
            client.get(path)
        assert len(caught) <= most, [one["sql"] for one in caught]

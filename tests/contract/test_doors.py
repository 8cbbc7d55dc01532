"""No door shows a record to somebody who must not see it: not its text, not its number, not that there is one.

Lists, counts, searches, exports and figures are asked before the records exist and again afterwards: the answers are
the same to the letter. Every address of a record answers as that of a record that never was. The addresses come from
the routes themselves, so that a page added tomorrow is held to this without a line of test.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from qsms import cli
from qsms.base import context, moment
from qsms.impact.models import Check
from qsms.notify import following, letters
from qsms.notify import services as notified
from qsms.notify.models import Letter, News
from qsms.org import actor as actors
from qsms.org.models import Person
from qsms.records import attachments, moves, outbox, registry, scope, services, tasks, verbs
from qsms.records.models import Deed, Record
from qsms.risk import doors as risk
from qsms.standards.models import Evidence
from tests.cast import Cast, come
from tests.harness.standing import taken_back, written_at_start

from . import doors
from .conftest import KINDS
from .factory import SECRET, make
from .strangers import STRANGERS, browser, program, send, stranger

# Of each list, beside its plain address.
QUERIES = ("?phase=all", f"?q={SECRET}&phase=all", "?late=1", "?order=due_on&phase=all")
EVERYWHERE = (
    "/?whose=office&all=1", "/?whose=raised", f"/search/?q={SECRET}", f"/search/?q={SECRET}&phase=open",
    f"/search/export/?q={SECRET}", "/search/export/?q=2026", "/work/export/?whose=office",
    f"/palette/?q={SECRET}", "/palette/?q=2026", "/pick/record/", f"/pick/record/?q={SECRET}", "/pick/record/?q=2026",
    *(f"/standards/{page}/" for page in ("edition/iso-9001/2015", "clause/iso-9001/2015/7.1.5.2")),
    "/impact/?standard=iso-9001/2015&clause=7.1.5.2",
    *(f"/overview/{code}.csv" for code in ("open", "kinds", "overdue", "owners", "months", "clocks", "heat")),
    "/overview/records/?late=1", "/overview/records/?lens=none&phase=open",
)  # fmt: skip
OF_A_KIND = (
    *(f"/r/<kind>/{query}" for query in QUERIES), f"/search/?q={SECRET}&kind=<kind>", "/search/?q=<prefix>&kind=<kind>",
    "/pick/record/?kind=<kind>", f"/pick/record/?kind=<kind>&q={SECRET}", "/palette/?q=<prefix>-2026",
    *(f"/r/<kind>/export/?phase=all&format={form}" for form in ("xlsx", "json")),
    f"/r/<kind>/export/?q={SECRET}", "/r/<kind>/board/?q=2026",
    *(f"/api/v1/<kind>/{query}" for query in ("?phase=all&count=1", f"?q={SECRET}&count=1")),
)  # fmt: skip
# What the reader does by opening it, or what never tells of records.
NOT_OPENED = {"/sign-out/", "/api/v1/openapi.json", "/api/v1/docs/", "/ui/prefer/", "/news/read/"}

# Answers to addresses of no record.
_nowhere: dict[tuple[str, str, str, bool], tuple[int, str]] = {}


@dataclass
class World:
    """A stranger, neighbours that they see, and, once made, the records that they must not see."""

    cast: Cast
    who: str
    person: Person
    pages: Client
    api: Client
    role: str
    # One of each kind in every place that the stranger reaches.
    near: list[dict[str, Record]]
    hidden: dict[str, Record] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        return send(self.api if path.startswith("/api/") else self.pages, method, path, body)

    def ask_nowhere(self, method: str, path: str, body: object) -> tuple[int, str]:
        """The answer to an address of no record. It is the same whatever else there is, so one is asked for once."""
        key = (self.who, method, path, body is None)
        if key not in _nowhere:
            _nowhere[key] = self.ask(method, path, body)
        return _nowhere[key]

    @property
    def neighbours(self) -> dict[str, Record]:
        return self.near[-1]

    @property
    def actor(self) -> actors.Actor:
        return actors.load(self.person, moment.now().date())

    def hide(self, kind: str) -> Record:
        """Make a record of this kind outside the stranger's scope, with something of everything beside it.

        Whoever sees the plain ones of a whole organisation gets one of another organisation that is hidden as well.
        """
        here = {"site": self.cast.sites["LKF"], "unit": self.cast.units["MX"], "owner": self.cast.owner}
        if self.who == "no_secrets":
            self._make(kind, self.cast.other.pk, owner=self.cast.outsider)
        record = self._make(kind, self.cast.organisation.pk, confidential=self.who == "no_secrets", **here)
        if self.who != "other_organisation":
            system = actors.system(self.cast.organisation.pk)
            self.links[kind] = services.link(system, self.neighbours[kind].pk, record.pk, "relates").pk
        self.hidden[kind] = record
        return record

    def _make(self, kind: str, organisation_id: int, *, confidential: bool = False, **more: Any) -> Record:
        system = actors.system(organisation_id)
        with context.organisation(organisation_id):
            record = make(
                system, kind, fixed={"confidential": confidential}, confidential=confidential,
                due_on=moment.now().date().replace(year=2025), **more,
            )  # fmt: skip
            kept = attachments.add(system, record.pk, io.BytesIO(b"Kept words"), name=f"{SECRET}.txt")
            self.files[kind] = kept.attachment.pk
            # They are mentioned, have a task by their role, and stand beside a record that they do see.
            services.comment(system, record.pk, f"{SECRET} said", mentions=[self.person.pk])
            tasks.give(system, record, "rate_risk", f"{SECRET} waits", role=self.role)
            # Its owner was asked whether it still fits, because a requirement changed.
            task = tasks.give(system, record, "still_fits", f"{SECRET} may change", person_id=record.owner_id)
            self.checks[kind] = Check.objects.create(
                organisation_id=organisation_id, framework="iso-9001/2015", clause="7.1.5.2", what=f"{SECRET} changes",
                record=record, task=task, asked_at=moment.now(),
            ).pk  # fmt: skip
            # It is evidence for a requirement.
            Evidence.everywhere.create(
                organisation_id=organisation_id, record=record, framework="iso-9001/2015", number="7.1.5.2",
                as_of=moment.now().date(), at=moment.now(),
            )  # fmt: skip
            # Its risk is rated, so that it stands in the heat map.
            matrix = risk.matrix_for(system, 1)
            risk.assess(system, record.pk, kind="initial", matrix=matrix, choice="3B", why="Seen often.")
        return record

    def lists(self) -> list[str]:
        """Every address that shows several records or counts them, each with the questions it takes."""
        found = [*EVERYWHERE, f"/training/matrix/person/{self.person.pk}/"]
        for door in doors.every():
            if door.is_of_many and door.path not in NOT_OPENED:
                found += [door.filled({"kind": kind}) for kind in (KINDS if door.parts else [""])]
        for kind in KINDS:
            prefix = registry.get(kind).prefix
            found += [one.replace("<kind>", kind).replace("<prefix>", prefix) for one in OF_A_KIND]
        return list(dict.fromkeys(found))


@pytest.fixture(scope="module", params=STRANGERS)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _neighbourhood(who: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """The cast, the stranger and what they see, made once for all tests with this stranger."""
    with taken_back(django_db_blocker):
        with written_at_start(django_db_blocker):
            cast = come()
            with context.organisation(cast.organisation.pk):
                found = cast, *_beside(cast, who)
        yield pickle.dumps(found)


def _beside(cast: Cast, who: str) -> tuple[Person, str, list[dict[str, Record]]]:
    """The stranger, the role that they hold, and one record of each kind in every place that they reach."""
    person = stranger(cast, who)
    system = actors.system(person.organisation_id)
    given = person.grants.exclude(role__code="reporter").select_related("site", "unit", "role").order_by("pk")
    ours = actors.system(cast.organisation.pk)
    for kind in KINDS if who == "other_organisation" else ():
        # Numbers are each organisation's own: here the first ones are taken, so that none stands for two records.
        make(ours, kind, word="Unseen")
        make(ours, kind, word="Unseen")
    near: list[dict[str, Record]] = []
    with context.organisation(person.organisation_id):
        for grant in given:
            place: dict[str, Any] = {"site": grant.unit.site if grant.unit else grant.site, "unit": grant.unit}
            near.append({kind: make(system, kind, word="Neighbour", **place) for kind in KINDS})
    return person, given[0].role.code, near


@pytest.fixture
def world(who: str, _neighbourhood: bytes, db: None) -> Iterator[World]:
    cast, person, role, near = pickle.loads(_neighbourhood)
    with context.organisation(cast.organisation.pk):
        yield World(cast, who, person, browser(person), program(person), role, near)


@pytest.mark.parametrize("who", ["elsewhere", "no_secrets"], indirect=True)
def test_lists_counts_searches_exports_and_figures_are_the_same_as_before(world: World) -> None:
    asked = world.lists()
    before = {path: world.ask("GET", path) for path in asked}
    # The neighbours are there, so that the same is not the same nothing.
    for kind, number in ((kind, one.number) for near in world.near for kind, one in near.items()):
        for path in (
            f"/r/{kind}/?phase=all",
            f"/r/{kind}/export/?phase=all&format=json",
            f"/api/v1/{kind}/?phase=all&count=1",
        ):
            assert number in before[path][1], path
    for kind in KINDS:
        world.hide(kind)
    outbox.deliver()
    told = [path for path in asked if world.ask("GET", path) != before[path]]
    assert told == []
    for record in world.hidden.values():
        for path in (f"/search/?q={record.number}", f"/palette/?q={record.number}", f"/pick/record/?q={record.number}"):
            status, text = world.ask("GET", path)
            assert (status, text.count(record.title)) == (200, 0), path
            assert f"/{record.number}/" not in text


def test_every_address_is_held_to_one_of_the_tests_here() -> None:
    assert [door.path for door in doors.every() if not (door.is_of_many or door.is_of_a_record)] == []


@pytest.mark.one_engine("All of them ask whether the record is in the scope, as the tests below ask on both engines.")
@pytest.mark.parametrize("who", ["other_organisation", "elsewhere", "no_secrets"], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_every_address_of_a_record_answers_as_if_it_were_not_there(world: World, kind: str) -> None:
    record = world.hide(kind)
    common = {
        "kind": kind, "link_id": world.links.get(kind, 1), "file_id": world.files[kind], "name": "note.txt",
        "form": "csv", "lens": "safety", "how": "same", "tab": "history", "to": "action",
        "job_id": 1,
        "other": world.neighbours[kind].number, "code": registry.get(kind).lifecycle.moves[0].code,
        "clause": "4.1", "section": "hazards", "question": "hazard-name", "tried": 1, "place": 1,
        "person": world.person.pk, "verb": next((one.code for one in verbs.of(kind)), "nonsense"),
    }  # fmt: skip
    body = {"reason": "Mine", "text": "Mine", "title": "Mine", "password": "Mine", "purpose": "Mine, all of it"}
    deeds = Deed.everywhere.filter(record=record).count()
    known = {"key": record.number, "number": record.number, "report_id": record.pk, "check": world.checks[kind]}
    absent = {"key": "ZZZ-2026-9999", "number": "ZZZ-2026-9999", "report_id": record.pk + 100_000, "check": 100_000}
    # Those of the same organisation pass the same question of scope: of theirs the status is enough.
    thorough = world.who == "other_organisation"
    for door in doors.every():
        if not door.is_of_a_record:
            continue
        keys = [known, {**known, "key": record.pk}] if thorough and "key" in door.parts else [known]
        for method in ("GET", "POST", "PATCH", "DELETE") if door.path.startswith("/api/") else ("GET", "POST"):
            given = None if method in ("GET", "DELETE") else body
            nowhere = world.ask_nowhere(method, door.filled({**common, **absent}), given) if thorough else None
            for here in keys:
                path = door.filled({**common, **here})
                status, text = world.ask(method, path, given)
                assert status in (404, 405), (method, path, status)
                assert SECRET not in text
                if nowhere is not None:
                    # From both alike: a short key is also part of what stands on every page.
                    plain = _without(text, here, absent), _without(nowhere[1], here, absent)
                    assert (status, plain[0]) == (nowhere[0], plain[1]), (method, path)
    assert Deed.everywhere.filter(record=record).count() == deeds


def _without(text: str, *asked: dict[str, object]) -> str:
    """The text without the keys that were asked for, which a page may give back."""
    for value in sorted({str(value) for values in asked for value in values.values()}, key=len, reverse=True):
        text = text.replace(value, "…")
    return text


@pytest.mark.parametrize("who", ["elsewhere", "no_secrets"], indirect=True)
def test_beside_a_neighbour_it_is_not_there(world: World) -> None:
    """A record that the stranger sees is linked to one that they do not see."""
    for kind in KINDS:
        near = world.neighbours[kind]
        plain = {path: world.ask("GET", path) for path in _around(near)}
        hidden = world.hide(kind)
        for path, before in plain.items():
            after = world.ask("GET", path)
            assert hidden.number not in after[1], path
            assert SECRET not in after[1], path
            # Its own history says that somebody linked something, never what; nothing else differs at all.
            if "history" not in path and path != f"/r/{kind}/{near.number}/" and "/tab/" not in path:
                assert after == before, path


@pytest.mark.parametrize("who", ["elsewhere", "no_secrets"], indirect=True)
def test_a_move_that_waits_for_it_does_not_name_it(world: World) -> None:
    system = actors.system(world.cast.organisation.pk)
    waiting = [sheet.kind for sheet in registry.all_types() if any(move.closed for move in sheet.lifecycle.moves)]
    for kind in waiting:
        near, hidden = world.neighbours[kind], world.hide("action")
        [move, *_others] = [move for move in registry.get(kind).lifecycle.moves if move.closed]
        Record.everywhere.filter(pk=near.pk).update(state=move.sources[0])
        relation = move.closed[0]
        ends = (hidden.pk, near.pk) if relation.startswith("<") else (near.pk, hidden.pk)
        services.link(system, *ends, relation[1:])
        record = services.find(world.actor, kind, near.pk)
        told = " ".join(
            " ".join(moves.reasons(world.actor, record, one)) for one in moves.verdicts(world.actor, record)
        )
        assert "Still open: another record." in told
        assert hidden.number not in told
        status, page = world.ask("GET", f"/r/{kind}/{near.number}/")
        assert (status, hidden.number in page) == (200, False)
        # Whoever sees it is told its number.
        again = moves.verdicts(system, record)
        assert hidden.number in " ".join(" ".join(moves.reasons(system, record, one)) for one in again)


def _around(record: Record) -> list[str]:
    page, api = f"/r/{record.kind}/{record.number}/", f"/api/v1/{record.kind}/{record.number}/"
    tabs = [f"{page}tab/{tab}/" for tab in ("links", "history", "impact")]
    # Those that wait for what is linked; the page has the others.
    waiting = [f"{page}move/{move.code}/" for move in registry.get(record.kind).lifecycle.moves if move.closed]
    beside = [f"{page}{what}" for what in ("trace/", "link/", "edit/", "assign/", "history.csv", "history.json")]
    beside.append(f"/impact/?record={record.number}")
    programs = [f"{api}{what}" for what in ("", "moves/", "links/", "history/", "comments/", "attachments/")]
    return [
        page,
        *tabs,
        *waiting,
        *beside,
        *programs,
        f"/risk/controls/{record.number}/",
        f"/reports/triage/{record.number}/",
    ]


def test_neither_news_nor_letters_nor_tasks_tell_of_it(world: World) -> None:
    for kind in KINDS:
        record = world.hide(kind)
        outbox.deliver()
        assert following.tell(record, [world.person.pk], "task", f"{SECRET} waits", "contract") == 0
        assert not News.everywhere.filter(person=world.person, record=record).exists()
        # Told while it was theirs to see: no longer shown, counted or mailed.
        News.everywhere.create(
            organisation_id=world.person.organisation_id, person=world.person, record=record, topic="state",
            text=f"{record.number} {SECRET}", key=f"of-old-{record.pk}", at=moment.now(),
        )  # fmt: skip
    assert notified.unread(world.actor) == 0
    status, text = world.ask("GET", "/news/")
    assert (status, SECRET in text, "Mark all as read" in text) == (200, False, False)
    for wish in ("each", "digest"):
        Person.objects.filter(pk=world.person.pk).update(wants_mail=wish)
        letters.write_single()
        letters.write_digests(moment.now().replace(hour=23))
    assert not Letter.objects.filter(person=world.person).exists()
    assert tasks.mine(world.actor) == []
    assert tasks.count_mine(world.actor) == 0


def test_the_export_command_gives_what_its_person_sees(world: World, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert world.person.organisation is not None
    for kind in KINDS:
        world.hide(kind)
        words = ("--as", world.person.email, "--organisation", world.person.organisation.code)
        assert cli.main(["export", kind, "--format", "json", *words]) == 0
        text = capfdbinary.readouterr().out.decode()
        assert world.neighbours[kind].number in text
        assert SECRET not in text
        assert world.hidden[kind].number not in text


def test_whoever_is_outside_is_outside(world: World) -> None:
    """The strangers are strangers, and their rights are otherwise as wide as can be."""
    for kind in KINDS:
        record = world.hide(kind)
        assert not scope.sees(world.actor, record)
        assert scope.sees(world.actor, world.neighbours[kind])
        assert world.actor.holds(f"{kind}.change")

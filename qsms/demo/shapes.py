"""The shapes of the demonstration: the organisation, the story library and the running story, as plain values.

Field metadata say how plain data becomes parts: `many` and `one` name the kind of part, `moment` a time in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, Self


class StoryError(ValueError):
    """The library is not in the shape that its readers expect; the message says where and what."""


@dataclass(frozen=True)
class Moment:
    """A point relative to the day the demonstration is loaded, at the time of day of the site: "-3 21:40", "+7"."""

    days: int
    clock: time | None = None

    @classmethod
    def parse(cls, text: object) -> Self:
        """The moment written like "-3 21:40" or, where the time of day does not matter, "+7"."""
        found = re.fullmatch(r"([+-]?\d+)(?: (\d\d):(\d\d))?", text) if isinstance(text, str) else None
        if not found:
            raise StoryError(f"“{text}” is not a moment. Write it like “-3 21:40”, in quotes.")
        return cls(int(found[1]), time(int(found[2]), int(found[3])) if found[2] else None)

    @property
    def order(self) -> tuple[int, time]:
        """Sorts moments; without a time of day it is the end of that day."""
        return self.days, self.clock or time.max


@dataclass(frozen=True)
class Holidays:
    """The calendar of public holidays that working days are counted with."""

    country: str
    subdivision: str


@dataclass(frozen=True)
class Site:
    """A place with its own time; `weight` is its share of what happens."""

    code: str
    name: str
    zone: str
    what_for: str
    weight: int
    stands: tuple[str, ...]
    runways: tuple[str, ...]
    hangars: tuple[str, ...]
    holidays: Holidays = field(metadata={"one": Holidays})


@dataclass(frozen=True)
class Unit:
    """A department or crew at a site."""

    code: str
    name: str
    site: str
    parent: str = ""


@dataclass(frozen=True)
class Process:
    """A process and the person who owns it."""

    code: str
    name: str
    owner: str


@dataclass(frozen=True)
class Aircraft:
    """A registration, its type and the site it is based at."""

    registration: str
    type: str
    site: str


@dataclass(frozen=True)
class Grant:
    """A role given to a person; without a scope the role's own default holds."""

    role: str
    scope: str = ""
    site: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody of the cast. `post` is what stories give actions to; `cast` is the line on the demo's sign-in page."""

    code: str
    name: str
    job: str
    post: str
    unit: str
    cast: str = ""
    guest: bool = False
    grants: tuple[Grant, ...] = field(default=(), metadata={"many": Grant})


@dataclass(frozen=True)
class Organisation:
    """An organisation with everything that has to exist before something can happen in it."""

    code: str
    name: str
    kind: str
    size: str
    what_for: str
    holidays: Holidays = field(metadata={"one": Holidays})
    # The stories that happen here; empty for all of them.
    stories: tuple[str, ...] = ()
    sites: tuple[Site, ...] = field(default=(), metadata={"many": Site})
    units: tuple[Unit, ...] = field(default=(), metadata={"many": Unit})
    processes: tuple[Process, ...] = field(default=(), metadata={"many": Process})
    aircraft: tuple[Aircraft, ...] = field(default=(), metadata={"many": Aircraft})
    people: tuple[Person, ...] = field(default=(), metadata={"many": Person})


@dataclass(frozen=True)
class Control:
    """A control of the library; `level` is its place in the hierarchy of controls."""

    code: str
    title: str
    level: str
    owner: str
    verify_days: int
    watched_by: str


@dataclass(frozen=True)
class Consequence:
    """What could follow from a top event, seen through a lens, with its severity letter."""

    text: str
    lens: str
    severity: str
    # The controls that stand between the top event and this.
    limited_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Threat:
    """What could set a hazard free, and the controls that stand between it and the top event."""

    text: str
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hazard:
    """A hazard with its controls and its three cells; `actual` is empty until somebody has verified the controls."""

    code: str
    title: str
    description: str
    lenses: tuple[str, ...]
    owner: str
    site: str
    process: str
    top_event: str
    controls: tuple[str, ...]
    added: tuple[str, ...]
    initial: str
    predicted: str
    actual: str | None = None
    threats: tuple[Threat, ...] = field(default=(), metadata={"many": Threat})
    consequences: tuple[Consequence, ...] = field(default=(), metadata={"many": Consequence})

    @property
    def places(self) -> dict[str, tuple[str, str]]:
        """Where each control stands on the bow-tie: the side, and the words of its threat or consequence."""
        found = {code: ("prevent", threat.text) for threat in self.threats for code in threat.held_by}
        return found | {code: ("limit", one.text) for one in self.consequences for code in one.limited_by}


@dataclass(frozen=True)
class ActionStory:
    """What is typically done. `failed` is what went wrong where the check showed that it had not worked."""

    kind: str
    title: str
    owner: str
    evidence: str
    root_cause: str = ""
    check: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Exchange:
    """A question to the reporter and the answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Published:
    """A version without identities for everybody to read."""

    title: str
    text: str


@dataclass(frozen=True)
class Telling:
    """One way in which it happened: a title and the narrative that goes with it, both with slots."""

    title: str
    narrative: str


@dataclass(frozen=True)
class Story:
    """A kind of event that happens again and again, in several tellings."""

    code: str
    form: str
    units: tuple[str, ...]
    lenses: Mapping[str, str]
    cell: str
    hazard: str = ""
    season: str = "always"
    weight: int = 10
    mode: str = ""
    aircraft_type: str = ""
    feedback: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    tellings: tuple[Telling, ...] = field(default=(), metadata={"many": Telling})
    actions: tuple[ActionStory, ...] = field(default=(), metadata={"many": ActionStory})
    ask: Exchange | None = field(default=None, metadata={"one": Exchange})
    publish: Published | None = field(default=None, metadata={"one": Published})


@dataclass(frozen=True)
class Seasons:
    """When things happen and how they are reported, as relative weights."""

    seasons: Mapping[str, list[int]]
    modes: Mapping[str, int]
    weekdays: tuple[int, ...]
    hours: Mapping[str, int]
    growth_per_year: float


@dataclass(frozen=True)
class Rejection:
    """Why a report was not taken up, and what the reporter was told."""

    reason: str
    told: str


@dataclass(frozen=True)
class Answer:
    """An answer to somebody who asked for more time."""

    granted: bool
    words: str


@dataclass(frozen=True)
class Talk:
    """What people say around records where the story has no words of its own."""

    acknowledgements: tuple[str, ...]
    feedback_decision: tuple[str, ...]
    feedback_closing: tuple[str, ...]
    comments: tuple[str, ...]
    extension_reasons: tuple[str, ...]
    acceptance_reasons: tuple[str, ...]
    assessment_reasons: tuple[str, ...]
    check_passed: tuple[str, ...]
    check_failed: tuple[str, ...]
    check_early: str
    late_reasons: tuple[str, ...]
    questions: tuple[Exchange, ...] = field(default=(), metadata={"many": Exchange})
    rejection_reasons: tuple[Rejection, ...] = field(default=(), metadata={"many": Rejection})
    extension_answers: tuple[Answer, ...] = field(default=(), metadata={"many": Answer})


@dataclass(frozen=True)
class Judgement:
    """What somebody said about a report through one lens."""

    lens: str
    concerns: bool
    reason: str
    by: str
    at: Moment = field(metadata={"moment": True})
    cell: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Letter:
    """A message in the mailbox between office and reporter."""

    sender: str
    text: str
    at: Moment = field(metadata={"moment": True})
    by: str = ""


@dataclass(frozen=True)
class ThreadReport:
    """A report of the running story, told out in full."""

    key: str
    form: str
    mode: str
    site: str
    unit: str
    place: str
    state: str
    owner: str
    title: str
    narrative: str
    occurred: Moment = field(metadata={"moment": True})
    received: Moment = field(metadata={"moment": True})
    reporter: str = ""
    aircraft: str = ""
    phase: str = ""
    hazard: str = ""
    feedback: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    maybe_same_as: tuple[str, ...] = ()
    lenses: tuple[Judgement, ...] = field(default=(), metadata={"many": Judgement})
    mailbox: tuple[Letter, ...] = field(default=(), metadata={"many": Letter})
    publish: Published | None = field(default=None, metadata={"one": Published})


@dataclass(frozen=True)
class Evidence:
    """A file with a word about it."""

    by: str
    file: str
    text: str
    at: Moment = field(metadata={"moment": True})


@dataclass(frozen=True)
class Extension:
    """More time asked for."""

    by: str
    reason: str
    at: Moment = field(metadata={"moment": True})
    until: Moment = field(metadata={"moment": True})


@dataclass(frozen=True)
class Check:
    """The planned look whether an action worked, by somebody else than its owner."""

    by: str
    after_days: int
    looks_at: str


@dataclass(frozen=True)
class ThreadAction:
    """An action of the running story."""

    key: str
    kind: str
    title: str
    owner: str
    raised_by: str
    state: str
    description: str
    hazard: str
    raised: Moment = field(metadata={"moment": True})
    due: Moment = field(metadata={"moment": True})
    root_cause: str = ""
    raised_from: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), metadata={"many": Evidence})
    extension: Extension | None = field(default=None, metadata={"one": Extension})
    check: Check | None = field(default=None, metadata={"one": Check})


@dataclass(frozen=True)
class LeftOut:
    """A requirement that does not apply to the airline, and why."""

    number: str
    why: str


@dataclass(frozen=True)
class ToldEvidence:
    """A hazard, control or document (by title) that counts for a requirement; fresh for so many months, or for good.

    Where it belongs to a site it shows that one alone, unless it shows it `everywhere`.
    """

    number: str
    strength: str
    hazard: str = ""
    control: str = ""
    document: str = ""
    months: int = 0
    note: str = ""
    everywhere: bool = False


@dataclass(frozen=True)
class ToldAdoption:
    """A standard that the airline works to, at one site or all; `by` is the lens whose lead looks after it. Without a
    day it is planned."""

    standard: str
    by: str
    scope: str
    site: str = ""
    # Sites for which it holds beside that one.
    also: tuple[str, ...] = ()
    since: Moment | None = field(default=None, metadata={"moment": True})
    left_out: tuple[LeftOut, ...] = field(default=(), metadata={"many": LeftOut})
    evidence: tuple[ToldEvidence, ...] = field(default=(), metadata={"many": ToldEvidence})


@dataclass(frozen=True)
class ToldCourse:
    """Something that people of some roles are asked to hold, and how many per cent of them are current in it."""

    code: str
    current: int
    roles: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    site: str = ""
    # One that comes with the program brings all but who is asked.
    starter: bool = False
    title: str = ""
    kind: str = "course"
    purpose: str = ""
    months: int = 0
    month_end: bool = False
    grace_days: int = 0
    early_months: int = 0
    evaluate_days: int = 0
    # The document that it is about, by title; `readers` asks it of those whom that document is given to.
    document: str = ""
    readers: bool = False


@dataclass(frozen=True)
class ToldSession:
    """A course is held, has been held or was called off; `effect` and `found` are what somebody found later."""

    course: str
    by: str
    place: str
    at: Moment = field(metadata={"moment": True})
    people: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    effect: str = ""
    found: str = ""
    called_off: str = ""


@dataclass(frozen=True)
class ToldQuiz:
    """Somebody takes a course alone. `missed` says how many questions they get wrong at each try, a day apart."""

    course: str
    who: str
    at: Moment = field(metadata={"moment": True})
    missed: tuple[int, ...] = ()


@dataclass(frozen=True)
class ToldClaim:
    """Somebody brings a certificate from outside; `verified` or `refused` (the reason) once somebody looked at it."""

    course: str
    who: str
    issuer: str
    reference: str
    completed: Moment = field(metadata={"moment": True})
    at: Moment = field(metadata={"moment": True})
    verified: bool = False
    refused: str = ""


@dataclass(frozen=True)
class ToldWaiver:
    """Somebody is to be excused from a course until a day; `answered_by` approves it."""

    course: str
    who: str
    why: str
    until: Moment = field(metadata={"moment": True})
    at: Moment = field(metadata={"moment": True})
    answered_by: str = ""
    answer: str = ""


@dataclass(frozen=True)
class ToldLeaver:
    """Somebody who worked here until a day, with what they held."""

    code: str
    name: str
    job: str
    unit: str
    held: tuple[str, ...]
    left: Moment = field(metadata={"moment": True})


@dataclass(frozen=True)
class ToldReaders:
    """Who is given a document: a role, a unit, or everybody."""

    role: str = ""
    unit: str = ""


@dataclass(frozen=True)
class ToldTemporary:
    """A temporary revision: for how long it holds in place of the other, and what it says."""

    what: str
    since: Moment = field(metadata={"moment": True})
    ends: Moment = field(metadata={"moment": True})


@dataclass(frozen=True)
class ToldWithdrawn:
    """A revision that was begun and given up: what it was to say, and why it came to nothing."""

    what: str
    why: str
    since: Moment = field(metadata={"moment": True})


@dataclass(frozen=True)
class ToldDocument:
    """A document with the days of its revisions; each later one adds the next of its steps."""

    type: str
    title: str
    by: str
    since: Moment = field(metadata={"moment": True})
    steps: tuple[str, ...] = ()
    purpose: str = ""
    why: str = ""
    site: str = ""
    process: str = ""
    # Processes that it holds for beside that one.
    also: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    # How far it has come: effective, draft, review, approval, planned, obsolete, archived or void.
    state: str = "effective"
    takes_effect: Moment | None = field(default=None, metadata={"moment": True})
    temporary: ToldTemporary | None = field(default=None, metadata={"one": ToldTemporary})
    withdrawn: ToldWithdrawn | None = field(default=None, metadata={"one": ToldWithdrawn})
    to: tuple[ToldReaders, ...] = field(default=(), metadata={"many": ToldReaders})
    # Which share of its readers has acknowledged it, in hundredths; of one for information nobody is asked.
    read: int = 0
    inform: bool = False
    training: bool = False
    # Months between reviews, where not the usual ones.
    review: int = 0
    issuer: str = ""
    edition: str = ""


@dataclass(frozen=True)
class Library:
    """Everything the demonstration is made from. The first organisation is the one that the stories happen in."""

    slots: Mapping[str, list[str]]
    seasons: Seasons = field(metadata={"one": Seasons})
    talk: Talk = field(metadata={"one": Talk})
    organisations: tuple[Organisation, ...] = field(default=(), metadata={"many": Organisation})
    controls: tuple[Control, ...] = field(default=(), metadata={"many": Control})
    hazards: tuple[Hazard, ...] = field(default=(), metadata={"many": Hazard})
    stories: tuple[Story, ...] = field(default=(), metadata={"many": Story})
    reports: tuple[ThreadReport, ...] = field(default=(), metadata={"many": ThreadReport})
    actions: tuple[ThreadAction, ...] = field(default=(), metadata={"many": ThreadAction})
    # What lies on the desks of the other organisation.
    elsewhere: tuple[ThreadAction, ...] = field(default=(), metadata={"many": ThreadAction})
    adoptions: tuple[ToldAdoption, ...] = field(default=(), metadata={"many": ToldAdoption})
    courses: tuple[ToldCourse, ...] = field(default=(), metadata={"many": ToldCourse})
    sessions: tuple[ToldSession, ...] = field(default=(), metadata={"many": ToldSession})
    quizzes: tuple[ToldQuiz, ...] = field(default=(), metadata={"many": ToldQuiz})
    claims: tuple[ToldClaim, ...] = field(default=(), metadata={"many": ToldClaim})
    waivers: tuple[ToldWaiver, ...] = field(default=(), metadata={"many": ToldWaiver})
    leavers: tuple[ToldLeaver, ...] = field(default=(), metadata={"many": ToldLeaver})
    documents: tuple[ToldDocument, ...] = field(default=(), metadata={"many": ToldDocument})

    @property
    def home(self) -> Organisation:
        """The organisation that the stories happen in."""
        return self.organisations[0]

    @property
    def told_apart(self) -> list[tuple[str, str]]:
        """Person and course, where a story tells how they came by it or why they did not."""
        quizzes = [(one.who, one.course) for one in self.quizzes]
        claims = [(one.who, one.course) for one in self.claims]
        return [*quizzes, *claims, *((one.who, one.course) for one in self.waivers)]

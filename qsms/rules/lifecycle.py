"""States and moves of a record, as data, and the one question about them: which moves are open, and why not the rest.

A lifecycle knows nothing of people or databases. The caller describes how a record stands (`Standing`) and gets a
verdict for each move. Reasons are codes with parameters; the records floor puts them into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Words may be translated late; this says so to the type checker and brings no framework in.
    from django_stubs_ext import StrOrPromise


class Phase(IntEnum):
    """What every state of every record means to somebody who does not know the discipline."""

    DRAFT = 0
    OPEN = 1
    WAITING = 2
    DONE = 3
    VOID = 4


LIVE = (Phase.DRAFT, Phase.OPEN, Phase.WAITING)


@dataclass(frozen=True, slots=True)
class State:
    code: str
    label: StrOrPromise
    phase: Phase
    meaning: StrOrPromise = ""
    # Under which step of the stage bar it stands; states that share a step share the word. Empty: its own label.
    stage: StrOrPromise = ""
    # A side road (rejected, void) is not drawn on the bar unless the record stands on it.
    on_bar: bool = True
    # Some records go past it: then it is drawn on the bar only where the record has been.
    skipped: bool = False
    # An open state in which somebody is at work shows as "under way", not as waiting to be begun.
    begun: bool = False
    # What is due in this state, where that is another thing than the record: "Check" says “Check due 12 Dec”.
    due: StrOrPromise = ""
    # good, warn, bad or mute where the phase alone would mislead: a control that was found weak is open, and a worry.
    tone: str = ""
    # Whether a record that stands here shows that something is done. None: unless it is a draft or void.
    evidence: bool | None = None

    @property
    def shows(self) -> bool:
        """Whether a record in this state counts as evidence."""
        return self.phase not in (Phase.DRAFT, Phase.VOID) if self.evidence is None else self.evidence


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task that a move gives: to one party of the record, or to a role."""

    code: str
    title: StrOrPromise
    to: str = ""  # a party: owner, raised_by, or a name the sheet knows
    role: str = ""  # or a role's code
    clock: str = ""  # due with this clock rule
    days: int = 0  # or after so many calendar days


@dataclass(frozen=True, slots=True)
class Move:
    code: str
    label: StrOrPromise
    sources: tuple[str, ...]
    target: str  # empty: the state stays
    verb: str = ""  # permission `kind.verb`; empty means the move's own code
    help: StrOrPromise = ""
    asks: tuple[str, ...] = ()  # fields the dialog asks for and needs
    offers: tuple[str, ...] = ()  # fields the dialog shows and can do without
    needs: tuple[str, ...] = ()  # fields that must be filled before
    reason: bool = False
    signature: StrOrPromise = ""  # the meaning of the signature, "approved"
    only: tuple[str, ...] = ()  # parties who may; the permission alone is not enough
    or_party: tuple[str, ...] = ()  # parties who may even without the permission
    independent_of: tuple[str, ...] = ()  # parties who must not
    # Relations whose far ends must be done or void: "<raised_from" for what points here, ">causes" for what this names.
    closed: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()  # named facts that the room works out
    tasks: tuple[TaskPlan, ...] = ()
    # Codes of the tasks that the move completes; whatever else waits when the record is done is withdrawn.
    finishes: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()  # clock rules
    stops: tuple[str, ...] = ()
    tone: str = ""  # "main" next step, "bad" for refuse and void
    key: str = ""  # single letter on the keyboard
    by_hand: bool = True  # False: made by services and jobs only, not offered on the page


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a move is shut: a code and what the sentence about it needs."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    move: Move
    reasons: tuple[Reason, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Standing:
    """How one record stands for one person at one moment, as far as its moves need to know."""

    state: str
    # The actor and everybody the actor stands in for: a deputy inherits what the giver must not do.
    persons: frozenset[int]
    # Who of them acts; None for the installation itself.
    person: int | None = None
    permitted: frozenset[str] = frozenset()  # verbs this person holds on this record
    filled: frozenset[str] = frozenset()
    parties: Mapping[str, frozenset[int]] = field(default_factory=dict)
    open_ends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # relation -> numbers still open
    facts: Mapping[str, Reason | None] = field(default_factory=dict)  # condition -> why it does not hold


class BadLifecycle(ValueError):
    """A lifecycle contradicts itself."""


@dataclass(frozen=True)
class Lifecycle:
    code: str
    initial: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        codes = [state.code for state in self.states]
        if len(codes) != len(set(codes)) or self.initial not in codes:
            raise BadLifecycle(f"{self.code}: a state stands twice, or the first state is unknown.")
        for move in self.moves:
            unknown = [code for code in (*move.sources, move.target) if code and code not in codes]
            if unknown or not move.sources:
                raise BadLifecycle(f"{self.code}: move {move.code} names unknown or no states: {', '.join(unknown)}.")
        names = [move.code for move in self.moves]
        if len(names) != len(set(names)):
            raise BadLifecycle(f"{self.code}: a move stands twice.")

    def state(self, code: str) -> State:
        """The state with this code. Raises KeyError."""
        for state in self.states:
            if state.code == code:
                return state
        raise KeyError(code)

    def move(self, code: str) -> Move:
        """The move with this code. Raises KeyError."""
        for move in self.moves:
            if move.code == code:
                return move
        raise KeyError(code)

    @cached_property
    def showing(self) -> frozenset[str]:
        """The states in which a record counts as evidence: it has begun, and has not ended as holding no longer."""
        return frozenset(state.code for state in self.states if state.shows)

    @property
    def judging(self) -> tuple[Move, ...]:
        """The moves in which somebody independent says how it is, and which lead on: a check, an approval."""
        return tuple(move for move in self.moves if move.independent_of and move.target)

    def checks(self, state: str) -> tuple[Move, ...]:
        """The judging moves from this state, if the next word is theirs: none where whoever is judged leads on too."""
        found = tuple(move for move in self.judging if state in move.sources)
        judged = {party for move in found for party in move.independent_of}
        for move in self.moves:
            if state in move.sources and move not in found and move.target and judged & set(move.or_party):
                return ()
        return found

    def handed_over(self, state: str) -> frozenset[str]:
        """The fields that were filled in on the way to a state that waits for a check."""
        on_the_way, grew = {state}, True
        while grew:
            more = {one for move in self._own if move.target in on_the_way for one in move.sources} - on_the_way
            on_the_way, grew = on_the_way | more, bool(more)
        moves = [move for move in self._own if move.target in on_the_way]
        judged = {name for move in self.judging for name in (*move.asks, *move.offers)}
        return frozenset(name for move in moves for name in (*move.asks, *move.offers)) - judged

    @property
    def _own(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if not move.independent_of)

    def stages(self, at: str) -> list[tuple[str, str, str]]:
        """The stage bar for a record that stands at `at`: (state code, word, done | now | later)."""
        here = self.state(at)
        bar: list[State] = []
        for state in self.states:
            if not state.on_bar and state.code != at:
                continue
            if bar and state.stage and bar[-1].stage == state.stage:
                if state.code == at:
                    bar[-1] = state
                continue
            bar.append(state)
        now = next(i for i, state in enumerate(bar) if state.code == at)
        finished = here.phase == Phase.DONE
        return [
            (
                s.code,
                s.stage or s.label,
                "done" if i < now or (finished and i == now) else "now" if i == now else "later",
            )
            for i, s in enumerate(bar)
        ]


def judge(move: Move, standing: Standing) -> Verdict:
    """Whether `move` is open in this standing, with every reason why not, the gravest first."""
    if standing.state not in move.sources:
        return Verdict(move, (Reason("state"),))
    reasons: list[Reason] = []

    def is_one_of(parties: tuple[str, ...]) -> list[str]:
        return [party for party in parties if standing.persons & standing.parties.get(party, frozenset())]

    party_ok = bool(is_one_of(move.or_party))
    if (move.verb or move.code) not in standing.permitted and not party_ok:
        reasons.append(Reason("permission", {"verb": move.verb or move.code}))
    if move.only and not is_one_of(move.only):
        reasons.append(Reason("only", {"parties": ",".join(move.only)}))
    clashing = is_one_of(move.independent_of)
    if clashing:
        own = [party for party in clashing if standing.person in standing.parties.get(party, frozenset())]
        lent = {} if own else {"standing_in": "yes"}
        reasons.append(Reason("independent", {"party": (own or clashing)[0], **lent}))
    reasons += [Reason("field", {"field": name}) for name in move.needs if name not in standing.filled]
    for relation in move.closed:
        still_open = standing.open_ends.get(relation, ())
        if still_open:
            reasons.append(Reason("open_ends", {"relation": relation, "numbers": ", ".join(still_open)}))
    for name in move.conditions:
        if name not in standing.facts:
            raise BadLifecycle(f"Move {move.code} asks for the fact “{name}”, which its record type does not state.")
        fact = standing.facts[name]
        if fact is not None:
            reasons.append(fact)
    return Verdict(move, tuple(reasons))


def verdicts(lifecycle: Lifecycle, standing: Standing) -> list[Verdict]:
    """A verdict for each move that starts at the present state, in the lifecycle's order."""
    return [judge(move, standing) for move in lifecycle.moves if standing.state in move.sources]


def unreachable(lifecycle: Lifecycle) -> set[str]:
    """Codes of states that no chain of moves reaches from the first one."""
    seen = {lifecycle.initial}
    grew = True
    while grew:
        reached: Iterable[str] = {m.target for m in lifecycle.moves if m.target and seen & set(m.sources)}
        grew = not set(reached) <= seen
        seen |= set(reached)
    return {state.code for state in lifecycle.states} - seen

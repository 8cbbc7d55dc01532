"""Coverage of a framework: what of its tree is shown by evidence, directly and through the crosswalk, and why.

Only what surely follows is counted; `crossing` says what that is. Evidence crosses one pair and never two.
Evidence at a heading that shows all of it shows all below it; a clause with text of its own and points below it speaks
for its own text alone. What is shown below a number is a part of it, and the whole when nothing is missing. What holds
for several sites is met when it is shown at every one of them: evidence of one site shows nothing of another, and what
is of no site in particular shows it everywhere.

A number with text of its own counts once, by its own state, whatever hangs below it; a heading counts nothing and its
state follows from what stands under it. So the rows that count always add up to the tally, in every list of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import partial, reduce
from operator import or_

from qsms.rules.at_sites import AtSites, Shown
from qsms.rules.crossing import Doubt, Through, counts_for, may_lend
from qsms.rules.crosswalk import Crosswalk, Reading, Relation, Source
from qsms.rules.evidence import Evidence, Freshness, Level, freshness, level
from qsms.rules.findings import OpenFinding, Struck, Weight, struck
from qsms.rules.frameworks import Framework, Reference


class State(StrEnum):
    """How far a requirement is covered."""

    MET = "met"
    PARTLY = "partly"
    GAP = "gap"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


class Reason(StrEnum):
    """Why a requirement is in its state; a page shows every reason that holds."""

    SHOWN = "shown"
    SHOWN_AT_SOME = "shown_at_some"
    SHOWN_IN_PART = "shown_in_part"
    SHOWN_ABOVE = "shown_above"
    STALE = "stale"
    EXPIRED = "expired"
    EMPTY = "empty"
    AHEAD = "ahead"
    SUPPORTED_ONLY = "supported_only"
    THROUGH_CROSSWALK = "through_crosswalk"
    NOT_ALL_TOGETHER = "not_all_together"
    TOUCHED_ONLY = "touched_only"
    PERHAPS = "perhaps"
    JUDGED_MET = "judged_met"
    CLAIMED = "claimed"
    JUDGED_PARTLY = "judged_partly"
    JUDGED_GAP = "judged_gap"
    JUDGED_BEFORE_EVIDENCE = "judged_before_evidence"
    FOUND_FAILING = "found_failing"
    FOUND_LAPSING = "found_lapsing"
    FOUND_NOTED = "found_noted"
    FOUND_ELSEWHERE = "found_elsewhere"
    FOUND_NEAR = "found_near"
    FOUND_ABOVE = "found_above"
    NOTHING_KNOWN = "nothing_known"
    EXEMPT = "exempt"
    NOTHING_TO_ASSESS = "nothing_to_assess"
    ROLLED_UP = "rolled_up"


@dataclass(frozen=True)
class Judgement:
    """What an assessor answered for a requirement: met, partly or gap, on a day."""

    at: Reference
    answer: State
    on: date

    def __post_init__(self) -> None:
        if self.answer not in (State.MET, State.PARTLY, State.GAP):
            raise ValueError(f"an assessor answers met, partly or gap, not {self.answer}")


@dataclass(frozen=True)
class Tally:
    """How many assessable requirements are in each state, and how many owe theirs to the crosswalk."""

    met: int = 0
    partly: int = 0
    gap: int = 0
    not_applicable: int = 0
    not_assessed: int = 0
    through_crosswalk: int = 0

    @property
    def applicable(self) -> int:
        """How many count at all."""
        return self.met + self.partly + self.gap + self.not_assessed

    @property
    def share_met(self) -> float:
        """The share of the applicable ones that is met; 0 when none is."""
        return self.met / self.applicable if self.applicable else 0.0


@dataclass(frozen=True)
class Covered:
    """One requirement: its state with reasons, its direct evidence, what came through the crosswalk, and its tally.

    `findings` are open against it itself, `struck` are those that reach it through the crosswalk. `state` is that of
    its own text where it has any; `together` the one with all below it. Only what `counts` is in a tally. `sites` are
    those at which it is shown, where at some of them alone.
    """

    number: str
    state: State
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...] = ()
    through: tuple[Through, ...] = ()
    tally: Tally = field(default_factory=Tally)
    findings: tuple[OpenFinding, ...] = ()
    struck: tuple[Struck, ...] = ()
    together: State = State.NOT_ASSESSED
    counts: bool = True
    sites: frozenset[Hashable] | None = None

    @property
    def is_told(self) -> bool:
        """Whether there is a state to tell: a heading with nothing to assess has none."""
        return self.counts or Reason.NOTHING_TO_ASSESS not in self.reasons


@dataclass(frozen=True)
class Coverage:
    """A whole framework, by number in reading order, with the tally of all, and the sites that it is for."""

    framework: str
    today: date
    covered: Mapping[str, Covered]
    tally: Tally
    sites: frozenset[Hashable] = frozenset()


class _Tree:
    """One framework with its direct evidence: what is shown of each number, own and rolled up."""

    def __init__(self, framework: Framework, exempt: Iterable[str], sites: AtSites) -> None:
        self.framework = framework
        self.sites = sites
        self.exempt = {below for number in exempt for below in framework.subtree(number)}
        self.pieces: dict[str, list[tuple[Evidence, Freshness]]] = {}
        self.judged: dict[str, Judgement] = {}
        self.findings: dict[str, list[OpenFinding]] = {}
        self.struck: dict[str, list[Struck]] = {}
        # What the evidence at a number shows by itself; at or above it, and judged; and of it with all below it.
        self.bound: dict[str, Shown] = {}
        self.own: dict[str, Shown] = {}
        self.whole: dict[str, Shown] = {}
        self._behind: dict[tuple[str, bool], tuple[Evidence, ...]] = {}

    def is_heading(self, number: str) -> bool:
        """Whether it has no text of its own, so that what shows it shows all below it."""
        return bool(number) and not self.framework.by_number[number].assessable

    def gravest(self, number: str) -> Weight:
        """What the open findings say of a number; NOTES where none counts."""
        weights = [one.weight for one in (*self.findings.get(number, ()), *self.struck.get(number, ()))]
        return max(weights, default=Weight.NOTES)

    def from_above(self, number: str, levels: Mapping[str, Shown]) -> Shown:
        """What the heading above shows of it: all where it is wholly shown, unless the number was judged by itself."""
        parent = self.framework.by_number[number].parent
        if not self.is_heading(parent) or number in self.judged:
            return 0
        return self.sites.wholly(levels[parent])

    def capped(self, shown: Shown, answer: State) -> Shown:
        """What is shown after an assessor has looked: nothing of a gap, a part, or the whole where anything is."""
        if answer is State.MET:
            return self.sites.full if shown else 0
        return self.sites.partly(shown) if answer is State.PARTLY else 0

    def weigh(self) -> None:
        """Work out `own` (shown at or above a number) and `whole` (shown of it with all below it)."""
        for number, pieces in self.pieces.items():
            self.bound[number] = reduce(or_, (self.sites.at(level(piece, how), piece.site) for piece, how in pieces))
        for each in self.framework.requirements:
            best = self.bound.get(each.number, 0)
            judged = self.judged.get(each.number)
            self.own[each.number] = best if judged is None else self.capped(best, judged.answer)
        self.own = self.spread(self.own)
        self.whole = self.rolled(self.own)

    def spread(self, levels: Mapping[str, Shown]) -> dict[str, Shown]:
        """The same with all under a wholly shown heading wholly shown too, but for what was judged by itself; and less
        where a finding is open."""
        found: dict[str, Shown] = {}
        for each in self.framework.requirements:
            mine = levels.get(each.number, 0) | self.from_above(each.number, found)
            gravest = self.gravest(each.number)
            if gravest:
                mine = self.sites.partly(mine) if gravest is Weight.LAPSES else 0
            found[each.number] = mine
        return found

    def rolled(self, own: Mapping[str, Shown]) -> dict[str, Shown]:
        """How much of each number is shown with all below it: whole when every part is, a part when any is."""
        parts: dict[str, list[Shown]] = {}
        found: dict[str, Shown] = {}
        for each in reversed(self.framework.requirements):
            below = parts.get(each.number, [])
            levels = [*below, own[each.number]] if each.assessable or not below else below
            total = self.sites.together(levels, own[each.number])
            judged = self.judged.get(each.number)
            if judged is not None and judged.answer is not State.MET:
                total = self.capped(total, judged.answer)
            if self.gravest(each.number):
                total = self.sites.partly(total)
            if each.number in self.exempt:
                total = 0
            elif each.assessable or below:
                parts.setdefault(each.parent, []).append(total)
            found[each.number] = total
        return found

    def behind(self, number: str, *, alone: bool = False) -> tuple[Evidence, ...]:
        """The evidence behind a number: at it, below it but for `alone`, or above it where that shows all under it."""
        if number in self.exempt:
            return ()
        if (number, alone) not in self._behind:
            at = [number] if alone else self.framework.subtree(number)
            found = [piece for one in at for piece, _state in self.pieces.get(one, ())]
            for above in self.framework.ancestors(number):
                if not self.is_heading(above):
                    break
                pieces = self.pieces.get(above, ())
                found += [piece for piece, state in pieces if level(piece, state) is Level.WHOLE]
            self._behind[number, alone] = tuple(found)
        return self._behind[number, alone]

    def lends(self, reading: Reading) -> tuple[Shown, tuple[Doubt, ...]]:
        """How much of its end of a pair is shown. A part of what hangs below it shows nothing of the pair for sure."""
        here = reading.here.number
        own, whole = self.own[here], self.whole[here]
        if reading.pair.source is Source.CONTAINED and here not in self.exempt:
            # A supplement contains the text of the clause itself, whatever points it hangs below.
            return own, ()
        sure = self.sites.where(whole, own) | self.sites.wholly(whole)
        if sure or not whole:
            return sure, ()
        return whole, (Doubt.FROM_UNDER_A_HEADING,)


def cover(
    frameworks: Iterable[Framework],
    evidence: Iterable[Evidence],
    today: date,
    *,
    crosswalk: Crosswalk | None = None,
    exempt: Mapping[str, Iterable[str]] | None = None,
    judgements: Iterable[Judgement] = (),
    findings: Iterable[OpenFinding] = (),
    only: Iterable[str] | None = None,
    sites: Iterable[Hashable] = (),
) -> dict[str, Coverage]:
    """The coverage of each framework by key; only of those named in `only`, where the others lend their evidence.

    `exempt` are the numbers that do not apply, by framework, with all below them. Of several judgements of one
    requirement the latest holds, for all sites. `findings` are those that are open; whatever an assessor says, they
    hold. `sites` are those at each of which it must be shown; without, nobody asks where. What is at a number that its
    edition does not have is left out.
    """
    at_sites = AtSites(sites)
    trees = {each.key: _Tree(each, (exempt or {}).get(each.key, ()), at_sites) for each in frameworks}
    for piece in evidence:
        tree = trees.get(piece.at.framework)
        if tree is not None and piece.at.number in tree.framework.by_number:
            tree.pieces.setdefault(piece.at.number, []).append((piece, freshness(piece, today)))
    for judgement in judgements:
        tree = trees.get(judgement.at.framework)
        if tree is not None and judgement.at.number in tree.framework.by_number:
            before = tree.judged.get(judgement.at.number)
            if before is None or before.on <= judgement.on:
                tree.judged[judgement.at.number] = judgement
    _find(trees, findings, crosswalk)
    for tree in trees.values():
        tree.weigh()
    wanted = set(trees if only is None else only)
    return {key: _coverage(tree, trees, crosswalk, today) for key, tree in trees.items() if key in wanted}


def _find(trees: Mapping[str, _Tree], findings: Iterable[OpenFinding], crosswalk: Crosswalk | None) -> None:
    """Lay the open findings into the trees, where they stand and where they reach over a pair."""
    counted = []
    for one in findings:
        tree = trees.get(one.at.framework)
        if tree is not None and one.at.number in tree.framework.by_number:
            tree.findings.setdefault(one.at.number, []).append(one)
            if one.at.number not in tree.exempt:
                counted.append(one)
    if crosswalk is None or not counted:
        return
    for there, found in struck(counted, {key: tree.framework for key, tree in trees.items()}, crosswalk).items():
        tree = trees.get(there.framework)
        if tree is not None and there.number in tree.framework.by_number:
            tree.struck[there.number] = found


def _coverage(tree: _Tree, trees: Mapping[str, _Tree], crosswalk: Crosswalk | None, today: date) -> Coverage:
    sites = tree.sites
    through, lent = _through(tree, trees, crosswalk) if crosswalk else ({}, {})
    covered: dict[str, Covered] = {}
    tallies: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for each in reversed(tree.framework.requirements):
        number = each.number
        below = tallies.get(number, Counter())
        mine, state, reasons = _unit(tree, number, lent.get(number, 0), through.get(number, ()))
        if each.assessable:
            below[state.value] += 1
            if state in (State.MET, State.PARTLY) and sites.level(mine) > sites.level(tree.own[number]):
                below["through_crosswalk"] += 1
        together = state
        if tree.framework.children(number):
            together, all_reasons = _heading(below, mine, state, reasons)
            if together is State.MET and tree.gravest(number):
                # Every part is shown, and a finding is open against the heading as a whole.
                together = State.PARTLY
            if not each.assessable:
                state, reasons = together, all_reasons
        elif not each.assessable and state is State.NOT_ASSESSED:
            reasons = (Reason.NOTHING_TO_ASSESS,)
        covered[number] = Covered(
            number,
            state,
            reasons,
            tuple(piece for piece, _freshness in tree.pieces.get(number, ())),
            tuple(through.get(number, ())),
            Tally(**below),
            tuple(tree.findings.get(number, ())),
            tuple(tree.struck.get(number, ())),
            together,
            each.assessable,
            sites.some_alone(mine) if each.assessable and state in (State.MET, State.PARTLY) else None,
        )
        (tallies.setdefault(each.parent, Counter()) if each.parent else total).update(below)
    in_order = {each.number: covered[each.number] for each in tree.framework.requirements}
    return Coverage(tree.framework.key, today, in_order, Tally(**total), sites.sites)


def _through(
    tree: _Tree, trees: Mapping[str, _Tree], crosswalk: Crosswalk
) -> tuple[dict[str, list[Through]], dict[str, Shown]]:
    """What comes to each number over pairs, and how much of it that shows."""
    found: dict[str, list[Through]] = {}
    lent: dict[str, Shown] = {}
    sites = tree.sites
    # Evidence moves on to a new edition by a person's hand alone.
    lending = [one for one in crosswalk.readings_into(tree.framework.key) if one.pair.source is not Source.FOLLOWS]
    direct = {(one.here.framework, one.there.number) for one in lending}
    for reading in lending:
        source = trees.get(reading.here.framework)
        here, there = reading.here.number, reading.there.number
        if source is None or here not in source.whole or there not in tree.own:
            continue
        shown, doubts = source.lends(reading)
        if not shown:
            continue
        counts = sites.through(shown, partial(counts_for, reading.relation))
        if counts and reading.relation is Relation.SUPERSET:
            counts = sites.joined(counts, (source.whole.get(other, 0) for other in reading.pair.jointly))
        if not counts:
            doubts = ()
        elif not may_lend(source.framework, tree.framework, reading.pair):
            doubts = (*doubts, Doubt.OTHER_SUBJECT)
        alone = not sites.wholly(shown) and not doubts
        counted = Level.NOTHING if doubts else sites.level(counts)
        one = Through(reading, sites.level(shown), counted, source.behind(here, alone=alone), doubts)
        found.setdefault(there, []).append(one)
        if counted:
            lent[there] = lent.get(there, 0) | counts
        if counts and tree.is_heading(there):
            perhaps = replace(one, counts=Level.NOTHING, doubts=(*doubts, Doubt.TO_THE_HEADING_ABOVE))
            for below in tree.framework.subtree(there):
                # What is paired by itself needs no hint from above.
                if (source.framework.key, below) not in direct and below != there:
                    found.setdefault(below, []).append(perhaps)
    for number, judged in tree.judged.items():
        if number in lent:
            lent[number] = tree.capped(lent[number], judged.answer)
    return found, lent


def _unit(tree: _Tree, number: str, lent: Shown, through: Iterable[Through]) -> tuple[Shown, State, tuple[Reason, ...]]:
    if number in tree.exempt:
        return 0, State.NOT_APPLICABLE, (Reason.EXEMPT,)
    pieces = tree.pieces.get(number, [])
    judged = tree.judged.get(number)
    reasons = _direct_reasons(tree, number, pieces)
    reasons += _lent_reasons(through)
    shown = tree.own[number] | lent
    if judged is not None:
        reasons.append(_JUDGED[judged.answer])
        if judged.answer is State.MET and not shown:
            reasons.append(Reason.CLAIMED)
        if any(piece.as_of and piece.as_of > judged.on and level(piece, state) for piece, state in pieces):
            reasons.append(Reason.JUDGED_BEFORE_EVIDENCE)
        state = _judged_state(judged.answer, shown)
    elif shown:
        state = State.MET if shown == tree.sites.full else State.PARTLY
    elif any(one in (Freshness.EXPIRED, Freshness.EMPTY) for _piece, one in pieces):
        state = State.GAP
    else:
        state = State.NOT_ASSESSED
    reasons += _found_reasons(tree, number)
    return shown, _found_state(state, tree.gravest(number)), tuple(dict.fromkeys(reasons)) or (Reason.NOTHING_KNOWN,)


_FOUND = {
    Weight.FAILS: Reason.FOUND_FAILING,
    Weight.LAPSES: Reason.FOUND_LAPSING,
    Weight.NOTES: Reason.FOUND_NOTED,
}


def _found_reasons(tree: _Tree, number: str) -> list[Reason]:
    direct = sorted(tree.findings.get(number, ()), key=lambda one: -one.weight)
    found = [_FOUND[one.weight] for one in direct]
    through = tree.struck.get(number, ())
    found += [Reason.FOUND_ELSEWHERE] if any(one.weight for one in through) else []
    found += [Reason.FOUND_NEAR] if any(not one.weight for one in through) else []
    parent = tree.framework.by_number[number].parent
    if tree.is_heading(parent) and tree.gravest(parent):
        pieces = tree.pieces.get(parent, ())
        found += [Reason.FOUND_ABOVE] if any(level(*each) is Level.WHOLE for each in pieces) else []
    return found


def _found_state(state: State, weight: Weight) -> State:
    """The state while findings of this weight are open, out of the state that is shown and judged without them."""
    if weight is Weight.FAILS:
        return State.GAP
    if weight is Weight.LAPSES:
        return {State.MET: State.PARTLY, State.NOT_ASSESSED: State.GAP}.get(state, state)
    return state


_JUDGED = {State.MET: Reason.JUDGED_MET, State.PARTLY: Reason.JUDGED_PARTLY, State.GAP: Reason.JUDGED_GAP}


def _judged_state(answer: State, shown: Shown) -> State:
    """An assessor lifts parts to the whole, or says that it is not enough; without evidence, met is a claim."""
    if answer is State.MET:
        return State.MET if shown else State.PARTLY
    return answer


_NOT_COUNTED = {
    Freshness.EXPIRED: Reason.EXPIRED,
    Freshness.EMPTY: Reason.EMPTY,
    Freshness.AHEAD: Reason.AHEAD,
    Freshness.STALE: Reason.STALE,
}


def _direct_reasons(tree: _Tree, number: str, pieces: Iterable[tuple[Evidence, Freshness]]) -> list[Reason]:
    reasons = []
    everywhere = tree.bound.get(number) == tree.sites.full
    for piece, state in pieces:
        counted = level(piece, state)
        if counted is Level.WHOLE:
            reasons.append(Reason.SHOWN if everywhere else Reason.SHOWN_AT_SOME)
        elif state in _NOT_COUNTED:
            reasons.append(_NOT_COUNTED[state])
        else:
            reasons.append(Reason.SHOWN_IN_PART if counted else Reason.SUPPORTED_ONLY)
    if tree.from_above(number, tree.own):
        reasons.append(Reason.SHOWN_ABOVE)
    return reasons


def _lent_reasons(through: Iterable[Through]) -> list[Reason]:
    reasons = []
    for each in through:
        if each.doubts:
            reasons.append(Reason.PERHAPS)
            continue
        whole = counts_for(each.reading.relation, each.shown)
        if each.counts < whole:
            reasons.append(Reason.NOT_ALL_TOGETHER)
        reasons.append(Reason.THROUGH_CROSSWALK if each.counts else Reason.TOUCHED_ONLY)
    return reasons


def _heading(
    below: Counter[str], mine: Shown, state: State, reasons: tuple[Reason, ...]
) -> tuple[State, tuple[Reason, ...]]:
    """The state of a number with others below it, out of the tally of all of them."""
    if state is State.NOT_APPLICABLE:
        return state, reasons
    met, partly, gap, open_ = (below[each] for each in (State.MET, State.PARTLY, State.GAP, State.NOT_ASSESSED))
    kept = tuple(each for each in reasons if each is not Reason.NOTHING_KNOWN)
    if not met + partly + gap + open_:
        if below[State.NOT_APPLICABLE]:
            return State.NOT_APPLICABLE, (Reason.ROLLED_UP,)
        return (state, kept) if kept else (State.NOT_ASSESSED, (Reason.NOTHING_TO_ASSESS,))
    if met and not partly + gap + open_:
        found = State.MET
    elif met or partly or mine:
        found = State.PARTLY
    else:
        found = State.GAP if gap or state is State.GAP else State.NOT_ASSESSED
    if found is State.MET and Reason.JUDGED_GAP in kept:
        # Every part is shown, and an assessor still sees a gap in the heading as a whole.
        found = State.PARTLY
    return found, (*kept, Reason.ROLLED_UP)

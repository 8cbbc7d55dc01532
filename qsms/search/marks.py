"""Scope as words of the index: what a record carries, and what a person's rights ask for.

Marks and people's own words never meet: the engines keep them apart (another column, or a sign that no typed word
can hold), and a query reaches this file as rights, never as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import registry, scope
from qsms.records.choices import Lens
from qsms.records.models import Record
from qsms.records.scope import Branch
from qsms.rules.lifecycle import Phase

from .expressions import All, Any, Expression, Mark

PLAIN = "nc"
PHASES = {"open": "fopen", "done": "fdone", "void": "fvoid"}
OWN_AXES = frozenset({"owner", "raised_by", "task"})


def kind_mark(organisation_id: int, kind: str) -> str:
    """One word for an organisation's records of a kind; underlines would cut it in two."""
    return f"o{organisation_id}k{kind.replace('9', '99').replace('_', '91')}"


def person_mark(person_id: int) -> str:
    return f"p{person_id}"


def of_record(record: Record, involved: Iterable[int]) -> list[str]:
    """The marks of a record; `involved` are those who have or had a task on it."""
    found = [f"o{record.organisation_id}", kind_mark(record.organisation_id, record.kind), PHASES[_phase(record.phase)]]
    if record.site_id is not None:
        found.append(f"s{record.site_id}")
    if record.unit_id is not None:
        found.append(f"u{record.unit_id}")
    if not record.confidential:
        found.append(PLAIN)
    people = {one for one in (record.owner_id, record.raised_by_id, *involved) if one is not None}
    found += [person_mark(one) for one in sorted(people)]
    found += [f"l{lens.value}" for lens in Lens if record.disciplines & lens]
    return found


def _phase(phase: int) -> str:
    return "void" if phase == Phase.VOID else "done" if phase == Phase.DONE else "open"


def reach(actor: Actor, kinds: Collection[str] | None = None) -> Expression | None:
    """What the actor may see of these kinds (of all, without) as an expression; None when that is nothing."""
    known = scope.kinds_seen(actor)
    groups: dict[frozenset[Branch], list[str]] = defaultdict(list)
    for kind in known:
        if kinds is None or kind in kinds:
            groups[frozenset(scope.branches(actor, kind))].append(kind)
    parts = [_group(actor, branches, some) for branches, some in groups.items() if branches]
    return Any(tuple(parts)) if parts else None


def _group(actor: Actor, branches: frozenset[Branch], kinds: Sequence[str]) -> Expression:
    everything = len(kinds) == len(list(registry.all_types()))
    names = [f"o{actor.organisation_id}"] if everything else [kind_mark(actor.organisation_id, kind) for kind in kinds]
    of_kinds = Any(tuple(Mark(name) for name in names))
    if Branch(Axis.ALL) in branches:
        return of_kinds
    return All((of_kinds, _branches(branches)))


def _branches(branches: frozenset[Branch]) -> Expression:
    whole: list[Expression] = []
    plain: list[Expression] = []
    own = {branch.value for branch in branches if branch.axis in OWN_AXES}
    for person_id in own:
        # One mark stands for all three parts that a person can have in a record.
        if {branch.axis for branch in branches if branch.value == person_id and branch.axis in OWN_AXES} != OWN_AXES:
            raise ValueError("Search knows own records as a whole: owner, raised by and tasks go together.")
        whole.append(Mark(person_mark(person_id or 0)))
    for branch in sorted(branches, key=lambda one: (one.axis, one.value or 0)):
        if branch.axis in OWN_AXES:
            continue
        if branch.axis == Axis.ALL:
            whole.append(Mark(PLAIN))
        else:
            letter = {Axis.SITE: "s", Axis.UNIT: "u"}[Axis(branch.axis)]
            (whole if branch.confidential else plain).append(Mark(f"{letter}{branch.value}"))
    if plain:
        whole.append(All((Any(tuple(plain)), Mark(PLAIN))))
    return Any(tuple(whole))


def narrowed(phase: str = "", lenses: Sequence[int] = (), sites: Sequence[int] = ()) -> list[Expression]:
    """What else the marks can filter by: phase (open, done, void), lenses, of each at least one bit, sites."""
    found: list[Expression] = []
    if phase in PHASES:
        found.append(Mark(PHASES[phase]))
    for bits in lenses:
        found.append(Any(tuple(Mark(f"l{lens.value}") for lens in Lens if lens & bits)))
    if sites:
        found.append(Any(tuple(Mark(f"s{site}") for site in sites)))
    return found

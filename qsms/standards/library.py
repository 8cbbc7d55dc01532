"""Which editions an organisation can look into, and how their requirements relate: shipped ones and its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from django.db.models import Q

from qsms.org.actor import Actor
from qsms.records.errors import NotVisible
from qsms.rules.crosswalk import Crosswalk as CrosswalkRule
from qsms.rules.crosswalk import contained, followed, joined, overruled

from . import stored
from .models import Crosswalk, Edition

VIEW = "framework.view"


def check_sees(actor: Actor) -> None:
    """Raises NotVisible for who may not look into standards."""
    if not actor.holds(VIEW):
        raise NotVisible


def every(organisation_id: int) -> list[Edition]:
    """Every revision of every edition, the oldest first; one query that leaves the requirements alone."""
    mine = Q(organisation_id=organisation_id) | Q(organisation=None)
    return list(Edition.everywhere.filter(mine).defer("definition").order_by("revision"))


def newest(organisation_id: int, rows: Iterable[Edition] | None = None) -> Mapping[str, Edition]:
    """The newest revision of every edition by its key, by title; of `rows`, where they were read already."""
    found = {row.key: row for row in (every(organisation_id) if rows is None else rows)}
    return dict(sorted(found.items(), key=lambda item: (item[1].title, item[0])))


def editions(
    organisation_id: int, wanted: Mapping[str, int], rows: Iterable[Edition] | None = None
) -> Mapping[str, Edition]:
    """These editions by key in these revisions, in the newest one where the revision is 0; of `rows`, if given."""
    found = every(organisation_id) if rows is None else rows
    return {row.key: row for row in found if wanted.get(row.key, -1) in (0, row.revision)}


def line(row: Edition, known: Mapping[str, Edition], wanted: Collection[str]) -> list[str]:
    """The editions that one follows, the nearest first, as far back as there is one of those `wanted`, by their keys.

    What nobody asks for is not read: of a shipped edition only those of its own code, or brought in here, come before.
    """
    near = {key for key in wanted if key != row.key and key in known}
    if row.organisation_id is None:
        near = {key for key in near if known[key].code == row.code or known[key].organisation_id is not None}
    found: list[str] = []
    asked, at = 0, row
    while near.difference(found):
        key = at.rule.follows
        if key not in known or key in (row.key, *found):
            break
        found.append(key)
        asked = len(found) if key in near else asked
        at = known[key]
    return found[:asked]


def find(organisation_id: int, key: str) -> Edition:
    """The newest revision of one edition. Raises NotVisible."""
    code, _slash, edition = key.partition("/")
    mine = Q(organisation_id=organisation_id) | Q(organisation=None)
    rows = Edition.everywhere.filter(mine, code=code, edition=edition).defer("definition")
    row = rows.order_by("-revision").first()
    if row is None:
        raise NotVisible
    return row


def in_force(organisation_id: int, code: str, today: dt.date) -> Edition | None:
    """Of the editions of a standard the one in force on a day, the newest of several; None where none is."""
    here = [row for row in newest(organisation_id).values() if row.code == code and row.rule.holds_on(today)]
    return max(here, key=lambda row: (row.rule.begins, row.edition), default=None)


def crosswalk(revision: int = 0) -> Crosswalk:
    """The shipped crosswalk in a revision, the newest one without. Raises NotVisible before any was brought."""
    rows = Crosswalk.everywhere.filter(organisation=None).defer("pairs").order_by("-revision")
    row = (rows.filter(revision=revision) if revision else rows).first()
    if row is None:
        raise NotVisible
    return row


def own_crosswalk(organisation_id: int) -> Crosswalk | None:
    """The newest revision of what the organisation judged itself."""
    rows = Crosswalk.everywhere.filter(organisation_id=organisation_id).defer("pairs")
    return rows.order_by("-revision").first()


def crosswalks(organisation_id: int) -> list[Crosswalk]:
    """Every revision of the shipped crosswalk and of what was judged here, the oldest first; one query."""
    mine = Q(organisation_id=organisation_id) | Q(organisation=None)
    return list(Crosswalk.everywhere.filter(mine).defer("pairs").order_by("revision"))


def relations(
    organisation_id: int, among: Iterable[Edition], revision: int = 0, rows: Iterable[Crosswalk] | None = None
) -> CrosswalkRule:
    """How requirements relate as the organisation judges it: the shipped pairs of a revision, the newest one without,
    those that follow `among` these editions, because one of its own contains another or one follows a former one, and
    what it judged itself before all of these. One query, none where the `crosswalks` were read already.
    """
    rows = crosswalks(organisation_id) if rows is None else list(rows)
    shipped = [row for row in rows if row.organisation_id is None]
    if not shipped:
        raise NotVisible
    row = next((one for one in shipped if one.revision == revision), shipped[-1])
    named = sorted({(one.pk, one.checksum, one.organisation_id is not None) for one in among})
    found = _with_editions(row.pk, row.checksum, tuple(named))
    judged = next((one for one in reversed(rows) if one.organisation_id is not None), None)
    if judged is not None:
        kept = judged.own
        found = overruled(found, kept.pairs, kept.denied)
    return found


@lru_cache(maxsize=64)
def _with_editions(pk: int, checksum: str, named: tuple[tuple[int, str, bool], ...]) -> CrosswalkRule:
    """A shipped crosswalk with what follows from these editions themselves, each with whether it is one's own."""
    found = stored.crosswalk(Crosswalk, pk, checksum)
    rules = [(stored.framework(Edition, key, digest), is_own) for key, digest, is_own in named]
    supplements = [pair for rule, is_own in rules if is_own for pair in contained(rule)]
    lines = [pair for rule, _is_own in rules for pair in followed(rule)]
    return joined([*supplements, *found.pairs, *lines]) if supplements or lines else found

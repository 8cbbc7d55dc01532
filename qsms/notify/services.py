"""Telling people: once, only what they may see, never a reporter's business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import scope
from qsms.records.audience import who_sees
from qsms.records.models import Record, Task

from .models import News

_by_clock: set[tuple[str, str]] = set()


def told_by_clock(kind: str, code: str) -> None:
    """Tasks with this code on records of this kind make no news: a clock of the record tells of them in time."""
    _by_clock.add((kind, code))


def is_told_by_clock(record: Record, task: Task) -> bool:
    """Whether a clock of the record tells of this task."""
    return (record.kind, task.code) in _by_clock


def tell(
    record: Record,
    people: Iterable[int],
    topic: str,
    text: str,
    key: str,
    *,
    but: int | None = None,
    task: Task | None = None,
) -> int:
    """Tell these people something about a record, each at most once per key; how many were told.

    Whoever may not see the record hears nothing, whatever part they play on it.
    """
    wanted = dict.fromkeys(person for person in people if person != but)
    return tell_each(record, topic, [Word(person, text, key, task) for person in wanted])


@dataclass(frozen=True, slots=True)
class Word:
    """What one person is told, once per key."""

    person_id: int
    text: str
    key: str
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told that is about no single record, once per key."""

    person_id: int
    text: str
    key: str
    path: str = ""
    detail: Sequence[Any] = ()


def announce(organisation_id: int, topic: str, notices: Sequence[Notice]) -> int:
    """Tell people something about no single record; how many were told. What they have not read of the same topic is
    folded into it."""
    here = News.everywhere.filter(organisation_id=organisation_id, record=None, topic=topic)
    said = {(one.person_id, one.key): one for one in notices}
    with write_transaction():
        ours = here.filter(key__in={one.key for one in notices})
        for known in ours.values_list("person_id", "key"):
            said.pop(known, None)
        rows = [
            News(
                organisation_id=organisation_id, person_id=one.person_id, key=one.key, topic=topic, text=one.text[:300],
                path=one.path, detail=list(one.detail), at=moment.now(),
            )
            for one in said.values()
        ]  # fmt: skip
        News.everywhere.bulk_create(rows, ignore_conflicts=True)
        made = ours.order_by("pk").values_list("person_id", "key", "pk")
        _fold(here, {person: pk for person, key, pk in made if (person, key) in said})
    return len(said)


Lines = Callable[[Actor, Sequence[News]], Mapping[int, Sequence[str]]]
_lines: dict[str, Lines] = {}


def lines_of(*topics: str) -> Callable[[Lines], Lines]:
    """Decorator: this function gives the lines under news of these topics that the actor may read now."""

    def keep(function: Lines) -> Lines:
        _lines.update(dict.fromkeys(topics, function))
        return function

    return keep


def lines(actor: Actor, news: Iterable[News]) -> dict[int, Sequence[str]]:
    """What stands under each of these news, as far as the actor may read it."""
    by_room: dict[Lines, list[News]] = defaultdict(list)
    for one in news:
        if one.detail and one.topic in _lines:
            by_room[_lines[one.topic]].append(one)
    return {pk: found for ask, theirs in by_room.items() for pk, found in ask(actor, theirs).items()}


# Fewer people are looked at one by one; of more it is asked who sees the record at all.
FEW = 5


def tell_each(record: Record, topic: str, words: Sequence[Word]) -> int:
    """Tell people something of their own about a record, as `tell` does; a few statements, whatever their number."""
    seeing = _seeing(record, {one.person_id for one in words})
    said = {(one.person_id, one.key[:80]): one for one in words if one.person_id in seeing}
    if not said:
        return 0
    here = News.everywhere.filter(record_id=record.pk, key__in={key for _person, key in said})
    with write_transaction():
        for known in here.values_list("person_id", "key"):
            said.pop(known, None)
        # Another process may tell the same at this moment: then that is what was told.
        News.everywhere.bulk_create(
            [_news(record, topic, key, one) for (_p, key), one in said.items()], ignore_conflicts=True
        )
        made = here.order_by("pk").values_list("person_id", "key", "pk")
        about = News.everywhere.filter(record_id=record.pk)
        _fold(about, {person: pk for person, key, pk in made if (person, key) in said})
    return len(said)


def _news(record: Record, topic: str, key: str, one: Word) -> News:
    return News(
        organisation_id=record.organisation_id, record_id=record.pk, person_id=one.person_id, key=key, task=one.task,
        topic=topic, text=one.text[:300], at=moment.now(),
    )  # fmt: skip


def _seeing(record: Record, people: Collection[int]) -> Collection[int]:
    """Those of these people who see the record today."""
    if len(people) > FEW:
        return who_sees(record).intersection(people)
    today = moment.now().date()
    rows = Person.objects.select_related("organisation").filter(
        pk__in=people, organisation_id=record.organisation_id, is_active=True
    )
    return {person.pk for person in rows if scope.sees(actors.load(person, today), record)}


def _fold(about: QuerySet[News], newest: Mapping[int, int]) -> None:
    """Take in, under the newest news of each person, what they have not read yet about the same."""
    unread = about.filter(read_at=None, person_id__in=list(newest))
    before: dict[int, list[int]] = defaultdict(list)
    for person, pk in unread.values_list("person_id", "pk"):
        if pk < newest[person]:
            before[newest[person]].append(pk)
    for under, folded in before.items():
        News.everywhere.filter(pk__in=folded).update(under=under)
        News.everywhere.filter(pk=under).update(earlier=len(folded))


def _newest(person: int, organisation: int) -> QuerySet[News]:
    return News.everywhere.filter(person_id=person, organisation_id=organisation, under=None).order_by("-pk")


def _unread(person: int, organisation: int) -> QuerySet[News, Any]:
    involved = Exists(Task.everywhere.filter(person_id=person, record_id=OuterRef("record_id")))
    columns = ("record_id", *(f"record__{name}" for name in scope.SCOPE_FIELDS))
    ours = Q(record=None) | Q(record__organisation_id=organisation)
    return _newest(person, organisation).filter(ours, read_at=None).values_list(involved, *columns)[:100]


# Both stand on everybody's home page.
NEWEST = 6
UNREAD = Prepared(_unread, person=int, organisation=int)
LATELY = Prepared(lambda **whose: _newest(**whose)[:NEWEST], person=int, organisation=int)


def lately(actor: Actor) -> list[News]:
    """The actor's newest news, without those of records the actor no longer sees."""
    if actor.person_id is None:
        return []
    return still_seen(actor, LATELY.objects(person=actor.person_id, organisation=actor.organisation_id))


def unread(actor: Actor) -> int:
    """How many entries the actor has not read, of the newest 100, without those of records no longer seen."""
    if actor.person_id is None:
        return 0
    rows = UNREAD.rows(person=actor.person_id, organisation=actor.organisation_id)
    about = [row for row in rows if row[1] is not None]
    return len(rows) - len(about) + sum(scope.seen_rows(actor, about))


def still_seen(actor: Actor, news: Sequence[News]) -> list[News]:
    """Those of these news whose record the actor sees today, with it: rights and records change after the telling."""
    seen = scope.seen_of(actor, {one.record_id for one in news if one.record_id})
    found = [one for one in news if one.record_id is None or one.record_id in seen]
    for one in found:
        if one.record_id is not None:
            one.record = seen[one.record_id]
    return found


def inbox(actor: Actor, *, limit: int = 50) -> list[News]:
    """The actor's news, newest first, without those of records the actor no longer sees."""
    return page(actor, limit=limit)[0]


def page(actor: Actor, *, before: int | None = None, limit: int = 50) -> tuple[list[News], int | None]:
    """A page of what `inbox` gives, and before which entry the next page starts; None on the last one."""
    if actor.person_id is None:
        return [], None
    rows = _newest(actor.person_id, actor.organisation_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return still_seen(actor, found[:limit]), more


def folded(news: Sequence[News]) -> dict[int, list[News]]:
    """What is folded into each of these, the newest first (one query, none when nothing is)."""
    found: dict[int, list[News]] = {one.pk: [] for one in news if one.earlier}
    for one in News.everywhere.filter(under__in=list(found)).order_by("-pk") if found else ():
        found[one.under_id or 0].append(one)
    return found


def read(actor: Actor, news_id: int) -> Record | None:
    """Mark an entry as read, with all that is folded into it and whatever is older of the same record; the record it is
    about, if the actor still sees it."""
    mine = News.everywhere.filter(person_id=actor.person_id, organisation_id=actor.organisation_id)
    one = mine.filter(pk=news_id).first()
    if one is None:
        return None
    # It may have been folded since the page was drawn.
    top = one.under_id or one.pk
    known = Q(pk=top) | Q(under_id=top)
    if one.record_id is not None:
        # Two that were told at the same moment are not folded into each other.
        known |= Q(record_id=one.record_id, pk__lt=top)
    with write_transaction():
        mine.filter(known, read_at=None).update(read_at=moment.now())
    return next((seen.record for seen in still_seen(actor, [one])), None)


def path_of(actor: Actor, news_id: int) -> str:
    """Where the rest of an entry about no single record stands; empty where there is no such place."""
    mine = News.everywhere.filter(person_id=actor.person_id, organisation_id=actor.organisation_id)
    return mine.filter(pk=news_id, record=None).values_list("path", flat=True).first() or ""


def mark_read(actor: Actor) -> int:
    """Mark all of the actor's news as read; how many."""
    mine = News.everywhere.filter(person_id=actor.person_id, organisation_id=actor.organisation_id, read_at=None)
    with write_transaction():
        return mine.update(read_at=moment.now())

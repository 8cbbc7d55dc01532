"""Writing documents: inside each write of a record, when somebody gets a task, and all of them again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db.models import Max

from qsms.base.gate import write_transaction
from qsms.records import projections, registry, tasks
from qsms.records.models import Record, Task

from . import marks, words
from .engines import Document, engine
from .models import SearchDocument

LONGEST_BODY = 200_000
CHUNK = 500


def words_of(record: Record) -> tuple[list[str], list[str]]:
    """The words of number and title, and those of the long text. `record` is an instance of its child model."""
    body = registry.get(record.kind).search_body(record)
    return [*words.number_words(record.number), *words.indexed(record.title)], words.indexed(body[:LONGEST_BODY])


def write(records: Sequence[Record]) -> None:
    """Write the documents of these records. The caller has the transaction open."""
    involved: dict[int, set[int]] = defaultdict(set)
    for start in range(0, len(records), CHUNK):
        part = records[start : start + CHUNK]
        given = Task.everywhere.filter(record_id__in=[record.pk for record in part], person_id__isnull=False)
        for record_id, person_id in given.values_list("record_id", "person_id"):
            involved[record_id].add(person_id)
        engine().put(
            [Document(record.pk, *words_of(record), marks.of_record(record, involved[record.pk])) for record in part]
        )


@projections.project
def follow(writes: Sequence[projections.Written]) -> None:
    """Keep the documents in step with the records, a chunk of an import in one statement."""
    write([written.record for written in writes])


@tasks.when_given
def involve(given: Sequence[Task]) -> None:
    """Somebody with a task may see the record from now on, so they find it too."""
    involved: dict[int, list[str]] = defaultdict(list)
    for task in given:
        if task.person_id is not None:
            involved[task.record_id].append(marks.person_mark(task.person_id))
    for record_id, theirs in involved.items():
        engine().add_marks(record_id, theirs)


def rebuild(advance: Callable[[int], None] = lambda _steps: None) -> int:
    """Write every document again, the newest records first, in chunks that let others write in between.

    What was there is thrown away first, so search finds less until this is done. Returns how many were written.
    """
    with write_transaction():
        engine().clear()
    done = 0
    last = (Record.everywhere.aggregate(newest=Max("pk"))["newest"] or 0) + 1
    while rows := list(Record.everywhere.filter(pk__lt=last).order_by("-pk").values_list("pk", "kind")[:CHUNK]):
        with write_transaction():
            write(list(children(rows).values()))
        last = rows[-1][0]
        done += len(rows)
        advance(len(rows))
    engine().settle()
    return done


def children(rows: Iterable[tuple[int, str]]) -> Mapping[int, Record]:
    """The records of these ids and kinds as instances of their child models, one query a kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for pk, kind in rows:
        by_kind[kind].append(pk)
    known = {sheet.kind for sheet in registry.all_types()}
    found: dict[int, Record] = {}
    for kind in by_kind.keys() & known:
        found.update(registry.get(kind).model.everywhere.in_bulk(by_kind[kind]))
    return found


def lacking() -> int:
    """How many records have no document."""
    kinds = [sheet.kind for sheet in registry.all_types()]
    return Record.everywhere.filter(kind__in=kinds).count() - SearchDocument.objects.count()

"""Imports from their file to their result: begin, match, check, start, stop, and what has become of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, BinaryIO

from django.db.models import F, Q
from django.utils.translation import gettext as _

from qsms.base import jobs, moment
from qsms.base.gate import write_transaction
from qsms.base.jobs import alive
from qsms.base.models import Job
from qsms.exchange import kinds, limits, matching, shelf
from qsms.exchange.carrying import carry_out, goes_at_once
from qsms.exchange.checking import Tell, check
from qsms.exchange.mappings import layout_of, make_mapping, recognise
from qsms.exchange.models import ImportRun, SavedMapping
from qsms.exchange.recognising import newest_of
from qsms.exchange.sentences import ExchangeError
from qsms.org.actor import Actor
from qsms.org.choices import Axis
from qsms.records import registry, scope
from qsms.records.errors import NotVisible, Refused

State = ImportRun.State
BUSY = (State.CHECKING, State.RUNNING)


def may_import(actor: Actor, kind: str) -> bool:
    """Whether this actor may import records of this kind at all."""
    return actor.holds(f"{kind}.import")


def begin(actor: Actor, kind: str, files: Sequence[tuple[str, BinaryIO]], *, mapping: str = "") -> ImportRun:
    """Take files in and begin an import of them.

    Each is opened as a table and its layout recognised; `mapping` names a shipped one to be used for all. Raises
    TableError or storage.TooLarge for a file that cannot be read, and Refused.
    """
    if not may_import(actor, kind):
        raise Refused([_("You may not import these. Ask an administrator.")])
    taken = [_taken(kind, name, stream, mapping) for name, stream in files]
    run = ImportRun(
        organisation_id=actor.organisation_id,
        kind=kind,
        files=taken,
        newest_before=newest_of(actor.organisation_id, kind),
        by_id=actor.person_id,
        created_at=moment.now(),
    )
    with write_transaction():
        run.save(force_insert=True)
    return run


def _taken(kind: str, name: str, stream: BinaryIO, mapping: str) -> dict[str, Any]:
    one, table = shelf.take_in(stream, name)
    shipped = kinds.shipped(kind)
    found = shipped.get(mapping) or (None if mapping else recognise(shipped.values(), table.columns.names))
    one["mapping"] = found.code if found else ""
    one["layout"] = layout_of(table.columns.names)
    return one


def find(actor: Actor, kind: str, run_id: int) -> ImportRun:
    """The import with this number. Raises NotVisible for those who may not look into it."""
    run = ImportRun.everywhere.filter(_open_to(actor, kind), pk=run_id).select_related("by").first()
    if run is None or not may_import(actor, kind):
        raise NotVisible
    return settled(run)


def _open_to(actor: Actor, kind: str) -> Q:
    """Own imports; all of them for those who see every record of the kind: their pages quote rows of the files."""
    here = Q(organisation_id=actor.organisation_id, kind=kind)
    sees_all = scope.branches(actor, kind) == [scope.Branch(Axis.ALL)]
    return here if sees_all else here & Q(by_id=actor.person_id, by_id__isnull=False)


def earlier(actor: Actor, kind: str, *, but: int | None = None, limit: int = 10) -> list[ImportRun]:
    """The newest imports of this kind."""
    rows = ImportRun.everywhere.filter(_open_to(actor, kind)).exclude(pk=but)
    return list(rows.select_related("by").defer("problems", "mapping").order_by("-pk")[:limit])


def unfinished(run: ImportRun) -> ImportRun | None:
    """An import of the very same files that stopped on its way with some rows in, and that can be gone on with."""
    rows = ImportRun.everywhere.filter(
        organisation_id=run.organisation_id, kind=run.kind, position__gt=0, position__lt=F("new")
    ).exclude(pk=run.pk)
    hashes = sorted(one["hash"] for one in run.files)
    for row in rows.order_by("-pk")[:20]:
        if sorted(one["hash"] for one in row.files) == hashes and not settled(row).is_busy:
            return row
    return None


def same_before(run: ImportRun) -> ImportRun | None:
    """A finished import of the very same files."""
    hashes = sorted(one["hash"] for one in run.files)
    rows = ImportRun.everywhere.filter(
        organisation_id=run.organisation_id, kind=run.kind, state=State.DONE, made__gt=0
    ).exclude(pk=run.pk)
    rows = rows.defer("problems", "mapping").order_by("-pk")[:50]
    return next((row for row in rows if sorted(one["hash"] for one in row.files) == hashes), None)


def read_as(run: ImportRun, chosen: Mapping[str, Any]) -> None:
    """Choose how the first file is read: sheet, head, encoding, delimiter. Raises TableError when that does not do."""
    files = [dict(one) for one in run.files]
    files[0] |= dict(chosen)
    with shelf.lying_at(files[0]["hash"]) as path:
        table = shelf.table_of(files[0], path)
    found = recognise(kinds.shipped(run.kind).values(), table.columns.names)
    files[0]["mapping"] = found.code if found else ""
    files[0]["layout"] = layout_of(table.columns.names)
    with write_transaction():
        _unstarted(run).update(files=files, state=State.MAPPING)
    run.files = files


def match(run: ImportRun, mapping: Mapping[str, Any], *, by_hand: bool, date_order: str = "") -> None:
    """Keep how the columns go to fields. By hand, the same mapping serves every file, and is remembered for the next.

    Raises ExchangeError when the files do not have the same columns, MappingError for a mapping without sense.
    """
    files = [dict(one) for one in run.files]
    if by_hand:
        make_mapping(dict(mapping), run.name)
        other = next((one for one in files if one["layout"] != files[0]["layout"]), None)
        if other is not None:
            sentence = _("“%(name)s” has other columns than “%(first)s”. Import it by itself.")
            raise ExchangeError(sentence % {"name": other["name"], "first": files[0]["name"]}, code="layout")
        for one in files:
            one["mapping"] = ""
    with write_transaction():
        _unstarted(run).update(
            files=files, mapping=dict(mapping) if by_hand else {}, date_order=date_order, state=State.MAPPING
        )
        if by_hand:
            _remember(run, mapping, date_order)
    run.refresh_from_db()


def _remember(run: ImportRun, mapping: Mapping[str, Any], date_order: str) -> None:
    SavedMapping.everywhere.update_or_create(
        organisation_id=run.organisation_id,
        kind=run.kind,
        layout=run.files[0]["layout"],
        defaults={
            "name": run.files[0]["name"][:80],
            "mapping": dict(mapping),
            "date_order": date_order,
            "by_id": run.by_id,
            "at": moment.now(),
        },
    )


def remembered(actor: Actor, kind: str, layout: str) -> SavedMapping | None:
    """How columns of this layout were matched the last time."""
    return SavedMapping.everywhere.filter(organisation_id=actor.organisation_id, kind=kind, layout=layout).first()


def saved_as(actor: Actor, kind: str, name: str) -> dict[str, Any] | None:
    """The remembered mapping of this name, which is that of the file it was made for."""
    rows = SavedMapping.everywhere.filter(organisation_id=actor.organisation_id, kind=kind, name=name)
    row = rows.order_by("-at").first()
    return dict(row.mapping) if row else None


def forget(actor: Actor, kind: str, layout: str) -> None:
    """Forget how columns of this layout were matched."""
    with write_transaction():
        SavedMapping.everywhere.filter(organisation_id=actor.organisation_id, kind=kind, layout=layout).delete()


def _unstarted(run: ImportRun) -> Any:
    """The run, as long as nobody works on it and nothing of it is in."""
    return ImportRun.everywhere.filter(pk=run.pk, position=0).exclude(state__in=(*BUSY, State.DONE))


def match_unattended(run: ImportRun, actor: Actor, *, given: Mapping[str, Any] | None, date_order: str = "") -> None:
    """Settle how the columns go to fields without a person: by the given mapping, by the shipped ones that were
    recognised, as it was done the last time, else by the names of the columns. Raises ExchangeError."""
    strangers = [one for one in run.files if not one["mapping"]]
    if given is None and not strangers:
        match(run, {}, by_hand=False, date_order=date_order)
        return
    if given is None and len(strangers) < len(run.files):
        sentence = _("“%(name)s” has a layout that no shipped mapping reads, unlike the others. Import it by itself.")
        raise ExchangeError(sentence % {"name": strangers[0]["name"]}, code="layout")
    saved = remembered(actor, run.kind, run.files[0]["layout"]) if given is None else None
    mapping = given or (saved.mapping if saved else _suggested(run))
    match(run, mapping, by_hand=True, date_order=date_order or (saved.date_order if saved else ""))


def _suggested(run: ImportRun) -> dict[str, Any]:
    sheet = registry.get(run.kind)
    with shelf.lying_at(run.files[0]["hash"]) as path:
        table = shelf.table_of(run.files[0], path)
        return matching.mapping_from(sheet, matching.suggest(sheet, table, run.organisation_id))


def claim_check(run: ImportRun, **who: Any) -> bool:
    """Take the run for checking; false when somebody has it, or it is done."""
    with write_transaction():
        return bool(
            _unstarted(run).update(state=State.CHECKING, started_at=moment.now(), ended_at=None, error="", **who)
        )


def do_check(run: ImportRun, actor: Actor, tell: Tell) -> None:
    """Check a run that was claimed, and keep what was found."""
    found = check(run, actor, tell)
    kept = {name: getattr(found, name) for name in found.__dataclass_fields__}
    with write_transaction():
        ImportRun.everywhere.filter(pk=run.pk, state=State.CHECKING).update(
            state=State.CHECKED, ended_at=moment.now(), **kept
        )
    run.refresh_from_db()


def why_not(run: ImportRun, *, skip_bad: bool) -> str:
    """Why a checked run cannot be started this way; "" when it can."""
    if not run.new:
        return _("There is no row to import.")
    if run.bad and not skip_bad:
        return _("%(bad)s rows cannot be imported as they are, so none is. Mend them, or leave them out.") % {
            "bad": f"{run.bad:,}"
        }
    if not skip_bad and not goes_at_once(run):
        sentence = _(
            "%(new)s rows are more than can go in all at once (%(most)s). Split the file, or import step by step: "
            "what is in stays in, and after a stop it goes on where it stopped."
        )
        return sentence % {"new": f"{run.new:,}", "most": f"{limits.AT_ONCE_ROWS:,}"}
    return ""


def claim_run(run: ImportRun, *, skip_bad: bool, **who: Any) -> bool:
    """Take a checked run, or one that stopped on its way, for carrying out; false when somebody has it."""
    reason = why_not(run, skip_bad=skip_bad)
    if reason:
        raise Refused([reason])
    stopped = (State.CHECKED, State.FAILED, State.STOPPED)
    with write_transaction():
        mine = ImportRun.everywhere.filter(pk=run.pk, state__in=stopped, new__gt=F("position"))
        taken = mine.update(
            state=State.RUNNING, skip_bad=skip_bad, started_at=moment.now(), ended_at=None, error="", **who
        )
    if taken:
        run.refresh_from_db()
    return bool(taken)


def do_run(run: ImportRun, actor: Actor, tell: Tell) -> None:
    """Carry out a run that was claimed. One that is done already stays as it is."""
    if run.state == State.DONE:
        return
    if not may_import(actor, run.kind):
        raise Refused([_("You may not import these. Ask an administrator.")])
    carry_out(run, actor, tell)
    run.refresh_from_db()


def end_badly(run_id: int, state: str, sentence: str) -> None:
    """Say of a run that it failed or was stopped, and why."""
    with write_transaction():
        ImportRun.everywhere.filter(pk=run_id, state__in=BUSY).update(
            state=state, error=sentence, ended_at=moment.now()
        )


def start_check(actor: Actor, run: ImportRun) -> None:
    """Have a run checked by the job worker. Pressed twice, it is checked once."""
    from qsms.exchange.tasks import check_import

    with write_transaction():
        if claim_check(run, job_id=None, worker=""):
            job = check_import.enqueue(run.pk)
            ImportRun.everywhere.filter(pk=run.pk).update(job_id=int(job.id))


def start_run(actor: Actor, run: ImportRun, *, skip_bad: bool) -> None:
    """Have a checked run carried out by the job worker. Pressed twice, it is done once. Raises Refused."""
    from qsms.exchange.tasks import carry_out_import

    with write_transaction():
        if claim_run(run, skip_bad=skip_bad, job_id=None, worker=""):
            job = carry_out_import.enqueue(run.pk)
            ImportRun.everywhere.filter(pk=run.pk).update(job_id=int(job.id))


def stop(run: ImportRun) -> None:
    """Ask whoever works on it to stop."""
    if run.job_id is not None and run.is_busy:
        jobs.ask_to_stop(run.job_id)


def job_of(run: ImportRun) -> Job | None:
    """The job that works or worked on this run last."""
    return Job.objects.filter(pk=run.job_id).first() if run.job_id is not None else None


def settled(run: ImportRun) -> ImportRun:
    """The run, set right if whoever worked on it is gone without a word."""
    if not run.is_busy:
        return run
    gone = _("The server stopped while this was being done.")
    job = job_of(run)
    if job is not None and job.is_over and job.state != Job.State.DONE:
        state = State.STOPPED if job.state == Job.State.STOPPED else State.FAILED
        end_badly(run.pk, state, job.error or gone)
    elif run.worker and alive.is_alive(run.worker) is not True:
        end_badly(run.pk, State.FAILED, _("The command was interrupted."))
    else:
        return run
    run.refresh_from_db()
    return run


def clear_away(old: dt.datetime, *, also: Collection[str] = ()) -> int:
    """Remove the files of imports begun before `old`, and those named by `also`; their counts stay. How many went."""
    rows = ImportRun.everywhere.defer("problems", "mapping").order_by("-pk")
    lasting = Q(created_at__gte=old) | Q(state__in=BUSY)
    kept = {sha256 for run in rows.filter(lasting) for sha256 in _hashes(run)}
    gone = {sha256 for run in rows.exclude(lasting) for sha256 in _hashes(run)} | set(also)
    count = 0
    for sha256 in gone - kept:
        if shelf.shelf().has(sha256):
            shelf.shelf().remove(sha256)
            count += 1
    return count


def _hashes(run: ImportRun) -> set[str]:
    return {one["hash"] for one in run.files} | ({run.staged_hash, run.error_hash} - {""})

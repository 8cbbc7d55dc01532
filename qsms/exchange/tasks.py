"""Long work of the kit as jobs, each in the name of the person who asked for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django_tasks import task

from qsms.base import context, jobs, moment
from qsms.base.jobs.running import Interrupted
from qsms.base.models import Job
from qsms.base.storage import NotStored
from qsms.exchange import exports, limits, runs, shelf
from qsms.exchange.checking import Tell
from qsms.exchange.models import ImportRun
from qsms.exchange.sentences import ExchangeError
from qsms.exchange.steps import MappingError
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import registry
from qsms.records.errors import Refused, ServiceError

DRAFT_SECONDS = 24 * 3600
Work = Callable[[ImportRun, Actor, Tell], None]


def asking_actor() -> Actor:
    """Whoever asked for this job, with the rights of today. Raises JobFailed when that person is gone."""
    now = context.current()
    person = Person.objects.select_related("organisation").filter(pk=now.actor_id, is_active=True).first()
    if person is None or person.organisation_id != now.organisation_id:
        raise jobs.JobFailed(_("Whoever asked for this no longer works here. Ask for it again."))
    return actors.load(person, moment.now().date())


@task()
@jobs.resumable
def check_import(run_id: int) -> None:
    """Check the rows of an import."""
    _work(run_id, runs.do_check)


@task()
@jobs.resumable
def carry_out_import(run_id: int) -> None:
    """Carry out a checked import."""
    _work(run_id, runs.do_run)


def _work(run_id: int, work: Work) -> None:
    run = ImportRun.everywhere.get(pk=run_id, organisation_id=context.active_organisation())
    try:
        work(run, asking_actor(), jobs.progress)
    except (ExchangeError, Refused, NotStored, MappingError) as error:
        runs.end_badly(run_id, ImportRun.State.FAILED, str(error))
        raise jobs.JobFailed(str(error)) from error
    except Interrupted:
        # The worker shuts down and the job goes back into the queue: the run stays as it is and is carried on.
        raise
    except jobs.Stopped:
        runs.end_badly(run_id, ImportRun.State.STOPPED, "")
        raise


@task()
@jobs.resumable
def export_list(kind: str, query: str, form: str, columns: list[str]) -> int:
    """Write a long list to a file that is kept for its asker; how many rows it has."""
    actor = asking_actor()
    try:
        export = exports.prepare(actor, registry.get(kind), QueryDict(query), form=form, columns=columns)
        total = exports.count(export, cap=limits.ROWS)
        with tempfile.TemporaryFile() as draft:
            exports.write(export, draft, lambda done: jobs.progress(done, total, _("Writing rows")))
            # Told before anybody can fetch it.
            exports.note(export, total)
            jobs.keep_file(shelf.keep(draft))
    except (ServiceError, ExchangeError) as error:
        raise jobs.JobFailed(str(error)) from error
    return total


@jobs.every(24 * 3600)
def clear_away_daily() -> None:
    old = moment.now() - timedelta(days=limits.KEEP_DAYS)
    exported = Job.objects.filter(task=export_list.module_path, ended_at__lt=old).exclude(result_file="")
    shelf.shelf().sweep(DRAFT_SECONDS)
    runs.clear_away(old, also=set(exported.values_list("result_file", flat=True)))

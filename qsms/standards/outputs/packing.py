"""A trace pack as a job, in the name of whoever asked for it, and its file for some weeks."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO, cast

from django.utils.translation import gettext as _
from django_tasks import task

from qsms.base import jobs, moment, storage
from qsms.base.gate import write_transaction
from qsms.base.storage import NotStored, Store
from qsms.exchange.tasks import asking_actor
from qsms.org.actor import Actor
from qsms.records import history, services
from qsms.records.errors import NotVisible, ServiceError
from qsms.records.models import Record

from .. import adopting, standing
from ..models import Adoption
from .pack import Pack

AREA = "packs"
KEEP = timedelta(days=30)
DAY = 24 * 3600
TAKEN, PACKED, WENT_OUT = "statement_taken", "trace_packed", "confidential_taken_out"


def shelf() -> Store:
    """Where finished packs lie: apart from attachments, because they are cleared away in time."""
    return storage.store(AREA)


@task()
@jobs.resumable
def build_pack(number: str, clause: str, confidential_why: str = "") -> int:
    """Put the trace pack of a clause together, or of the whole standard without one; how many records are in it.

    Confidential records go in for a reason alone.
    """
    actor = asking_actor()
    try:
        adoption = services.find(actor, adopting.KIND, number)
        assert isinstance(adoption, Adoption)
        found = standing.of(actor, adoption)
        if clause and clause not in found.framework.by_number:
            raise NotVisible
    except NotVisible as error:
        raise jobs.JobFailed(
            _("You do not see this standard any more. Ask for the pack again from its page.")
        ) from error
    except ServiceError as error:
        raise jobs.JobFailed(str(error)) from error
    with tempfile.TemporaryFile(prefix="qsms-") as draft:
        pack = Pack(found, clause, actor, moment.now(), confidential_why=confidential_why)
        n = pack.write(draft, lambda done, total: jobs.progress(done, total, _("Printing records")))
        # Told before anybody can fetch it.
        note(actor, adoption, PACKED, clause, confidential_why, pack.confidential)
        draft.seek(0)
        jobs.keep_file(shelf().put(cast(BinaryIO, draft)).sha256)
    return n


def note(
    actor: Actor, adoption: Adoption, verb: str, what: str, why: str = "", confidential: Sequence[Record] = ()
) -> None:
    """Leave a deed on the adoption: who took what away; and one on each confidential record that went out, with why."""
    with write_transaction():
        detail = {"what": what} if what else {}
        history.write(actor, adoption, history.Act(verb, why if confidential else "", detail))
        for record in confidential:
            away = {"what": f"{adoption.number} {what}".strip()}
            history.write(actor, record, history.Act(WENT_OUT, why, away))


@jobs.every(DAY)
def clear_packs_daily() -> None:
    shelf().sweep(DAY)
    for sha256 in shelf().old(KEEP.total_seconds()):
        shelf().remove_old(sha256, KEEP.total_seconds())


def open_pack(sha256: str) -> BinaryIO | None:
    """The file of a finished pack; None when it was cleared away."""
    try:
        return shelf().open(sha256) if sha256 else None
    except NotStored:
        return None

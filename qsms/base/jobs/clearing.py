"""Jobs that ended long ago are removed, so that the table does not grow for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from qsms.base.gate import write_transaction
from qsms.base.jobs.periodic import every

if TYPE_CHECKING:
    from qsms.base.models import Job

# Longer than any page, letter or kept file refers to a job.
KEPT = timedelta(days=90)
AT_ONCE = 500


def _over() -> QuerySet[Job]:
    from qsms.base.models import Job

    over = (Job.State.DONE, Job.State.FAILED, Job.State.STOPPED)
    return Job.objects.filter(state__in=over, ended_at__lt=timezone.now() - KEPT)


def is_due() -> bool:
    """Whether there is anything to remove."""
    return _over().exists()


@every(24 * 3600, only_if=is_due)
def clear_jobs() -> int:
    """Remove what ended longer ago than KEPT, a batch at a time; how many went."""
    count = 0
    while batch := list(_over().values_list("pk", flat=True)[:AT_ONCE]):
        with write_transaction():
            count += _over().filter(pk__in=batch).delete()[0]
    return count

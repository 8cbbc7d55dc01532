"""Long work: written as a django-tasks task, kept as a Job with progress, done by a worker process.

    @task()
    @resumable
    def rebuild_search(kind: str) -> None:
        for number, chunk in enumerate(chunks, start=1):
            ...
            progress(number, len(chunks), _("Reading reports"))

    rebuild_search.enqueue("report")     # its id is that of the Job

The job runs in the context (organisation, person) in which it was enqueued. `every` registers periodic duties.
"""

from qsms.base.jobs.periodic import every
from qsms.base.jobs.running import JobFailed, Stopped, ask_to_stop, keep_file, progress, resumable, resumed_from

__all__ = [
    "JobFailed",
    "Stopped",
    "ask_to_stop",
    "every",
    "keep_file",
    "progress",
    "resumable",
    "resumed_from",
]

"""The database backend for django-tasks: enqueueing writes a Job in the transaction of the caller."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from qsms.base import context
from qsms.base.gate import write_transaction

STATUS = {
    "queued": TaskResultStatus.READY,
    "running": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "failed": TaskResultStatus.FAILED,
    "stopped": TaskResultStatus.FAILED,
}


class JobBackend(BaseTaskBackend):
    """Tasks become jobs. With the option `immediate` they run at once in the caller's thread."""

    supports_defer = True
    supports_get_result = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Queue the task for the organisation and person of the present context; undone with the transaction."""
        from qsms.base.jobs.work import take, work_on
        from qsms.base.models import Job

        self.validate_task(task)
        asked = context.current()
        with write_transaction():
            job = Job.objects.create(
                organisation_id=asked.organisation_id,
                requested_by_id=asked.actor_id,
                request_id=asked.request_id,
                kind=task.name,
                task=task.module_path,
                arguments=normalize_json({"args": args, "kwargs": kwargs}),
                queued_at=timezone.now(),
                run_after=task.run_after,
            )
        if self.options.get("immediate") and take(job.pk, "immediate"):
            work_on(job.pk, "immediate")
            job.refresh_from_db()
        return self._result(task, job)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """What is known of the job with this number."""
        from qsms.base.jobs.work import task_of
        from qsms.base.models import Job

        try:
            job = Job.objects.get(pk=int(result_id))
        except (Job.DoesNotExist, ValueError):
            raise TaskResultDoesNotExist(result_id) from None
        return self._result(task_of(job.task), job)

    def _result(self, task: Task[Any, Any], job: Any) -> TaskResult[Any]:
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=str(job.pk),
            status=STATUS[job.state],
            enqueued_at=job.queued_at,
            started_at=job.started_at,
            finished_at=job.ended_at,
            last_attempted_at=job.started_at,
            args=job.arguments["args"],
            kwargs=job.arguments["kwargs"],
            backend=self.alias,
            errors=[],
            worker_ids=[job.worker] * job.attempts,
        )
        object.__setattr__(result, "_return_value", job.result)
        return result

"""Long work of the room: reading the words of a file."""

from __future__ import annotations

from django_tasks import task

from qsms.base import context, jobs
from qsms.base.gate import write_transaction
from qsms.base.storage import NotStored, store
from qsms.search import documents as search

from .extraction import Extracted, extract
from .models import Document, Revision


@task()
@jobs.resumable
def read_file(revision_id: int) -> None:
    """Read the words of a revision's file into search, in the scope of the revision, and of what is in effect."""
    rows = Revision.everywhere.filter(pk=revision_id, organisation_id=context.active_organisation())
    revision = rows.select_related("file").first()
    if revision is None or revision.file is None:
        return
    try:
        with store().open(revision.file.sha256) as stream:
            found = extract(stream, revision.file.media_type)
    except NotStored as error:
        found = Extracted("", str(error))
    keep(revision, found)


def keep(revision: Revision, found: Extracted) -> None:
    """Keep the words, unless another file was brought meanwhile; what is in effect already says them too."""
    with write_transaction():
        rows = Revision.everywhere.filter(pk=revision.pk, file_id=revision.file_id)
        if not rows.update(plain_text=found.text, extraction=found.remark[:300]):
            return
        search.write([Revision.everywhere.get(pk=revision.pk)])
        if Document.everywhere.filter(effective=revision.pk).update(effective_text=found.text):
            search.write([Document.everywhere.get(effective=revision.pk)])

"""Content to which no record refers is removed: photos of reports never sent, files refused late."""

from __future__ import annotations

from itertools import islice

from qsms.base import jobs
from qsms.base.storage import store

from .models import Attachment

# Much longer than a form carries a stored file along while something else in it is mended (a day).
UNUSED_SECONDS = 7 * 24 * 3600
DRAFT_SECONDS = 24 * 3600
AT_ONCE = 500


@jobs.every(24 * 3600)
def sweep_files() -> int:
    """Remove what nobody put for a week and no record refers to, and drafts of killed writers; how many files went.

    The content of an attachment that was taken off its record stays: the history names it.
    """
    files = store()
    count = files.sweep(DRAFT_SECONDS)
    old = files.old(UNUSED_SECONDS)
    while batch := set(islice(old, AT_ONCE)):
        used = set(Attachment.everywhere.filter(sha256__in=batch).values_list("sha256", flat=True))
        count += sum(files.remove_old(one, UNUSED_SECONDS) for one in batch - used)
    return count

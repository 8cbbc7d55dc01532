"""Deeds of older versions of the program that carry another version of the record than they left.

What they changed was told rightly; only the count was not. History is never rewritten, so one deed more says of each of
them which version it left. Migrations call this once, for deeds that were there before them: whatever does not fit from
then on stays for `qsms history verify` to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qsms.base import moment

from .history import BESIDE, CORRECTED

LEFT = "left"
# By how many versions a consequence of an old deed took the record further untold, at most.
MOST = 3
BATCH = 500
WHY = (
    "An older version of the program counted the versions that these deeds left wrongly. What they changed is as it "
    "was told."
)


def left(
    deeds: Sequence[tuple[int, str, int]], version: int, *, behind: frozenset[str] = frozenset(), untold: bool = False
) -> dict[int, int]:
    """Which version each wrongly counted deed left, by its key; nothing where that does not explain the whole history.

    `deeds` are key, verb and version as written, the oldest first. Deeds `behind` were written with the version before
    the one that they left; with `untold`, what followed from a deed took the record further without a word.
    """
    found: dict[int, int] = {}
    at, last = 0, 0
    for key, verb, written in deeds:
        is_beside = verb in BESIDE
        skipped = written - at - (0 if is_beside else 1)
        if written == at - 1 and verb in behind:
            found[key] = at
        elif untold and last and 0 < skipped <= MOST:
            found[last] = at + skipped
        elif skipped > 0 or written < at:
            return {}
        at = max(at, written)
        last = last if is_beside else key
    if untold and last and 0 < version - at <= MOST:
        found[last] = version
        at = version
    return found if at == version else {}


def correct(apps: Any, kind: str, *, behind: frozenset[str] = frozenset(), untold: bool = False) -> int:
    """Append to each record of a kind whose old deeds were counted wrongly the deed that says so; how many there were.

    `apps` are those of the migration.
    """
    records, deeds = apps.get_model("records", "Record"), apps.get_model("records", "Deed")
    corrected, last = 0, 0
    rows = records._base_manager.filter(kind=kind).order_by("pk").values_list("pk", "organisation_id", "version")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1][0]
        told: dict[int, list[tuple[int, str, int]]] = {}
        of_these = deeds._base_manager.filter(record_id__in=[pk for pk, _organisation, _version in batch])
        for record_id, *deed in of_these.order_by("pk").values_list("record_id", "pk", "verb", "version"):
            told.setdefault(record_id, []).append((deed[0], deed[1], deed[2]))
        for pk, organisation, version in batch:
            of_one = told.get(pk, [])
            is_done = any(verb == CORRECTED for _key, verb, _written in of_one)
            wrong = {} if is_done else left(of_one, version, behind=behind, untold=untold)
            if not wrong:
                continue
            deeds._base_manager.create(
                organisation_id=organisation, record_id=pk, at=moment.now(), label="System", verb=CORRECTED,
                reason=WHY, version=version, detail={LEFT: {str(key): one for key, one in wrong.items()}},
            )  # fmt: skip
            corrected += 1
    return corrected

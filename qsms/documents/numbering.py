"""Numbers of documents by their type, and labels of revisions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qsms.records import numbers

from . import document_types
from .models import Document, Revision

# A number that an organisation gave out by hand before is passed over; after so many there is something else wrong.
MOST_PASSED = 10_000
# How a temporary revision is called unless somebody calls it otherwise.
TEMPORARY = re.compile(r"TR ([0-9]{1,6})")


def give(organisation_id: int, documents: Iterable[Document]) -> None:
    """Give those a number in memory that have none yet: PRO-001, PRO-002, without any that is taken."""
    lacking = [document for document in documents if not document.code]
    if not lacking:
        return
    taken = set(Document.everywhere.filter(tenant_id=organisation_id).exclude(code="").values_list("code", flat=True))
    known = document_types.of(organisation_id)
    for document in lacking:
        kind = known[document.document_type]
        for _try in range(MOST_PASSED):
            [value] = numbers.take(organisation_id, f"document:{kind.code}", 0)
            code = f"{kind.prefix}-{value:0{kind.digits}d}"
            if code not in taken:
                break
        document.code = code
        taken.add(code)


def next_label(document_id: int | None, *, temporary: bool = False) -> str:
    """The label of the revision after those there are (one query): 1, 2, 3, whatever letters were used in between.

    Temporary ones have a row of their own, TR 1, TR 2, so that none of them leaves a hole among the others. Those that
    were given a plain number before keep it, and it is not given again.
    """
    rows = Revision.everywhere.filter(document_id=document_id or 0)
    labels = list(rows.values_list("label", "expires_on"))
    if temporary:
        apart = [int(found[1]) for label, _ends in labels if (found := TEMPORARY.fullmatch(label))]
        return f"TR {max(apart, default=0) + 1}"
    lasting = [
        label for label, ends in labels if label.isdecimal() or (ends is None and not TEMPORARY.fullmatch(label))
    ]
    whole = [int(label) for label in lasting if label.isdecimal()]
    return str(max([len(lasting), *whole], default=0) + 1)


def fits(revision: Revision) -> bool:
    """Whether the label is of the row that it belongs to; one that somebody chose in their own way always is."""
    is_apart = TEMPORARY.fullmatch(revision.label) is not None
    return is_apart == (revision.expires_on is not None) or not (is_apart or revision.label.isdecimal())

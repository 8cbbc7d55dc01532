"""Numbers of documents by their type, and labels of revisions."""

from __future__ import annotations

from collections.abc import Iterable

from qsms.records import numbers

from . import document_types
from .models import Document, Revision

# A number that an organisation gave out by hand before is passed over; after so many there is something else wrong.
MOST_PASSED = 10_000


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


def next_label(document_id: int | None) -> str:
    """The number of the revision after those there are: 1, 2, 3, whatever letters were used in between."""
    if document_id is None:
        return "1"
    labels = set(Revision.everywhere.filter(document_id=document_id).values_list("label", flat=True))
    whole = [int(label) for label in labels if label.isdecimal()]
    n = max([len(labels), *whole], default=0) + 1
    return str(n)

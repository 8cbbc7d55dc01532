"""The revision of a document that no day ends. A temporary one adds to it for a time and never takes its place.

So the next ordinary revision is written from the lasting one, compared with it, and follows it, whatever is temporarily
in effect; once it takes effect, the temporary one ends with what it was added to.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from .models import Document, Revision

# A chain of temporary revisions is never so long; a row that points at itself would be.
LONGEST_CHAIN = 100


def aside(document: Document) -> Revision | None:
    """The lasting revision while a temporary one adds to it; None while none does (no query then)."""
    if document.effective_until is None:
        return None
    rows = Revision.everywhere.filter(document_id=document.pk, state="set_aside").select_related("base", "file")
    found: Revision | None = rows.first()
    return found


def of(document: Document) -> Revision | None:
    """The lasting revision that people work to; a temporary one only where there is no other."""
    if document.effective_id is None:
        return None
    return aside(document) or document.effective


def before(revision: Revision) -> Revision | None:
    """What a revision is compared with: what it took the place of, or will; None for the first one."""
    found = revision.base
    if found is None:
        document = revision.document
        if document is None or document.effective_id in (None, revision.pk) or revision.effective_at is not None:
            return None
        found = of(document) if revision.expires_on is None else document.effective
    # What came after a temporary revision before it was told apart from the lasting one.
    for _step in range(LONGEST_CHAIN):
        if found is None or revision.expires_on is not None or found.expires_on is None or found.base is None:
            break
        found = found.base
    return found


def ended(revision: Revision) -> Revision | None:
    """The temporary revision in effect that this lasting one will end, before it has; None where none runs."""
    document = revision.document
    if document is None or document.effective_until is None or revision.expires_on is not None:
        return None
    return document.effective if document.effective_id != revision.pk else None


def signed_with(revision: Revision) -> dict[str, str]:
    """What whoever judges a revision signs with its text: which one it follows, and which it ends or adds to."""
    said: dict[str, str] = {}
    follows, ends = before(revision), ended(revision)
    if follows is not None:
        adds = revision.expires_on is not None and follows.expires_on is None
        said[_("Adds to") if adds else _("Takes the place of")] = _called(follows)
    if ends is not None:
        said[_("Ends")] = _called(ends)
    return said


def _called(revision: Revision) -> str:
    words = _("temporary revision %(label)s") if revision.expires_on is not None else _("revision %(label)s")
    return words % {"label": revision.label}

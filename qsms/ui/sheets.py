"""What every page of lists begins with: the sheet of the kind in the address, and the lens that is looked through."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.choices import MAIN_LENSES
from qsms.records.registry import RecordType

from .context import preference


def sheet_or_404(kind: str, actor: Actor | None) -> RecordType:
    """The sheet of a kind that this actor may see anything of; otherwise it does not exist."""
    try:
        sheet = registry.get(kind)
    except KeyError as error:
        raise Http404 from error
    if actor is None or not actor.holds(f"{kind}.view"):
        raise Http404
    return sheet


def lens_of(request: HttpRequest) -> int:
    """The lens the reader looks through: one bit, or 0 for all."""
    return int(MAIN_LENSES.get(preference(request, "lens"), 0))

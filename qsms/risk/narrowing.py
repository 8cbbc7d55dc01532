"""Lists of any kind of record, narrowed to those whose risk stands in one cell of one matrix."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.org.actor import Actor
from qsms.records import keys, listing

from . import matrices
from .models import Assessment


@listing.narrowing("cell", gettext_lazy("Risk"))
def by_cell(actor: Actor, given: str) -> tuple[Q, str] | None:
    """Rated in this cell now: “12:3B” is the cell 3B of the matrix with the id 12. Cells of two matrices differ."""
    number, _colon, cell = given.partition(":")
    pk = keys.whole(number)
    matrix = matrices.find(actor, pk) if pk is not None else None
    if matrix is None or not cell:
        return None
    rated = Assessment.everywhere.filter(record=OuterRef("pk"), matrix=matrix, cell=cell, current=True)
    return Q(Exists(rated)), _("%(cell)s on %(matrix)s") % {"cell": cell, "matrix": matrix.title}

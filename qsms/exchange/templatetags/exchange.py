"""What the templates of the kit need: a cell of a row by its column, and figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def cell(cells: Mapping[str, str], column: str) -> str:
    """The cell under this column, empty where the row has none."""
    return cells.get(column, "")


@register.filter
def count(n: int | None) -> str:
    """A count with its thousands apart."""
    return number_format(n or 0, use_l10n=True, force_grouping=True)

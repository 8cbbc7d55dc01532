"""Tables of records: phase groups, one line per row on a desk, two-line entries or labelled piles on a phone.

Rows come as cells that are already escaped (marks, `escape`, `link`), because a template loop costs more than the
whole page may.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .marks import escape, icon


@dataclass(frozen=True)
class Column:
    """A column. `look` holds its classes: t (title, takes the slack), r (numbers and dates, to the right), wrap,
    p0 (only on desks), hide-p hide-m hide-l hide-w (goes below 720, 1152, 1344, 1600 px).
    A sort needs an index: else no `sort_url`."""

    label: str
    look: str = ""
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Group:
    """Rows of one phase under a heading with a count; no title: rows alone."""

    rows: Sequence[Sequence[SafeString]]
    title: str = ""
    count: int | str = ""
    note: str = ""


def link(text: object, url: str, look: str = "", *, second: bool = False) -> SafeString:
    """A link for a cell; `second` keeps it out of the tab order where the row has another one to the same place."""
    classes = f' class="{look}"' if look else ""
    return SafeString(f'<a{classes} href="{escape(url)}"{" tabindex=-1" if second else ""}>{escape(text)}</a>')


def select_box(value: object, name: str, *, ticked: bool = False) -> SafeString:
    """The box that selects a row; `name` is what the row is called."""
    label = escape(_("Select %(name)s") % {"name": name})
    more = " checked" if ticked else ""
    return SafeString(
        f'<input class="check" type="checkbox" name="row" value="{escape(value)}" aria-label="{label}"{more}>'
    )


def select_all() -> SafeString:
    """The box in the head that selects every row shown; it only works with script, which unhides it."""
    label = escape(_("Select all shown"))
    return SafeString(f'<input class="check" type="checkbox" data-select-all aria-label="{label}" hidden>')


def _head(columns: Sequence[Column], boxes: bool) -> str:
    cells = [f'<th scope="col" class="p0">{select_all()}</th>'] if boxes else []
    for column in columns:
        classes = f' class="{column.look}"' if column.look else ""
        label: str = escape(column.label)
        if column.sort_url:
            arrow = icon("arrow-narrow-down" if column.sorted == "descending" else "arrow-narrow-up", "s")
            label = f'<a href="{escape(column.sort_url)}">{label}{arrow if column.sorted else ""}</a>'
        order = f' aria-sort="{column.sorted}"' if column.sorted else ""
        tag = "th" if column.label else "td"
        scope = ' scope="col"' if column.label else ""
        cells.append(f"<{tag}{scope}{classes}{order}>{label}</{tag}>")
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _body(group: Group, openings: Sequence[str], width: int) -> Iterable[str]:
    if group.title:
        count = f' <span class="count">{escape(group.count)}</span>' if group.count != "" else ""
        note = f' <span class="faint small">{escape(group.note)}</span>' if group.note else ""
        yield (
            f'<tbody><tr class="grp"><th colspan="{width}" scope="rowgroup">'
            f"<span data-fold>{escape(group.title)}{count}</span>{note}</th></tr></tbody>"
        )
    yield "<tbody>"
    for row in group.rows:
        yield "<tr>" + "".join(f"{start}{cell}</td>" for start, cell in zip(openings, row, strict=True)) + "</tr>"
    yield "</tbody>"


def table(
    columns: Sequence[Column], groups: Sequence[Group], caption: str, *, phone: str = "stack", boxes: bool = False
) -> SafeString:
    """A whole table in its own scrolling region, named by the caption.

    `phone` is "stack" (two-line entries, for lists), "pile" (label over value, for comparisons) or "". With `boxes`
    each row's first cell is its `select_box`.
    """
    openings = ['<td class="p0">'] if boxes else []
    for column in columns:
        label = f' data-l="{escape(column.label)}"' if phone == "pile" else ""
        openings.append(f'<td class="{column.look}"{label}>' if column.look else f"<td{label}>")
    body = "".join(piece for group in groups for piece in _body(group, openings, len(openings)))
    named = escape(caption)
    return SafeString(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{named}"><table class="tbl {phone}" data-rows>'
        f'<caption class="vh">{named}</caption>{_head(columns, boxes)}{body}</table></div>'
    )

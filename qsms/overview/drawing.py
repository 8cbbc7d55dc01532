"""Tables, and bars as SVG: colours come from classes, every bar is a link with its words, and a table says the same.

A template would take longer over the hundred and more numbers of the page than the database takes to count them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from qsms.records.choices import MAIN_LENSES
from qsms.ui.marks import escape, icon, lens

from .figures import Heat, Number, Row, Table

AGE_BARS = ("bar-a", "bar-b", "bar-c", "bar-d")
ROW, BAR = 36, 24
LEFT, FULL, WIDTH = 150, 360, 560
MONTH_WIDTH, MONTH_HEIGHT, FOOT = 24, 150, 34


@dataclass(frozen=True, slots=True)
class Shown:
    """A table for the page: its lines are drawn, its title and note stand around them."""

    table: Table
    lines: SafeString


def shown(table: Table) -> Shown:
    """The table with its lines; `mark` of a row is drawn before its head."""
    head = "".join(f'<th scope="col" class="r">{escape(column)}</th>' for column in table.columns)
    head = f'<th scope="col"><span class="vh">{escape(table.title)}</span></th>{head}'
    body = "".join(map(_line, table.rows))
    return Shown(table, _scrolling(table.title, "tbl pv", head, body))


def _scrolling(title: str, classes: str, head: str, body: str) -> SafeString:
    return SafeString(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}"><table class="{classes}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _line(row: Row) -> str:
    mark = lens(row.mark) if row.mark in MAIN_LENSES else icon(row.mark, "s") if row.mark else ""
    head = f'<span class="who">{mark}{escape(row.head)}</span>' if mark else escape(row.head)
    return f'<tr><th scope="row">{head}</th>{"".join(map(_cell, row.cells))}</tr>'


def _cell(cell: Number | str) -> str:
    if not isinstance(cell, Number):
        return f'<td class="r">{escape(cell)}</td>'
    said = f'<span class="st s-{cell.tone}">{icon("bad", "s")}{cell}</span>' if cell.tone else str(cell)
    return f'<td class="r{"" if cell.n else " zero"}"><a href="{escape(cell.url)}">{said}</a></td>'


def options(choices: Iterable[tuple[int, str]], chosen: Container[int]) -> SafeString:
    """What can be chosen from, with what is."""
    return SafeString(
        "".join(
            f'<option value="{key}"{" selected" if key in chosen else ""}>{escape(name)}</option>'
            for key, name in choices
        )
    )


def heat(of: Heat) -> SafeString:
    """The matrix with how many hazards stand in each cell, as a link where there are any."""
    across = "".join(
        f'<th scope="col"><b>{escape(code)}</b> <span>{escape(word)}</span></th>' for code, word in of.across
    )
    rows = []
    for code, word, cells in of.rows:
        drawn = []
        for cell in cells:
            small = f"<small>{escape(cell.code)}</small>"
            if cell.number is None:
                drawn.append(f'<td><span class="cell r-{cell.tone} empty">{small}</span></td>')
            else:
                url, label = escape(cell.number.url), escape(cell.number.label)
                inside = f"<b>{cell.number}</b>{small}"
                drawn.append(f'<td><a class="cell r-{cell.tone}" href="{url}" aria-label="{label}">{inside}</a></td>')
        head = f'<th scope="row"><b>{escape(code)}</b> <span>{escape(word)}</span></th>'
        rows.append(f"<tr>{head}{''.join(drawn)}</tr>")
    return _scrolling(of.title, "mx mx-heat", f"<td></td>{across}", "".join(rows))


def _rect(classes: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{classes}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2"/>'


def _text(x: float, y: float, words: object, classes: str = "", anchor: str = "") -> str:
    named = f' class="{classes}"' if classes else ""
    ends = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}"{ends}>{escape(words)}</text>'


def _link(url: str, title: str, inside: str) -> str:
    return f'<a href="{escape(url)}" aria-label="{escape(title)}"><title>{escape(title)}</title>{inside}</a>'


def ages(table: Table) -> SafeString:
    """One bar for each kind, in pieces by age, each with its number; the sum at its end."""
    most = max((row.cells[-1].n for row in table.rows if isinstance(row.cells[-1], Number)), default=0)
    drawn = []
    for line, row in enumerate(table.rows):
        y = 8 + line * ROW
        drawn.append(_text(LEFT - 10, y + 17, row.head, anchor="end"))
        x = float(LEFT)
        for bar, column, cell in zip(AGE_BARS, table.columns, row.cells, strict=False):
            if not isinstance(cell, Number) or not cell.n:
                continue
            width = max(16.0, FULL * cell.n / most)
            inside = _rect(bar, x, y, width, BAR)
            inside += _text(x + width / 2, y + 16, cell, "on-hi" if bar in AGE_BARS[2:] else "on-lo", "middle")
            drawn.append(_link(cell.url, f"{row.head}, {column}: {cell}", inside))
            x += width + 2
        whole = row.cells[-1]
        assert isinstance(whole, Number)
        drawn.append(_link(whole.url, f"{row.head}: {whole}", _text(x + 8, y + 17, whole, "lbl")))
    height = 8 + len(table.rows) * ROW
    return _figure(table.title, WIDTH, height, drawn)


def months(table: Table) -> SafeString:
    """A bar for each month with its number on top; the running month is hollow."""
    numbers = [row.cells[0] for row in table.rows if isinstance(row.cells[0], Number)]
    most = max((one.n for one in numbers), default=0) or 1
    width = MONTH_WIDTH * len(numbers)
    floor = MONTH_HEIGHT - FOOT
    drawn = [f'<path class="axisl" d="M0 {floor}H{width}"/>']
    years: list[tuple[float, str]] = []
    before = ""
    for place, (row, number) in enumerate(zip(table.rows, numbers, strict=True)):
        last = place == len(numbers) - 1
        height = (floor - 18) * number.n / most
        x = place * MONTH_WIDTH + 3
        inside = _rect("bar-m hollow" if last else "bar-m", x, floor - height, MONTH_WIDTH - 6, height)
        inside += _text(x + (MONTH_WIDTH - 6) / 2, floor - height - 5, number, "sub", "middle")
        title = f"{row.head}: {number}" + (f". {table.note}" if last else "")
        drawn.append(_link(number.url, title, inside))
        month, _space, year = row.head.rpartition(" ")
        drawn.append(_text(x + (MONTH_WIDTH - 6) / 2, floor + 14, month[:1], "sub", "middle"))
        if year != before:
            years.append((x, year))
            before = year
    # A year of one month at the edge has no room beside the next one.
    if len(years) > 1 and years[1][0] - years[0][0] < 2 * MONTH_WIDTH:
        years = years[1:]
    drawn += [_text(x, floor + 29, year, "sub") for x, year in years]
    return _figure(table.title, width, MONTH_HEIGHT, drawn)


def _figure(title: str, width: float, height: float, parts: list[str]) -> SafeString:
    inside = "".join(parts)
    return SafeString(
        f'<svg class="fig fig-wide" viewBox="0 0 {width:.0f} {height:.0f}" role="group" aria-label="{escape(title)}">'
        f"{inside}</svg>"
    )

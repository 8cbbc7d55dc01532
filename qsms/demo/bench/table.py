"""The figures as Markdown tables, ready for docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Run = dict[str, Any]
# A second engine and ten times the records may take this much longer than SQLite at a hundred thousand.
ENGINE_ROOM, SIZE_ROOM = 1.6, 1.2
LARGE = 1_000_000


@dataclass(frozen=True)
class Bar:
    """One bar of the design: what is measured, in what, how a run tells it, and the limit."""

    what: str
    unit: str
    limit: float
    figure: Callable[[Run], float | None]
    at_least: bool = False
    # Whether engine and size give room: times do, weights do not.
    stretches: bool = True

    def allowed(self, run: Run) -> float:
        """The limit for this run."""
        if not self.stretches:
            return self.limit
        room = (ENGINE_ROOM if run["engine"] == "postgresql" else 1) * (SIZE_ROOM if run["records"] >= LARGE else 1)
        return self.limit / room if self.at_least else self.limit * room

    def holds(self, run: Run) -> bool | None:
        """Whether the run keeps the bar; None when it does not tell."""
        value = self.figure(run)
        if value is None:
            return None
        return value >= self.allowed(run) if self.at_least else value <= self.allowed(run)


def _timed(name: str, column: str = "p50_ms", clients: int = 1, share: float = 1) -> Callable[[Run], float | None]:
    """The figure of a page: the worst one of the people it was measured for."""

    def figure(run: Run) -> float | None:
        found = [one for one in run["timings"] if one["name"] == name and one["clients"] == clients]
        if not found or any(one["failed"] for one in found):
            return None
        values: list[float] = [one[column] for one in found]
        return (min(values) if column == "a_second" else max(values)) * share

    return figure


def _told(name: str, share: float = 1) -> Callable[[Run], float | None]:
    return lambda run: run[name] * share if run.get(name) else None


BARS = (
    Bar("list of 50, HTML", "ms", 20, _timed("list, HTML")),
    Bar("list of 50, JSON", "ms", 12, _timed("list, JSON")),
    Bar("filter and common word, HTML", "ms", 30, _timed("filter and common word, HTML")),
    Bar("filter and rare word, HTML", "ms", 30, _timed("rare word, HTML")),
    Bar("record page, HTML", "ms", 20, _timed("record, HTML")),
    Bar("record page, JSON", "ms", 7, _timed("record, JSON")),
    Bar("my work", "ms", 20, _timed("my work")),
    Bar("overview", "ms", 40, _timed("overview")),
    Bar("coverage of an adopted framework, of six with 5,000 pieces", "ms", 100, _timed("coverage of one framework")),
    Bar("coverage of all six, worked out anew", "s", 2, _timed("coverage of six frameworks", share=1 / 1000)),
    Bar("who has not read, of 600,000 receipts", "ms", 20, _timed("who has not read")),
    Bar("the same, one site", "ms", 30, _timed("who has not read, one site")),
    Bar("the same, late only", "ms", 30, _timed("who has not read, late only")),
    Bar("competence matrix, a page of 2,000 people by 120 courses", "ms", 100, _timed("competence matrix")),
    Bar("the whole matrix as CSV", "s", 5, _timed("competence matrix, CSV", share=1 / 1000)),
    Bar("the whole matrix as XLSX", "s", 5, _timed("competence matrix, XLSX", share=1 / 1000)),
    Bar("create through the API, with history", "ms", 10, _timed("create, API")),
    Bar("eight clients on the list", "requests/s", 60, _timed("list, HTML", "a_second", 8), at_least=True),
    Bar("import of a CSV into full records", "rows/s", 1000, _told("import_rows_a_second"), at_least=True),
    Bar("memory after the load (PSS)", "MiB", 200, _told("memory_mib"), stretches=False),
    Bar("start to the first page", "s", 1.5, _told("start_seconds"), stretches=False),
    Bar("first page, compressed", "KB", 110, _told("first_page_bytes", 1 / 1024), stretches=False),
    Bar("queries of a list", "queries", 10, lambda run: run["queries"].get("list, HTML"), stretches=False),
    Bar("queries of a record page", "queries", 15, lambda run: run["queries"].get("record, HTML"), stretches=False),
)


def text(machine: str, runs: list[Run]) -> str:
    """The bars over all runs, then every figure of every run; times are those of the whole answer over loopback."""
    return "\n".join([f"Machine: {machine}", "", *_bars(runs), *(line for run in runs for line in _all(run))])


def _bars(runs: list[Run]) -> list[str]:
    heads = [f"{run['engine']} {run['records']:,}" for run in runs]
    lines = [f"| what | bar | {' | '.join(heads)} |", f"|---|---|{'---|' * len(runs)}"]
    for bar in BARS:
        sign = "≥" if bar.at_least else "≤"
        cells = [_cell(bar, run) for run in runs]
        lines.append(f"| {bar.what} | {sign} {bar.limit:g} {bar.unit} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(bar: Bar, run: Run) -> str:
    value = bar.figure(run)
    if value is None:
        return "–"
    said = f"{value:.1f}" if value < 100 and bar.unit not in ("queries", "MiB", "KB") else f"{value:,.0f}"
    return said if bar.holds(run) else f"**{said}** (allowed {bar.allowed(run):,.4g})"


def _all(run: Run) -> list[str]:
    lines = [
        f"### {run['records']:,} records of kind {run['kind']} on {run['engine']}",
        "",
        "| page | person | clients | p50 ms | p95 ms | requests/s | queries |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in run["timings"]:
        queries = run["queries"].get(one["name"], "") if one["person"] in ("all", "rooms") else ""
        figures = (
            f"{one['p50_ms']:.1f} | {one['p95_ms']:.1f} | {one['a_second']:.0f}"
            if not one["failed"]
            else f"{one['failed']} | | "
        )
        lines.append(f"| {one['name']} | {one['person']} | {one['clients']} | {figures} | {queries} |")
    return [
        *lines,
        "",
        f"Import of a CSV: {run['import_rows_a_second']:,} rows/s; the bulk write alone: {run['bulk_rows_a_second']:,} "
        f"records/s. Memory after the load: {run['memory_mib']} MiB (PSS). Start to first page: "
        f"{run['start_seconds']} s. First page, compressed: {run['first_page_bytes'] / 1024:.0f} KB.",
        "",
    ]

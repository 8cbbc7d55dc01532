"""The figures as Markdown tables, ready for docs/performance.md."""

from __future__ import annotations

from typing import Any


def text(machine: str, runs: list[dict[str, Any]]) -> str:
    """Every run's figures; milliseconds are those of the whole answer over loopback."""
    lines = [f"Machine: {machine}", ""]
    for run in runs:
        lines += [
            f"### {run['records']:,} records of kind {run['kind']} on {run['engine']}",
            "",
            "| page | person | clients | p50 ms | p95 ms | requests/s | queries |",
            "|---|---|---|---|---|---|---|",
        ]
        for one in run["timings"]:
            queries = run["queries"].get(one["name"], "") if one["person"] == "all" else ""
            figures = (
                f"{one['p50_ms']:.1f} | {one['p95_ms']:.1f} | {one['a_second']:.0f}"
                if not one["failed"]
                else f"{one['failed']} | | "
            )
            lines.append(f"| {one['name']} | {one['person']} | {one['clients']} | {figures} | {queries} |")
        lines += [
            "",
            f"Import into full records: {run['import_rows_a_second']:,} rows/s. Memory after the load: "
            f"{run['memory_mib']} MiB (PSS). Start to first page: {run['start_seconds']} s. "
            f"First page, compressed: {run['first_page_bytes'] / 1024:.0f} KB.",
            "",
        ]
    return "\n".join(lines)

"""The bar over a tree: how many requirements are in each state, as parts of its width."""

from __future__ import annotations

from collections.abc import Iterable


def bar(counts: Iterable[tuple[str, int]]) -> list[dict[str, str]]:
    """The parts in hundredths of the width, from (look, number); a part without any is left out."""
    parts = list(counts)
    total, x, found = sum(n for _look, n in parts) or 1, 0.0, []
    for look, n in parts:
        width = 100 * n / total
        if n:
            found.append({"look": f"cv-{look}", "x": f"{x:.2f}", "width": f"{max(width - 0.4, 0.2):.2f}"})
        x += width
    return found

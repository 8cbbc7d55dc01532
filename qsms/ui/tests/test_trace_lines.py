"""The lines of the trace: one can follow each of them, and none runs back."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from qsms.records.choices import Relation
from qsms.ui.record import trace_lines
from qsms.ui.record.trace_lines import HIGH, WIDE, Line, Node

columns = st.lists(st.integers(0, 5), min_size=5, max_size=5).filter(lambda sizes: sum(sizes) > 1)


def numbers(path: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", path)]


def placed(sizes: list[int], ends: list[tuple[int, int]]) -> tuple[list[Node], list[Line]]:
    """So many boxes in each column, and lines between them."""
    nodes = [Node(column, ("A",), "/", "x", row=row) for column, size in enumerate(sizes) for row in range(size)]
    pairs = {(a % len(nodes), b % len(nodes)) for a, b in ends}
    lines = [trace_lines.line(nodes[a], nodes[b], Relation.RAISED_FROM) for a, b in sorted(pairs) if a != b]
    trace_lines.set_rows(nodes, lines)
    return nodes, lines


@given(columns, st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=20))
def test_lines_run_on_and_long_ones_have_lanes_of_their_own(sizes: list[int], ends: list[tuple[int, int]]) -> None:
    nodes, lines = placed(sizes, ends)
    for one in nodes:
        below = [other for other in nodes if other.column == one.column and other.row == one.row + 1]
        assert all(other.y >= one.y + HIGH + 24 for other in below)
    for line in lines:
        assert (line.left.column, line.left.y) < (line.right.column, line.right.y)
    arrows = trace_lines.arrows(lines)
    assert len(arrows) == len(lines)
    for arrow in arrows:
        if "V" in arrow.path and "C" not in arrow.path:
            _x, start, end = numbers(arrow.path)
            assert start < end
        else:
            # The last piece comes to its box from the left.
            *_rest, before, _y, last, _end = numbers(arrow.path)
            assert before < last
    lanes = [trace_lines.lane_at(one, n) for strip in trace_lines.lanes(lines).values() for n, one in enumerate(strip)]
    assert max(Counter(lanes).values(), default=1) == 1
    for y in lanes:
        assert not any(one.y - 6 < y < one.y + HIGH + 6 for one in nodes)


def test_a_link_up_a_column_is_read_from_its_other_end() -> None:
    upper, lower = Node(2, ("A",), "/", "x", row=0), Node(2, ("B",), "/", "x", row=1)
    down = trace_lines.line(lower, upper, Relation.RAISED_FROM)
    assert (down.left, down.right, down.word) == (upper, lower, "led to")
    trace_lines.set_rows([upper, lower], [down])
    (arrow,) = trace_lines.arrows([down])
    assert arrow.path == f"M{2 * 248 + WIDE // 2} {upper.y + HIGH}V{lower.y - 6}"


def test_words_of_lanes_stand_apart_and_rows_make_room() -> None:
    nodes, lines = placed([1, 1, 6, 0, 0], [(0, n) for n in range(2, 8)])
    assert len(lines) == 6
    (strip,) = trace_lines.lanes(lines).values()
    assert [line.right.row for line in strip] == [0, 1, 2, 3, 4, 5]
    assert nodes[3].y - nodes[2].y == HIGH + 24 + 6 * 12
    assert nodes[4].y - nodes[3].y == 120

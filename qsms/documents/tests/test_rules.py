"""What differs between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qsms.documents.rules import Change, Row, compare, counts

LINES = st.lists(st.sampled_from(["", "Chock it.", "Wear gloves.", "Wear goggles.", "Open the valve."]), max_size=12)


def told(pieces: tuple[object, ...]) -> str:
    return "".join(piece.text for piece in pieces)  # type: ignore[attr-defined]


@given(LINES, LINES)
def test_both_texts_can_be_read_back_from_the_rows(old: list[str], new: list[str]) -> None:
    rows = compare("\n".join(old), "\n".join(new), about=100)
    assert (counts(rows) == (0, 0)) == (old == new or "\n".join(old).splitlines() == "\n".join(new).splitlines())
    if counts(rows) == (0, 0):
        return
    left = [told(row.old) for row in rows if row.change is not Change.ADDED]
    right = [told(row.new) for row in rows if row.change is not Change.REMOVED]
    assert left == "\n".join(old).splitlines()
    assert right == "\n".join(new).splitlines()


def test_words_that_changed_are_told_apart_from_those_that_did_not() -> None:
    [row] = compare("Turn the coupling once.", "Turn the coupling to the stop.")
    assert row.change is Change.CHANGED
    assert [piece.text for piece in row.old if piece.change is Change.REMOVED] == ["once"]
    assert [piece.text for piece in row.new if piece.change is Change.ADDED] == ["to the stop"]


def test_far_from_a_change_lines_are_left_out_with_their_number() -> None:
    old = [f"line {n}" for n in range(100)]
    rows = compare("\n".join(old), "\n".join([*old[:50], "put in", *old[50:]]), about=2)
    assert rows[0] == Row(Change.SKIPPED, skipped=48)
    assert [row.change for row in rows[1:-1]] == [Change.SAME] * 2 + [Change.ADDED] + [Change.SAME] * 2
    assert rows[-1].skipped == 48

"""Lines of threats and consequences, found again after they were reworded; text cut to fit a box."""

from __future__ import annotations

import pytest

from qsms.risk.rules import lines, same_line, wrapped

THREATS = ["Coupling does not lock fully", "Hose worn past its limits", "Wrong pressure set at the cart"]


def test_lines_are_those_with_words_each_once() -> None:
    assert lines("  Hose  worn\n\nCoupling\r\nHose worn\n") == ["Hose worn", "Coupling"]
    assert lines("") == []


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Hose worn past its limits", 1),
        ("hose worn past its limits.", 1),
        ("Hose worn past limits", 1),
        ("Coupling does not lock", 0),
        ("Bird at the intake", None),
        ("", None),
    ],
)
def test_a_line_is_found_by_its_words_or_when_it_was_reworded_a_little(words: str, at: int | None) -> None:
    assert same_line(words, THREATS) == at


def test_between_two_lines_that_are_equally_like_it_nobody_guesses() -> None:
    assert same_line("Drain at stand 9", ["Drain at stand 8", "Drain at stand 7"]) is None
    assert same_line("Drain at stand 9", []) is None


@pytest.mark.parametrize(
    ("text", "letters", "count", "cut"),
    [
        ("Coupling does not lock fully", 20, 2, ("Coupling does not", "lock fully")),
        ("Turn coupling to the stop and pull once", 16, 2, ("Turn coupling to", "the stop and…")),
        ("Unstoppable-compressor", 10, 2, ("Unstoppab…",)),
        ("A", 5, 1, ("A",)),
        ("", 5, 2, ()),
    ],
)
def test_text_is_cut_to_its_box(text: str, letters: int, count: int, cut: tuple[str, ...]) -> None:
    found = wrapped(text, letters, count)
    assert all(len(line) <= letters for line in found)
    assert found == cut

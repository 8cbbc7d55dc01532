from __future__ import annotations

import pytest

from qsms.records.choices import Lens
from qsms.ui import cells, marks


def test_words_from_outside_are_escaped_in_every_mark():
    evil = '<script>"x"</script>'
    drawn = [
        marks.icon(evil),
        marks.status(evil, "bad"),
        marks.state(evil, 1),
        marks.due(evil, "bad", evil),
        marks.due(evil),
        marks.risk(evil, evil, "toler", brief=True),
        marks.risk(evil, evil, ""),
        marks.coverage(evil, "gap"),
        marks.avatar(evil),
    ]
    for mark in drawn:
        assert "<script" not in mark
        assert '"x"' not in mark


@pytest.mark.parametrize(
    ("phase", "shape"),
    [(0, "circle-dashed"), (1, "circle-dot"), (2, "hourglass-empty"), (3, "circle-check"), (4, "ban")],
)
def test_each_phase_has_its_own_shape_and_says_the_states_own_name(phase, shape):
    drawn = marks.state("Own name", phase)
    assert f"#i-{shape}" in drawn
    assert drawn.endswith("Own name</span>")


def test_a_shape_may_be_another_phases_and_brings_its_colour():
    assert "#i-underway" in marks.state("In work", 1, shape="underway")
    assert "s-good" in marks.state("Accepted", "open", shape="done")
    assert "s-bad" in marks.state("Accepted", "open", shape="done", tone="bad")


def test_a_risk_without_a_tone_is_not_rated():
    assert "Not rated" in marks.risk("", "", "")
    assert "r-" not in marks.risk("", "", "").replace("risk-none", "")


def test_a_brief_risk_still_says_its_class_to_readers_of_the_screen():
    assert '<span class="vh"> Tolerable</span>' in marks.risk("3C", "Tolerable", "toler", brief=True)


def test_lenses_stand_in_fixed_order_and_say_three_different_things():
    drawn = marks.lenses({"environment": False, "safety": True})
    assert 'aria-label="Safety: concerns, Quality: not judged yet, Environment: does not concern"' in drawn
    assert [drawn.index(f"#lm-{letter}") for letter in "sqe"] == sorted(drawn.index(f"#lm-{x}") for x in "sqe")
    assert "lm lm-q un" in drawn
    assert "lm lm-e off" in drawn


def test_other_lenses_are_named_beside_the_three_where_a_record_concerns_them():
    drawn = cells.lens_marks(Lens.SECURITY, judged=Lens.SECURITY | Lens.HEALTH)
    assert "Quality: not judged yet, Environment: not judged yet, Security: concerns" in drawn
    assert ">SEC</span>" in drawn
    assert "health" not in drawn


def test_lens_words_follow_the_language_and_not_the_first_reader(monkeypatch):
    # No catalogue ships yet, so the second language is made here.
    marks._lenses.cache_clear()
    first = marks.lenses({"safety": True})
    monkeypatch.setattr(marks, "get_language", lambda: "de")
    monkeypatch.setattr(marks, "gettext", lambda words: {"concerns": "betrifft"}.get(words, words))
    assert "Safety: concerns" in first
    assert "Safety: betrifft" in marks.lenses({"safety": True})
    monkeypatch.undo()
    assert marks.lenses({"safety": True}) == first


@pytest.mark.parametrize(
    ("name", "letters"), [("Dana Whitlock", "DW"), ("Prince", "P"), ("Ana de la Cruz", "AC"), ("", "·"), ("  (x)", "·")]
)
def test_initials(name, letters):
    assert marks.initials(name) == letters

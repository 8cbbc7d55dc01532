"""Cutting text into words, reading what is typed, and showing where it was found: no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.search import snippets, words
from qsms.search.engines import ENGINES
from qsms.search.expressions import of_query
from qsms.search.words import Query


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Fuel under the wing", ["fuel", "under", "the", "wing"]),
        ("Søren Ågård, Zürich, café", ["soren", "agard", "zurich", "cafe"]),
        ("cafe\u0301", ["cafe"]),
        ("Straße ŁÓDŹ œuvre", ["strasse", "lodz", "oeuvre"]),
        ("REP-2026-0318, quick-release_pin", ["rep", "2026", "0318", "quick", "release", "pin"]),
        ("𝒻uel ﬁlter №5", ["fuel", "filter", "no5"]),
        ("\x00 🚒 — …", []),
    ],
)
def test_text_is_cut_into_small_plain_words(text: str, cut: list[str]) -> None:
    assert words.cut(text) == cut


def test_a_number_is_found_by_its_parts_and_without_its_zeros() -> None:
    assert words.number_words("REP-2026-0318") == ["rep", "2026", "0318", "rep20260318", "318"]
    assert words.number_words("REP-2026-4711") == ["rep", "2026", "4711", "rep20264711"]
    assert words.indexed("See DOC-0412, B737-800.") == ["see", "doc", "0412", "b737", "800", "doc0412"]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("fuel wing", Query(("fuel",), (), "wing")),
        ("fuel wing ", Query(("fuel", "wing"))),
        ("fuel wi", Query(("fuel", "wi"))),
        ('"under the wing" fuel', Query((), (("under", "the", "wing"),), "fuel")),
        ("“under the wing”", Query((), (("under", "the", "wing"),))),
        ('"wing"', Query(("wing",))),
        ('under "the wi', Query(("under", "the", "wi"))),
        ("fuel* NEAR(wing)", Query(("fuel", "near", "wing"))),
        ("REP-2026-0318", Query(("rep20260318",), (), "", ("rep", "2026", "0318"))),
        ("see rep-2026-0318 flu", Query(("rep20260318", "see"), (), "flu", ("rep", "2026", "0318"))),
        ("REP-2026", Query(("rep2026",), (), "", ("rep", "2026"))),
        ("a OR title:b", Query(("a", "or", "title", "b"))),
        ('"" * ( 🚒', Query()),
    ],
)
def test_what_is_typed_is_words_and_never_operators(typed: str, query: Query) -> None:
    assert words.parse(typed) == query


def test_a_very_long_text_is_read_as_far_as_a_search_goes() -> None:
    query = words.parse("word" * 3000 + " " + " ".join(f"w{n}x" for n in range(5000)))
    assert len(query.words) <= words.MOST_WORDS
    assert bool(query)


@given(st.text(max_size=400))
def test_nothing_but_letters_and_digits_reaches_an_engine(typed: str) -> None:
    query = words.parse(typed)
    for engine in ENGINES.values():
        said = engine.match(of_query(query)) if query else ""
        assert "=" not in said
        assert "~" not in said
    for word in (*query.words, query.prefix, *(word for phrase in query.phrases for word in phrase)):
        assert not word or word.isalnum()


def test_what_was_found_is_marked_and_everything_is_escaped() -> None:
    said = snippets.highlight("<script>Hydraulic & hydrant</script> fluid", words.parse("fluid hyd"))
    assert said == ("&lt;script&gt;<mark>Hyd</mark>raulic &amp; <mark>hyd</mark>rant&lt;/script&gt; <mark>fluid</mark>")


@given(st.text(alphabet="ab<>&\"' é", max_size=60), st.text(alphabet="ab é", max_size=8))
def test_marking_never_lets_markup_through_and_loses_nothing(text: str, typed: str) -> None:
    said = snippets.highlight(text, words.parse(typed))
    bare = said.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare
    assert bare == snippets.highlight(text, Query())


def test_accents_do_not_hide_what_was_found() -> None:
    assert snippets.highlight("Møtte Søren", words.parse("soren")) == "Møtte <mark>Søren</mark>"
    assert snippets.highlight("Møtte Søren", words.parse("sor")) == "Møtte <mark>Sør</mark>en"
    assert snippets.highlight("Straße", words.parse("stras")) == "<mark>Straße</mark>"


def test_a_piece_is_cut_around_the_first_word_found() -> None:
    text = "Before it came nothing of note. " * 20 + "Then the coupling burst. " + "After it came the rest. " * 20
    piece = snippets.cut(text, words.parse("coupling"))
    assert "<mark>coupling</mark>" in piece
    assert piece.startswith("… ")
    assert piece.endswith(" …")
    assert len(piece) < snippets.WIDTH + 40
    assert snippets.cut("Short text.", words.parse("absent")) == "Short text."
    assert snippets.cut("", words.parse("absent")) == ""
    assert len(snippets.cut("x" * 100_000, words.parse("absent"))) < snippets.WIDTH + 40

"""PDFs are read back with another reader, as whoever gets them would."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typst import TypstError

from qsms.publish.markdown import tree_of
from qsms.publish.pdf import render

SAMPLE = Path(__file__).parent / "sample.typ"
HOSTILE = '#read("/etc/passwd") $x^2$ \\ \\u{41} *a* _b_ `c` <d> @e [f] // g /* h */ ~ --- "quoted"'


def sample(**changed: Any) -> dict[str, Any]:
    document = {
        "title": "Statement #[of] $compliance$",
        "number": "STD-2026-0001",
        "organisation": "Larkfield Air",
        "foot": "Uncontrolled when printed",
        # A clock has microseconds, and files have none.
        "made_at": dt.datetime(2026, 11, 24, 8, 30, 15, 987654, tzinfo=dt.UTC),
    }
    return {"document": document, "facts": [], "rows": [], "prose": [], "pictures": [], "signed": [], **changed}


def read(made: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = " ".join(page.extract_text() for page in reader.pages)
    # Where a line ends is the typesetter's choice.
    return reader, " ".join(text.replace("\u200b", "").split())


def is_for_keeping(reader: pypdf.PdfReader) -> bool:
    stream = reader.root_object["/Metadata"].get_object()
    assert isinstance(stream, pypdf.generic.StreamObject)
    said = stream.get_data()
    return b"<pdfaid:part>2<" in said and b"<pdfaid:conformance>A<" in said and b"<pdfuaid:part>1<" in said


def test_hostile_text_is_text_in_a_tagged_file_for_keeping() -> None:
    scripts = ["שלום", "中文", "日本語", "한국어", "😀", "ไทย", "Ελληνικά", "Київ", "Łódź", "ﷺ", "a\u202eb", "e\u0301"]
    made = render(SAMPLE, sample(facts=[[HOSTILE, "second\x00 line\r\nthird"], *[[text, text] for text in scripts]]))
    reader, text = read(made)
    assert "".join(HOSTILE.split()) in "".join(text.split())
    for script in ("中文", "日本語", "한국어", "😀", "Ελληνικά", "Київ", "Łódź"):
        assert text.count(script) == 2
    assert is_for_keeping(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement #[of] $compliance$"
    assert reader.root_object["/Lang"] == "en"
    assert "/StructTreeRoot" in reader.root_object


def test_a_word_of_any_length_stays_on_the_paper() -> None:
    # More than fits on three pages.
    made = render(SAMPLE, sample(facts=[["Long", "x" * 20_000]], rows=[["y" * 500, "z" * 500]]))
    written: list[tuple[str, float]] = []
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    assert len(pages) > 3
    for page in pages:
        page.extract_text(
            visitor_text=lambda said, _cm, at, _font, size: written.append((said, at[4] + len(said) * size / 2))
        )
    text = "".join(said for said, _edge in written)
    assert [text.count(letter) for letter in "xyz"] == [20_000, 500, 500]
    assert max(edge for said, edge in written if said.strip("\n")) < 596


def test_a_script_without_letters_here_leaves_gaps_and_no_error() -> None:
    reader, text = read(render(SAMPLE, sample(facts=[["Cuneiform", "𒀀 \ue000 \ud800 known"]])))
    assert "known" in text
    assert not is_for_keeping(reader)


def test_every_page_has_head_foot_and_the_head_of_its_table() -> None:
    reader, _text = read(render(SAMPLE, sample(rows=[[f"4.{row}", "Context"] for row in range(120)])))
    assert len(reader.pages) == 3
    for number, page in enumerate(reader.pages, 1):
        said = page.extract_text()
        for part in ("Larkfield Air", "STD-2026-0001", "Uncontrolled when printed", f"Page {number} of 3", "Clause"):
            assert part in said, (number, part)


def test_the_same_data_give_the_same_bytes() -> None:
    data = sample(rows=[["4.1", "Context"]], prose=tree_of("# One\n\n- two"), signed=[{"name": "Dana Reyes"}])
    assert render(SAMPLE, data) == render(SAMPLE, data)


@pytest.mark.parametrize("asked", ["/etc/passwd", "../../../../etc/passwd", "/../outside.txt", "@preview/tablex:0.0.8"])
def test_a_template_reads_nothing_but_what_it_was_given(asked: str, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "print").mkdir()
    template = tmp_path / "print" / "nosy.typ"
    template.write_text(
        f'#{"import" if asked[0] == "@" else "read("}"{asked}"{"" if asked[0] == "@" else ")"}', "utf-8"
    )
    with pytest.raises(TypstError, match=r"not found|escape|package|denied"):
        render(template, sample())


def test_a_sound_picture_is_drawn_and_a_broken_one_described() -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (900, 3000), "navy").save(drawn, "PNG")
    files = {"../a.png": drawn.getvalue(), "b": b"\x89PNG\r\n\x1a\nbroken", "c.svg": b"<svg/>"}
    pictures = [["../a.png", "Wing"], ["b", "Broken"], ["c.svg", "Drawing"], ["d", "Missing"]]
    reader, text = read(render(SAMPLE, sample(pictures=pictures), files=files))
    assert sum(len(page.images) for page in reader.pages) == 1
    for alt in ("[Broken]", "[Drawing]", "[Missing]"):
        assert alt in text
    assert "[Wing]" not in text
    assert is_for_keeping(reader)


def test_written_text_comes_out_well() -> None:
    written = "\n".join(
        [
            "## Purpose",
            "Some *soft*, **loud**, ~~gone~~, `code`, [site](https://example.org/a) and [trap](javascript:alert(1)).",
            "#### Steps",
            "3. three",
            "4. four",
            "   - inner",
            "",
            "> said",
            "",
            "| Part | Hours |",
            "|:-----|------:|",
            f"| {HOSTILE.replace('*a*', 'a').replace('_b_', 'b').replace('`c`', 'c')} | 12 |",
            "",
            "<script>alert(1)</script>",
        ]
    )
    reader, text = read(render(SAMPLE, sample(prose=tree_of(written))))
    for part in (
        "Purpose",
        "3. three",
        "4. four",
        "inner",
        "said",
        "Hours",
        "#read(",
        "<script>",
        "[trap](javascript:",
    ):
        assert part in text, part
    addresses = [note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])]
    assert addresses == ["https://example.org/a"]
    assert is_for_keeping(reader)


@pytest.mark.parametrize(
    ("written", "levels"),
    [("# a\n# b", [1, 1]), ("### a\n##### b\n## c\n#### d", [1, 2, 1, 2]), ("# a\n### b\n## c", [1, 2, 2])],
)
def test_headings_skip_no_level(written: str, levels: list[int]) -> None:
    assert [node["level"] for node in tree_of(written)] == levels


KINDS = {"paragraph", "heading", "list", "quote", "code", "rule", "table"}


@given(st.text(alphabet="#*_`[]()<>!|-=\n 1.a&~\\:\t", max_size=80))
def test_any_text_is_a_tree(written: str) -> None:
    assert {node["kind"] for node in tree_of(written)} <= KINDS

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsms.base.files import clean_name, serve_headers
from qsms.base.files.headers import content_disposition
from qsms.base.files.inspection import FileFacts
from qsms.base.files.names import LONGEST

BAD_INPUT = Path(__file__).resolve().parents[4] / "shared" / "data" / "bad-input"


@pytest.mark.parametrize(
    ("claimed", "clean"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ken\\report.pdf", "report.pdf"),
        ("ok\\..\\..\\b.txt", "b.txt"),
        ("a\0b.txt", "ab.txt"),
        ("line\nbreak\t.txt", "line break .txt"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("\u2067\u200e\ufeffname\u200b.txt", "name.txt"),
        ("CON", "_CON"),
        ("prn.txt", "_prn.txt"),
        ("COM1.log", "_COM1.log"),
        ("console.txt", "console.txt"),
        (".htaccess", "htaccess"),
        ("dots...", "dots"),
        ('a<b>:"c"|d?*.txt', "a_b___c__d__.txt"),
        ("Prüfbericht Größe №5.pdf", "Prüfbericht Größe №5.pdf"),
        ("گزارش\u200cها.pdf", "گزارش\u200cها.pdf"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("", "file"),
        (None, "file"),
        ("...", "file"),
        ("   ", "file"),
        ("\u202e", "file"),
        ("dir/", "file"),
    ],
)
def test_examples(claimed: str | None, clean: str) -> None:
    assert clean_name(claimed) == clean


def test_long_names_keep_their_extension() -> None:
    assert clean_name("a" * 300 + ".pdf").endswith("a.pdf")
    assert len(clean_name("a" * 300 + ".pdf")) <= LONGEST
    assert len(clean_name("漢" * 300 + ".docx").encode()) <= 240
    assert clean_name("漢" * 300 + ".docx").endswith("漢.docx")
    assert len(clean_name("x." + "y" * 300)) <= LONGEST


def holds_what_it_promises(claimed: str) -> None:
    clean = clean_name(claimed)
    assert 1 <= len(clean) <= LONGEST
    assert len(clean.encode()) <= 255
    assert not set(clean) & set('/\\<>:"|?*\0')
    assert not {unicodedata.category(letter) for letter in clean} & {"Cc", "Cs", "Zl", "Zp"}
    assert clean == clean.strip(" .")
    assert clean_name(clean) == clean


@given(st.text())
def test_promises_hold_for_any_text(claimed: str) -> None:
    holds_what_it_promises(claimed)


@given(st.text(alphabet="con.txté漢 \u202e/\\COM1AUX", max_size=400))
def test_promises_hold_for_nasty_letters(claimed: str) -> None:
    holds_what_it_promises(claimed)


@pytest.mark.skipif(not BAD_INPUT.is_dir(), reason=f"shared data is absent: {BAD_INPUT}")
def test_promises_hold_for_every_naughty_string() -> None:
    lines = (BAD_INPUT / "xss_payloads_first400.txt").read_text(encoding="utf-8").splitlines()
    for claimed in [*json.loads((BAD_INPUT / "blns.json").read_text(encoding="utf-8")), *lines]:
        holds_what_it_promises(claimed)
        assert "\r" not in content_disposition(claimed)


def facts(name: str, media_type: str, *, safe: bool) -> FileFacts:
    return FileFacts(name=name, size=1, media_type=media_type, safe_to_inline=safe)


def test_only_sound_pictures_and_pdfs_are_inline() -> None:
    for media_type in ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"):
        assert serve_headers(facts("a", media_type, safe=True))["Content-Disposition"].startswith("inline;")
        assert serve_headers(facts("a", media_type, safe=False))["Content-Disposition"].startswith("attachment;")
    for media_type in ("image/svg+xml", "text/html", "text/plain", "application/xml", "image/heic"):
        assert serve_headers(facts("a", media_type, safe=True))["Content-Disposition"].startswith("attachment;")


def test_every_answer_forbids_sniffing_and_scripts() -> None:
    for media_type in ("image/jpeg", "application/pdf", "image/svg+xml", "text/plain"):
        for safe in (True, False):
            headers = serve_headers(facts("a", media_type, safe=safe))
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            inline_pdf = safe and media_type == "application/pdf"
            assert ("sandbox" in headers["Content-Security-Policy"]) is not inline_pdf


def test_names_of_every_script_reach_the_browser() -> None:
    assert content_disposition('Größe "5".pdf') == (
        "attachment; filename=\"Gr__e _5_.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_5_.pdf"
    )

"""What people write is words and never markup of their own, whichever room shows it."""

from __future__ import annotations

import pytest

from qsms.publish import safe_html


@pytest.mark.one_engine("The database has no part in it.")
@pytest.mark.parametrize("below", [1, 2])
@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](javascript:y)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)", "<style>p{}</style>", '<p style="color:red" onclick="x()">a</p>',
        "![x](https://elsewhere.test/pixel.png)", "<iframe src=//elsewhere.test></iframe>", "[x](vbscript:x)",
        "`<script>`", "| <b onmouseover=x>a</b> |\n|---|\n| <script>x</script> |", "<svg/onload=alert(1)>",
        "[x](  JaVaScRiPt:alert(1))", "<a href='&#106;avascript:x'>x</a>", "<form action=//elsewhere.test><input>",
    ],
)  # fmt: skip
def test_hostile_markdown_is_words(written: str, below: int) -> None:
    shown = {"x": "/x"}
    drawn = str(safe_html.html(f"## Head\n\n{written}\n", lambda name: shown.get(name, ""), below=below, table="t"))
    tags = "".join(part.split(">")[0].lower() + ">" for part in drawn.split("<")[1:])
    for word in ("script", "onerror", "onclick", "onload", "onmouseover", "style", "iframe", "javascript:", "data:",
                 "src=", "elsewhere", "svg", "form", "input", "vbscript"):  # fmt: skip
        assert word not in tags, drawn


@pytest.mark.one_engine("The database has no part in it.")
def test_what_is_meant_is_drawn() -> None:
    written = "# Top\n\n###### Low\n\n![p](p.png) [ok](https://a.example)\n\n|a|\n|-:|\n|b|"
    drawn = str(safe_html.html(written, below=2, table="wide"))
    assert "<h3>Top</h3>" in drawn
    assert "<h6>Low</h6>" in drawn
    assert "[picture not found: p]" in drawn
    assert 'href="https://a.example"' in drawn
    assert '<div class="wide" role="region" tabindex="0" aria-label="Table"><table>' in drawn
    assert '<td class="to-right">b</td>' in drawn
    assert "<h2>Top</h2>" in safe_html.html(written, table="wide")
    assert 'src="/p.png"' in safe_html.html(written, lambda name: f"/{name}", table="wide")

"""PDF: a typst template of a room, filled with data.

What people wrote goes in as JSON and is only ever text; nothing of it is read as markup. The template sees the kit's
own parts (`/kit/look.typ`), its neighbours in its folder, and the files given with it. No other file can be read.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

KIT = Path(__file__).parent / "data"
# For keeping (ISO 19005-2, tags included) and for reading aloud (ISO 14289-1).
STANDARDS: list[PDFStandard] = ["a-2a", "ua-1"]
NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]")
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


def render(template: Path, data: Mapping[str, Any], *, files: Mapping[str, bytes] = {}) -> bytes:
    """The PDF that `template` makes of `data`; the same data give the same bytes.

    `data["document"]` says what stands in head, foot and properties: `title`, `made_at` (aware), and as wanted
    `number`, `organisation`, `under` (a line under the title), `foot`, `language`, `paper`. Moments and days are put
    into words by the caller. `files` are pictures by name, for `picture(name, alt)` in the template; one that cannot
    be drawn is left out and its description stands in its place.
    """
    import typst

    made_at: dt.datetime = data["document"]["made_at"].astimezone(dt.UTC).replace(microsecond=0)
    document = {
        "language": (get_language() or "en").partition("-")[0],
        **data["document"],
        "made": made_at.timetuple()[:6],
        "page-words": _page_words(),
    }
    pictures = _pictures(files)

    with tempfile.TemporaryDirectory(prefix="qsms-print-") as folder:
        root = Path(folder)
        _lay_out(root / "kit", {part.name: part.read_bytes() for part in (KIT / "print").glob("*.typ")})
        _lay_out(root, {part.name: part.read_bytes() for part in template.parent.glob("*.typ")})
        _lay_out(root / "files", {picture["file"]: files[name] for name, picture in pictures.items()})
        _lay_out(root, {"data.json": _json({**data, "document": document}), "files.json": _json(pictures)})
        compiler = typst.Compiler(
            root / template.name,
            root=root,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=root / "none",
            package_cache_path=root / "none",
        )
        try:
            return _bytes(compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=made_at))
        except typst.TypstError:
            # A script that none of the fonts can write is against the archive's rules. A file with gaps is better than
            # none; what is wrong with the template itself raises here again.
            return _bytes(compiler.compile(format="pdf", timestamp=made_at))


def _lay_out(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(_writable(data), default=str, ensure_ascii=False).encode()


def _writable(value: Any) -> Any:
    """The same without what is no character: controls, halves of pairs, marks of byte order. No paper shows them."""
    if isinstance(value, str):
        return NO_CHARACTER.sub("", value)
    if isinstance(value, Mapping):
        return {_writable(key): _writable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(inner) for inner in value]
    return value


def _page_words() -> list[str]:
    """What stands before, between and after the two numbers."""
    said = _("Page %(page)s of %(pages)s") % {"page": "\0", "pages": "\0"}
    return said.split("\0")


@cache
def _fonts() -> Fonts:
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[KIT / "fonts"])


def _bytes(made: bytes | list[bytes] | None) -> bytes:
    assert isinstance(made, bytes)
    return made


def _pictures(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Those that can be drawn, with their size in pixels. Names given by people never become paths."""
    from PIL import Image

    from qsms.base.files import pictures

    drawn: dict[str, dict[str, Any]] = {}
    for number, (name, content) in enumerate(sorted(files.items())):
        media_type = next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
        if media_type is None or pictures.doubt(io.BytesIO(content), media_type):
            continue
        width, height = Image.open(io.BytesIO(content)).size
        drawn[name] = {"file": str(number), "path": f"/files/{number}", "width": width, "height": height}
    return drawn

"""The program that opens one PDF: `child.py widths MOST < file > list` and `child.py stamp OURS < file > pdf`.

MOST is how many pages there may be. OURS is a PDF of our own making: what goes in front, then a foot for each page. It
is run on its own under limits (apart/limits.py), never imported by the server for what it opens.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader, PdfWriter
    from pypdf.generic import IndirectObject, PdfObject

PROTECTED, UNFIT, TOO_MANY = 4, 5, 6
# The least and the most that a side of a page measures, in points (PDF 32000-1, annex C.2).
LEAST, MOST = 20, 14_400
# What of a document's root its pages need to look and work as they do.
KEPT_OF_ROOT = ("/AcroForm", "/OCProperties")
# What may run, fetch or carry something. A copy is to be read.
ACTIVE = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent")
# Where an action stands, and those that may: a link, a step to another page.
ACTIONS = ("/A", "/PA", "/Next")
HARMLESS = ("/URI", "/GoTo", "/Named")


class Unfit(Exception):
    """A page that is no page."""


class Box(NamedTuple):
    """What one sees of a page, in its own coordinates."""

    left: float
    bottom: float
    right: float
    top: float


def seen(page: PageObject) -> tuple[Box, int]:
    """What one sees of a page, and by how much it is turned to the right. Raises Unfit."""
    box, turn = page.cropbox, int(page.rotation) % 360
    found = Box(
        min(float(box[0]), float(box[2])), min(float(box[1]), float(box[3])),
        max(float(box[0]), float(box[2])), max(float(box[1]), float(box[3])),
    )  # fmt: skip
    sides = (found.right - found.left, found.top - found.bottom)
    if turn % 90 or not all(LEAST <= side <= MOST for side in sides):
        raise Unfit
    return found, turn


def width(page: PageObject) -> float:
    """How wide a page is as one sees it."""
    box, turn = seen(page)
    return box.right - box.left if turn % 180 == 0 else box.top - box.bottom


def grown(box: Box, turn: int, by: float) -> tuple[Box, tuple[float, ...]]:
    """The page with more room at the foot as one sees it, and the matrix that puts the foot there, upright."""
    left, bottom, right, top = box
    return {
        0: (box._replace(bottom=bottom - by), (1, 0, 0, 1, left, bottom - by)),
        90: (box._replace(right=right + by), (0, 1, -1, 0, right + by, bottom)),
        180: (box._replace(top=top + by), (-1, 0, 0, -1, right, top + by)),
        270: (box._replace(left=left - by), (0, -1, 1, 0, left - by, top)),
    }[turn]


def form(writer: PdfWriter, page: PageObject, resources: PdfObject, box: Box) -> IndirectObject:
    """What a page draws as one thing by itself, so that nothing it leaves behind reaches what is drawn after it."""
    from pypdf.generic import ArrayObject, FloatObject, NameObject, StreamObject

    contents = page.get("/Contents")
    contents = contents.get_object() if contents is not None else None
    made = StreamObject()
    if isinstance(contents, StreamObject):
        made.update(contents)
        made._data = contents._data
    elif isinstance(contents, ArrayObject):
        parts = (one.get_object() for one in contents)
        made._data = b"\n".join(part.get_data() for part in parts if isinstance(part, StreamObject))
        made = made.flate_encode()
    made[NameObject("/Type")], made[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
    made[NameObject("/BBox")] = ArrayObject(FloatObject(side) for side in box)
    made[NameObject("/Resources")] = resources
    return writer._add_object(made)


def put_foot(writer: PdfWriter, page: PageObject, foot: PageObject) -> None:
    """Make room under a page of the writer and draw the foot there. What was drawn and noted on it stays in place."""
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject

    box, turn = seen(page)
    whole, matrix = grown(box, turn, float(foot.mediabox.height))
    own = page.get("/Resources")
    drawn = form(writer, page, own if own is not None else DictionaryObject(), box)
    ours = foot["/Resources"].get_object()
    assert isinstance(ours, DictionaryObject)
    below = form(writer, foot, ours.clone(writer), Box(0, 0, float(foot.mediabox.width), float(foot.mediabox.height)))
    content = StreamObject()
    content._data = b"q /Page Do Q q %s cm /Foot Do Q" % " ".join(f"{part:g}" for part in matrix).encode()
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Page"): drawn, NameObject("/Foot"): below})}
    )
    for name in ("/MediaBox", "/CropBox"):
        page[NameObject(name)] = ArrayObject(FloatObject(side) for side in whole)
    for name in ("/TrimBox", "/BleedBox", "/ArtBox", "/StructParents"):
        page.pop(name, None)


def stamped(reader: PdfReader, ours: PdfReader) -> PdfWriter:
    """Our pages in front, then each page of the file with its foot."""
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject

    writer, laid, n = PdfWriter(), list(ours.pages), len(reader.pages)
    for page in laid[: len(laid) - n]:
        writer.add_page(page)
    for page, foot in zip(reader.pages, laid[len(laid) - n :], strict=True):
        put_foot(writer, writer.add_page(page), foot)
    root = reader.trailer["/Root"].get_object()
    if isinstance(root, DictionaryObject):
        for name in KEPT_OF_ROOT:
            kept = root[name].get_object() if name in root else None
            if isinstance(kept, DictionaryObject):
                writer._root_object[NameObject(name)] = kept.clone(writer)
    for one in tuple(writer._objects):
        quieten(one)
    writer.metadata = ours.metadata
    return writer


def quieten(thing: object) -> None:
    """Take out of an object, and of what is written within it, what may run, fetch or carry something."""
    from pypdf.generic import ArrayObject, DictionaryObject

    if isinstance(thing, ArrayObject):
        for inner in thing:
            quieten(inner)
    if not isinstance(thing, DictionaryObject):
        return
    for name in ACTIVE:
        thing.pop(name, None)
    for name in ACTIONS:
        action = thing.get(name)
        action = action.get_object() if action is not None else None
        if isinstance(action, DictionaryObject) and action.get("/S") not in HARMLESS:
            thing.pop(name, None)
    for inner in thing.values():
        quieten(inner)


def main() -> int:
    """0 it is done, PROTECTED, UNFIT or TOO_MANY as they say; anything else: it could not be read."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    if reader.is_encrypted:
        return PROTECTED
    if not reader.pages:
        return UNFIT
    try:
        if sys.argv[1] == "widths":
            if len(reader.pages) > int(sys.argv[2]):
                return TOO_MANY
            sys.stdout.write(json.dumps([width(page) for page in reader.pages]))
        else:
            stamped(reader, PdfReader(sys.argv[2])).write(sys.stdout.buffer)
    except Unfit:
        return UNFIT
    return 0


if __name__ == "__main__":
    sys.exit(main())

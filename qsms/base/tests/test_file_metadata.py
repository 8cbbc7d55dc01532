import io
import zipfile
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from qsms.base.files import CannotStrip, inspect, strip_metadata
from qsms.base.files.jpeg import without_app_segments
from qsms.base.files.pictures import SMALL, Unreadable, small

SECRET = b"Ostrowski"
NAME = "Ken Ostrowski"


def strip(content: io.BytesIO, media_type: str) -> io.BytesIO:
    with strip_metadata(content, media_type) as stripped:
        return io.BytesIO(stripped.read())


def photo(*, orientation: int = 1) -> bytes:
    picture = Image.new("RGB", (40, 20), "navy")
    picture.paste("white", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = NAME
    exif[0x8825] = {1: "N", 2: (59.0, 17.0, 35.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    output = io.BytesIO()
    picture.save(output, "JPEG", exif=exif, icc_profile=profile, xmp=xmp, comment=SECRET, quality=95)
    return output.getvalue()


def test_a_photo_loses_author_place_and_notes_and_keeps_its_look() -> None:
    before = photo(orientation=6)
    assert SECRET in before
    after = strip(io.BytesIO(before), "image/jpeg").getvalue()
    assert SECRET not in after
    picture = Image.open(io.BytesIO(after))
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.size == (20, 40)
    # Turned upright: what was left in the data is on top in the picture.
    assert picture.getpixel((10, 5)) >= (250, 250, 250)  # type: ignore[operator]
    assert picture.getpixel((10, 35))[0] < 20  # type: ignore[index]


def test_the_small_picture_of_a_photo_is_upright_and_brings_nothing_along() -> None:
    with small(io.BytesIO(photo(orientation=6)), "image/jpeg") as drawn:
        content = drawn.read()
    assert SECRET not in content
    picture = Image.open(io.BytesIO(content))
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.size == (20, 40)
    assert picture.getpixel((10, 5)) >= (240, 240, 240)  # type: ignore[operator]
    assert picture.getpixel((10, 35))[0] < 40  # type: ignore[index]


@pytest.mark.parametrize(
    ("format_", "media_type", "mode"),
    [
        ("PNG", "image/png", "RGBA"), ("PNG", "image/png", "P"), ("PNG", "image/png", "L"), ("PNG", "image/png", "LA"),
        ("WEBP", "image/webp", "RGBA"), ("GIF", "image/gif", "P"), ("JPEG", "image/jpeg", "CMYK"),
        ("JPEG", "image/jpeg", "L"), ("PNG", "image/png", "1"), ("PNG", "image/png", "I;16"),
    ],
)  # fmt: skip
def test_small_pictures_of_every_kind_are_small_jpegs(format_: str, media_type: str, mode: str) -> None:
    output = io.BytesIO()
    Image.new(mode, (1600, 800)).save(output, format_)
    with small(output, media_type) as drawn:
        picture = Image.open(io.BytesIO(drawn.read()))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (SMALL, SMALL // 2))
    # What is seen through is white, as the paper is.
    if mode in ("RGBA", "LA"):
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_what_is_no_sound_picture_has_no_small_one() -> None:
    with pytest.raises(Unreadable):
        small(io.BytesIO(photo()[:200]), "image/jpeg")


@pytest.mark.parametrize(
    ("format_", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")]
)
def test_other_pictures_lose_their_notes(format_: str, media_type: str) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", NAME)
    exif = Image.Exif()
    exif[0x013B] = NAME
    by_format: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": notes, "exif": exif},
        "WEBP": {"exif": exif},
        "GIF": {"comment": SECRET},
    }
    before = io.BytesIO()
    Image.new("RGB", (5, 5), "red").save(before, format_, **by_format[format_])
    assert SECRET in before.getvalue()
    after = strip(before, media_type)
    assert SECRET not in after.getvalue()
    assert inspect(after, f"a.{format_.lower()}").media_type == media_type


def test_transparency_and_animation_stay() -> None:
    still = io.BytesIO()
    Image.new("RGBA", (5, 5), (255, 0, 0, 0)).save(still, "PNG")
    assert Image.open(strip(still, "image/png")).convert("RGBA").getpixel((0, 0)) == (255, 0, 0, 0)
    moving = io.BytesIO()
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "green", "blue")]
    frames[0].save(
        moving, "GIF", save_all=True, append_images=frames[1:], duration=[40, 80, 120], loop=0, comment=SECRET
    )
    after = strip(moving, "image/gif")
    assert SECRET not in after.getvalue()
    animation = Image.open(after)
    assert getattr(animation, "n_frames", 1) == 3
    animation.seek(1)
    assert animation.info["duration"] == 80
    assert animation.convert("RGB").getpixel((0, 0)) == (0, 128, 0)


def test_a_jpeg_segment_cut_keeps_the_picture_exactly() -> None:
    before = photo()
    after = without_app_segments(before)
    assert SECRET not in after
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()
    for broken in (b"", b"GIF89a", before[:30], before[:2] + b"\0" + before[3:]):
        with pytest.raises(ValueError, match="JPEG"):
            without_app_segments(broken)


def pdf_of_a_person() -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": NAME, "/Creator": NAME})
    packet = StreamObject()
    packet.set_data(b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    inner = StreamObject()
    inner.set_data(SECRET)
    page[NameObject("/Metadata")] = writer._add_object(inner)
    page[NameObject("/Annots")] = ArrayObject(
        [
            writer._add_object(
                DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/Annot"),
                        NameObject("/Subtype"): NameObject("/Text"),
                        NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
                        NameObject("/T"): TextStringObject(NAME),
                        NameObject("/Contents"): TextStringObject("the note itself"),
                    }
                )
            )
        ]
    )
    drawn = StreamObject()
    drawn.set_data(photo())
    drawn[NameObject("/Subtype")] = NameObject("/Image")
    drawn[NameObject("/Filter")] = NameObject("/DCTDecode")
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): writer._add_object(drawn)})}
    )
    writer._ID = ArrayObject([ByteStringObject(SECRET), ByteStringObject(SECRET)])
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def test_a_pdf_loses_author_xmp_names_in_notes_and_data_in_photos() -> None:
    before = pdf_of_a_person()
    assert before.count(SECRET) >= 5
    after = strip(io.BytesIO(before), "application/pdf")
    assert SECRET not in after.getvalue()
    page = PdfReader(after).pages[0]
    note = page["/Annots"][0].get_object()  # type: ignore[index]
    assert note["/Contents"] == "the note itself"
    assert not PdfReader(after).metadata
    assert inspect(after, "a.pdf").safe_to_inline


def test_a_protected_or_broken_pdf_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(9, 9)
    writer.encrypt("word", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    for content in (locked.getvalue(), b"%PDF-1.7\nnonsense", pdf_of_a_person()[:200]):
        with pytest.raises(CannotStrip, match="PDF document"):
            strip_metadata(io.BytesIO(content), "application/pdf")


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PARTS = {
    "[Content_Types].xml": f'<Types><Override ContentType="{WORD}.main+xml"/></Types>'.encode(),
    "docProps/core.xml": b"<cp:coreProperties><dc:creator>Ostrowski</dc:creator></cp:coreProperties>",
    "docProps/app.xml": b"<Properties><Manager>Ostrowski</Manager></Properties>",
    "docProps/custom.xml": b"<Properties>Ostrowski</Properties>",
    "word/document.xml": b'<w:p><w:ins w:author="Ken Ostrowski" w:date="2026-01-01T00:00:00Z">kept text</w:ins></w:p>',
    "word/comments.xml": b"<w:comment w:author='Ostrowski' w:initials=\"Ostrowski\">kept note</w:comment>",
    "word/people.xml": b'<w15:person w15:author="Ostrowski"><w15:presenceInfo w15:userId="Ostrowski"/></w15:person>',
    "word/_rels/settings.xml.rels": b'<Relationship Target="file:///C:/Users/Ostrowski/x.dotx" TargetMode="External"/>'
    b'<Relationship Target="media/image1.jpeg"/>',
    "xl/comments1.xml": b"<authors><author>Ostrowski</author></authors>",
    "xl/workbook.xml": b'<x15ac:absPath url="C:\\Users\\Ostrowski\\"/><fileSharing userName="Ostrowski"/>',
    "xl/persons/person.xml": b'<person displayName="Ostrowski" userId="Ostrowski"/>',
    "ppt/commentAuthors.xml": b'<p:cmAuthor id="1" name="Ostrowski" initials="Ostrowski"/>',
    "meta.xml": b"<meta:initial-creator>Ostrowski</meta:initial-creator>",
    "content.xml": b"<office:annotation><dc:creator>Ostrowski</dc:creator>kept note</office:annotation>",
    "word/media/image1.jpeg": photo(),
}  # fmt: skip


def packed(parts: dict[str, bytes]) -> io.BytesIO:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return output


def test_an_office_document_loses_its_people_and_keeps_its_text() -> None:
    before = packed(PARTS)
    assert before.getvalue().count(SECRET) > 15
    after = strip(before, WORD)
    with zipfile.ZipFile(after) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert list(parts) == list(PARTS)
    assert {name: content for name, content in parts.items() if SECRET in content} == {}
    assert b"kept text" in parts["word/document.xml"]
    assert b"2026-01-01" not in parts["word/document.xml"]
    assert b"kept note" in parts["word/comments.xml"]
    assert b'Target="media/image1.jpeg"' in parts["word/_rels/settings.xml.rels"]
    assert inspect(after, "a.docx").media_type == WORD


@pytest.mark.parametrize(
    "parts",
    [
        {"word/document.xml": "<a/>".encode("utf-16")},
        {"word/media/image1.jpg": b"not a picture"},
    ],
)
def test_an_office_document_with_a_part_that_cannot_be_cleaned_is_refused(parts: dict[str, bytes]) -> None:
    with pytest.raises(CannotStrip, match="Word document"):
        strip_metadata(packed({**PARTS, **parts}), WORD)


def test_text_comes_back_unchanged() -> None:
    assert strip(io.BytesIO(b"a,b\r\n"), "text/csv").getvalue() == b"a,b\r\n"


@pytest.mark.parametrize(
    ("content", "media_type", "label"),
    [
        (b"x", "image/heic", "HEIC picture"),
        (b"x", "video/mp4", "MP4 video"),
        (b"<svg/>", "image/svg+xml", "SVG drawing"),
        (b"GIF89a broken", "image/gif", "GIF picture"),
        (b"x", "application/msword", "older Word document"),
        (b"x", "application/zip", "ZIP archive"),
        (b"x", "application/strange", "kind of file"),
    ],
)
def test_what_cannot_be_cleaned_is_refused_with_a_way_out(content: bytes, media_type: str, label: str) -> None:
    with pytest.raises(CannotStrip, match=f"removed from this {label}. Add a JPEG or PNG"):
        strip_metadata(io.BytesIO(content), media_type)

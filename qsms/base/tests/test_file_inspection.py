import io
import struct
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from pytest_django import Settings

from qsms.base.files import FileFacts, inspect
from qsms.base.files.kinds import Kind, kinds

BAD_INPUT = Path(__file__).resolve().parents[4] / "shared" / "data" / "bad-input"
needs_shared_data = pytest.mark.skipif(not BAD_INPUT.is_dir(), reason=f"shared data is absent: {BAD_INPUT}")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODT = "application/vnd.oasis.opendocument.text"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POLYGLOT = b"GIF89a/*" + b"\0" * 10 + b"*/=1;alert(1);"
SCRIPT_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
CUT_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages"


def look(content: bytes, name: str) -> FileFacts:
    return inspect(io.BytesIO(content), name)


def picture(format_: str = "JPEG", **options: object) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (8, 6), "navy").save(output, format_, **options)
    return output.getvalue()


def whole_pdf(script: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def packed(entries: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return output.getvalue()


def office(main: str, **extra: bytes) -> bytes:
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}.main+xml"/></Types>'
    return packed({"[Content_Types].xml": types.encode(), "main.xml": b"<a/>", **extra})


@pytest.mark.parametrize(
    ("content", "name", "media_type", "inline"),
    [
        (picture("JPEG"), "a.JPG", "image/jpeg", True),
        (picture("PNG"), "a.png", "image/png", True),
        (picture("GIF"), "a.gif", "image/gif", True),
        (picture("WEBP"), "a.webp", "image/webp", True),
        (picture("TIFF"), "a.tif", "image/tiff", False),
        (whole_pdf(), "a.pdf", "application/pdf", True),
        (b"{\\rtf1\\ansi {\\object no data}\\bin2 \0\1 Words}", "a.rtf", "application/rtf", False),
        (SCRIPT_SVG, "a.svg", "image/svg+xml", False),
        (b"<?xml version='1.0'?>\n<!-- x --><svg/>", "a.svg", "image/svg+xml", False),
        (b"one,two\n1,2\n", "a.csv", "text/csv", False),
        ("Größe;Maß\n".encode("latin-1"), "a.csv", "text/csv", False),
        ("Größe".encode("utf-16"), "a.txt", "text/plain", False),
        (b'{"a": 1}', "a.json", "application/json", False),
        (b"<?xml version='1.0'?><SET/>", "a.xml", "application/xml", False),
        (b"<script>alert(1)</script>", "payloads.txt", "text/plain", False),
        (b"\x1b[31mred\x01\x7f", "engine.log", "text/plain", False),
        (office(SPREADSHEET), "a.xlsx", SPREADSHEET, False),
        (packed({"mimetype": ODT.encode()}), "a.odt", ODT, False),
        (packed({"a/b.txt": b"text", "a/c.docx": packed({"x": b"y"})}), "a.zip", "application/zip", False),
    ],
)  # fmt: skip
def test_accepted(content: bytes, name: str, media_type: str, inline: bool) -> None:
    facts = look(content, name)
    assert (facts.refusal, facts.note) == ("", "")
    assert (facts.media_type, facts.safe_to_inline, facts.extension_ok) == (media_type, inline, True)
    assert (facts.sha256, facts.size, facts.name) == (sha256(content).hexdigest(), len(content), name)


@pytest.mark.parametrize(
    ("content", "name", "clean", "media_type"),
    [
        (picture("JPEG"), "a.png", "a.jpg", "image/jpeg"),
        (picture("JPEG"), "scan", "scan.jpg", "image/jpeg"),
        (b"plain words", "minutes.v2", "minutes.v2.txt", "text/plain"),
        (b"plain words", "a.pdf", "a.txt", "text/plain"),
        (b"{\\rtf1 Words}", "a.doc", "a.rtf", "application/rtf"),
        (office(SPREADSHEET), "a.zip", "a.xlsx", SPREADSHEET),
        (SCRIPT_SVG, "a.png", "a.svg", "image/svg+xml"),
    ],
)
def test_a_wrong_extension_is_put_right_and_said(content: bytes, name: str, clean: str, media_type: str) -> None:
    facts = look(content, name)
    assert facts.accepted
    assert (facts.name, facts.media_type, facts.extension_ok) == (clean, media_type, False)
    assert f"“{name}”" in facts.note
    assert f"“{clean}”" in facts.note


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (CUT_PDF, "a.pdf", "This PDF is incomplete"),
        (b"junk\x00" + whole_pdf(), "a.pdf", "stands before the beginning"),
        (whole_pdf("app.alert(1)"), "a.pdf", "active content"),
        (POLYGLOT, "a.gif", "damaged"),
        (picture("PNG")[:50], "a.png", "damaged"),
        (picture("GIF") + b"<script>alert(1)</script>", "a.gif", "hidden"),
    ],
)
def test_doubtful_content_is_kept_but_never_shown(content: bytes, name: str, part: str) -> None:
    facts = look(content, name)
    assert facts.accepted
    assert not facts.safe_to_inline
    assert part in facts.note


def test_a_picture_that_would_fill_the_memory_is_not_decoded() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
    facts = look(huge + chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\1") + chunk(b"IEND", b""), "a.png")
    assert facts.accepted
    assert not facts.safe_to_inline
    assert "too large to show" in facts.note


EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS" + "-TEST-FILE!$H+H*").encode()


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"", "a.txt", "is empty"),
        (EICAR, "a.txt", "This file is a known test virus"),
        (EICAR + b"\r\n", "a.com", "This file is a known test virus"),
        (b"MZ\x90\0" + b"\0" * 100, "photo.jpg", "is a program"),
        (b"\x7fELF\2\1\1" + b"\0" * 100, "a", "is a program"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt", "is a program"),
        (b"echo off", "a.bat", "is a program"),
        (whole_pdf(), "invoice.pdf.exe", "is a program"),
        (b"<!doctype html><script>alert(1)</script>", "a.pdf", "holds a web page"),
        (b"\xef\xbb\xbf \n<!-- x --><html>", "a.html", "holds a web page"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "a.xml", "holds a web page"),
        (b"\0\1\2\3" * 50, "a.txt", "not accepted"),
        (b"Rar!\x1a\x07\0" + b"\0" * 50, "a.rar", "not accepted"),
        (b"{\\rtf1 " + b"x" * 1_048_566 + b"{\\*\\objdata 0105}}", "a.rtf", "holds an embedded object"),
        (b"PK\3\4broken", "a.zip", "damaged"),
        (packed({"../../escape.txt": b"x"}), "a.zip", "leads out of the archive"),
        (packed({"/abs.txt": b"x"}), "a.zip", "leads out of the archive"),
        (packed({"C:\\abs.txt": b"x"}), "a.zip", "leads out of the archive"),
        (packed({"ok\\..\\..\\b.txt": b"x"}), "a.zip", "leads out of the archive"),
        (packed({"zeros.bin": b"\0" * 3_000_000}), "a.zip", "times its size"),
        (packed({"inner.zip": packed({"a": b"b"})}), "a.zip", "another archive, “inner.zip”"),
        (packed({"photo.jpg": packed({"a": b"b"})}), "a.zip", "another archive, “photo.jpg”"),
        (packed({"run.exe": b"x"}), "a.zip", "is a program"),
        (packed({"photo.jpg": b"MZ\x90\0"}), "a.zip", "is a program"),
        (packed({str(n): b"" for n in range(10001)}), "a.zip", "10001 files"),
        (office(SPREADSHEET, **{"xl/vbaProject.bin": b"x"}), "a.xlsx", "contains macros"),
        (office("application/vnd.ms-excel.sheet.macroEnabled"), "a.xlsx", "contains macros"),
        (packed({"mimetype": ODT.encode(), "Basic/script.xml": b"x"}), "a.odt", "contains macros"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "protected by a password"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "a.xls", "contains macros"),
    ],
)  # fmt: skip
def test_refused_with_a_sentence(content: bytes, name: str, part: str) -> None:
    facts = look(content, name)
    assert not facts.accepted
    assert part in facts.refusal
    assert not facts.safe_to_inline


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(packed({"a.txt": b"x"}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    assert "protected by a password" in look(bytes(content), "a.zip").refusal


def test_a_directory_of_contents_that_would_fill_the_memory_is_not_read() -> None:
    content = bytearray(packed({"a.txt": b"x"}))
    struct.pack_into("<L", content, content.rindex(b"PK\5\6") + 12, 1_000_000_000)
    assert "more than 10000 files" in look(bytes(content), "a.zip").refusal


def test_a_gigabyte_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(1024**3)

    class Counting(io.FileIO):
        bytes_read = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(-1 if size is None else size)
            self.bytes_read += len(data)
            return data

    with Counting(path) as stream:
        facts = inspect(stream, "sparse.txt")
        assert "limit is 50 MB" in facts.refusal
        assert stream.bytes_read == 0


def test_limits_follow_the_kind_and_the_setting(settings: Settings) -> None:
    settings.FILE_LIMIT_MB = 1
    assert "limit is 1 MB" in look(b"a" * (1024 * 1024 + 1), "a.txt").refusal
    assert look(b"a" * 1024 * 1024, "a.txt").accepted
    small = Kind(media_type="x/y", label="x", extensions=("x",), limit_mb=3)
    assert small.limit_bytes == 1024 * 1024
    settings.FILE_LIMIT_MB = 10
    assert small.limit_bytes == 3 * 1024 * 1024


def test_a_stream_that_cannot_go_back_is_read_once() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_where: int) -> int:
            raise OSError

    assert inspect(Pipe(b"words"), "a.txt").sha256 == sha256(b"words").hexdigest()


def test_a_seekable_stream_is_left_at_its_start() -> None:
    stream: BinaryIO = io.BytesIO(picture())
    stream.seek(5)
    inspect(stream, "a.jpg")
    assert stream.tell() == 0


def test_the_list_of_kinds_agrees_with_itself() -> None:
    listed = kinds()
    assert {"pdf", "jpg", "docx", "csv"} <= listed.known_extensions
    assert not listed.known_extensions & listed.programs
    assert not listed.by_media_type["image/svg+xml"].inline


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "media_type", "part"),
    [
        ("gif_script_polyglot.gif", "image/gif", "damaged"),
        ("truncated.pdf", "application/pdf", "incomplete"),
        ("script.svg", "image/svg+xml", ""),
        ("blns.txt", "text/plain", ""),
        ("blns.json", "application/json", ""),
        ("xss_payloads_first400.txt", "text/plain", ""),
        ("csv_injection_payloads.txt", "text/plain", ""),
        ("frictionless_latin1.csv", "text/csv", ""),
        ("frictionless_issue-312.xlsx", SPREADSHEET, ""),
        ("xxe.xlsx", SPREADSHEET, ""),
    ],
)
def test_shared_bad_input_is_kept_but_never_shown(name: str, media_type: str, part: str) -> None:
    with (BAD_INPUT / name).open("rb") as stream:
        facts = inspect(stream, name)
    assert facts.accepted, facts.refusal
    assert facts.media_type == media_type
    assert not facts.safe_to_inline
    assert part in facts.note


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("html_named.pdf", "holds a web page"),
        ("path_traversal.zip", "leads out of the archive"),
        ("ratio_1000_10MB.zip", "times its size"),
    ],
)
def test_shared_bad_input_is_refused(name: str, part: str) -> None:
    with (BAD_INPUT / name).open("rb") as stream:
        assert part in inspect(stream, name).refusal

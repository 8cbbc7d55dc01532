"""Office documents without the names of those who wrote them.

The package is copied part by part; parts that only describe the document are emptied, and in the others the few
attributes that hold a person, a login or a path of a machine are blanked. Nothing is parsed as XML, so no entity is
ever resolved.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

from qsms.base.files.archives import UNREADABLE
from qsms.base.files.jpeg import without_app_segments
from qsms.base.files.spool import spooled

XML_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OPEN_XML = b"http://schemas.openxmlformats.org/"
EMPTY_PARTS = {
    "docProps/core.xml": XML_HEAD
    + b'<cp:coreProperties xmlns:cp="'
    + OPEN_XML
    + b'package/2006/metadata/core-properties"/>',
    "docProps/app.xml": XML_HEAD + b'<Properties xmlns="' + OPEN_XML + b'officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": XML_HEAD + b'<Properties xmlns="' + OPEN_XML + b'officeDocument/2006/custom-properties"/>',
    "meta.xml": XML_HEAD
    + b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"/>',
}
# Attributes and elements that name people or machines, in any namespace prefix.
ATTRIBUTES = re.compile(
    rb"(\s(?:\w+:)?(?:author|initials|userId|displayName|providerId|userName|lastModifiedBy)\s*=\s*)"
    rb"(\"[^\"]*\"|'[^']*')"
)
ELEMENTS = re.compile(
    rb"(<((?:\w+:)?(?:author|creator|initial-creator|sender-initials|creator-initials))(?:\s[^>]*)?>)[^<]*(</\2>)"
)
MACHINE_PATHS = re.compile(
    rb"(\s(?:\w+:)?(?:Target|url|href)\s*=\s*)(\"(?:file:|[A-Za-z]:\\|\\\\)[^\"]*\")", re.IGNORECASE
)
DATES = re.compile(rb"(\s(?:w|w15|w16du):date(?:Utc)?\s*=\s*)(\"[^\"]*\")")
COMMENT_AUTHOR_NAME = re.compile(rb"(<(?:\w+:)?(?:cmAuthor|author)\s[^>]*?\sname\s*=\s*)(\"[^\"]*\")")
JPEG_NAMES = (".jpg", ".jpeg", ".jpe")
XML_NAMES = (".xml", ".rels", ".vml")
DROPPED_DATES = b'"2000-01-01T00:00:00Z"'


def stripped(stream: BinaryIO) -> BinaryIO | None:
    """A copy without names, logins and machine paths; None when the package cannot be read."""
    stream.seek(0)
    try:
        with (
            spooled() as output,
            zipfile.ZipFile(stream) as source,
            zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for entry in source.infolist():
                # A fresh entry: the old one tells when and on which system the part was written.
                fresh = zipfile.ZipInfo(entry.filename)
                fresh.compress_type = entry.compress_type
                target.writestr(fresh, _clean(entry.filename, source.read(entry)))
    except UNREADABLE:
        return None
    return output


def _clean(name: str, content: bytes) -> bytes:
    if name in EMPTY_PARTS:
        return EMPTY_PARTS[name]
    lower = name.lower()
    if lower.endswith(JPEG_NAMES):
        return without_app_segments(content)
    if not lower.endswith(XML_NAMES):
        return content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("a part in UTF-16, which the patterns do not see")
    for pattern, blank in (
        (ATTRIBUTES, rb'\1"-"'),
        (MACHINE_PATHS, rb'\1"removed"'),
        (DATES, rb"\1" + DROPPED_DATES),
        (COMMENT_AUTHOR_NAME, rb'\1"-"'),
    ):
        content = pattern.sub(blank, content)
    return ELEMENTS.sub(rb"\1-\3", content)

"""Looking at ZIP archives, and at the office documents that are such archives, without unpacking them."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from qsms.base.files.kinds import kinds
from qsms.base.files.names import split_extension
from qsms.base.files.refusal import Refused, damaged, macros, program, protected

END_RECORD = b"PK\x05\x06"
END_RECORD_BYTES = 22
LOCATOR_64 = b"PK\x06\x07"
LONGEST_COMMENT = 65535
DIRECTORY_BYTES_PER_ENTRY = 400
CONTENT_TYPES_BYTES = 1024 * 1024
ENCRYPTED = 0x1

OPEN_XML = re.compile(rb"application/vnd\.openxmlformats-officedocument\.[a-z.]+?(?=\.main\+xml)")
OPEN_XML_KINDS = {
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
PACKED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"MSCF")
RUNNABLE = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa")
OFFICE_EXTENSIONS = {"docx", "xlsx", "pptx", "odt", "ods", "odp"}
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def zip_media_type(stream: BinaryIO, name: str) -> str:
    """Which kind of ZIP archive this is. Raises Refused for one that is unsafe to open by whoever downloads it."""
    _check_directory_size(stream, name)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _look_inside(archive, name)
    except Refused:
        raise
    except UNREADABLE as error:
        raise damaged(name) from error


def leaves_its_folder(path: str) -> bool:
    """Whether unpacking this entry could write outside the folder it is unpacked into."""
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in parts or bool(re.match(r"[A-Za-z]:", path)) or "\0" in path


def _look_inside(archive: zipfile.ZipFile, name: str) -> str:
    entries = archive.infolist()
    _check_limits(entries, name)
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise protected(name)
        if leaves_its_folder(entry.orig_filename):
            raise Refused(
                _("“%(name)s” holds the path “%(path)s”, which leads out of the archive. Pack it again.")
                % {"name": name, "path": entry.orig_filename[:100]}
            )
    media_type = _office_media_type(archive, name) or "application/zip"
    for entry in entries:
        _check_entry(archive, entry, name, is_office=media_type != "application/zip")
    return media_type


def _check_limits(entries: list[zipfile.ZipInfo], name: str) -> None:
    limits = kinds().archives
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > limits.entries:
        raise Refused(
            _("“%(name)s” holds %(count)d files. Up to %(limit)d are accepted. Split it.")
            % {"name": name, "count": len(entries), "limit": limits.entries}
        )
    too_dense = unpacked > limits.ratio_counts_from_bytes and unpacked / packed > limits.ratio
    if unpacked > limits.unpacked_bytes or too_dense:
        raise Refused(
            _("“%(name)s” would unpack to %(times)d times its size. Such archives are not accepted. Add the files.")
            % {"name": name, "times": unpacked // packed}
        )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, *, is_office: bool) -> None:
    extension = split_extension(entry.filename)[1]
    if re.search(r"vbaproject\.bin$|(^|/)(basic|scripts)/", entry.filename, re.IGNORECASE) and is_office:
        raise macros(name)
    if extension in kinds().programs:
        raise program(name)
    if entry.is_dir():
        return
    with archive.open(entry) as content:
        head = content.read(8)
    if head.startswith(RUNNABLE):
        raise program(name)
    # Documents embed workbooks; those are archives too, but nobody unpacks them layer by layer.
    if head.startswith(PACKED) and not is_office and extension not in OFFICE_EXTENSIONS:
        raise Refused(
            _("“%(name)s” holds another archive, “%(inner)s”. Add that one by itself, or its files.")
            % {"name": name, "inner": entry.filename[:100]}
        )


def _office_media_type(archive: zipfile.ZipFile, name: str) -> str | None:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        listed = _read(archive, "[Content_Types].xml")
        if b"macroEnabled" in listed or b"vbaProject" in listed:
            raise macros(name)
        found = OPEN_XML_KINDS & set(OPEN_XML.findall(listed))
        # Exactly one: a document that claims to be two things is none of them.
        return found.pop().decode() if len(found) == 1 else None
    if "mimetype" in names:
        claimed = _read(archive, "mimetype").strip().decode(errors="replace")
        return claimed if claimed.startswith("application/vnd.oasis.opendocument.") else None
    return None


def _read(archive: zipfile.ZipFile, entry: str) -> bytes:
    with archive.open(entry) as content:
        return content.read(CONTENT_TYPES_BYTES)


def _check_directory_size(stream: BinaryIO, name: str) -> None:
    """Refuse a directory of contents so long that reading it alone would fill the memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - END_RECORD_BYTES - LONGEST_COMMENT))
    tail = stream.read()
    end = tail.rfind(END_RECORD)
    if end < 0 or len(tail) - end < END_RECORD_BYTES:
        raise damaged(name)
    (directory_bytes,) = struct.unpack_from("<L", tail, end + 12)
    is_huge = end >= 20 and tail[end - 20 : end - 16] == LOCATOR_64
    if is_huge or directory_bytes > kinds().archives.entries * DIRECTORY_BYTES_PER_ENTRY:
        raise Refused(
            _("“%(name)s” holds more than %(limit)d files. Split it.")
            % {"name": name, "limit": kinds().archives.entries}
        )
    stream.seek(0)

"""JPEG data without its notes, the picture itself untouched."""

from __future__ import annotations

START, END, SCAN = 0xD8, 0xD9, 0xDA
COMMENT = 0xFE
# JFIF (0), colour profile (2) and Adobe's colour transform (14) decide how the picture looks; the others tell of its
# maker, place and time.
KEPT_APPS = {0xE0, 0xE2, 0xEE}


def without_app_segments(data: bytes) -> bytes:
    """The same picture without EXIF, XMP, IPTC and comments. Raises ValueError when it is not JPEG data."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("not JPEG data")
    kept, place = bytearray(data[:2]), 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            raise ValueError("a JPEG marker is missing")
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == SCAN:
            kept += data[place:]
            return bytes(kept)
        length = 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if not (marker == COMMENT or (0xE0 <= marker <= 0xEF and marker not in KEPT_APPS)):
            kept += data[place : place + length]
        place += length
    raise ValueError("the JPEG data ends before the picture")

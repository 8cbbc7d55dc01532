"""File names that are safe to store, show and hand to any operating system."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
LONGEST_BYTES = 240
NAMELESS = "file"
LONGEST_EXTENSION = 12

# Device names of Windows, with or without an extension.
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*]')
# Joiners belong to the spelling of Persian and Indic words; all other format characters only deceive the eye.
HARMLESS_FORMAT = {"\u200c", "\u200d"}


def clean_name(name: str | None) -> str:
    """The last part of `name` without anything invisible, deceiving or reserved, at most 200 characters long.

    Keeps letters of every script and the extension. Cleaning a clean name changes nothing.
    """
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(letter for letter in unicodedata.normalize("NFC", last) if _is_visible(letter))
    kept = FORBIDDEN.sub("_", re.sub(r"\s+", " ", kept))
    kept = _trim(kept)
    stem, extension = split_extension(kept)
    if len(kept) > LONGEST or len(kept.encode()) > LONGEST_BYTES:
        tail = f".{extension}" if extension else ""
        kept = _trim(_shorten(stem if extension else kept, tail) + tail)
    if RESERVED.match(kept):
        kept = f"_{kept}"
    return kept or NAMELESS


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension in small letters without the dot; the extension is empty where there is none."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or not re.fullmatch(rf"[A-Za-z0-9]{{1,{LONGEST_EXTENSION}}}", extension):
        return name, ""
    return stem, extension.lower()


def _is_visible(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category in {"Cf", "Cc", "Cs", "Cn", "Co", "Zl", "Zp"}:
        return letter in HARMLESS_FORMAT or letter in "\t\n\r"
    return True


def _trim(name: str) -> str:
    # Windows drops dots and spaces at the end; a dot in front hides a file elsewhere.
    return name.strip().lstrip(". ").rstrip(". ")


def _shorten(stem: str, tail: str) -> str:
    # One less for the mark before a reserved name.
    stem = stem[: LONGEST - len(tail) - 1]
    room = LONGEST_BYTES - len(tail.encode()) - 1
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ")

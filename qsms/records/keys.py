"""What an address or a form names a record by: its number, or its id."""

from __future__ import annotations

from typing import Any

from .errors import NotVisible

# What a column of keys can hold. A number beyond it is the key of nothing, and no query needs to ask for it.
LARGEST = 2**63 - 1
_DIGITS = len(str(LARGEST))


def whole(text: str) -> int | None:
    """The whole number written here, if it is one that a key could be; anything else is None."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS:
        return None
    number = int(text)
    return number if number <= LARGEST else None


def named(key: int | str) -> dict[str, Any]:
    """The filter for the record of this number or id. Raises NotVisible for what can name none."""
    text = str(key)
    if text.isdecimal():
        number = whole(text)
        if number is None:
            raise NotVisible
        return {"pk": number}
    if "\x00" in text:
        raise NotVisible
    return {"number": text}

"""Parts of addresses."""

from __future__ import annotations


class Id:
    """Path converter for the id of a row: as many digits as any key has. A longer number is the address of nothing."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The id."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The id as it is written."""
        return str(value)

"""Response headers under which a file of unknown origin can do no harm."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote

from qsms.base.files.names import clean_name

CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Servable(Protocol):
    """What must be known of a file to hand it out; FileFacts knows it, and so does a stored attachment."""

    @property
    def name(self) -> str:
        """The name to save it under."""

    @property
    def media_type(self) -> str:
        """The kind that its content showed."""

    @property
    def safe_to_inline(self) -> bool:
        """Whether it was found sound enough to be shown in the browser."""


def serve_headers(facts: Servable) -> dict[str, str]:
    """Headers for handing out this file: as a download, unless it is a sound picture or PDF."""
    is_picture = facts.media_type in {"image/jpeg", "image/png", "image/gif", "image/webp"}
    is_pdf = facts.media_type == "application/pdf"
    inline = facts.safe_to_inline and (is_picture or is_pdf)
    return {
        "Content-Type": facts.media_type,
        "Content-Disposition": content_disposition(facts.name, inline=inline),
        "X-Content-Type-Options": "nosniff",
        # Chromium shows no PDF at all in a sandbox; its viewer is a sandbox of its own.
        "Content-Security-Policy": CLOSED if inline and is_pdf else f"{CLOSED}; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache",
    }


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header that names a file in every script (RFC 6266, RFC 5987), with a plain name for old clients."""
    clean = clean_name(name)
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", clean)
    exact = quote(clean, safe="")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{exact}"

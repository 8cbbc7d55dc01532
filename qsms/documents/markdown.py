"""The text of a document, written as Markdown: in pages, with what is new marked, as plain words.

Pictures are named by file (`![Coupling](coupling.jpg)`); the caller says where each is shown. A long text is cut into
pages at its headings, so that it can be read on a phone and opened page by page.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.publish import safe_html
from qsms.publish.safe_html import Where

if TYPE_CHECKING:
    from markdown_it.token import Token

# A page of about so many characters; a section is never cut.
PAGE_CHARACTERS = 2_400
MOST_PAGES = 60
# How alike two paragraphs are, 0 to 1, for the later one to count as changed and not as new.
ALIKE = 0.6
# So many paragraphs of the earlier text are compared with each one that is not in it.
COMPARED = 400
TABLE = "doc-table"


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a document that is read at a time."""

    html: SafeString
    heading: str


def pages(text: str, picture: Where, *, before: str | None = None) -> list[Page]:
    """The text as pages of safe HTML. With `before`, what was not in that text is marked as new or changed."""
    tokens = safe_html.parse(text)
    if before is not None:
        _mark_changes(tokens, safe_html.parse(before))
    found = []
    for part in _cut(tokens):
        heading = next((inline.content for kind, inline in _blocks(part) if kind == "heading_open"), "")
        found.append(Page(safe_html.drawn(part, picture, table=TABLE), heading))
    return found or [Page(SafeString(""), "")]


def html(text: str, picture: Where) -> SafeString:
    """The whole text as safe HTML."""
    return safe_html.html(text, picture, table=TABLE)


def plain(text: str) -> str:
    """The words alone, one paragraph on a line: for search and for comparison of files with texts."""
    return "\n".join(" ".join(_words(inline)) for _kind, inline in _blocks(safe_html.parse(text)))


def _words(inline: Token) -> list[str]:
    return [one.content for one in inline.children or () if one.type in ("text", "code_inline", "image")]


def _blocks(tokens: Sequence[Token]) -> list[tuple[str, Token]]:
    """Every piece of running text with the kind of the block that it opens."""
    found, opened = [], ""
    for token in tokens:
        if token.nesting == 1:
            opened = token.type
        elif token.type == "inline":
            found.append((opened, token))
    return found


def _cut(tokens: list[Token]) -> list[list[Token]]:
    """The text in pages: a new one begins at a top heading once the page is long enough."""
    parts: list[list[Token]] = [[]]
    length, depth = 0, 0
    for token in tokens:
        starts = token.type == "heading_open" and token.tag in ("h1", "h2") and depth == 0
        if starts and length >= PAGE_CHARACTERS and len(parts) < MOST_PAGES:
            parts.append([])
            length = 0
        parts[-1].append(token)
        depth += token.nesting
        length += len(token.content)
    return [part for part in parts if part]


def _mark_changes(tokens: list[Token], before: list[Token]) -> None:
    """Give paragraphs, list entries and rows that were not there before the class and the word for it."""
    from markdown_it.token import Token as Made

    earlier = [" ".join(_words(inline)) for _kind, inline in _blocks(before)]
    known = set(earlier)
    opened: list[Token] = []
    for token in tokens:
        if token.nesting == 1:
            opened.append(token)
        elif token.nesting == -1:
            opened.pop()
        elif token.type == "inline" and token.children:
            said = " ".join(_words(token))
            if not said.strip() or said in known or (opened and opened[-1].type == "heading_open"):
                continue
            is_changed = bool(difflib.get_close_matches(said, earlier[:COMPARED], 1, ALIKE))
            block = next((one for one in reversed(opened) if one.type in ("list_item_open", "tr_open")), opened[-1])
            block.attrs["class"] = "chg"
            mark = Made("html_inline", "", 0)
            mark.content = f' <span class="tag">{_("changed") if is_changed else _("new")}</span>'
            token.children.append(mark)


def pictures(text: str) -> list[str]:
    """The names of the pictures that the text shows."""
    found = []
    for token in safe_html.parse(text):
        found += [str(one.attrs.get("src", "")) for one in token.children or () if one.type == "image"]
    return found


def where(urls: Mapping[str, str]) -> Where:
    """Pictures by their file names, as Markdown writes them; anything else is not shown."""
    return lambda name: urls.get(unquote(name), "")

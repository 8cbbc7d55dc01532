"""Markdown in, safe HTML out: tables and pictures, no HTML of the writer's own, nothing from another host.

Pictures are named by file (`![Coupling](coupling.jpg)`); the caller says where each is shown. A long text is cut into
pages at its headings, so that it can be read on a phone and opened page by page.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# A page of about so many characters; a section is never cut.
PAGE_CHARACTERS = 2_400
MOST_PAGES = 60
# How alike two paragraphs are, 0 to 1, for the later one to count as changed and not as new.
ALIKE = 0.6
# So many paragraphs of the earlier text are compared with each one that is not in it.
COMPARED = 400
TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td", "a", "img", "div", "span",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "th": {"class"}, "td": {"class"},
    "li": {"class"}, "p": {"class"}, "span": {"class"}, "tr": {"class"}, "div": {"class", "role", "tabindex"},
}  # fmt: skip
ALIGNED = re.compile(r"text-align:\s*(left|center|right)")

Where = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a document that is read at a time."""

    html: SafeString
    heading: str


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3

    return nh3.Cleaner(
        tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip


def pages(text: str, picture: Where, *, before: str | None = None) -> list[Page]:
    """The text as pages of safe HTML. With `before`, what was not in that text is marked as new or changed."""
    tokens = _parser().parse(text)
    if before is not None:
        _mark_changes(tokens, _parser().parse(before))
    found = []
    for part in _cut(tokens):
        heading = next((inline.content for kind, inline in _blocks(part) if kind == "heading_open"), "")
        found.append(Page(_drawn(part, picture), heading))
    return found or [Page(SafeString(""), "")]


def html(text: str, picture: Where) -> SafeString:
    """The whole text as safe HTML."""
    return _drawn(_parser().parse(text), picture)


def plain(text: str) -> str:
    """The words alone, one paragraph on a line: for search and for comparison of files with texts."""
    return "\n".join(" ".join(_words(inline)) for _kind, inline in _blocks(_parser().parse(text)))


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


def _drawn(tokens: list[Token], picture: Where) -> SafeString:
    for token in tokens:
        _tame(token, picture)
    parser = _parser()
    drawn = parser.renderer.render(tokens, parser.options, {})
    drawn = drawn.replace("<table>", '<div class="doc-table" role="region" tabindex="0"><table>')
    # nh3 is the wall: whatever came out above, only these tags and attributes go on.
    return SafeString(_cleaner().clean(drawn.replace("</table>", "</table></div>")))


def _tame(token: Token, picture: Where) -> None:
    """Headings begin at the second level, cells keep their side as a class, pictures come from this record alone."""
    if token.type in ("heading_open", "heading_close") and token.tag == "h1":
        token.tag = "h2"
    style = str(token.attrs.pop("style", ""))
    if found := ALIGNED.match(style):
        token.attrs["class"] = f"to-{found[1]}"
    for child in token.children or ():
        if child.type == "image":
            url = picture(str(child.attrs.get("src", "")))
            if url:
                child.attrs["src"] = url
            else:
                said = _("[picture not found: %(name)s]") % {"name": child.content or child.attrs.get("src", "")}
                child.type, child.tag, child.content, child.children, child.attrs = "text", "", said, None, {}


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
    for token in _parser().parse(text):
        found += [str(one.attrs.get("src", "")) for one in token.children or () if one.type == "image"]
    return found


def where(urls: Mapping[str, str]) -> Where:
    """Pictures by their file names, as Markdown writes them; anything else is not shown."""
    return lambda name: urls.get(unquote(name), "")

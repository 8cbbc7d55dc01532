"""Markdown of people as safe HTML: no HTML of the writer's own, nothing from another host.

The one place that turns what somebody wrote into markup. Rooms cut and mark the tokens as they like between `parse`
and `drawn`; whatever they do, only the tags and attributes named here go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td", "a", "img", "div", "span",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "th": {"class"}, "td": {"class"},
    "li": {"class"}, "p": {"class"}, "span": {"class"}, "tr": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
}  # fmt: skip
ALIGNED = re.compile(r"text-align:\s*(left|center|right)")
LOWEST = 6

# Where a picture is shown, by the name that the text gives it; empty for one that is not there.
Where = Callable[[str], str]


def no_pictures(_name: str) -> str:
    """For texts that have no files."""
    return ""


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


def parse(text: str) -> list[Token]:
    """The text as tokens."""
    return _parser().parse(text)


def html(text: str, picture: Where = no_pictures, *, below: int = 1, table: str) -> SafeString:
    """The whole text as safe HTML."""
    return drawn(parse(text), picture, below=below, table=table)


def drawn(tokens: Sequence[Token], picture: Where = no_pictures, *, below: int = 1, table: str) -> SafeString:
    """These tokens as safe HTML.

    `below` is the level of the heading that the text stands under; with 1 only its top heading gives way to that.
    `table` is the class of the region in which a wide table scrolls.
    """
    for token in tokens:
        _tame(token, picture, below)
    parser = _parser()
    found = parser.renderer.render(tokens, parser.options, {})
    opened = f'<div class="{table}" role="region" tabindex="0" aria-label="{_("Table")}"><table>'
    found = found.replace("<table>", opened).replace("</table>", "</table></div>")
    # nh3 is the wall: whatever came out above, only these tags and attributes go on.
    return SafeString(_cleaner().clean(found))


def _tame(token: Token, picture: Where, below: int) -> None:
    """Headings begin under the page's, cells keep their side as a class, pictures come from where the caller says."""
    if token.type in ("heading_open", "heading_close"):
        level = int(token.tag[1])
        token.tag = f"h{min(level + below if below > 1 else max(level, 2), LOWEST)}"
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

"""The Markdown of a lesson as safe HTML: paragraphs, lists, tables, emphasis. No HTML of the writer, no pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {
    "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "code", "blockquote", "hr", "br", "table",
    "thead", "tbody", "tr", "th", "td", "a", "div",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "div": {"class", "role", "tabindex", "aria-label"}}


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3

    return nh3.Cleaner(
        tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip


def html(text: str) -> SafeString:
    """The text of a section or an example. Its headings begin below the title of the section."""
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    drawn = _parser().renderer.render(tokens, _parser().options, {})
    opened = f'<div class="lesson-table" role="region" tabindex="0" aria-label="{_("Table")}"><table>'
    drawn = drawn.replace("<table>", opened).replace("</table>", "</table></div>")
    # nh3 is the wall: whatever came out above, only these tags and attributes go on.
    return SafeString(_cleaner().clean(drawn))

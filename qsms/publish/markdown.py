"""Markdown as a tree of plain data, for a PDF: `prose(tree)` in a template sets it.

Paragraphs, headings, lists, quotes, tables, code, rules, pictures, links and emphasis. HTML in the text stays text.
What the tree may hold is all there is, so no text can ask the typesetter for anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

Node = dict[str, Any]
LINKED = {"http", "https", "mailto"}
MARKS = {"strong": "strong", "em": "emphasis", "s": "strike"}


def tree_of(text: str, pictures: Mapping[str, str] = {}) -> list[Node]:
    """The tree of a text. `pictures` says for the address of a picture under which name `render` gets its file."""
    from markdown_it.tree import SyntaxTreeNode

    return _Reader(pictures).blocks(SyntaxTreeNode(_parser().parse(text)))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class _Reader:
    """Reads one text. Headings never skip a level, as reading aloud wants it; the first is of the first level."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self.pictures = pictures
        self.levels: list[int] = []

    def blocks(self, parent: SyntaxTreeNode) -> list[Node]:
        return [block for child in parent.children for block in self.block(child)]

    def block(self, node: SyntaxTreeNode) -> list[Node]:
        kind = node.type
        if kind == "paragraph":
            return [{"kind": "paragraph", "of": self.inline(node)}]
        if kind == "heading":
            return [{"kind": "heading", "level": self.level(int(node.tag[1])), "of": self.inline(node)}]
        if kind in ("bullet_list", "ordered_list"):
            items = [self.blocks(item) for item in node.children]
            ordered = kind == "ordered_list"
            return [{"kind": "list", "ordered": ordered, "start": node.attrs.get("start", 1), "items": items}]
        if kind == "blockquote":
            return [{"kind": "quote", "of": self.blocks(node)}]
        if kind in ("fence", "code_block"):
            return [{"kind": "code", "text": node.content.rstrip("\n")}]
        if kind == "hr":
            return [{"kind": "rule"}]
        if kind == "table":
            return [self.table(node)]
        raise AssertionError(f"a block of kind {kind}")

    def level(self, said: int) -> int:
        while self.levels and self.levels[-1] >= said:
            self.levels.pop()
        self.levels.append(said)
        return len(self.levels)

    def table(self, node: SyntaxTreeNode) -> Node:
        head, *bodies = node.children
        cells = head.children[0].children
        styles = [str(cell.attrs.get("style", "")) for cell in cells]
        return {
            "kind": "table",
            "align": [style.removeprefix("text-align:") or "left" for style in styles],
            "head": [self.inline(cell) for cell in cells],
            "rows": [[{"of": self.inline(cell)} for cell in row.children] for body in bodies for row in body.children],
        }

    def inline(self, parent: SyntaxTreeNode) -> list[Node]:
        nodes = (
            [node for child in parent.children for node in child.children] if _holds_inline(parent) else parent.children
        )
        return [self.mark(node) for node in nodes]

    def mark(self, node: SyntaxTreeNode) -> Node:
        kind = node.type
        if kind in MARKS:
            return {"kind": MARKS[kind], "of": self.inline(node)}
        if kind == "code_inline":
            return {"kind": "code", "text": node.content}
        if kind == "hardbreak":
            return {"kind": "break"}
        if kind == "softbreak":
            return {"kind": "text", "text": " "}
        if kind == "link":
            to = str(node.attrs["href"])
            if urlsplit(to).scheme in LINKED:
                return {"kind": "link", "to": to, "of": self.inline(node)}
            return {"kind": "emphasis", "of": self.inline(node)}
        if kind == "image":
            return {"kind": "picture", "name": self.pictures.get(str(node.attrs["src"])), "alt": node.content}
        return {"kind": "text", "text": node.content}


def _holds_inline(node: SyntaxTreeNode) -> bool:
    return [child.type for child in node.children] == ["inline"]
